"""What a model's specification is understood to say, whatever stands in it, and that the model can then be deployed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from services.catalog import CatalogService
from services.catalog.jumpstart import model
from services.catalog.specifications import completed, of_bucket
from tests.services.catalog.test_containers import ANSWER
from tests.services.catalog.test_live import REGION, SPECIFICATION, WHISPER, Account, objects


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"supported_inference_instance_types": None},
        {"supported_inference_instance_types": ["rm -rf"], "default_payloads": []},
        {"supported_inference_instance_types": ["ml.g5.xlarge"], "default_payloads": {"x": 3},
         "inference_environment_variables": ["x", {"default": 3}]},
    ],
)  # fmt: skip
def test_an_odd_specification_breaks_nothing(row: Mapping[str, Any]) -> None:
    found = model(WHISPER)
    assert found is not None
    done = completed(found, of_bucket(row), REGION, "test")
    assert set(done.instances) <= {"ml.g5.xlarge"}


def test_a_specification_says_how_an_endpoint_speaks() -> None:
    found = model(WHISPER)
    assert found is not None
    keys = {"[0].generated_text": "tgi", "generated_text": "lmi", "choices[0].message.content": "messages"}
    for path, family in keys.items():
        payload = {"body": {"inputs": "x"}, "output_keys": {"generated_text": path}}
        row = {"supported_inference_instance_types": ["ml.g5.xlarge"], "default_payloads": {"a": payload}}
        assert completed(found, row, REGION, "test").family == family


def test_a_model_that_only_its_specification_knows_can_be_deployed() -> None:
    asked: list[Mapping[str, Any]] = []

    def ask(question: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(question)
        return ANSWER

    catalog = CatalogService(REGION, clients=Account(objects()), ask=ask)
    assert catalog.describe_model(WHISPER).deployable
    container = catalog.container(WHISPER, "ml.g5.2xlarge")
    assert (container.image, container.artifact) == (ANSWER["image"], ANSWER["artifact"])
    assert asked[0]["specification"] == SPECIFICATION
    assert asked[0]["entry"]["version"] == "3.2.0"
