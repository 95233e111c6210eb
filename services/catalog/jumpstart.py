"""The JumpStart models the console knows: names, tasks, instances, licences. Source: facts/jumpstart.json."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import facts
from services.catalog.images import dns_suffix

_FILE = facts.path("jumpstart.json")


class Task(StrEnum):
    """What a model is for; also the value of the tag `sagedeck:task`."""

    CHAT = "text-generation"
    EMBEDDING = "text-embedding"


# The first floor: models that need no licence and one small GPU (or none) first; all have known instances.
RECOMMENDED: Mapping[Task, tuple[str, ...]] = {
    Task.EMBEDDING: (
        "huggingface-sentencesimilarity-all-MiniLM-L6-v2",
        "huggingface-sentencesimilarity-bge-small-en-v1-5",
        "huggingface-sentencesimilarity-bge-base-en-v1-5",
        "huggingface-sentencesimilarity-bge-large-en-v1-5",
        "huggingface-sentencesimilarity-bge-m3",
        "huggingface-sentencesimilarity-e5-base-v2",
        "huggingface-sentencesimilarity-e5-large-v2",
        "huggingface-sentencesimilarity-multilingual-e5-large",
        "huggingface-sentencesimilarity-gte-small",
        "huggingface-sentencesimilarity-gte-large",
    ),
    Task.CHAT: (
        "huggingface-llm-mistral-7b-instruct-v3",
        "huggingface-llm-falcon-7b-instruct-bf16",
        "huggingface-llm-phi-3-mini-4k-instruct",
        "huggingface-llm-huggingfaceh4-zephyr-7b-beta",
        "huggingface-llm-tinyllama-tinyllama-1-1b-chat-v1-0",
        "huggingface-llm-qwen2-5-7b-instruct",
        "huggingface-llm-qwen2-5-14b-instruct",
        "meta-textgeneration-llama-3-2-1b-instruct",
        "meta-textgeneration-llama-3-2-3b-instruct",
        "meta-textgeneration-llama-3-1-8b-instruct",
        "meta-textgeneration-llama-3-3-70b-instruct",
        "meta-textgeneration-llama-2-7b-f",
        "huggingface-llm-gemma-2-9b-instruct",
    ),
}

# The snapshot's payload names -> the family an endpoint of this model answers in (the tag `sagedeck:family`).
_FAMILIES = {
    "tgi": "tgi",
    "tgi_or_lmi": "tgi",
    "lmi": "lmi",
    "openai_chat": "messages",
    "openai_chat_or_lmi": "messages",
    "js_sentence_similarity": "js-sentence-similarity",
    "js_text_embedding": "js-embedding",
}


@dataclass(frozen=True, slots=True)
class CatalogModel:
    """One JumpStart model as of the snapshot's date.

    version        the newest seen; `spec_version` is the one that instances, image and environment belong to
    instances      cheapest first; empty: not known, any ml.* type may be named
    eula           a licence has to be accepted; `gated`: its weights lie in the private bucket
    image          repository:tag without registry, "" unknown
    min_gpu_gib    GPU memory of the smallest type it was published for; 0 runs without
    marketplace    sold through AWS Marketplace: needs a subscription, not deployed from here
    """

    id: str
    name: str
    provider: str
    task: Task
    version: str
    spec_version: str
    default_instance: str
    instances: tuple[str, ...]
    eula: bool
    gated: bool
    eula_key: str
    payload: str
    family: str
    image: str
    environment: tuple[tuple[str, str], ...]
    min_gpu_gib: float
    url: str
    marketplace: bool
    fine_tunable: bool

    @property
    def deployable(self) -> bool:
        """Whether the console can deploy it: no subscription needed and its container is known."""
        return not self.marketplace and bool(self.instances)

    @property
    def hub_id(self) -> str:
        """Its id on the Hugging Face hub, or "" where it is not from there."""
        head = "https://huggingface.co/"
        return self.url.removeprefix(head) if self.url.startswith(head) else ""

    @property
    def typical_seconds(self) -> float:
        """How long it usually takes until InService, by the size of what has to be loaded."""
        if self.min_gpu_gib <= 0:
            return 300.0
        return 480.0 if self.min_gpu_gib <= 24 else 720.0 if self.min_gpu_gib <= 100 else 1200.0

    def eula_url(self, region: str) -> str:
        """Where the licence can be read; the model's own page where its text is not published by AWS."""
        if not self.eula_key:
            return self.url
        return f"https://jumpstart-cache-prod-{region}.s3.{region}.{dns_suffix(region)}/{self.eula_key}"


def _model(row: Mapping[str, Any]) -> CatalogModel:
    payload = row.get("payload", "")
    environment = sorted((key, str(value)) for key, value in row.get("env", {}).items())
    return CatalogModel(
        id=row["model_id"],
        name=row["name"],
        provider=row.get("provider", ""),
        task=Task(row["task"]),
        version=row.get("version", ""),
        spec_version=row.get("spec_version", row.get("version", "")),
        default_instance=row.get("default_instance", ""),
        instances=tuple(row.get("instances", ())),
        eula=row.get("eula", False),
        gated=row.get("gated", False),
        eula_key=row.get("eula_key", ""),
        payload=payload,
        family=_FAMILIES.get(payload, ""),
        image=row.get("image", ""),
        environment=tuple(environment),
        min_gpu_gib=float(row.get("min_gpu", {}).get("total_gib", 0.0)),
        url=row.get("source_url", ""),
        marketplace=row.get("marketplace", False),
        fine_tunable=row.get("fine_tunable", False),
    )


@cache
def _snapshot() -> tuple[str, Mapping[str, CatalogModel]]:
    content = json.loads(_FILE.read_text(encoding="utf-8"))
    return content["as_of"], {row["model_id"]: _model(row) for row in content["models"]}


def as_of() -> str:
    """The snapshot's date, YYYY-MM-DD."""
    return _snapshot()[0]


def model(model_id: str) -> CatalogModel | None:
    """The model of this exact id, or None."""
    return _snapshot()[1].get(model_id)


def recommended(task: Task | None = None) -> tuple[CatalogModel, ...]:
    """The small first choice, in the order to offer it; all of them can be deployed."""
    tasks: Sequence[Task] = (task,) if task else tuple(Task)
    found = (model(model_id) for each in tasks for model_id in RECOMMENDED[each])
    return tuple(each for each in found if each is not None)


def search(
    text: str = "",
    *,
    task: Task | None = None,
    provider: str = "",
    eula: bool | None = None,
    instance_type: str = "",
    deployable: bool = True,
) -> tuple[CatalogModel, ...]:
    """The models that match every condition given, recommended ones first, then by name.

    text            every word of it occurs in id, name or provider (case ignored)
    eula            True: only with a licence to accept, False: only without
    instance_type   only those published for this type
    deployable      leave out what the console cannot deploy
    """
    words = text.lower().split()
    first = {model_id: place for ids in RECOMMENDED.values() for place, model_id in enumerate(ids)}

    def wanted(each: CatalogModel) -> bool:
        return (
            (task is None or each.task == task)
            and (not provider or each.provider.lower() == provider.lower())
            and (eula is None or each.eula == eula)
            and (not instance_type or instance_type in each.instances)
            and (not deployable or each.deployable)
            and all(word in f"{each.id} {each.name} {each.provider}".lower() for word in words)
        )

    found = (each for each in _snapshot()[1].values() if wanted(each))
    return tuple(sorted(found, key=lambda each: (first.get(each.id, len(first)), each.name.lower(), each.id)))


def providers(task: Task | None = None) -> tuple[str, ...]:
    """The providers of deployable models, sorted."""
    return tuple(sorted({each.provider for each in search(task=task) if each.provider}, key=str.lower))
