"""What a model of the Hugging Face hub needs to run: the container's image, its variables, and how large it will be.

Nothing is asked of the hub: the container fetches the weights when it starts. The variables are those the containers
of AWS's Deep Learning Containers read (their documentation and entry points, 2026-08): vLLM and SGLang take any flag of
their command line as SM_VLLM_… and SM_SGLANG_…, DJL-serving takes OPTION_…, TGI and TEI have names of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.catalog import Container, Task, bundled_versions, has_gpu, inference_ami, instance, instances, newest
from services.deploy.models import DeployRequest, HostedModel
from services.deploy.modes import Components, Serverless
from services.deploy.sources import HubSource, Server

TOKEN = "HF_TOKEN"
OLD_GPUS = ("ml.p2.", "ml.p3.", "ml.p3dn.")  # K80 and V100: NVIDIA's release notes of CUDA 13
Image = Callable[[str, str, str], tuple[str, str]]  # framework, version, instance type -> image, who named it

# An image is built for GPUs or for processors, not for a type: asking by one of each is asked once for all of them.
_ANY_GPU, _ANY_PROCESSOR = "ml.g5.xlarge", "ml.c5.xlarge"
_NAMES = {Server.VLLM: "vLLM", Server.LMI: "LMI", Server.TGI: "TGI", Server.SGLANG: "SGLang", Server.TEI: "TEI"}
_FRAMEWORKS = {
    Server.VLLM: "vllm",
    Server.LMI: "djl-lmi",
    Server.TGI: "huggingface-llm",
    Server.SGLANG: "sglang",
    Server.TEI: "huggingface-tei",
}
# How the endpoint wants to be called: names of services.inference's families.
_FAMILIES = {
    Server.VLLM: "messages",
    Server.LMI: "lmi",
    Server.TGI: "tgi",
    Server.SGLANG: "messages",
    Server.TEI: "tei",
}


@dataclass(frozen=True, slots=True)
class _Variables:
    """The names a server has for what can be set; "" where it has none."""

    model: str
    revision: str
    gpus: str = ""
    most_input: str = ""
    most_total: str = ""
    quantization: str = ""
    tokens: tuple[str, ...] = (TOKEN,)


_VARIABLES = {
    Server.VLLM: _Variables(
        "SM_VLLM_MODEL",
        "SM_VLLM_REVISION",
        gpus="SM_VLLM_TENSOR_PARALLEL_SIZE",
        most_total="SM_VLLM_MAX_MODEL_LEN",
        quantization="SM_VLLM_QUANTIZATION",
    ),
    Server.SGLANG: _Variables(
        "SM_SGLANG_MODEL_PATH",
        "SM_SGLANG_REVISION",
        gpus="SM_SGLANG_TP_SIZE",
        most_total="SM_SGLANG_CONTEXT_LENGTH",
        quantization="SM_SGLANG_QUANTIZATION",
    ),
    Server.LMI: _Variables(
        "HF_MODEL_ID",
        "OPTION_REVISION",
        gpus="OPTION_TENSOR_PARALLEL_DEGREE",
        most_total="OPTION_MAX_MODEL_LEN",
        quantization="OPTION_QUANTIZE",
    ),
    Server.TGI: _Variables(
        "HF_MODEL_ID",
        "HF_MODEL_REVISION",
        gpus="SM_NUM_GPUS",
        most_input="MAX_INPUT_TOKENS",
        most_total="MAX_TOTAL_TOKENS",
        quantization="HF_MODEL_QUANTIZE",
        tokens=(TOKEN, "HUGGING_FACE_HUB_TOKEN"),
    ),
    Server.TEI: _Variables("HF_MODEL_ID", "HF_MODEL_REVISION"),
}

# Bytes of one parameter by a word of the name or of the quantisation; 4 bits come with scales and zero points.
_BYTES = (
    (re.compile(r"fp8|int8|8bit|8-bit|w8a8|w8a16|eetq|bitsandbytes$"), 1.0),
    (re.compile(r"awq|gptq|4bit|4-bit|int4|nf4|fp4|w4a16|marlin|bnb"), 0.56),
)
_SIXTEEN_BITS = 2.0
_COUNT = re.compile(r"(?<![a-z0-9.])(?:(\d+)x)?(\d+(?:\.\d+)?)([bm])(?![a-z0-9])")
_SHARED = 0.83  # experts share what is not theirs: Mixtral 8x7B has 46.7 and 8x22B 141 thousand million parameters
_WORKING_SPACE = 1.2  # times the weights: activations, CUDA graphs and room for a first few thousand tokens
# The container fetches the weights itself, which counts as starting: seconds by GiB, at 100 MB/s and with reserve.
_STARTUP = ((60.0, 900), (300.0, 1800))
_LONGEST_STARTUP = 3600


def server_name(server: Server) -> str:
    """The server as people write it."""
    return _NAMES[server]


def framework(server: Server, *, gpu: bool = True) -> str:
    """The container family by sagemaker-core's name; TEI has an image of its own for processors."""
    return "huggingface-tei-cpu" if server is Server.TEI and not gpu else _FRAMEWORKS[server]


def versions(server: Server) -> tuple[str, ...]:
    """The container's versions that are known, oldest first."""
    return bundled_versions(_FRAMEWORKS[server])


def token_variables(server: Server) -> tuple[str, ...]:
    """The variables under which the container looks for the hub's token."""
    return _VARIABLES[server].tokens


def weights_gib(source: HubSource) -> float:
    """How large the weights are in GiB, as given or told from the name; 0.0 where the name does not tell.

    The number of parameters times the bytes of one: 2 as published in 16 bits, 1 in 8 bits, 0.56 in 4 bits with their
    scales. Mistral-7B: 7e9 x 2 / 2^30 = 13 GiB; Llama-3-70B-AWQ: 70e9 x 0.56 / 2^30 = 37 GiB; Mixtral-8x7B:
    8 x 7e9 x 0.83 x 2 / 2^30 = 87 GiB. Of several numbers (30B-A3B) the largest counts, not the active ones.
    """
    if source.weights_gib > 0:
        return source.weights_gib
    name = source.hub_id.rpartition("/")[2].lower().replace("_", "-")
    sizes = [_parameters(*found) for found in _COUNT.findall(name)]
    if not sizes or "gguf" in name:  # a GGUF repository holds many precisions
        return 0.0
    return max(sizes) * _bytes_each(name, source) / 2**30


def _parameters(experts: str, number: str, unit: str) -> float:
    size = float(number) * (1e9 if unit == "b" else 1e6)
    return size * int(experts) * _SHARED if experts else size


def _bytes_each(name: str, source: HubSource) -> float:
    asked = source.quantization.lower()
    if asked == "bitsandbytes" and source.server is Server.VLLM:  # four bits there, eight in TGI
        asked = "bnb"
    for words in (asked, name):
        for pattern, size in _BYTES:
            if words and pattern.search(words):
                return size
    return _SIXTEEN_BITS


def needed_gpu_gib(source: HubSource) -> float:
    """GPU memory it needs at least, GiB: its weights and 20 % to work in. 0.0 without need of a GPU, or not known."""
    return 0.0 if source.server is Server.TEI else round(weights_gib(source) * _WORKING_SPACE, 1)


def hub_model(source: HubSource) -> HostedModel:
    """The model as a deployment sees it."""
    needed = needed_gpu_gib(source)
    seconds = 300.0 if source.server is Server.TEI else 600.0
    if needed:
        seconds = 480.0 if needed <= 24 else 720.0 if needed <= 100 else 1200.0
    return HostedModel(
        id=source.hub_id,
        name=source.hub_id,
        task=Task.EMBEDDING if source.server is Server.TEI else Task.CHAT,
        typical_seconds=seconds,
        min_gpu_gib=needed,
        needs_gpu=source.server is not Server.TEI,
        url=f"https://huggingface.co/{source.hub_id}",
    )


def fitting_types(source: HubSource | None) -> tuple[str, ...]:
    """The instance types a model of the hub fits on, as far as its size is known; None: every type there is.

    The images are built for x86; a GPU is one of NVIDIA's, and of no generation that CUDA 13 leaves behind.
    """
    if source is None:
        return tuple(each.instance_type for each in instances())
    needed, both = needed_gpu_gib(source), source.server is Server.TEI
    found = (
        each
        for each in instances()
        if each.architecture == "x86_64" and not each.accelerators and not each.instance_type.startswith(OLD_GPUS)
    )
    return tuple(
        each.instance_type
        for each in found
        if (both or each.gpu_count >= max(1, source.gpus)) and each.gpu_memory_gib >= needed
    )


def gpus_used(request: DeployRequest) -> int:
    """Over how many GPUs the weights are spread: as asked, else those of one copy or of the instance; 0 not known."""
    source = request.source
    if isinstance(source, HubSource) and source.gpus:
        return source.gpus
    if isinstance(request.mode, Components):
        return request.mode.accelerators
    known = instance(request.instance_type)
    return known.gpu_count if known else 0


def hub_container(request: DeployRequest, source: HubSource, image: Image) -> Container:
    """What has to run behind the endpoint; `image` gives the image of a framework and version, and who named it."""
    gpu = has_gpu(request.instance_type) and not isinstance(request.mode, Serverless)
    name = framework(source.server, gpu=gpu)
    version = source.version or newest(name)
    uri, told_by = image(name, version, _ANY_GPU if gpu else _ANY_PROCESSOR)
    return Container(
        image=uri,
        environment=tuple(_environment(source, gpus_used(request)).items()),
        family=_FAMILIES[source.server],
        startup=_startup(source) if gpu else 0,
        inference_ami=inference_ami(uri) if gpu else "",
        version=version,
        source=f"{server_name(source.server)} {version}, {told_by}",
    )


def _environment(source: HubSource, gpus: int) -> Mapping[str, str]:
    names = _VARIABLES[source.server]
    settings = (
        (names.model, source.hub_id),
        (names.revision, source.revision),
        (names.gpus, str(gpus) if gpus else ""),
        (names.most_input, str(source.most_input_tokens or "")),
        (names.most_total, str(source.most_total_tokens or "")),
        (names.quantization, source.quantization),
    )
    return {name: value for name, value in settings if name and value}


def _startup(source: HubSource) -> int:
    size = weights_gib(source)
    return next((seconds for most, seconds in _STARTUP if size <= most), _LONGEST_STARTUP)


def hub_warnings(request: DeployRequest, source: HubSource) -> tuple[str, ...]:
    """What a person should know before it is deployed."""
    names, server, found = _VARIABLES[source.server], server_name(source.server), []
    if source.most_input_tokens and not names.most_input:
        found.append(f"{server} has no limit for the input alone: {source.most_input_tokens} tokens are not sent.")
    if source.most_total_tokens and not names.most_total:
        found.append(f"{server} takes its limit from the model: {source.most_total_tokens} tokens are not sent.")
    if source.server is not Server.TEI and not weights_gib(source):
        found.append(f"The name {source.hub_id} does not tell how large the model is: whether it fits is not known.")
    if request.advanced.subnets:
        found.append("The container fetches the weights from huggingface.co: these subnets need a way there (NAT).")
    return tuple(found)
