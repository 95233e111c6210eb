from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from services.catalog import CatalogService
from services.catalog.gateway import CatalogGateway, ask_worker, entry_of
from services.catalog.images import SGLANG_AMI, VLLM_AMI, family_image, inference_ami
from services.errors import NotFound, PermissionDenied, ServiceFailure
from tests.services.catalog.stubbed import StubbedClients

FALCON = "huggingface-llm-falcon-7b-instruct-bf16"
SPECIFICATION = json.loads((Path(__file__).parent / "specification.json").read_text())
ENTRY = {
    "model_id": FALCON,
    "version": "4.6.16",
    "min_version": "2.189.0",
    "spec_key": f"community_models/{FALCON}/specs_v4.6.16.json",
}
ANSWER = {
    "image": "763104351884.dkr.ecr.eu-west-1.amazonaws.com/huggingface-pytorch-tgi-inference:2.4.0-tgi2.4.0-gpu",
    "artifact": "s3://jumpstart-cache-prod-eu-west-1/huggingface-llm/falcon/artifacts/inference-prepack/v1.0.1/",
    "environment": {"SM_NUM_GPUS": "1"},
    "gated": False,
    "network_isolation": True,
    "startup": 1200,
    "download": 900,
    "inference_ami": "",
    "version": "4.6.16",
    "source": "sagemaker-core 2.27.0",
}


class S3:
    """JumpStart's bucket as far as it is read."""

    def __init__(self, objects: Mapping[str, Any]) -> None:
        self.objects, self.read = objects, [""]

    def get_object(self, Bucket: str, Key: str) -> Mapping[str, Any]:
        assert Bucket == "jumpstart-cache-prod-eu-west-1"
        self.read.append(Key)
        return {"Body": io.BytesIO(json.dumps(self.objects[Key]).encode())}


class Clients:
    """A connection that only has S3."""

    region = "eu-west-1"

    def __init__(self, s3: S3) -> None:
        self.s3 = s3

    def get(self, service: str) -> Any:
        assert service == "s3"
        return self.s3


@pytest.fixture
def bucket() -> S3:
    return S3({"models_manifest.json": [ENTRY], ENTRY["spec_key"]: SPECIFICATION})


def test_sagemaker_core_says_what_a_model_needs_from_its_specification() -> None:
    answer = ask_worker(
        {"entry": ENTRY, "specification": SPECIFICATION, "region": "eu-west-1", "instance_type": "ml.g5.12xlarge"}
    )
    assert answer["image"].startswith("763104351884.dkr.ecr.eu-west-1.amazonaws.com/huggingface-pytorch-tgi-inference:")
    assert answer["artifact"].endswith("/artifacts/inference-prepack/v1.0.1/")
    assert answer["environment"] == {"SM_NUM_GPUS": "4", "MAX_INPUT_LENGTH": "1024"}  # of this instance type, as text
    assert (answer["startup"], answer["download"], answer["network_isolation"]) == (1200, 900, True)
    assert answer["source"].startswith("sagemaker-core 2.")


def test_sagemaker_core_names_the_image_that_the_snapshot_names() -> None:
    question = {
        "framework": "huggingface-tei",
        "region": "cn-north-1",
        "version": "1.8.2",
        "instance_type": "ml.g5.xlarge",
    }
    assert ask_worker(question)["image"] == family_image("huggingface-tei", "cn-north-1", version="1.8.2")


def test_a_worker_that_takes_too_long_is_a_failure_in_words() -> None:
    with pytest.raises(ServiceFailure) as caught:
        ask_worker({"framework": "vllm", "region": "us-east-1", "version": "", "instance_type": ""}, timeout=0.01)
    assert "SageMaker SDK" in caught.value.what


def test_an_answer_is_asked_for_once_and_kept_for_seven_days(bucket: S3, tmp_path: Path) -> None:
    now, asked = [1000.0], []

    def ask(question: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(question)
        return ANSWER

    def service() -> CatalogService:
        return CatalogService("eu-west-1", clients=Clients(bucket), folder=tmp_path, clock=lambda: now[0], ask=ask)

    first = service().container(FALCON, "ml.g5.2xlarge")
    assert first.source == "sagemaker-core 2.27.0"
    assert (first.artifact, first.environment, first.startup) == (ANSWER["artifact"], (("SM_NUM_GPUS", "1"),), 1200)
    assert asked[0]["specification"] == SPECIFICATION
    assert asked[0]["entry"]["version"] == "4.6.16"
    assert service().container(FALCON, "ml.g5.2xlarge") == first
    assert len(asked) == 1
    service().container(FALCON, "ml.g5.4xlarge")
    assert bucket.read.count("models_manifest.json") == 1
    now[0] += 8 * 24 * 3600
    service().container(FALCON, "ml.g5.2xlarge")
    assert len(asked) == 3


def test_a_damaged_kept_answer_is_asked_for_again(bucket: S3, tmp_path: Path) -> None:
    service = CatalogService("eu-west-1", clients=Clients(bucket), folder=tmp_path, ask=lambda _: ANSWER)
    first = service.container(FALCON, "ml.g5.2xlarge")
    for path in tmp_path.iterdir():
        path.write_text("{")
    assert service.container(FALCON, "ml.g5.2xlarge") == first


def test_without_a_specification_an_open_model_comes_from_the_hub_and_the_plan_can_say_so(bucket: S3) -> None:
    def ask(question: Mapping[str, Any]) -> Mapping[str, Any]:
        raise ServiceFailure("The SageMaker SDK did not say what this model needs.")

    container = CatalogService("eu-west-1", clients=Clients(bucket), ask=ask).container(FALCON, "ml.g5.2xlarge")
    assert dict(container.environment)["HF_MODEL_ID"] == "tiiuae/falcon-7b-instruct"
    assert container.source == "snapshot of 2026-11-20"
    assert "SageMaker SDK did not say" in container.note


def test_an_image_for_the_hub_is_named_by_sagemaker_core_when_only_jumpstart_is_out_of_reach(tmp_path: Path) -> None:
    named = {"image": "1.dkr.ecr.eu-west-1.amazonaws.com/tei-cpu:9", "source": "sagemaker-core 2.27.0"}
    clients = StubbedClients("s3", region="eu-west-1")
    clients.refuse("s3", "get_object", "AccessDenied", "Access Denied")
    service = CatalogService("eu-west-1", clients=clients, folder=tmp_path, ask=lambda _: named)
    with clients.active():
        container = service.container("huggingface-sentencesimilarity-bge-small-en-v1-5", "ml.c6i.xlarge")
    assert (container.image, container.source) == (named["image"], named["source"])
    assert container.environment == (("HF_MODEL_ID", "BAAI/bge-small-en-v1.5"),)
    assert "AWS refused permission" in container.note


def test_the_sandbox_asks_nobody(bucket: S3) -> None:
    def ask(question: Mapping[str, Any]) -> Mapping[str, Any]:
        raise AssertionError("nobody is to be asked")

    service = CatalogService("eu-west-1", clients=Clients(bucket), offline=True, ask=ask)
    assert service.container(FALCON, "ml.g5.2xlarge").source == "snapshot of 2026-11-20"
    assert service.image("huggingface-tei", "1.8.2", "ml.g5.xlarge")[1] == "snapshot of 2026-11-20"
    assert bucket.read == [""]


def test_a_version_no_longer_listed_gives_way_to_the_newest() -> None:
    listed = [{**ENTRY, "version": version} for version in ("4.9.0", "4.10.2", "1.0.0")]
    assert entry_of(listed, FALCON, "4.6.16")["version"] == "4.10.2"
    assert entry_of([*listed, ENTRY], FALCON, "4.6.16") == ENTRY


def test_a_model_jumpstart_does_not_list_is_not_found() -> None:
    with pytest.raises(NotFound):
        entry_of([ENTRY], "another-model", "1.0.0")


def test_a_refused_bucket_is_permission_denied() -> None:
    clients = StubbedClients("s3", region="eu-west-1")
    clients.refuse("s3", "get_object", "AccessDenied", "Access Denied")
    with clients.active(), pytest.raises(PermissionDenied) as caught:
        CatalogGateway(clients).manifest()
    assert "JumpStart" in caught.value.what


def test_a_newer_cuda_needs_a_newer_host_image() -> None:
    assert inference_ami("1.dkr.ecr.us-east-1.amazonaws.com/vllm:0.25.1-gpu-py312-cu130-ubuntu22.04") == VLLM_AMI
    assert inference_ami("x/sglang:0.5-gpu-cu130") == SGLANG_AMI
    assert inference_ami("x/huggingface-pytorch-tgi-inference:2.7.0-gpu-py311-cu124") == ""
    assert inference_ami("x/tei-cpu:2.0.1") == ""
