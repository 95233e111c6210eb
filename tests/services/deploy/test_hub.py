"""Models of the Hugging Face hub: the image and the variables of each server, and how large they are told to be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.catalog import Task
from services.deploy import Components, HubSource, Server, Serverless, needed_gpu_gib, weights_gib
from services.deploy.hub import hub_container
from services.plans import Plan, Secret, check, undeclared
from tests.services.deploy.worlds import CPU, GPU, MISTRAL, TEI, asked, planned, service

FULL = replace(
    MISTRAL, revision="main", gated=True, most_input_tokens=1000, most_total_tokens=2000, quantization="awq", gpus=1
)
TOKEN = Secret("demo/HF_TOKEN")
COMMON = {"HF_TOKEN": TOKEN}


def environment(plan: Plan) -> dict[str, Any]:
    return dict(plan.step("create-model-demo").parameters["PrimaryContainer"]["Environment"])


@pytest.mark.parametrize(
    ("server", "variables"),
    [
        (
            Server.VLLM,
            {
                "SM_VLLM_MODEL": FULL.hub_id,
                "SM_VLLM_REVISION": "main",
                "SM_VLLM_TENSOR_PARALLEL_SIZE": "1",
                "SM_VLLM_MAX_MODEL_LEN": "2000",
                "SM_VLLM_QUANTIZATION": "awq",
            },
        ),
        (
            Server.SGLANG,
            {
                "SM_SGLANG_MODEL_PATH": FULL.hub_id,
                "SM_SGLANG_REVISION": "main",
                "SM_SGLANG_TP_SIZE": "1",
                "SM_SGLANG_CONTEXT_LENGTH": "2000",
                "SM_SGLANG_QUANTIZATION": "awq",
            },
        ),
        (
            Server.LMI,
            {
                "HF_MODEL_ID": FULL.hub_id,
                "OPTION_REVISION": "main",
                "OPTION_TENSOR_PARALLEL_DEGREE": "1",
                "OPTION_MAX_MODEL_LEN": "2000",
                "OPTION_QUANTIZE": "awq",
            },
        ),
        (
            Server.TGI,
            {
                "HF_MODEL_ID": FULL.hub_id,
                "HF_MODEL_REVISION": "main",
                "SM_NUM_GPUS": "1",
                "MAX_INPUT_TOKENS": "1000",
                "MAX_TOTAL_TOKENS": "2000",
                "HF_MODEL_QUANTIZE": "awq",
                "HUGGING_FACE_HUB_TOKEN": TOKEN,
            },
        ),
    ],
)
def test_each_server_is_told_in_its_own_words(server: Server, variables: dict[str, Any]) -> None:
    plan = planned(asked(replace(FULL, server=server), GPU))
    assert environment(plan) == COMMON | variables
    assert check(plan) == ()
    assert undeclared(plan) == ()


def test_what_is_left_out_is_left_to_the_container() -> None:
    assert environment(planned(asked(MISTRAL, "ml.g5.12xlarge"))) == {
        "SM_VLLM_MODEL": MISTRAL.hub_id,
        "SM_VLLM_TENSOR_PARALLEL_SIZE": "4",
    }
    assert environment(planned(asked(TEI))) == {"HF_MODEL_ID": TEI.hub_id}


@pytest.mark.parametrize(
    ("server", "image", "family", "ami"),
    [
        (Server.VLLM, "/vllm:", "messages", "al2-ami-sagemaker-inference-gpu-3-1"),
        (Server.SGLANG, "/sglang:", "messages", "al2023-ami-sagemaker-inference-gpu-4-1"),
        (Server.LMI, "/djl-inference:", "lmi", "al2-ami-sagemaker-inference-gpu-3-1"),
        (Server.TGI, "/huggingface-pytorch-tgi-inference:", "tgi", ""),
        (Server.TEI, "/tei:", "tei", ""),
    ],
)
def test_each_server_has_its_image_its_family_and_the_host_image_its_cuda_needs(
    server: Server, image: str, family: str, ami: str
) -> None:
    plan = planned(asked(replace(MISTRAL, server=server), GPU))
    model, config = plan.step("create-model-demo"), plan.step("create-config-demo")
    assert image in model.parameters["PrimaryContainer"]["Image"]
    labels = {tag["Key"]: tag["Value"] for tag in model.parameters["Tags"]}
    assert labels["sagedeck:family"] == family
    assert labels["sagedeck:model-id"] == MISTRAL.hub_id
    assert labels["sagedeck:task"] == (Task.EMBEDDING if server is Server.TEI else Task.CHAT)
    assert config.parameters["ProductionVariants"][0].get("InferenceAmiVersion", "") == ami


def test_text_embeddings_run_on_processors_in_an_image_of_their_own() -> None:
    for request in (asked(TEI, CPU), asked(TEI, "", mode=Serverless())):
        image = planned(request).step("create-model-demo").parameters["PrimaryContainer"]["Image"]
        assert "/tei-cpu:" in image


def test_a_copy_of_a_component_spreads_its_weights_over_the_accelerators_it_gets() -> None:
    plan = planned(asked(MISTRAL, "ml.g5.12xlarge", mode=Components(accelerators=2, memory_mb=8192)))
    assert environment(plan)["SM_VLLM_TENSOR_PARALLEL_SIZE"] == "2"


def test_a_chosen_version_is_taken_and_said() -> None:
    model = planned(asked(replace(MISTRAL, version="0.28.0"), GPU)).step("create-model-demo")
    assert ":0.28.0-" in model.parameters["PrimaryContainer"]["Image"]
    assert "vLLM 0.28.0" in model.reason


def test_weights_that_the_container_fetches_are_no_artefact_and_get_more_time_the_larger_they_are() -> None:
    seconds = "ContainerStartupHealthCheckTimeoutInSeconds"
    for name, kind, wait in (("7b", GPU, 900), ("70b", "ml.p4d.24xlarge", 1800), ("405b", "ml.p5.48xlarge", 3600)):
        plan = planned(asked(HubSource(hub_id=f"owner/model-{name}"), kind))
        assert "ModelDataSource" not in plan.step("create-model-demo").parameters["PrimaryContainer"]
        variant = plan.step("create-config-demo").parameters["ProductionVariants"][0]
        assert variant[seconds] == wait
        assert "ModelDataDownloadTimeoutInSeconds" not in variant


@pytest.mark.parametrize(
    ("hub_id", "quantization", "gib"),
    [
        ("mistralai/Mistral-7B-Instruct-v0.3", "", 13.0),
        ("Qwen/Qwen2.5-0.5B-Instruct", "", 0.93),
        ("meta-llama/Llama-3.1-70B-Instruct", "", 130.4),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "", 86.6),  # 46.7 thousand million in truth: 87.0
        ("mistralai/Mixtral-8x22B-v0.1", "", 272.1),  # 141 in truth: 262.6
        ("Qwen/Qwen3-30B-A3B", "", 55.9),
        ("TheBloke/Llama-2-70B-AWQ", "", 36.5),
        ("owner/thing-7b", "awq", 3.65),
        ("owner/thing-7b-fp8", "", 6.52),
        ("owner/thing-7b", "bitsandbytes", 3.65),
        ("EleutherAI/pythia-160m", "", 0.3),
        ("microsoft/Phi-3-mini-4k-instruct", "", 0.0),
        ("owner/thing-7b-GGUF", "", 0.0),
        ("7b-owner/thing", "", 0.0),
    ],
)
def test_the_size_is_told_from_the_name_or_not_at_all(hub_id: str, quantization: str, gib: float) -> None:
    source = HubSource(hub_id=hub_id, quantization=quantization)
    assert weights_gib(source) == pytest.approx(gib, rel=0.01)


def test_a_size_that_the_person_knows_goes_before_the_name_and_room_to_work_is_added() -> None:
    source = replace(MISTRAL, weights_gib=10.0)
    assert weights_gib(source) == 10.0
    assert needed_gpu_gib(source) == 12.0
    assert needed_gpu_gib(TEI) == 0.0


def test_only_types_that_the_weights_fit_on_are_offered_cheapest_first() -> None:
    rows = service().offers(HubSource(hub_id="owner/model-70b"))
    kinds = [kind for kind, _ in rows]
    assert "ml.g5.2xlarge" not in kinds
    assert "ml.p4d.24xlarge" in kinds
    prices = [price.usd_per_hour or 0.0 for _, price in rows]
    assert prices == sorted(prices)
    small = [kind for kind, _ in service().offers(TEI)]
    assert CPU in small
    assert GPU in small
    assert not [kind for kind in small if kind.startswith(("ml.m7g", "ml.inf", "ml.trn", "ml.p2"))]


def test_what_the_server_does_not_know_is_said_and_not_sent() -> None:
    warnings = planned(asked(FULL, GPU)).warnings
    assert any("no limit for the input alone" in each for each in warnings)
    unknown = planned(asked(HubSource(hub_id="owner/unknown"), GPU)).warnings
    assert any("does not tell how large" in each for each in unknown)


def test_the_image_is_asked_for_once_whatever_the_type_is() -> None:
    heard = []

    def image(*question: str) -> tuple[str, str]:
        heard.append(question)
        return "763104351884.dkr.ecr.us-east-1.amazonaws.com/vllm:0.30.0-gpu-py312-cu130", "somebody"

    for kind in (GPU, "ml.p5.48xlarge", "ml.g6.xlarge"):
        container = hub_container(asked(MISTRAL, kind), MISTRAL, image)
        assert container.source == "vLLM 0.30.0, somebody"
    assert len(set(heard)) == 1
