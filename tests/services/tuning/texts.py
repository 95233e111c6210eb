"""Texts to learn from, right and wrong, and a specification to check requests against."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from services.access import RoleRequest, RoleState
from services.catalog import CatalogModel, Price, Rate, TrainingContainer, TrainingSpec, jumpstart
from services.catalog.training import spec_of, typical
from services.tuning import Format, LocalText, Template, TuningRequest, TuningState

OPEN, GATED = "huggingface-llm-falcon-7b-instruct-bf16", "meta-textgeneration-llama-2-7b-f"
TEMPLATE = Template("Question: {question}\n", "{answer}")
TYPE = "ml.g5.12xlarge"


def rows(count: int = 150) -> list[dict[str, Any]]:
    return [{"question": f"What is {place}?", "answer": f"It is {place}."} for place in range(count)]


def lines(given: list[Any]) -> str:
    return "\n".join(json.dumps(each) for each in given) + "\n"


def written(folder: Path, content: str | bytes, name: str = "text.jsonl") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def model(model_id: str = OPEN) -> CatalogModel:
    found = jumpstart.model(model_id)
    assert found is not None
    return found


def spec(model_id: str = OPEN, **row: Any) -> TrainingSpec:
    """The typical one as if it were the model's own; `row` are members of a specification."""
    known = typical(model(model_id))
    named = [
        {"name": each.name, "type": each.kind, "default": each.default, "options": list(each.options),
         "min": each.least, "max": each.most, "scope": "algorithm"}
        for each in known.hyperparameters
    ]  # fmt: skip
    chat = [
        {"name": name, "type": "text", "default": default, "options": ["True", "False"], "scope": "algorithm"}
        for name, default in (("chat_dataset", "False"), ("int8_quantization", "False"), ("enable_fsdp", "True"))
    ]
    return spec_of(
        model(model_id),
        {"hyperparameters": [*named, *chat], "supported_training_instance_types": list(known.instances),
         "default_training_instance_type": TYPE, "training_volume_size": 256, **row},
        "JumpStart's specification",
    )  # fmt: skip


def container(**change: Any) -> TrainingContainer:
    made: dict[str, Any] = {
        "image": "763104351884.dkr.ecr.us-east-1.amazonaws.com/huggingface-pytorch-training:2.0.0",
        "artifact": "s3://jumpstart-cache-prod-us-east-1/falcon/train/",
        "script": "s3://jumpstart-cache-prod-us-east-1/scripts/sourcedir.tar.gz",
    }
    return TrainingContainer(**made | change)


def state(model_id: str = OPEN, **change: Any) -> TuningState:
    made: dict[str, Any] = {
        "model": model(model_id), "spec": spec(model_id), "container": container(),
        "role": RoleState(region="us-east-1", account="123456789012"),
        "price": Price(TYPE, "us-east-1", 7.09, "observed"), "volume": Rate("Train:VolumeUsage.gp2", 0.14, "GB-Mo"),
    }  # fmt: skip
    return TuningState(**made | change)


def request(text: LocalText | str = "s3://shop/texts/", **change: Any) -> TuningRequest:
    made: dict[str, Any] = {
        "model_id": OPEN, "job_name": "tune-1", "format": Format.INSTRUCTION, "text": text, "template": TEMPLATE,
        "instance_type": TYPE, "bucket": "sagedeck-us-east-1-123456789012", "role": RoleRequest(name="worker"),
        "owner": "ada", "most_seconds": 7200,
    }  # fmt: skip
    return TuningRequest(**made | change)
