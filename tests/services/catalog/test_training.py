"""What a specification says of fine-tuning, in JumpStart's form and in the hub's; what stands in where none is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.sagemaker.hub import bucket, catalog
from sandbox.sagemaker.hub.documents import document
from sandbox.sagemaker.hub.specifications import specification
from services.catalog import GATED_URI, CatalogService, TrainingContainer, jumpstart
from services.catalog.gateway import ask_worker
from services.catalog.training import container_of, of_bucket, of_document, spec_of, typical
from services.connection import sandbox_at
from services.errors import Unreachable
from tests.sandbox.server import start_sandbox

REGION, TYPE = "us-east-1", "ml.g5.12xlarge"
OPEN, GATED = "huggingface-llm-falcon-7b-instruct-bf16", "meta-textgeneration-llama-2-7b-f"


def model(model_id: str) -> Any:
    found = jumpstart.model(model_id)
    assert found is not None
    return found


@pytest.mark.parametrize("model_id", [OPEN, GATED])
def test_the_bucket_and_the_hub_say_the_same(model_id: str) -> None:
    there = catalog.models()[model_id]
    bare = of_bucket(specification(there, REGION))
    hub = of_document(json.loads(document(there, REGION)), there.version)
    first, second = (spec_of(model(model_id), row, "said") for row in (bare, hub))
    assert first.hyperparameters == second.hyperparameters
    assert (first.instances, first.default_instance) == (second.instances, TYPE)
    assert (first.gated, first.eula, first.own) == (second.gated, second.eula, True)
    one, other = (container_of(row, TYPE, REGION, "said") for row in (bare, hub))
    assert (one.image, one.artifact, one.script) == (other.image, other.artifact, other.script)
    assert first.hyperparameter("epoch") is not None


def test_gated_weights_are_named_by_a_variable() -> None:
    found = container_of(of_bucket(specification(catalog.models()[GATED], REGION)), TYPE, REGION, "said")
    where = dict(found.environment)[GATED_URI]
    assert where == found.artifact
    assert where.startswith(f"s3://jumpstart-private-cache-prod-{REGION}/")


def test_a_specification_without_an_image_is_said_to_have_none() -> None:
    with pytest.raises(Unreachable, match="No image"):
        container_of({"training_artifact_key": "x/"}, TYPE, REGION, "said")


def test_members_of_any_shape_do_no_harm() -> None:
    odd = {
        "hyperparameters": [{"name": "a", "default": 1, "min": True, "options": [1, 2]}, {"type": "int"},
                            {"name": "b", "scope": "container"}],
        "supported_training_instance_types": None, "estimator_kwargs": [], "metrics": [{"Name": "x"}],
    }  # fmt: skip
    found = spec_of(model(OPEN), odd, "said")
    assert [(each.name, each.default, each.options, each.least) for each in found.hyperparameters] == [
        ("a", "1", ("1", "2"), None)
    ]
    assert (found.instances, found.default_instance, found.metrics) == ((), "", ())


def test_without_an_account_what_is_typical_is_said_to_be_that(tmp_path: Path) -> None:
    service = CatalogService(REGION, offline=True, folder=tmp_path)
    found = service.training.spec(service.describe_model(OPEN))
    assert not found.own
    assert found.problem
    assert found.hyperparameters == typical(model(OPEN)).hyperparameters
    with pytest.raises(Unreachable):
        service.training.container(service.describe_model(OPEN), TYPE)


@pytest.mark.slow
@pytest.mark.parametrize("model_id", [OPEN, GATED])
def test_the_sdk_agrees_with_what_is_read_without_it(model_id: str) -> None:
    there = catalog.models()[model_id]
    written = specification(there, REGION)
    entry = {"model_id": there.id, "version": there.version, "min_version": "2.1.0", "spec_key": bucket.spec_key(there)}
    said = ask_worker(
        {"training": True, "entry": entry, "specification": written, "region": REGION, "instance_type": TYPE}
    )
    ours = container_of(of_bucket(written), TYPE, REGION, "said")
    assert (said["image"], said["artifact"], said["script"]) == (ours.image, ours.artifact, ours.script)
    assert said["environment"] == dict(ours.environment)
    assert [(each["Name"], each["Regex"]) for each in said["metrics"]] == list(ours.metrics)


@pytest.mark.slow
def test_an_account_is_asked_once_and_the_worker_once_for_each_type(tmp_path: Path) -> None:
    asked: list[Any] = []

    def answer(question: Any) -> Any:
        asked.append(question)
        return {"image": "i", "artifact": "s3://a/", "script": "s3://s", "environment": {"A": "1"},
                "hyperparameters": {"epoch": "4"}, "metrics": [], "source": "sagemaker-core"}  # fmt: skip

    with start_sandbox() as url:
        clients = sandbox_at(url, owner="ada").clients
        service = CatalogService(REGION, clients=clients, folder=tmp_path, ask=answer)
        found = service.describe_model(OPEN)
        assert service.training.spec(found).own
        first = service.training.container(found, TYPE)
        assert first == service.training.container(found, TYPE)
        service.training.container(found, "ml.g5.48xlarge")
    assert [each["instance_type"] for each in asked] == [TYPE, "ml.g5.48xlarge"]
    assert first == TrainingContainer(
        image="i", artifact="s3://a/", script="s3://s", environment=(("A", "1"),), hyperparameters=(("epoch", "4"),),
        source="sagemaker-core",
    )  # fmt: skip
