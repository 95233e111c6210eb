"""The public hub and JumpStart's bucket tell of the same models, in the forms that AWS's SDK reads."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.faults import Fault, Kind
from sandbox.sagemaker.hub import bucket, catalog
from sandbox.sagemaker.hub.documents import document
from sandbox.sagemaker.hub.specifications import specification
from tests.sandbox.conftest import Running

HUB = "SageMakerPublicHub"
LLAMA = "meta-textgeneration-llama-2-7b-f"
FALCON = "huggingface-llm-falcon-7b-bf16"
CACHE = "jumpstart-cache-prod-us-east-1"


def _describe(client: Any, name: str, **more: Any) -> Any:
    return client.describe_hub_content(HubName=HUB, HubContentType="Model", HubContentName=name, **more)


def test_the_hub_lists_all_models_in_pages(sandbox: Running) -> None:
    client = sandbox.client("sagemaker")
    assert [hub["HubName"] for hub in client.list_hubs()["HubSummaries"]] == [HUB]
    assert client.describe_hub(HubName=HUB)["HubStatus"] == "InService"
    pages = client.get_paginator("list_hub_contents") if client.can_paginate("list_hub_contents") else None
    assert pages is None
    names: list[str] = []
    asked: dict[str, Any] = {"HubName": HUB, "HubContentType": "Model", "MaxResults": 100}
    while True:
        answer = client.list_hub_contents(**asked)
        names += [row["HubContentName"] for row in answer["HubContentSummaries"]]
        if "NextToken" not in answer:
            break
        asked["NextToken"] = answer["NextToken"]
    assert len(names) == len(set(names)) > 1000
    assert names == sorted(names)
    assert {LLAMA, FALCON} <= set(names)


def test_names_are_found_by_a_part_of_them(sandbox: Running) -> None:
    client = sandbox.client("sagemaker")
    rows = client.list_hub_contents(HubName=HUB, HubContentType="Model", NameContains="falcon", MaxResults=100)
    names = [row["HubContentName"] for row in rows["HubContentSummaries"]]
    assert FALCON in names
    assert all("falcon" in name for name in names)


def test_a_gated_models_document_says_so_and_where_its_weights_lie(sandbox: Running) -> None:
    client = sandbox.client("sagemaker")
    told = _describe(client, LLAMA)
    document = json.loads(told["HubContentDocument"])
    assert document["GatedBucket"] is True
    assert document["HostingPrepackedArtifactUri"].startswith("s3://jumpstart-private-cache-prod-us-east-1/")
    assert document["HostingEulaUri"] == f"s3://{CACHE}/fmhMetadata/eula/llamaEula.txt"
    assert "ml.g5.2xlarge" in document["SupportedInferenceInstanceTypes"]
    assert document["TrainingSupported"] is True
    assert {each["Name"] for each in document["Hyperparameters"]} >= {"epoch", "learning_rate", "lora_r"}
    (version,) = client.list_hub_content_versions(HubName=HUB, HubContentType="Model", HubContentName=LLAMA)[
        "HubContentSummaries"
    ]
    assert _describe(client, LLAMA, HubContentVersion=version["HubContentVersion"])["HubContentName"] == LLAMA


def test_what_is_not_there_is_not_found(sandbox: Running) -> None:
    client = sandbox.client("sagemaker")
    calls: list[Callable[[], Any]] = [
        lambda: _describe(client, "no-such-model"),
        lambda: _describe(client, LLAMA, HubContentVersion="0.0.1"),
        lambda: client.describe_hub(HubName="mine"),
    ]
    for call in calls:
        with pytest.raises(ClientError) as refused:
            call()
        assert refused.value.response["Error"]["Code"] == "ResourceNotFound"


def test_the_bucket_holds_the_manifest_and_every_specification_it_names(sandbox: Running) -> None:
    s3 = sandbox.client("s3")
    manifest = json.loads(s3.get_object(Bucket=CACHE, Key="models_manifest.json")["Body"].read())
    assert len(manifest) > 1000
    (entry,) = (entry for entry in manifest if entry["model_id"] == FALCON)
    spec = json.loads(s3.get_object(Bucket=CACHE, Key=entry["spec_key"])["Body"].read())
    assert (spec["model_id"], spec["version"]) == (FALCON, entry["version"])
    aliases = spec["hosting_instance_type_variants"]["regional_aliases"]["us-east-1"]
    assert aliases["alias_ecr_uri_gpu"].startswith("763104351884.dkr.ecr.us-east-1.amazonaws.com/")
    sold = json.loads(s3.get_object(Bucket=CACHE, Key="proprietary-sdk-manifest.json")["Body"].read())
    assert not {entry["model_id"] for entry in sold} & {entry["model_id"] for entry in manifest}


def test_weights_are_there_by_head_and_by_list(sandbox: Running) -> None:
    s3 = sandbox.client("s3", "eu-west-1")
    there = "jumpstart-cache-prod-eu-west-1"
    prefix = catalog.models()[FALCON].artifacts
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=there, Prefix=prefix)["Contents"]]
    assert keys
    assert s3.head_object(Bucket=there, Key=keys[0])["ContentLength"] > 0
    assert s3.head_bucket(Bucket=there)["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == "eu-west-1"
    with pytest.raises(ClientError) as refused:
        s3.head_object(Bucket=there, Key="nothing")
    assert refused.value.response["Error"]["Code"] == "404"


def test_lists_go_on_where_they_stopped(sandbox: Running) -> None:
    pages = (
        sandbox.client("s3")
        .get_paginator("list_objects_v2")
        .paginate(Bucket=CACHE, Prefix="community_models/meta-", PaginationConfig={"PageSize": 7})
    )
    keys = [each["Key"] for page in pages for each in page["Contents"]]
    assert len(keys) == len(set(keys)) > 14


def test_a_part_of_an_object_is_served(sandbox: Running) -> None:
    part = sandbox.client("s3").get_object(Bucket=CACHE, Key="models_manifest.json", Range="bytes=0-9")
    assert len(part["Body"].read()) == 10
    assert part["ContentRange"].startswith("bytes 0-9/")


def test_nobody_writes_to_jumpstarts_buckets_or_reads_gated_weights(sandbox: Running) -> None:
    s3 = sandbox.client("s3")
    calls: list[Callable[[], Any]] = [
        lambda: s3.put_object(Bucket=CACHE, Key="mine", Body=b""),
        lambda: s3.delete_object(Bucket=CACHE, Key="models_manifest.json"),
        lambda: s3.get_object(Bucket="jumpstart-private-cache-prod-us-east-1", Key="models_manifest.json"),
    ]
    for call in calls:
        with pytest.raises(ClientError, match="AccessDenied"):
            call()
    gated = catalog.models()[LLAMA].artifacts
    assert bucket.holds("jumpstart-private-cache-prod-us-east-1", gated)
    assert not bucket.holds(CACHE, "nothing/")


def test_faults_strike_jumpstarts_bucket_too(sandbox: Running) -> None:
    with sandbox.app.world.lock:
        sandbox.app.world.faults.set(Fault(Kind.DENIED_ACTION, resource="s3:GetObject"))
    with pytest.raises(ClientError, match="AccessDenied"):
        sandbox.client("s3").get_object(Bucket=CACHE, Key="models_manifest.json")


def test_every_model_has_a_specification_and_a_document() -> None:
    for model in catalog.models().values():
        spec = json.loads(json.dumps(specification(model, "eu-central-1")))
        told = json.loads(document(model, "eu-central-1"))
        assert spec["model_id"] == model.id
        assert told["HostingPrepackedArtifactUri"].startswith("s3://jumpstart-")
        assert len(json.dumps(told)) < 327680
