"""What goes on when the sandbox is stopped and started again."""

from pathlib import Path

from sandbox.faults import Kind
from tests.sandbox.sagemaker.calls import ARN, REGION, ROLE, SageMaker, opened, roomy, variant


def reopened(aws: SageMaker, path: Path) -> SageMaker:
    aws.world.close()
    return SageMaker(opened(path))


def test_a_restart_in_the_midst_of_creating_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "world.db"
    aws = SageMaker(opened(path))
    aws.model()
    aws.config("c", variant(count=2))
    aws("CreateEndpoint", EndpointName="e", EndpointConfigName="c", Tags=[{"Key": "owner", "Value": "me"}])
    aws.world.advance(3)
    before = aws.described()
    aws = reopened(aws, path)
    assert aws.described() == before
    aws.world.advance(1)
    assert aws.status() == "Creating"
    aws.world.advance(2)
    assert aws.status() == "InService"
    assert aws.service.store.in_use(REGION, "ml.m5.large") == 2
    found = aws.world.hosting.find("e", REGION, "123456789012")
    assert found is not None
    assert (dict(found.tags), found.instance_count) == ({"owner": "me"}, 2)
    aws.world.close()


def test_updates_components_and_deletions_outlive_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "world.db"
    aws = SageMaker(opened(path))
    aws.model()
    aws.endpoint("e", roomy(MinInstanceCount=1, MaxInstanceCount=2), ExecutionRoleArn=ROLE)
    aws.endpoint("f", variant())
    aws.endpoint("g", variant())
    aws.config("second", variant(count=3))
    aws.component("one", copies=5, NumberOfAcceleratorDevicesRequired=1)
    aws("UpdateEndpoint", EndpointName="f", EndpointConfigName="second")
    aws("DeleteEndpoint", EndpointName="g")
    aws = reopened(aws, path)
    assert (aws.status("f"), aws.status("g")) == ("Updating", "Deleting")
    assert aws.shown("one")["InferenceComponentStatus"] == "Creating"
    assert "inference components" in aws.refused("DeleteEndpoint", EndpointName="e")[1]
    aws.world.advance(6)
    assert aws.described("f")["EndpointConfigName"] == "second"
    assert aws.shown("one")["RuntimeConfig"] == {"DesiredCopyCount": 5, "CurrentCopyCount": 5}
    assert aws.described("e")["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    assert {e["EndpointName"] for e in aws("ListEndpoints")["Endpoints"]} == {"e", "f"}
    aws.world.close()


def test_faults_strike_after_a_restart_too(tmp_path: Path) -> None:
    path = tmp_path / "world.db"
    aws = SageMaker(opened(path))
    aws.model()
    aws.fault(Kind.STUCK_CREATING, resource="e")
    aws.endpoint("e", variant())
    aws = reopened(aws, path)
    aws.world.advance(60)
    assert aws.status() == "Creating"
    aws.world.faults.remove()
    aws.world.advance(2)
    assert aws.status() == "InService"
    aws.world.close()


def test_a_reset_leaves_nothing_behind(aws: SageMaker) -> None:
    aws.model()
    aws.endpoint("e", variant())
    aws.world.reset()
    fresh = SageMaker(aws.world)
    assert fresh("ListEndpoints")["Endpoints"] == fresh("ListModels")["Models"] == []
    assert fresh.service.store.in_use(REGION, "ml.m5.large") == 0
    assert fresh.world.hosting.find("e", REGION, "123456789012") is None
    fresh.model()
    assert fresh("ListTags", ResourceArn=f"{ARN}:model/m")["Tags"] == []
