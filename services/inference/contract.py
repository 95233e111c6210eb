"""How an endpoint wants to be called: told by its tags, image, environment or names; else by a probe, and remembered.

What images and environments mean is from sagemaker-core 2.27's image list and the containers' documentation, 2026-11.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from services.inference.limits import context_of
from services.inference.models import (
    MAX_BATCH,
    MAX_BODY_BYTES,
    MAX_SERVERLESS_BYTES,
    Contract,
    EndpointFacts,
    Family,
    Kind,
)
from services.inference.probe import probe
from services.inference.prompts import template_for
from services.inference.runtime import Runtime

if TYPE_CHECKING:
    from services.state import State

_TEI_PAYLOAD_LIMIT = 2_000_000  # Text Embeddings Inference's default for PAYLOAD_LIMIT
_MODEL_TAGS = ("sagedeck:model-id", "sagemaker-studio:jumpstart-model-id", "sagemaker-sdk:jumpstart-model-id")
_VERSION_TAGS = ("sagemaker-studio:jumpstart-model-version", "sagemaker-sdk:jumpstart-model-version")
# Other words for the families: those of the JumpStart snapshot.
_ALIASES = {
    "openai-chat": Family.MESSAGES,
    "llama2-chat-dialog": Family.LLAMA2_DIALOG,
    "js-text-embedding": Family.JS_EMBEDDING,
    "js-similarity": Family.JS_SENTENCE_SIMILARITY,
    "lmi-embedding": Family.TEI,
    "hf-features": Family.TEI,
}
_IMAGES = (
    (re.compile(r"huggingface-tei|/tei(-cpu)?[:@]|-tei\d"), Family.TEI),
    (re.compile(r"huggingface-pytorch-tgi|-tgi\d|text-generation-inference"), Family.TGI),
    (re.compile(r"vllm|sglang|llama-?cpp"), Family.MESSAGES),
)
_NAMES = (
    (re.compile(r"sentencesimilarity"), Family.JS_SENTENCE_SIMILARITY),
    (re.compile(r"textembedding|tcembedding"), Family.JS_EMBEDDING),
)
_TASKS = {
    "feature-extraction": Family.TEI,
    "text-embedding": Family.TEI,
    "text-generation": Family.TGI,
}
_SCHEMA = "create table if not exists inference_contracts (key text primary key, contract text not null)"


def recognise(facts: EndpointFacts) -> Contract | None:
    """The contract that the facts alone tell, or None. Our own tag comes first, then image, environment and names."""
    steps: tuple[tuple[str, Callable[[EndpointFacts], Family | None]], ...] = (
        ("tag", _by_tag),
        ("image", _by_image),
        ("environment", _by_environment),
        ("name", _by_name),
    )
    for origin, find in steps:
        family = find(facts)
        if family is not None:
            return _contract(facts, family, origin)
    return None


def _by_tag(facts: EndpointFacts) -> Family | None:
    word = facts.tags.get("sagedeck:family", "").lower().replace("_", "-")
    family = _ALIASES.get(word) or next((each for each in Family if each.value == word), None)
    # One model id moves between containers: the image knows which of these two it is.
    if family in (Family.TGI, Family.LMI, Family.JS_EMBEDDING, Family.JS_SENTENCE_SIMILARITY):
        return _by_image(facts) or family
    return family


def _by_image(facts: EndpointFacts) -> Family | None:
    settings = _settings(facts)
    if "djl-inference" in facts.image:
        if _task(settings) == "text-embedding" or _task(settings) == "feature-extraction":
            return Family.TEI
        if "deepspeed" in facts.image and _is_old_llama2(facts):
            return Family.LLAMA2_DIALOG
        return Family.TGI if settings.get("OPTION_TGI_COMPAT") == "true" else Family.LMI
    family = next((family for pattern, family in _IMAGES if pattern.search(facts.image)), None)
    return Family.MESSAGES if family is Family.TGI and settings.get("MESSAGES_API_ENABLED") == "true" else family


def _by_environment(facts: EndpointFacts) -> Family | None:
    settings = _settings(facts)
    if settings.get("MESSAGES_API_ENABLED") == "true":
        return Family.MESSAGES
    return _TASKS.get(_task(settings))


def _by_name(facts: EndpointFacts) -> Family | None:
    if _is_old_llama2(facts):
        return Family.LLAMA2_DIALOG
    names = (_model(facts), facts.artifact, facts.name)
    return next((family for name in names for pattern, family in _NAMES if pattern.search(name.lower())), None)


def _is_old_llama2(facts: EndpointFacts) -> bool:
    """Llama 2 chat of JumpStart before 3.0.0, when it was served by djl-deepspeed with dialogs."""
    if not re.search(r"textgeneration-llama-2-\d+b-f(/|$)", _model(facts) or facts.artifact):
        return False
    version = next((facts.tags[tag] for tag in _VERSION_TAGS if facts.tags.get(tag)), "")
    return "deepspeed" in facts.image or version.startswith(("1.", "2."))


def _settings(facts: EndpointFacts) -> Mapping[str, str]:
    return {key.upper(): value.strip().lower() for key, value in facts.environment.items()}


def _task(settings: Mapping[str, str]) -> str:
    return (settings.get("OPTION_TASK") or settings.get("HF_TASK") or "").replace("_", "-")


def _model(facts: EndpointFacts) -> str:
    """The model's id or repository, where anything names it."""
    tagged = next((facts.tags[tag] for tag in _MODEL_TAGS if facts.tags.get(tag)), "")
    hub = facts.environment.get("HF_MODEL_ID", "")
    return tagged or ("" if hub.startswith("/") else hub)


def _contract(facts: EndpointFacts, family: Family, origin: str) -> Contract:
    most = MAX_SERVERLESS_BYTES if facts.serverless else MAX_BODY_BYTES
    batch = MAX_BATCH
    if family is Family.TEI:
        most = min(most, _number(facts, "PAYLOAD_LIMIT", _TEI_PAYLOAD_LIMIT))
        batch = _number(facts, "MAX_CLIENT_BATCH_SIZE", MAX_BATCH)
    chat = family.kind is Kind.CHAT
    most_tokens, most_input = context_of(facts.environment)
    return Contract(
        family=family,
        accept_eula=chat and _licence_accepted(facts),
        inference_component=facts.inference_component,
        max_batch=batch,
        max_bytes=most,
        template=template_for(f"{_model(facts)} {facts.artifact} {facts.name}") if chat else "",
        model=_served_name(facts) if family is Family.MESSAGES else "",
        origin=origin,
        most_tokens=most_tokens,
        most_input=most_input,
    )


def _licence_accepted(facts: EndpointFacts) -> bool:
    """Whether a person ticked the licence: this console deploys such a model only after that. Never assumed else."""
    ours = facts.tags.get("sagedeck:made-by") == "sagedeck" and "meta-textgeneration" in _model(facts)
    return ours or facts.tags.get("sagedeck:eula") == "accepted"


def _served_name(facts: EndpointFacts) -> str:
    """The name that vLLM wants in each request; other servers do not ask."""
    if "vllm" not in facts.image:
        return ""
    given = facts.environment
    where = "/opt/ml/model" if facts.artifact else given.get("HF_MODEL_ID", "")
    return given.get("SM_VLLM_SERVED_MODEL_NAME") or given.get("SM_VLLM_MODEL") or where


def _number(facts: EndpointFacts, key: str, default: int) -> int:
    value = facts.environment.get(key, "")
    return int(value) if value.isdigit() and int(value) > 0 else default


class Contracts:
    """Contracts that a person chose or a probe found, kept in the state database; recognised ones need no keeping.

    They are kept for one incarnation of an endpoint: `scope` (partition, account, region), name, creation time and
    configuration. Without a state they last as long as this object.
    """

    def __init__(self, runtime: Runtime, state: State | None, scope: tuple[str, str, str]) -> None:
        self._runtime, self._state, self._scope = runtime, state, scope
        self._kept: dict[str, Contract] = {}
        if state is not None:
            state.ensure("inference", _SCHEMA)

    def contract_for(self, facts: EndpointFacts) -> Contract:
        """Kept, else recognised, else probed and kept. Raises what `services.inference.probe.probe` raises."""
        return self.known(facts) or self.ask(facts)

    def known(self, facts: EndpointFacts) -> Contract | None:
        """Kept, else recognised; nobody is asked."""
        return self._find(self._key(facts)) or recognise(facts)

    def ask(self, facts: EndpointFacts) -> Contract:
        """Probe and keep what was found. Raises what `probe` raises, and then leaves what was kept."""
        contract = probe(self._runtime, facts.name, _contract(facts, Family.TGI, "probe"), hint=_hint(facts))
        self.remember(facts, contract)
        return contract

    def remember(self, facts: EndpointFacts, contract: Contract) -> None:
        """Keep this contract for this incarnation of the endpoint."""
        key = self._key(facts)
        self._kept[key] = contract
        if self._state is not None:
            sql = "insert or replace into inference_contracts (key, contract) values (?, ?)"
            self._state.write(sql, key, json.dumps(asdict(contract)))

    def choose(self, facts: EndpointFacts, family: Family) -> Contract:
        """The contract of a family that a person chose, kept."""
        contract = _contract(facts, family, "chosen")
        self.remember(facts, contract)
        return contract

    def forget(self, facts: EndpointFacts) -> None:
        """Forget what was kept of this incarnation of the endpoint."""
        key = self._key(facts)
        self._kept.pop(key, None)
        if self._state is not None:
            self._state.write("delete from inference_contracts where key = ?", key)

    def _find(self, key: str) -> Contract | None:
        if key in self._kept or self._state is None:
            return self._kept.get(key)
        rows = self._state.read("select contract from inference_contracts where key = ?", key)
        if not rows:
            return None
        values = json.loads(rows[0]["contract"])
        contract = Contract(**{**values, "family": Family(values["family"])})
        self._kept[key] = contract
        return contract

    def _key(self, facts: EndpointFacts) -> str:
        component = facts.inference_component or ""
        return json.dumps([*self._scope, facts.name, facts.created, facts.config, component])


def _hint(facts: EndpointFacts) -> Kind | None:
    """What the endpoint is probably for."""
    words = f"{facts.tags.get('sagedeck:task', '')} {_model(facts)} {facts.artifact} {facts.name}".lower()
    if re.search(r"embed|minilm|\bbge|\bgte|\be5-|sentence", words):
        return Kind.EMBEDDING
    return Kind.CHAT if re.search(r"text-generation|llm|llama|mistral|chat|instruct|qwen", words) else None
