"""The models JumpStart offers, from the facts the console has too. Sources: facts/README.md, `jumpstart*`."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import facts

# The payload a model speaks -> the family of containers that serves it.
_FAMILIES = {
    "tgi": "huggingface-llm",
    "tgi_or_lmi": "huggingface-llm",
    "lmi": "djl-lmi",
    "openai_chat": "djl-lmi",
    "openai_chat_or_lmi": "djl-lmi",
    "js_sentence_similarity": "huggingface",
    "js_text_embedding": "huggingface",
}

# When the catalogue was looked at; models have no dates of their own.
AS_OF = 1795132800.0  # 2026-11-20


@dataclass(frozen=True, slots=True)
class Model:
    """One model. `known` are its facts (instances, environment, image, …), empty if only its name is known."""

    id: str
    task: str
    provider: str
    version: str
    fine_tunable: bool
    marketplace: bool
    known: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        told: str = self.known.get("name") or self.id.replace("-", " ").capitalize()
        return told

    @property
    def gated(self) -> bool:
        return bool(self.known.get("gated"))

    @property
    def framework(self) -> str:
        """What its id begins with: `huggingface-llm`, `meta-textgeneration`, `pytorch-ic`."""
        return "-".join(self.id.split("-")[:2])

    @property
    def tunable(self) -> bool:
        """Whether the sandbox offers its fine-tuning: of text models that host on a GPU."""
        return self.fine_tunable and self.task == "text-generation" and bool(self.known.get("instances"))

    @property
    def artifacts(self) -> str:
        """The prefix in JumpStart's bucket under which its weights lie."""
        return f"{self.framework}/{self.id}/artifacts/inference-prepack/v1.0.0/"


@cache
def models() -> Mapping[str, Model]:
    """Return all models by id."""
    known = {row["model_id"]: row for row in json.loads(facts.path("jumpstart.json").read_text("utf-8"))["models"]}
    rows = facts.rows("jumpstart_models.csv")
    return {row["model_id"]: _model(row, known.get(row["model_id"], {})) for row in rows}


@cache
def tuning() -> Mapping[str, Any]:
    """Return hyperparameters and instance types of fine-tuning."""
    read: Mapping[str, Any] = json.loads(facts.path("jumpstart_tuning.json").read_text("utf-8"))
    return read


def image_uri(model: Model, region: str, *, processor: str = "gpu") -> str:
    """Return the image that serves a model in a region, the newest of its family if its own is not known, or ""."""
    image = str(model.known.get("image") or "")
    if " " in image or not image:  # a few are told in words
        image = _family_images().get(_FAMILIES.get(str(model.known.get("payload")), ""), "")
    if processor == "cpu":
        image = re.sub(r"-cu\d+", "", image.replace("-gpu-", "-cpu-"))
    account = _accounts().get(image.partition(":")[0], {}).get(region)
    if not account:
        return ""
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"{account}.dkr.ecr.{region}.{suffix}/{image}"


def training_uri(region: str) -> str:
    """Return the image that fine-tunes text models in a region, "" where there is none."""
    account = _accounts().get("huggingface-pytorch-tgi-inference", {}).get(region)  # the account of all these images
    if not account:
        return ""
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"{account}.dkr.ecr.{region}.{suffix}/{tuning()['image']}"


@cache
def _families() -> Mapping[str, Any]:
    held: Mapping[str, Any] = json.loads(facts.path("images.json").read_text("utf-8"))
    return held


@cache
def _accounts() -> Mapping[str, Mapping[str, str]]:
    """Return the registry accounts by region of each repository."""
    return {
        version["repository"]: _families()["accounts"][version["accounts"]]
        for family in _families()["families"].values()
        for version in family["versions"].values()
    }


@cache
def _family_images() -> Mapping[str, str]:
    """Return the newest `repository:tag` for GPUs of each family."""
    newest = {name: list(family["versions"].values())[-1] for name, family in _families()["families"].items()}
    return {
        name: f"{version['repository']}:{version['tags'].get('gpu') or next(iter(version['tags'].values()))}"
        for name, version in newest.items()
    }


def _model(row: Mapping[str, str], known: Mapping[str, Any]) -> Model:
    version = known.get("spec_version") or row["version"] or "1.0.0"
    plain = version if version.count(".") == 2 else "1.0.0"  # Marketplace's models have versions of other kinds
    return Model(
        row["model_id"],
        row["task"],
        row["provider"],
        plain,
        row["fine_tunable"] == "1",
        row["marketplace"] == "1",
        known,
    )
