"""What CreateModel takes and refuses, and how models are shown."""

from typing import Any

import pytest

from sandbox.faults import Kind
from tests.sandbox.sagemaker.calls import ARN, IMAGE, REGION, SageMaker

PRIVATE = "s3://jumpstart-private-cache-prod-us-east-1/meta-textgeneration/llama/artifacts/inference-prepack/v1.0.0/"


def weights(uri: str, **access: Any) -> dict[str, Any]:
    source = {"S3Uri": uri, "S3DataType": "S3Prefix", "CompressionType": "None", **access}
    return {"ModelDataSource": {"S3DataSource": source}}


def test_an_image_of_no_registry_is_refused_unless_it_is_reached_through_a_vpc(aws: SageMaker) -> None:
    code, said = aws.refused("CreateModel", ModelName="m", PrimaryContainer={"Image": "image:1"})
    assert code == "ValidationException"
    assert said == 'Using non-ECR image "image:1" without Vpc repository access mode is not supported.'
    aws.model("m", Image="registry.local/image:1", ImageConfig={"RepositoryAccessMode": "Vpc"})
    assert aws("ListModels")["Models"][0]["ModelName"] == "m"


@pytest.mark.parametrize("uri", ["s3://own/a.tar.gz", "s3://own/missing.tar.gz", "s3://own/a.tar", "s3://nobodys/a"])
def test_weights_that_are_not_there_are_refused(aws: SageMaker, uri: str) -> None:
    aws.bucket("own")
    if uri == "s3://own/a.tar.gz":
        aws.world.objects.write("own", "a.tar.gz", b"weights")
        aws.model("m", ModelDataUrl=uri)
        assert aws("DescribeModel", ModelName="m")["PrimaryContainer"]["ModelDataUrl"] == uri
    else:
        aws.world.objects.write("own", "a.tar.gz", b"weights")
        said = aws.refused("CreateModel", ModelName="m", PrimaryContainer={"Image": IMAGE, "ModelDataUrl": uri})
        assert said == ("ValidationException", f"Could not find model data at {uri}.")


def test_weights_under_a_prefix_are_found(aws: SageMaker) -> None:
    aws.bucket("own")
    aws.world.objects.write("own", "model/weights.safetensors", b"weights")
    aws.model("m", **weights("s3://own/model/"))
    aws.model("n", **weights("s3://own/model"))
    assert len(aws("ListModels")["Models"]) == 2


def test_weights_of_another_region_are_out_of_reach(aws: SageMaker) -> None:
    aws.bucket("far", "eu-west-1")
    aws.world.objects.write("far", "a.tar.gz", b"weights")
    container = {"Image": IMAGE, "ModelDataUrl": "s3://far/a.tar.gz"}
    code, said = aws.refused("CreateModel", ModelName="m", PrimaryContainer=container)
    assert code == "ValidationException"
    assert said.startswith("Could not access model data at s3://far/a.tar.gz. Please ensure that the role")
    assert f"located in {REGION}" in said


def test_jumpstarts_weights_count_as_there_in_their_own_region(aws: SageMaker) -> None:
    aws.model("m", **weights("s3://jumpstart-cache-prod-us-east-1/huggingface-llm/x/artifacts/v1.0.0/"))
    container = {"Image": IMAGE, **weights("s3://jumpstart-cache-prod-eu-west-1/huggingface-llm/x/")}
    assert "Could not access model data" in aws.refused("CreateModel", ModelName="n", PrimaryContainer=container)[1]


@pytest.mark.parametrize("access", [{}, {"ModelAccessConfig": {"AcceptEula": False}}])
def test_gated_weights_need_the_licence_accepted(aws: SageMaker, access: dict[str, Any]) -> None:
    container = {"Image": IMAGE, **weights(PRIVATE, **access)}
    code, said = aws.refused("CreateModel", ModelName="m", PrimaryContainer=container)
    assert code == "ValidationException"
    assert said.startswith("The AcceptEula value must be explicitly defined as True in order to accept the end-user")
    assert f'"{PRIVATE}"' in said
    aws.model("m", **weights(PRIVATE, ModelAccessConfig={"AcceptEula": True}))
    shown = aws("DescribeModel", ModelName="m")["PrimaryContainer"]["ModelDataSource"]["S3DataSource"]
    assert shown["ModelAccessConfig"] == {"AcceptEula": True}


def test_faults_make_weights_gated_or_missing(aws: SageMaker) -> None:
    uri = "s3://jumpstart-cache-prod-us-east-1/x/"
    container = {"Image": IMAGE, **weights(uri)}
    aws.fault(Kind.GATED_MODEL, resource="m", left=1)
    assert "AcceptEula" in aws.refused("CreateModel", ModelName="m", PrimaryContainer=container)[1]
    aws.fault(Kind.MISSING_ARTIFACT, resource="m", left=1)
    missing = aws.refused("CreateModel", ModelName="m", PrimaryContainer=container)
    assert missing == ("ValidationException", f"Could not find model data at {uri}.")
    aws.model("m", **weights(uri))


def test_a_pipeline_is_described_as_it_was_made(aws: SageMaker) -> None:
    containers = [{"Image": IMAGE, "ContainerHostname": name} for name in ("first", "second")]
    network = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}
    aws(
        "CreateModel",
        ModelName="p",
        Containers=containers,
        InferenceExecutionConfig={"Mode": "Direct"},
        VpcConfig=network,
        EnableNetworkIsolation=True,
    )
    shown = aws("DescribeModel", ModelName="p")
    assert shown["Containers"] == containers
    assert shown["InferenceExecutionConfig"] == {"Mode": "Direct"}
    assert (shown["VpcConfig"], shown["EnableNetworkIsolation"]) == (network, True)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({}, "One of PrimaryContainer or Containers must be specified."),
        ({"PrimaryContainer": {"Image": IMAGE}, "Containers": [{"Image": IMAGE}]}, "Only one of PrimaryContainer"),
        ({"PrimaryContainer": {}}, "Container should have at least one of Image or ModelPackageName"),
        ({"PrimaryContainer": {"Image": IMAGE, "Mode": "MultiModel"}}, "ModelDataUrl must be specified"),
        ({"Containers": [{"Image": IMAGE, "ContainerHostname": "a"}] * 2}, "Container hostnames must be unique"),
    ],
)
def test_what_makes_no_model_is_refused(aws: SageMaker, request_: dict[str, Any], said: str) -> None:
    code, message = aws.refused("CreateModel", ModelName="m", **request_)
    assert code == "ValidationException"
    assert message.startswith(said)
    assert aws("ListModels")["Models"] == []


def test_models_are_listed_newest_first_in_pages_and_by_name(aws: SageMaker) -> None:
    for number in range(12):
        aws.model(f"m{number:02}")
        aws.world.advance(1)
    first = aws("ListModels")
    assert [m["ModelName"] for m in first["Models"]] == [f"m{n:02}" for n in range(11, 1, -1)]
    rest = aws("ListModels", NextToken=first["NextToken"])
    assert [m["ModelName"] for m in rest["Models"]] == ["m01", "m00"]
    assert "NextToken" not in rest
    named = aws("ListModels", NameContains="M1", SortBy="Name", SortOrder="Ascending")
    assert [m["ModelName"] for m in named["Models"]] == ["m10", "m11"]
    made = aws("DescribeModel", ModelName="m03")["CreationTime"]
    assert [m["ModelName"] for m in aws("ListModels", CreationTimeBefore=made)["Models"]] == ["m02", "m01", "m00"]
    assert aws.refused("ListModels", NextToken="rubbish")[0] == "ValidationException"


def test_a_deleted_model_takes_its_tags_along(aws: SageMaker) -> None:
    aws("CreateModel", ModelName="m", PrimaryContainer={"Image": IMAGE}, Tags=[{"Key": "owner", "Value": "me"}])
    aws("DeleteModel", ModelName="m")
    assert aws.refused("ListTags", ResourceArn=f"{ARN}:model/m")[1] == f'Could not find model "{ARN}:model/m".'
    aws.model("m")
    assert aws("ListTags", ResourceArn=f"{ARN}:model/m")["Tags"] == []
