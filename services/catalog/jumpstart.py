"""The JumpStart models the console knows: names, tasks, instances, licences. Source: facts/jumpstart*."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import facts
from services.catalog.images import dns_suffix
from services.catalog.names import billions, display_name
from services.catalog.payloads import FAMILIES, Example
from services.catalog.tasks import Habits, Task, task_named

_FILE = facts.path("jumpstart.json")

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


class Licence(StrEnum):
    """Whether a licence (EULA) has to be accepted before the model runs."""

    NEEDED = "needed"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CatalogModel:
    """One JumpStart model.

    version        the newest seen; `spec_version` is the one that instances, image and environment belong to
    instances      cheapest first; empty: not known
    eula           a licence has to be accepted; `gated`: its weights lie in the private bucket
    image          repository:tag without registry, "" unknown
    min_gpu_gib    GPU memory of the smallest type it was published for; 0 runs without
    marketplace    sold through AWS Marketplace: needs a subscription, not deployed from here
    billions       parameters, by its name; 0 not said
    source         who says all this: "snapshot of 2026-11-20", or the account's list with its date
    examples       requests its specification names, where that was read
    offered        False where JumpStart's list for this region was read and does not name it
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
    billions: float = 0.0
    source: str = ""
    examples: tuple[Example, ...] = ()
    offered: bool = True

    @property
    def deployable(self) -> bool:
        """Whether the console can deploy it as it is known now: no subscription, and what it runs on is known."""
        return not self.marketplace and bool(self.instances) and self.offered

    @property
    def licence(self) -> Licence:
        """Whether a licence is to be accepted; not known of a model whose specification was not seen."""
        if self.eula:
            return Licence.NEEDED
        return Licence.NONE if self.instances else Licence.UNKNOWN

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


def _model(row: Mapping[str, Any], source: str) -> CatalogModel:
    payload = row.get("payload", "")
    environment = sorted((key, str(value)) for key, value in row.get("env", {}).items())
    return CatalogModel(
        id=row["model_id"],
        name=row["name"],
        provider=row.get("provider", ""),
        task=task_named(row["task"]),
        version=row.get("version", ""),
        spec_version=row.get("spec_version", row.get("version", "")),
        default_instance=row.get("default_instance", ""),
        instances=tuple(row.get("instances", ())),
        eula=row.get("eula", False),
        gated=row.get("gated", False),
        eula_key=row.get("eula_key", ""),
        payload=payload,
        family=FAMILIES.get(payload, ""),
        image=row.get("image", ""),
        environment=tuple(environment),
        min_gpu_gib=float(row.get("min_gpu", {}).get("total_gib", 0.0)),
        url=row.get("source_url", ""),
        marketplace=row.get("marketplace", False),
        fine_tunable=row.get("fine_tunable", False),
        billions=billions(row["name"], row["model_id"]),
        source=source,
    )


def new_model(
    model_id: str, *, name: str = "", task: Task | None = None, provider: str = "", version: str = "",
    marketplace: bool = False, fine_tunable: bool = False, source: str = "",
) -> CatalogModel:  # fmt: skip
    """A model of which only the id is known, and what it tells; what it runs on is not."""
    row = {
        "model_id": model_id,
        "name": name or display_name(model_id),
        "task": task or habits().task(model_id),
        "provider": provider or habits().provider(model_id),
        "version": version,
        "marketplace": marketplace,
        "fine_tunable": fine_tunable,
    }
    return _model(row, source)


@cache
def _snapshot() -> tuple[str, Mapping[str, CatalogModel]]:
    content = json.loads(_FILE.read_text(encoding="utf-8"))
    source = f"snapshot of {content['as_of']}"
    known = {row["model_id"]: _model(row, source) for row in content["models"]}
    found: dict[str, CatalogModel] = {}
    for row in facts.rows("jumpstart_models.csv"):
        model_id = row["model_id"]
        found[model_id] = known.get(model_id) or new_model(
            model_id,
            task=task_named(row["task"]),
            provider=row["provider"],
            version=row["version"],
            marketplace=row["marketplace"] == "1",
            fine_tunable=row["fine_tunable"] == "1",
            source=source,
        )
    return content["as_of"], known | found


@cache
def habits() -> Habits:
    """What the ids of the snapshot tell about others."""
    return Habits(
        (row["model_id"], task_named(row["task"]), row["provider"]) for row in facts.rows("jumpstart_models.csv")
    )


def as_of() -> str:
    """The snapshot's date, YYYY-MM-DD."""
    return _snapshot()[0]


def model(model_id: str) -> CatalogModel | None:
    """The snapshot's model of this exact id, or None."""
    return _snapshot()[1].get(model_id)


def models() -> Mapping[str, CatalogModel]:
    """Every model of the snapshot, by id."""
    return _snapshot()[1]


def recommended(task: Task | None = None) -> tuple[CatalogModel, ...]:
    """The small first choice, in the order to offer it; all of them can be deployed. Tasks but two have none."""
    tasks: Sequence[Task] = (task,) if task else tuple(RECOMMENDED)
    found = (model(model_id) for each in tasks for model_id in RECOMMENDED.get(each, ()))
    return tuple(each for each in found if each is not None)
