from __future__ import annotations

from typing import Any

import pytest

from services.access import ExistingRole
from services.batch import TransformRequest, request_problems
from services.batch.paths import mistake
from tests.services.batch.conftest import asked


def _fields(**change: Any) -> set[str]:
    return {problem.field for problem in request_problems(asked(**({"name": "a-job"} | change)))}


def test_a_sound_request_has_no_problem() -> None:
    assert request_problems(asked("a-job")) == ()


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "-begins-wrong"}),
        ("name", {"name": "a" * 64}),
        ("name", {"name": "under_score"}),
        ("model", {"model": ""}),
        ("model", {"model": "has space"}),
        ("model", {"package": "nothing", "role": ExistingRole("arn:aws:iam::123456789012:role/R")}),
        ("role", {"package": "arn:aws:sagemaker:us-east-1:123456789012:model-package/p/1"}),
        ("role", {"role": ExistingRole("no arn")}),
        ("input", {"input": ""}),
        ("input", {"input": "https://somewhere"}),
        ("input", {"input": "s3://batches/folder/", "input_kind": "ManifestFile"}),
        ("input_kind", {"input_kind": "AugmentedManifestFile"}),
        ("input_kind", {"input_kind": "Converse"}),
        ("output", {"output": "s3://"}),
        ("output", {"input": "s3://batches/in/", "output": "s3://batches/in/out/"}),
        ("split", {"split": "Comma"}),
        ("assemble", {"assemble": "TFRecord"}),
        ("compression", {"compression": "Zip"}),
        ("content_type", {"content_type": "csv"}),
        ("accept", {"accept": "x" * 257}),
        ("strategy", {"split": "None", "assemble": "None", "strategy": "MultiRecord"}),
        ("strategy", {"split": "", "assemble": "", "strategy": "SingleRecord"}),
        ("max_payload_mb", {"max_payload_mb": 101}),
        ("max_payload_mb", {"max_payload_mb": -1}),
        ("max_payload_mb", {"max_payload_mb": 0, "strategy": "MultiRecord"}),
        ("max_concurrent", {"max_payload_mb": 51, "max_concurrent": 2}),
        ("max_concurrent", {"max_concurrent": 17}),  # of 6 MB each
        ("max_concurrent", {"max_concurrent": -1}),
        ("timeout_seconds", {"timeout_seconds": 0}),
        ("timeout_seconds", {"timeout_seconds": 3601}),
        ("retries", {"retries": 4}),
        ("input_filter", {"input_filter": "features"}),
        ("output_filter", {"output_filter": "$[?(@.a)]"}),
        ("content_type", {"join": True, "content_type": ""}),
        ("content_type", {"input_filter": "$[1:]", "content_type": "image/png"}),
        ("assemble", {"join": True, "assemble": "None"}),
        ("join", {"join": True, "split": "TFRecord", "assemble": "None"}),
        ("accept", {"join": True, "content_type": "text/csv", "accept": "application/json"}),
        ("split", {"join": True, "split": "None", "assemble": "None", "strategy": "", "content_type": "text/csv",
                   "accept": "text/csv"}),
        ("instance_type", {"instance_type": ""}),
        ("instance_type", {"instance_type": "ml.t3.medium"}),
        ("count", {"count": 0}),
        ("output_kms_key", {"output_kms_key": "a key"}),
        ("volume_kms_key", {"volume_kms_key": "alias/mine", "instance_type": "ml.g5.xlarge"}),
        ("environment", {"environment": (("1st", "x"),)}),
        ("environment", {"environment": tuple((f"V{n}", "x") for n in range(17))}),
        ("environment", {"environment": (("HF_TOKEN", "not-a-real-one"),)}),
        ("environment", {"environment": (("LONG", "x" * 10_241),)}),
        ("tags", {"tags": (("aws:mine", "x"),)}),
        ("tags", {"tags": (("", "x"),)}),
        ("tags", {"tags": (("fine", "x" * 257),)}),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_at_its_field(field: str, change: dict[str, Any]) -> None:
    assert field in _fields(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"max_payload_mb": 50, "max_concurrent": 2},
        {"max_payload_mb": 100, "max_concurrent": 1},
        {"max_payload_mb": 0, "strategy": "SingleRecord", "max_concurrent": 0},
        {"timeout_seconds": 3600, "retries": 3},
        {"join": True, "output_filter": "$['id','SageMakerOutput']"},
        {"volume_kms_key": "alias/mine", "instance_type": "ml.m5.xlarge"},
        {"input": "s3://batches/in/", "output": "s3://batches/input-answers/"},
        {"split": "TFRecord", "strategy": "MultiRecord", "assemble": "None"},
    ],
)
def test_what_is_allowed_is_not_refused(change: dict[str, Any]) -> None:
    assert request_problems(asked("a-job", **change)) == ()


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("$", True), ("$[1:]", True), ("$[:-1]", True), ("$[0,-1]", True), ("$.features", True), ("$['a b','c']", True),
        ("$.a[0].b", True), ("$[*]", True), ("$.*", True), ("", False), ("a", False), ("$..a", False), ("$[", False),
        ("$[?(@.x>1)]", False), ("$ .a", False), ("$" + ".a" * 40, False),
    ],
)  # fmt: skip
def test_a_jsonpath_is_what_batch_transform_takes(path: str, right: bool) -> None:
    assert (mistake(path) == "") is right


def test_an_address_may_be_given_as_such() -> None:
    from services.objects import Uri

    request = TransformRequest(
        name="a", model="m", input=Uri("in-bucket", "x/"), output=Uri("out-bucket", "y/"), instance_type="ml.m5.xlarge"
    )
    assert (request.source, request.target) == ("s3://in-bucket/x/", "s3://out-bucket/y/")
