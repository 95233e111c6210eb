"""Which container stands behind an endpoint, told by what was deployed: image first, then tags, environment, names."""

import re
from enum import StrEnum

from sandbox.hosting import Hosted


class Family(StrEnum):
    """The payload families the runtime speaks; shapes as of 2026-11 from the containers' own sources."""

    TGI = "tgi"
    LMI = "lmi"
    MESSAGES = "messages"
    LLAMA2_DIALOG = "llama2_dialog"
    JUMPSTART_TEXT = "jumpstart_text"
    TEI = "tei"
    JS_EMBEDDING = "js_embedding"
    JS_SIMILARITY = "js_similarity"
    LMI_EMBEDDING = "lmi_embedding"
    HF_FEATURES = "hf_features"
    TEXT_LIST = "text_list"
    OPENAI_EMBEDDINGS = "openai_embeddings"
    COHERE_COMMAND = "cohere_command"
    COHERE_EMBED = "cohere_embed"
    COHERE_RERANK = "cohere_rerank"
    AI21 = "ai21_j2"
    HF_TASK = "hf_toolkit"
    TABULAR = "tabular"
    ELSEWHERE = "elsewhere"
    ECHO = "echo"

    @property
    def embeds(self) -> bool:
        """Whether this family answers with vectors, or with what is read off them."""
        return self in _EMBEDDING

    @property
    def writes(self) -> bool:
        """Whether this family writes text, token by token."""
        return self in _WRITING


_EMBEDDING = frozenset(
    {
        Family.TEI,
        Family.JS_EMBEDDING,
        Family.JS_SIMILARITY,
        Family.LMI_EMBEDDING,
        Family.HF_FEATURES,
        Family.TEXT_LIST,
        Family.OPENAI_EMBEDDINGS,
        Family.COHERE_EMBED,
        Family.COHERE_RERANK,
    }
)
_WRITING = frozenset(
    {
        Family.TGI,
        Family.LMI,
        Family.MESSAGES,
        Family.LLAMA2_DIALOG,
        Family.JUMPSTART_TEXT,
        Family.COHERE_COMMAND,
        Family.AI21,
    }
)
_TAGS = {
    **{family.value: family for family in Family},
    "openai_chat": Family.MESSAGES,
    "openai": Family.MESSAGES,
    "llama2": Family.LLAMA2_DIALOG,
    "llama2_chat_dialog": Family.LLAMA2_DIALOG,
    "js_text_embedding": Family.JS_EMBEDDING,
    "js_tc_embedding": Family.JS_EMBEDDING,
    "js_sentence_similarity": Family.JS_SIMILARITY,
    "hf_toolkit_feature_extraction": Family.HF_FEATURES,
    "cohere": Family.COHERE_COMMAND,
    "ai21": Family.AI21,
}
_IMAGES = (
    (re.compile(r"\bechoes?\b|sagedeck-echo"), Family.ECHO),
    (re.compile(r"/tei(-cpu)?[:@]|-tei\d|huggingface-tei"), Family.TEI),
    (re.compile(r"tgi"), Family.TGI),
    (re.compile(r"vllm|sglang|llama-?cpp"), Family.MESSAGES),
)
_NAMES = (
    (re.compile(r"cohere[a-z-]*-rerank"), Family.COHERE_RERANK),
    (re.compile(r"cohere-embed"), Family.COHERE_EMBED),
    (re.compile(r"cohere-"), Family.COHERE_COMMAND),
    (re.compile(r"jamba"), Family.MESSAGES),
    (re.compile(r"ai21-|jurassic"), Family.AI21),
    (re.compile(r"sentencesimilarity"), Family.JS_SIMILARITY),
    (re.compile(r"textembedding|tcembedding"), Family.JS_EMBEDDING),
    (re.compile(r"llama-2-\d+b-f$"), Family.LLAMA2_DIALOG),
    (re.compile(r"textgeneration|-llm-|-vlm-|reasoning"), Family.TGI),
    (
        re.compile(
            r"-(?:ic|od|od1|is|semseg|asr|txt2img|depth2img|inpainting|imageembedding|audioembedding|featurevector"
            r"|upscaling|objectdetection|instancesegmentation|forecasting)-|^(?:model-|tensorflow-|pytorch-)?stabilityai"
        ),
        Family.ELSEWHERE,
    ),
)
# AWS's containers for models of any kind: nothing tells that such a one writes or embeds.
_GENERAL = re.compile(r"sagemaker-(scikit-learn|xgboost|sparkml)|(pytorch|tensorflow|mxnet|autogluon)-inference")
_JUMPSTART_TASKS = {
    "tc": "text-classification",
    "spc": "text-classification",
    "eqa": "question-answering",
    "ner": "token-classification",
    "summarization": "summarization",
    "translation": "translation",
    "zstc": "zero-shot-classification",
    "fillmask": "fill-mask",
    "text2text": "text2text-generation",
}
_TASK = re.compile(rf"-({'|'.join(_JUMPSTART_TASKS)})-")


def _tagged(hosted: Hosted) -> Family | None:
    return _TAGS.get(hosted.tags.get("sagedeck:family", "").lower().replace("-", "_"))


def _of_djl(hosted: Hosted) -> Family:
    """Return what a djl image serves: its environment and, for the old Llama-2 images, its model decide."""
    environment = {key.upper(): value.lower() for key, value in hosted.environment.items()}
    task = environment.get("OPTION_TASK", environment.get("HF_TASK", ""))
    if task in {"text-embedding", "text_embedding", "feature-extraction"}:
        return Family.LMI_EMBEDDING
    dialog = hosted.tags.get("sagedeck:model-id", "").endswith("-f") and "deepspeed" in hosted.image
    if dialog or _tagged(hosted) is Family.LLAMA2_DIALOG:
        return Family.LLAMA2_DIALOG
    return Family.TGI if environment.get("OPTION_TGI_COMPAT") == "true" else Family.LMI


def recognise(hosted: Hosted) -> Family:
    """Return the family of `hosted`; a container nothing is known of echoes what it gets."""
    forced = _TAGS.get(hosted.environment.get("SANDBOX_FAMILY", "").lower().replace("-", "_"))
    if forced:
        return forced
    if "djl-inference" in hosted.image:
        return _of_djl(hosted)
    for pattern, family in _IMAGES:
        if pattern.search(hosted.image):
            return family
    tagged = _tagged(hosted)
    if tagged:
        return tagged
    if hosted.environment.get("HF_TASK") == "feature-extraction":
        return Family.HF_FEATURES
    if _trained_here(hosted.image):
        return Family.TABULAR
    if task_of(hosted):
        return Family.HF_TASK
    for name in _names(hosted):
        for pattern, family in _NAMES:
            if pattern.search(name):
                return family
    return Family.ELSEWHERE if _GENERAL.search(hosted.image) else Family.ECHO


def task_of(hosted: Hosted) -> str:
    """Return the pipeline's task (Hugging Face's names) of a container that runs one, or ""."""
    if task := hosted.environment.get("HF_TASK", ""):
        return task
    for name in _names(hosted)[:2]:
        if found := _TASK.search(name):
            return _JUMPSTART_TASKS[found[1]]
    return ""


def _names(hosted: Hosted) -> tuple[str, ...]:
    return (hosted.tags.get("sagedeck:model-id", ""), hosted.artifact, hosted.model, hosted.endpoint)


def _trained_here(image: str) -> bool:
    """Whether the image serves what the sandbox trained itself."""
    from sandbox.tabular import serves

    return serves(image)
