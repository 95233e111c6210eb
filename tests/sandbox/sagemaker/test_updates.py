"""How endpoints change: configurations, weights, counts, roll-outs and roll-backs."""

from typing import Any

import pytest

from sandbox.faults import Kind
from tests.sandbox.sagemaker.calls import ARN, OTHER_IMAGE, REGION, SageMaker, variant

SERVERLESS = {"VariantName": "A", "ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}
CANARY = {
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {
            "Type": "CANARY",
            "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 10},
            "WaitIntervalInSeconds": 300,
        },
        "TerminationWaitInSeconds": 120,
    }
}
ROLLING = {
    "RollingUpdatePolicy": {
        "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 50},
        "WaitIntervalInSeconds": 60,
    }
}


@pytest.fixture
def updatable(aws: SageMaker) -> SageMaker:
    """An endpoint `e` of two variants, and a configuration `second` with another model and one instance each."""
    aws.model()
    aws.model("other", Image=OTHER_IMAGE)
    aws.endpoint("e", variant("A", count=2), variant("B", InitialVariantWeight=3.0))
    aws.config("second", variant("A", "other"), variant("C", "other"))
    return aws


def update(aws: SageMaker, config: str = "second", **more: Any) -> None:
    aws("UpdateEndpoint", EndpointName="e", EndpointConfigName=config, **more)


def summary(aws: SageMaker, name: str) -> dict[str, Any]:
    return next(v for v in aws.described()["ProductionVariants"] if v["VariantName"] == name)


def test_an_update_brings_the_new_configuration_in(updatable: SageMaker) -> None:
    update(updatable)
    during = updatable.described()
    assert (during["EndpointStatus"], during["EndpointConfigName"]) == ("Updating", "e")
    (pending, _) = during["PendingDeploymentSummary"]["ProductionVariants"]
    assert (pending["DesiredInstanceCount"], pending["CurrentInstanceCount"]) == (1, 0)
    assert pending["VariantStatus"][0]["Status"] == "Creating"
    updatable.world.advance(6)
    after = updatable.described()
    assert (after["EndpointStatus"], after["EndpointConfigName"]) == ("InService", "second")
    assert [v["VariantName"] for v in after["ProductionVariants"]] == ["A", "C"]
    assert summary(updatable, "A")["DeployedImages"][0]["SpecifiedImage"] == OTHER_IMAGE
    assert summary(updatable, "A")["DeployedImages"][0]["ResolvedImage"].startswith(OTHER_IMAGE[:-2] + "@sha256:")
    assert "PendingDeploymentSummary" not in after


def test_both_fleets_count_while_one_replaces_the_other_and_the_larger_while_one_grows(updatable: SageMaker) -> None:
    in_use = updatable.service.store.in_use
    assert in_use(REGION, "ml.m5.large") == 3
    update(updatable)
    assert in_use(REGION, "ml.m5.large") == 3 + 2
    updatable.world.advance(6)
    assert in_use(REGION, "ml.m5.large") == 2
    change = [{"VariantName": "A", "DesiredInstanceCount": 4}]
    updatable("UpdateEndpointWeightsAndCapacities", EndpointName="e", DesiredWeightsAndCapacities=change)
    assert in_use(REGION, "ml.m5.large") == 5


def test_an_update_may_retain_counts_and_weights(updatable: SageMaker) -> None:
    change = [{"VariantName": "A", "DesiredInstanceCount": 4, "DesiredWeight": 0.5}]
    updatable("UpdateEndpointWeightsAndCapacities", EndpointName="e", DesiredWeightsAndCapacities=change)
    updatable.world.advance(6)
    excluded = [{"VariantPropertyType": "DesiredWeight"}]
    update(updatable, RetainAllVariantProperties=True, ExcludeRetainedVariantProperties=excluded)
    updatable.world.advance(6)
    assert (summary(updatable, "A")["CurrentInstanceCount"], summary(updatable, "A")["CurrentWeight"]) == (4, 1.0)
    assert summary(updatable, "C")["CurrentInstanceCount"] == 1


@pytest.mark.parametrize(("excluded", "percent"), [("DesiredWeight", 20), ("DataCaptureConfig", 70)])
def test_an_update_retains_data_capture_unless_it_is_excluded(aws: SageMaker, excluded: str, percent: int) -> None:
    def capture(percent: int) -> dict[str, Any]:
        to = {"DestinationS3Uri": "s3://b/c", "CaptureOptions": [{"CaptureMode": "Input"}]}
        return {"DataCaptureConfig": {"EnableCapture": True, "InitialSamplingPercentage": percent, **to}}

    aws.model()
    aws.endpoint("e", variant("A"), **capture(20))
    aws.config("second", variant("A"), **capture(70))
    update(aws, RetainAllVariantProperties=True, ExcludeRetainedVariantProperties=[{"VariantPropertyType": excluded}])
    aws.world.advance(6)
    assert aws.described()["DataCaptureConfig"]["CurrentSamplingPercentage"] == percent


def test_excluding_properties_needs_them_retained(updatable: SageMaker) -> None:
    excluded = [{"VariantPropertyType": "DesiredWeight"}]
    code, said = updatable.refused(
        "UpdateEndpoint", EndpointName="e", EndpointConfigName="second", ExcludeRetainedVariantProperties=excluded
    )
    assert (code, updatable.status()) == ("ValidationException", "InService")
    assert said.startswith("ExcludeRetainedVariantProperties requires")


def test_a_guarded_update_shifts_traffic_bakes_and_takes_longer(updatable: SageMaker) -> None:
    update(updatable, DeploymentConfig=CANARY)
    seen = set()
    while updatable.status() == "Updating":
        (first, _) = updatable.described()["PendingDeploymentSummary"]["ProductionVariants"]
        seen.add(first["VariantStatus"][0]["Status"])
        updatable.world.advance(1)
    assert seen == {"Creating", "ActivatingTraffic", "Baking"}
    after = updatable.described()
    assert after["LastDeploymentConfig"] == CANARY
    assert after["LastModifiedTime"] - after["CreationTime"] > (300 + 300 + 300 + 120) / 60


@pytest.mark.parametrize("change", ["retain", "forget"])
def test_a_deployment_policy_is_kept_only_when_asked(updatable: SageMaker, change: str) -> None:
    update(updatable, DeploymentConfig=CANARY)
    updatable.world.advance(30)
    update(updatable, "e", RetainDeploymentConfig=change == "retain")
    updatable.world.advance(30)
    assert updatable.described().get("LastDeploymentConfig") == (CANARY if change == "retain" else None)


@pytest.mark.parametrize("kind", [Kind.SILENT_ROLLBACK, Kind.FAILED_PING, Kind.NO_CAPACITY])
def test_an_update_that_cannot_start_is_rolled_back_in_silence(updatable: SageMaker, kind: Kind) -> None:
    updatable.fault(kind, operation="UpdateEndpoint")
    update(updatable)
    updatable.world.advance(6)
    after = updatable.described()
    assert (after["EndpointStatus"], after["EndpointConfigName"]) == ("InService", "e")
    assert not {"PendingDeploymentSummary", "FailureReason"} & after.keys()
    assert [v["VariantName"] for v in after["ProductionVariants"]] == ["A", "B"]


@pytest.mark.parametrize(("state", "config"), [("ALARM", "e"), ("OK", "second")])
def test_an_alarm_rolls_a_guarded_update_back(updatable: SageMaker, state: str, config: str) -> None:
    alarm = {
        "AlarmName": "errors",
        "Namespace": "AWS/SageMaker",
        "MetricName": "Invocation5XXErrors",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    updatable.world.call("cloudwatch", "PutMetricAlarm", alarm, REGION)
    guarded = {**CANARY, "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]}}
    update(updatable, DeploymentConfig=guarded)
    told = {"AlarmName": "errors", "StateValue": state, "StateReason": "a test"}
    for _ in range(40):
        updatable.world.call("cloudwatch", "SetAlarmState", told, REGION)
        updatable.world.advance(0.5)
    assert (updatable.status(), updatable.described()["EndpointConfigName"]) == ("InService", config)


def test_a_rolling_update_that_can_go_neither_way_is_left_half_done(updatable: SageMaker) -> None:
    updatable.fault(Kind.NO_CAPACITY, operation="UpdateEndpoint")
    update(updatable, DeploymentConfig=ROLLING)
    updatable.world.advance(30)
    assert updatable.status() == "UpdateRollbackFailed"
    assert "InsufficientInstanceCapacity" in updatable.described()["FailureReason"]
    updatable.world.faults.remove()
    update(updatable)
    updatable.world.advance(30)
    assert (updatable.status(), updatable.described()["EndpointConfigName"]) == ("InService", "second")


def test_more_instances_that_aws_does_not_have_are_rolled_back_in_sight(updatable: SageMaker) -> None:
    updatable.fault(Kind.NO_CAPACITY, resource="ml.m5.large")
    change = [{"VariantName": "A", "DesiredInstanceCount": 5}]
    updatable("UpdateEndpointWeightsAndCapacities", EndpointName="e", DesiredWeightsAndCapacities=change)
    updatable.world.advance(6)
    assert updatable.status() == "RollingBack"
    assert updatable.refused("DeleteEndpoint", EndpointName="e")[1].startswith("Cannot update in-progress endpoint")
    updatable.world.advance(6)
    assert updatable.status() == "InService"
    assert summary(updatable, "A")["CurrentInstanceCount"] == 2


def test_weights_change_without_new_instances(updatable: SageMaker) -> None:
    updatable.fault(Kind.NO_CAPACITY)
    since = [row.since for row in updatable.service.running(REGION)]
    change = [{"VariantName": "A", "DesiredWeight": 9.0}]
    updatable("UpdateEndpointWeightsAndCapacities", EndpointName="e", DesiredWeightsAndCapacities=change)
    assert (summary(updatable, "A")["CurrentWeight"], summary(updatable, "A")["DesiredWeight"]) == (1.0, 9.0)
    updatable.world.advance(6)
    assert summary(updatable, "A")["CurrentWeight"] == 9.0
    assert [row.since for row in updatable.service.running(REGION)] == since


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([{"VariantName": "Z"}], 'The variant name(s) "Z" is/are not present within endpoint configuration "e".'),
        ([{"VariantName": "A"}] * 2, 'The variant name "A" was non-unique within the request.'),
        ([{"VariantName": "A", "DesiredInstanceCount": 0}], "DesiredInstanceCount must be at least 1"),
        ([{"VariantName": "A", "ServerlessUpdateConfig": {"MaxConcurrency": 1}}], "ServerlessUpdateConfig cannot"),
    ],
)
def test_changes_aws_would_not_make_are_refused(updatable: SageMaker, changes: Any, said: str) -> None:
    code, message = updatable.refused(
        "UpdateEndpointWeightsAndCapacities", EndpointName="e", DesiredWeightsAndCapacities=changes
    )
    assert code == "ValidationException"
    assert message.startswith(said)
    assert updatable.status() == "InService"


def test_an_endpoint_that_lost_its_configuration_serves_but_scales_no_more(updatable: SageMaker) -> None:
    updatable("DeleteEndpointConfig", EndpointConfigName="e")
    assert updatable.status() == "InService"
    change = [{"VariantName": "A", "DesiredInstanceCount": 3}]
    lost = updatable.refused("UpdateEndpointWeightsAndCapacities", EndpointName="e", DesiredWeightsAndCapacities=change)
    assert lost == ("ValidationException", f'Could not find endpoint configuration "{ARN}:endpoint-config/e".')
    update(updatable)
    updatable.world.advance(6)
    assert updatable.described()["EndpointConfigName"] == "second"


def test_an_endpoint_on_instances_does_not_become_serverless_but_the_other_way_round(updatable: SageMaker) -> None:
    updatable.config("less", SERVERLESS)
    said = updatable.refused("UpdateEndpoint", EndpointName="e", EndpointConfigName="less")[1]
    assert said == "Converting an instance-based endpoint to a serverless endpoint is not supported."
    updatable("CreateEndpoint", EndpointName="less", EndpointConfigName="less")
    updatable.world.advance(6)
    updatable("UpdateEndpoint", EndpointName="less", EndpointConfigName="second")
    updatable.world.advance(6)
    assert updatable.described("less")["EndpointConfigName"] == "second"


def test_a_serverless_endpoint_shows_its_configuration_and_changes_it(aws: SageMaker) -> None:
    aws.model()
    (before,) = aws.endpoint("e", SERVERLESS)["ProductionVariants"]
    assert before["CurrentServerlessConfig"] == before["DesiredServerlessConfig"] == SERVERLESS["ServerlessConfig"]
    assert "CurrentInstanceCount" not in before
    change = [{"VariantName": "A", "ServerlessUpdateConfig": {"ProvisionedConcurrency": 2}}]
    aws("UpdateEndpointWeightsAndCapacities", EndpointName="e", DesiredWeightsAndCapacities=change)
    aws.world.advance(6)
    assert summary(aws, "A")["CurrentServerlessConfig"]["ProvisionedConcurrency"] == 2
    assert list(aws.service.running(REGION)) == []


def test_an_asynchronous_endpoint_scales_to_nothing(aws: SageMaker) -> None:
    aws.model()
    asynchronous = {"OutputConfig": {"S3OutputPath": "s3://out/here"}}
    described = aws.endpoint("e", variant(), AsyncInferenceConfig=asynchronous)
    assert described["AsyncInferenceConfig"] == asynchronous
    aws.service.set_count(REGION, "e", "A", 0)
    assert aws.status() == "Updating"
    aws.world.advance(6)
    assert summary(aws, "A")["CurrentInstanceCount"] == 0
    found = aws.world.hosting.find("e", REGION, "123456789012")
    assert found is not None
    assert (found.instance_count, found.asynchronous) == (0, asynchronous)
    assert list(aws.service.running(REGION)) == []


def test_shadow_variants_and_data_capture_are_shown(aws: SageMaker) -> None:
    aws.model()
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 20,
        "DestinationS3Uri": "s3://out/captured",
        "CaptureOptions": [{"CaptureMode": "Input"}],
    }
    described = aws.endpoint("e", variant(), ShadowProductionVariants=[variant("S")], DataCaptureConfig=capture)
    assert [v["VariantName"] for v in described["ShadowProductionVariants"]] == ["S"]
    assert described["DataCaptureConfig"] == {
        "EnableCapture": True,
        "CaptureStatus": "Started",
        "CurrentSamplingPercentage": 20,
        "DestinationS3Uri": "s3://out/captured",
        "KmsKeyId": "",
    }
    assert sum(row.instances for row in aws.service.running(REGION)) == 2
    found = aws.world.hosting.find("e", REGION, "123456789012")
    assert found is not None
    assert (found.variant, found.capture) == ("A", capture)


def test_the_list_filters_by_status_and_time(updatable: SageMaker) -> None:
    updatable.world.advance(10)
    updatable("CreateEndpoint", EndpointName="late", EndpointConfigName="e")
    assert [e["EndpointName"] for e in updatable("ListEndpoints", StatusEquals="Creating")["Endpoints"]] == ["late"]
    made = updatable.described("late")["CreationTime"]
    older = updatable("ListEndpoints", CreationTimeBefore=made)["Endpoints"]
    assert [e["EndpointName"] for e in older] == ["e"]
    by_status = updatable("ListEndpoints", SortBy="Status", SortOrder="Ascending")["Endpoints"]
    assert [e["EndpointStatus"] for e in by_status] == ["Creating", "InService"]
    updatable.world.advance(6)
    newer = updatable("ListEndpoints", LastModifiedTimeAfter=made)["Endpoints"]
    assert [e["EndpointName"] for e in newer] == ["late"]
