from __future__ import annotations

from dataclasses import replace

import pytest

from services.access import ExistingRole
from services.batch import HostedModel, JobStatus, TransformJob
from services.batch.costs import Ceiling
from services.batch.planner import BatchState, job_parameters, plan_removal, plan_stop, plan_transform
from services.errors import InvalidRequest
from services.plans import Format, check, export, undeclared
from tests.services.batch.conftest import EMBEDDING, asked
from tests.services.batch.samples import HERE, WHEN, brought, removed, stopped


def test_only_what_was_said_is_sent() -> None:
    sent = job_parameters(asked("a-job", split="", assemble="", strategy="", content_type="", accept=""))
    assert sent == {
        "TransformJobName": "a-job",
        "ModelName": "embeds",
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://batches/a-job/in/"}}
        },
        "TransformOutput": {"S3OutputPath": "s3://batches/a-job/out/"},
        "TransformResources": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
    }


def test_everything_that_was_said_is_sent() -> None:
    request = asked(
        "a-job", strategy="SingleRecord", compression="Gzip", max_payload_mb=0, max_concurrent=2, join=True,
        input_filter="$.a", output_filter="$", output_kms_key="alias/a", volume_kms_key="alias/b",
        environment=(("A", "1"),), tags=(("team", "search"),), timeout_seconds=60, retries=0,
    )  # fmt: skip
    sent = job_parameters(request)
    assert (sent["MaxPayloadInMB"], sent["MaxConcurrentTransforms"]) == (0, 2)
    assert sent["ModelClientConfig"] == {"InvocationsTimeoutInSeconds": 60, "InvocationsMaxRetries": 0}
    assert sent["DataProcessing"] == {"InputFilter": "$.a", "OutputFilter": "$", "JoinSource": "Input"}
    assert sent["TransformOutput"]["KmsKeyId"] == "alias/a"
    assert sent["TransformResources"]["VolumeKmsKeyId"] == "alias/b"
    plan = plan_transform(request, BatchState(here=HERE))
    assert {"Key": "team", "Value": "search"} in [dict(tag) for tag in plan.steps[-1].parameters["Tags"]]
    assert check(plan) == ()


def test_plans_are_sound_say_what_they_need_and_are_the_same_when_made_again() -> None:
    for make in (brought, stopped, removed):
        assert check(make()) == ()
        assert not undeclared(make())
        assert make() == make()
    assert [step.id for step in brought().steps[-1].undo] == ["stop-transform-job-a-job", "stopped-transform-job-a-job"]
    code = export(brought(), Format.BOTO3).text
    assert "create_transform_job" in code
    assert "send_file" in code


def test_a_job_of_a_package_makes_a_model_of_it_first() -> None:
    package = "arn:aws:sagemaker:us-east-1:123456789012:model-package/churn/3"
    role = ExistingRole("arn:aws:iam::123456789012:role/R")
    plan = plan_transform(asked("a-job", model="churn-3", package=package, role=role), BatchState(here=HERE))
    assert [step.operation for step in plan] == ["create_model", "create_transform_job"]
    assert plan.steps[0].parameters["Containers"] == ({"ModelPackageName": package},)
    assert any("must be able to read" in warning for warning in plan.warnings)
    assert check(plan) == ()


def test_a_model_of_several_containers_is_copied_whole() -> None:
    held = HostedModel(
        "pipeline", containers=({"Image": EMBEDDING}, {"Image": EMBEDDING}), network={"Subnets": ["subnet-1"],
        "SecurityGroupIds": ["sg-1"]}, isolated=True,
    )  # fmt: skip
    role = ExistingRole("arn:aws:iam::123456789012:role/R")
    request = asked("a-job", model="a-copy", copy_of="pipeline", role=role)
    sent = plan_transform(request, BatchState(here=HERE, copied=held)).steps[0].parameters
    assert len(sent["Containers"]) == 2
    assert sent["VpcConfig"]["Subnets"] == ("subnet-1",)
    assert sent["EnableNetworkIsolation"] is True


def test_the_price_is_that_of_the_machines_and_the_guess_is_said_to_be_one() -> None:
    costs = Ceiling(0.46, 0.03, 250.0, None, "A guess: about 100 records.")
    plan = plan_transform(asked("a-job"), BatchState(here=HERE, costs=costs))
    assert plan.estimate.usd_per_hour == 0.46
    assert "likely 4 minutes or $0.03" in plan.estimate.source
    unknown = plan_transform(asked("a-job"), BatchState(here=HERE))
    assert unknown.estimate.usd_per_hour is None


def test_what_cannot_be_is_not_planned() -> None:
    with pytest.raises(InvalidRequest, match="at most 100"):
        plan_transform(asked("a-job", max_payload_mb=60, max_concurrent=2), BatchState(here=HERE))
    ended = TransformJob("a-job", JobStatus.COMPLETED, WHEN)
    with pytest.raises(InvalidRequest, match="ended already"):
        plan_stop(ended, "arn", None)
    with pytest.raises(InvalidRequest, match="left nothing"):
        plan_removal(ended, (), 0)
    assert plan_stop(replace(ended, status=JobStatus.IN_PROGRESS), "arn", None).estimate.usd_per_hour is None
