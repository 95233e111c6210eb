"""No order of calls, faults and pauses reaches a state AWS does not have, loses an endpoint, or leaves a cost."""

import sys
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sandbox.errors import AwsError
from sandbox.faults import Fault, Kind
from sandbox.sagemaker.store import Store
from tests.sandbox.sagemaker.calls import OTHER_IMAGE, REGION, ROLE, SageMaker, opened, roomy, variant

ENDPOINT_STEPS = {
    ("", "Creating"),
    ("Creating", "InService"),
    ("Creating", "Failed"),
    ("InService", "Updating"),
    ("InService", "Deleting"),
    ("Updating", "InService"),
    ("Updating", "RollingBack"),
    ("Updating", "UpdateRollbackFailed"),
    ("RollingBack", "InService"),
    ("UpdateRollbackFailed", "Updating"),
    ("UpdateRollbackFailed", "Deleting"),
    ("Failed", "Deleting"),
    ("Deleting", ""),
}
COMPONENT_STEPS = {
    ("", "Creating"),
    ("Creating", "InService"),
    ("Creating", "Failed"),
    ("InService", "Updating"),
    ("InService", "Deleting"),
    ("Updating", "InService"),
    ("Failed", "Deleting"),
    ("Deleting", ""),
}
SERVING = {"InService", "Updating", "RollingBack", "UpdateRollbackFailed"}
TYPES = ("ml.m5.large", "ml.g5.xlarge", "ml.g5.12xlarge")
CONFIGS = ("one", "two", "pair", "async", "less", "roomy", "gone")
KINDS = (
    Kind.QUOTA_ZERO,
    Kind.NO_CAPACITY,
    Kind.FAILED_PING,
    Kind.SILENT_ROLLBACK,
    Kind.STUCK_CREATING,
    Kind.SLOW_START,
)
ROLLING = {
    "RollingUpdatePolicy": {
        "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 50},
        "WaitIntervalInSeconds": 60,
    }
}
endpoints = st.sampled_from(("a", "b"))
components = st.sampled_from(("x", "y"))
counts = st.integers(0, 6)


class Life(RuleBasedStateMachine):
    """Two endpoints and two components at the most, so that calls meet one another."""

    @initialize()
    def open(self) -> None:
        self.stumbles = mock.patch("sandbox.agenda.traceback.print_exc", side_effect=_raise_again)
        self.stumbles.start()
        self.aws = aws = SageMaker(opened())
        self.seen: dict[tuple[str, str], str] = {}
        aws.model()
        aws.model("other", Image=OTHER_IMAGE)
        aws.config("one", variant())
        aws.config("two", variant("A", "other", "ml.g5.xlarge", 2))
        aws.config("pair", variant("A"), variant("B", "other"))
        aws.config("async", variant(), AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": "s3://out/x"}})
        serverless = {"MemorySizeInMB": 1024, "MaxConcurrency": 5}
        aws.config("less", {"VariantName": "A", "ModelName": "m", "ServerlessConfig": serverless})
        aws.config("roomy", roomy(MinInstanceCount=0, MaxInstanceCount=2), ExecutionRoleArn=ROLE)
        self.create("a", "roomy")
        self.create("b", "pair")
        self.wait(15)
        self.add_component("x", "a", 2, 1)

    def ask(self, operation: str, **request: Any) -> None:
        """Do it, or be refused as AWS refuses; either way the world has to be sound afterwards."""
        try:
            self.aws(operation, **request)
        except AwsError as refused:
            if refused.code not in ("ValidationException", "ResourceLimitExceeded"):
                raise
        self.look()

    @rule(name=endpoints, config=st.sampled_from(CONFIGS))
    def create(self, name: str, config: str) -> None:
        self.ask("CreateEndpoint", EndpointName=name, EndpointConfigName=config)

    @rule(name=endpoints, config=st.sampled_from(CONFIGS), retain=st.booleans(), rolling=st.booleans())
    def update(self, name: str, config: str, retain: bool, rolling: bool) -> None:
        more = {"DeploymentConfig": ROLLING} if rolling else {}
        self.ask(
            "UpdateEndpoint",
            EndpointName=name,
            EndpointConfigName=config,
            RetainAllVariantProperties=retain,
            **more,
        )

    @rule(name=endpoints, which=st.sampled_from(("A", "B")), count=counts, weight=st.floats(0, 5))
    def scale(self, name: str, which: str, count: int, weight: float) -> None:
        change = [{"VariantName": which, "DesiredInstanceCount": count, "DesiredWeight": weight}]
        self.ask("UpdateEndpointWeightsAndCapacities", EndpointName=name, DesiredWeightsAndCapacities=change)

    @rule(name=endpoints)
    def delete(self, name: str) -> None:
        self.ask("DeleteEndpoint", EndpointName=name)

    @rule(name=components, endpoint=endpoints, copies=counts, gpus=st.integers(1, 4))
    def add_component(self, name: str, endpoint: str, copies: int, gpus: int) -> None:
        needs = {"MinMemoryRequiredInMb": 1024, "NumberOfAcceleratorDevicesRequired": gpus}
        self.ask(
            "CreateInferenceComponent",
            InferenceComponentName=name,
            EndpointName=endpoint,
            VariantName="A",
            Specification={"ModelName": "m", "ComputeResourceRequirements": needs},
            RuntimeConfig={"CopyCount": copies},
        )

    @rule(name=components, copies=counts)
    def copy(self, name: str, copies: int) -> None:
        wanted = {"CopyCount": copies}
        self.ask("UpdateInferenceComponentRuntimeConfig", InferenceComponentName=name, DesiredRuntimeConfig=wanted)

    @rule(name=components, model=st.sampled_from(("m", "other")))
    def replace(self, name: str, model: str) -> None:
        self.ask("UpdateInferenceComponent", InferenceComponentName=name, Specification={"ModelName": model})

    @rule(name=components)
    def drop_component(self, name: str) -> None:
        self.ask("DeleteInferenceComponent", InferenceComponentName=name)

    @rule(kind=st.sampled_from(KINDS), left=st.integers(1, 3))
    def break_something(self, kind: Kind, left: int) -> None:
        self.aws.world.faults.set(Fault(kind, left=left))

    @rule()
    def mend(self) -> None:
        self.aws.world.faults.remove()

    @rule(steps=st.integers(1, 30))
    def wait(self, steps: int) -> None:
        for _ in range(steps):
            self.aws.world.advance(0.4)  # less than anything lasts, so that every step is seen
            self.look()

    def look(self) -> None:
        """Every change of status is one that AWS has; nothing is there or gone but by way of one."""
        now: dict[tuple[str, str], str] = {}
        for row in self.aws("ListEndpoints")["Endpoints"]:
            now["endpoint", row["EndpointName"]] = row["EndpointStatus"]
        for row in self.aws("ListInferenceComponents")["InferenceComponents"]:
            now["component", row["InferenceComponentName"]] = row["InferenceComponentStatus"]
        for key in now.keys() | self.seen.keys():
            step = (self.seen.get(key, ""), now.get(key, ""))
            allowed = ENDPOINT_STEPS if key[0] == "endpoint" else COMPONENT_STEPS
            assert step[0] == step[1] or step in allowed, (key, step)
        self.seen = now

    @invariant()
    def listing_agrees_with_describing(self) -> None:
        for (kind, name), status in getattr(self, "seen", {}).items():
            if kind == "endpoint":
                described = self.aws.described(name)
                assert described["EndpointStatus"] == status
                failed = status in ("Failed", "UpdateRollbackFailed")
                assert ("FailureReason" in described) == failed or status == "Deleting"
            else:
                shown = self.aws.shown(name)
                assert shown["InferenceComponentStatus"] == status
                assert shown["RuntimeConfig"]["CurrentCopyCount"] >= 0
                assert ("endpoint", shown["EndpointName"]) in self.seen

    @invariant()
    def only_what_serves_costs(self) -> None:
        if not hasattr(self, "aws"):
            return
        costs: dict[str, int] = {}
        for row in self.aws.service.running(REGION):
            name = row.arn.rpartition("/")[2]
            assert self.seen["endpoint", name] in SERVING
            assert row.instances > 0
            assert row.since <= self.aws.world.clock.now()
            costs[name] = costs.get(name, 0) + row.instances
        for (kind, name), status in self.seen.items():
            if kind == "endpoint" and status in SERVING:
                variants = self.aws.described(name)["ProductionVariants"]
                assert costs.get(name, 0) == sum(each.get("CurrentInstanceCount", 0) for each in variants)

    @invariant()
    def usage_is_what_a_fresh_count_says_and_never_below_nothing(self) -> None:
        if not hasattr(self, "aws"):
            return
        fresh = Store(self.aws.world)
        for kind in TYPES:
            used = self.aws.service.store.in_use(REGION, kind)
            assert used == fresh.in_use(REGION, kind) >= 0
        if not self.seen:
            assert all(fresh.in_use(REGION, kind) == 0 for kind in TYPES)

    def teardown(self) -> None:
        if hasattr(self, "aws"):
            self.aws.world.close()
            self.stumbles.stop()


def _raise_again() -> None:
    """What goes wrong at an appointment, which the agenda would only print."""
    error = sys.exception()
    assert error is not None
    raise error


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
