"""Who has deployed what: endpoints.csv, and the containers and weights its words stand for."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Containers as AWS publishes them for us-east-1 (facts/images.json; SageMaker's own from its documentation, 2026-11).
_DLC, _OWN = "763104351884.dkr.ecr.{region}.amazonaws.com", "683313688378.dkr.ecr.{region}.amazonaws.com"
IMAGES = {
    "tgi": f"{_DLC}/huggingface-pytorch-tgi-inference:2.7.0-tgi3.3.4-gpu-py311-cu124-ubuntu22.04",
    "lmi": f"{_DLC}/djl-inference:0.33.0-lmi15.0.0-cu128",
    "huggingface": f"{_DLC}/huggingface-pytorch-inference:2.6.0-transformers4.51.3-cpu-py312-ubuntu22.04",
    "pytorch": f"{_DLC}/pytorch-inference:2.6.0-gpu-py312-cu124-ubuntu22.04-sagemaker",
    "tei": f"{_OWN}/tei:2.0.1-tei1.8.0-gpu-py310-cu122-ubuntu22.04",
    "tei-cpu": f"{_OWN}/tei-cpu:2.0.1-tei1.8.0-cpu-py310-ubuntu22.04",
    "sklearn": f"{_OWN}/sagemaker-scikit-learn:1.2-1-cpu-py3",
    "xgboost": f"{_OWN}/sagemaker-xgboost:1.7-1",
}
_TASKS = {"tgi": "text-generation", "lmi": "text-generation", "tei": "text-embedding", "tei-cpu": "text-embedding"}


@dataclass(frozen=True, slots=True)
class Part:
    """An endpoint of the week. `days`: how long ago it was made; `peak`: invocations a minute at its busiest hour;
    `traffic`: its rhythm (sandbox.demo.traffic)."""

    name: str
    owner: str
    team: str
    container: str
    model: str
    instance_type: str
    count: int
    days: float
    traffic: str
    peak: float

    @property
    def chats(self) -> bool:
        return _TASKS.get(self.container) == "text-generation"

    def image(self, region: str) -> str:
        return IMAGES[self.container].format(region=region)

    def tags(self) -> list[dict[str, str]]:
        """The tags the console itself would have put there."""
        said = {
            "sagedeck:made-by": "sagedeck",
            "sagedeck:owner": self.owner,
            "sagedeck:task": _TASKS.get(self.container, ""),
            "team": self.team,
        }
        return [{"Key": key, "Value": value} for key, value in said.items() if value]


def parts() -> tuple[Part, ...]:
    """Return the endpoints of endpoints.csv, the oldest first."""
    with (Path(__file__).parent / "endpoints.csv").open(newline="", encoding="utf-8") as lines:
        found = [_part(row) for row in csv.DictReader(lines)]
    return tuple(sorted(found, key=lambda part: -part.days))


def container(part: Part, region: str, bucket: str) -> dict[str, Any]:
    """Return the PrimaryContainer of a part's model; its weights lie in the account's own bucket."""
    found: dict[str, Any] = {"Image": part.image(region), "ModelDataUrl": f"s3://{bucket}/{weights(part.model)}"}
    if part.container in ("tgi", "lmi", "tei", "tei-cpu"):
        found["Environment"] = {"HF_MODEL_ID": "/opt/ml/model", "SM_NUM_GPUS": "1"}
    return found


def weights(model: str) -> str:
    """Return the key of a model's weights."""
    return f"models/{model}/model.tar.gz"


def _part(row: Mapping[str, str]) -> Part:
    numbers = {"count": int(row["count"]), "days": float(row["days"]), "peak": float(row["peak"])}
    return Part(**{**row, **numbers})  # type: ignore[arg-type]  # the columns are the fields
