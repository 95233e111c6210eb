"""The models JumpStart offers, from the facts the console has too. Sources: facts/README.md, `jumpstart*`."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import facts

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
    with facts.path("jumpstart_models.csv").open(encoding="utf-8", newline="") as file:
        return {row["model_id"]: _model(row, known.get(row["model_id"], {})) for row in csv.DictReader(file)}


@cache
def tuning() -> Mapping[str, Any]:
    """Return hyperparameters and instance types of fine-tuning."""
    read: Mapping[str, Any] = json.loads(facts.path("jumpstart_tuning.json").read_text("utf-8"))
    return read


@cache
def _images() -> Mapping[str, Mapping[str, str]]:
    """Return the registry accounts by region of each repository."""
    held = json.loads(facts.path("images.json").read_text("utf-8"))
    return {
        version["repository"]: held["accounts"][version["accounts"]]
        for family in held["families"].values()
        for version in family["versions"].values()
    }


def image_uri(model: Model, region: str) -> str:
    """Return the image that serves a model in a region, "" if that is not known."""
    image = str(model.known.get("image") or "")
    repository = image.partition(":")[0]
    accounts = _images().get(repository) or _images()["huggingface-pytorch-tgi-inference"]
    if not image or " " in image or region not in accounts:
        return ""
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"{accounts[region]}.dkr.ecr.{region}.{suffix}/{image}"


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
