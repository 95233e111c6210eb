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
    ECHO = "echo"

    @property
    def embeds(self) -> bool:
        """Whether this family answers with vectors."""
        return self in _EMBEDDING


_EMBEDDING = frozenset(
    {
        Family.TEI,
        Family.JS_EMBEDDING,
        Family.JS_SIMILARITY,
        Family.LMI_EMBEDDING,
        Family.HF_FEATURES,
        Family.TEXT_LIST,
        Family.OPENAI_EMBEDDINGS,
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
}
_IMAGES = (
    (re.compile(r"\bechoes?\b|sagedeck-echo"), Family.ECHO),
    (re.compile(r"/tei(-cpu)?[:@]|-tei\d|huggingface-tei"), Family.TEI),
    (re.compile(r"tgi"), Family.TGI),
    (re.compile(r"vllm|sglang|llama-?cpp"), Family.MESSAGES),
)
_NAMES = (
    (re.compile(r"sentencesimilarity"), Family.JS_SIMILARITY),
    (re.compile(r"textembedding|tcembedding"), Family.JS_EMBEDDING),
    (re.compile(r"llama-2-\d+b-f$"), Family.LLAMA2_DIALOG),
    (re.compile(r"textgeneration|-llm-|-vlm-|reasoning"), Family.TGI),
)


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
    for name in (hosted.tags.get("sagedeck:model-id", ""), hosted.artifact, hosted.model, hosted.endpoint):
        for pattern, family in _NAMES:
            if pattern.search(name):
                return family
    return Family.ECHO
