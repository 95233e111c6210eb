"""No order of calls brings notebooks or Studio where AWS would not be, strands anything, or leaves a cost running."""

import json
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sandbox.clock import Clock
from sandbox.errors import AwsError
from sandbox.scope import ACCOUNT
from sandbox.world import World
from tests.sandbox.conftest import ROLE, TRUST

REGION = "us-east-1"
REFUSALS = {"ValidationException", "ResourceInUse", "ResourceNotFound", "ResourceLimitExceeded"}
NOTEBOOK = {"Pending", "InService", "Stopping", "Stopped", "Failed", "Deleting", "Updating"}
PASSING = {"Pending", "Stopping", "Deleting", "Updating"}

names = st.sampled_from(["a", "b"])


class Orders(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.world = World(Clock(speed=0))
        for service, place in (("iam", "aws"), ("ec2", REGION), ("efs", REGION)):
            self.world.moto.backend(service, ACCOUNT, place)
        self.world.moto.reset()  # other tests of this process have used the same backends
        iam = self.world.moto.backend("iam", ACCOUNT, "aws")
        iam.create_role("Sage", json.dumps(TRUST), "/", None, None, [], 3600)
        ec2 = self.world.moto.backend("ec2", ACCOUNT, REGION)
        vpc = next(iter(ec2.vpcs))
        subnets = [subnet.id for zone in ec2.subnets.values() for subnet in zone.values()][:1]
        made = self.call(
            "CreateDomain",
            DomainName="lab",
            AuthMode="IAM",
            DefaultUserSettings={"ExecutionRole": ROLE},
            VpcId=vpc,
            SubnetIds=subnets,
        )
        assert made is not None
        self.domain = {"DomainId": made["DomainId"]}

    def call(self, operation: str, **request: Any) -> dict[str, Any] | None:
        """Call, and return None where AWS would refuse."""
        try:
            return self.world.call("sagemaker", operation, request, REGION)
        except AwsError as refused:
            if refused.code not in REFUSALS:
                raise
            return None

    @rule(seconds=st.sampled_from([0.1, 0.6, 3, 10, 100000]))
    def wait(self, seconds: float) -> None:
        self.world.advance(seconds)

    @rule(name=names)
    def create_notebook(self, name: str) -> None:
        self.call("CreateNotebookInstance", NotebookInstanceName=name, InstanceType="ml.t3.medium", RoleArn=ROLE)

    @rule(name=names, operation=st.sampled_from(["Start", "Stop", "Delete", "Update"]))
    def change_notebook(self, name: str, operation: str) -> None:
        self.call(f"{operation}NotebookInstance", NotebookInstanceName=name)

    @rule(name=names, operation=st.sampled_from(["Create", "Delete", "Update"]))
    def profile(self, name: str, operation: str) -> None:
        self.call(f"{operation}UserProfile", **self.domain, UserProfileName=name)

    @rule(name=names, owner=names)
    def create_space(self, name: str, owner: str) -> None:
        self.call(
            "CreateSpace",
            **self.domain,
            SpaceName=name,
            OwnershipSettings={"OwnerUserProfileName": owner},
            SpaceSharingSettings={"SharingType": "Private"},
            SpaceSettings={"AppType": "JupyterLab"},
        )

    @rule(name=names, operation=st.sampled_from(["Delete", "Update"]))
    def change_space(self, name: str, operation: str) -> None:
        self.call(f"{operation}Space", **self.domain, SpaceName=name)

    @rule(name=names, operation=st.sampled_from(["Create", "Delete"]))
    def app(self, name: str, operation: str) -> None:
        self.call(f"{operation}App", **self.domain, SpaceName=name, AppType="JupyterLab", AppName="default")

    @rule()
    def delete_domain(self) -> None:
        self.call("DeleteDomain", **self.domain, RetentionPolicy={"HomeEfsFileSystem": "Delete"})

    @invariant()
    def nothing_is_stranded(self) -> None:
        shelf = self.world.records.shelf
        domains = set(shelf("sagemaker/domain", REGION))
        profiles, spaces = shelf("sagemaker/user-profile", REGION), shelf("sagemaker/space", REGION)
        for record in (*profiles.values(), *spaces.values()):
            assert record["DomainId"] in domains
        for space in spaces.values():
            assert f"{space['DomainId']}/{space['OwnershipSettings']['OwnerUserProfileName']}" in profiles
        for app in shelf("sagemaker/app", REGION).values():
            if app["Status"] not in ("Deleted", "Failed"):
                assert f"{app['DomainId']}/{app['SpaceName']}" in spaces

    @invariant()
    def whatever_is_on_its_way_has_an_appointment(self) -> None:
        for kind in ("notebook", "domain", "user-profile", "space", "app"):
            for name, record in self.world.records.shelf(f"sagemaker/{kind}", REGION).items():
                status = record["NotebookInstanceStatus" if kind == "notebook" else "Status"]
                assert kind != "notebook" or status in NOTEBOOK
                due = self.world.agenda.due(f"sagemaker/{kind}", f"{REGION}/{name}")
                assert (due is not None) == (status in PASSING), (kind, status)

    def teardown(self) -> None:
        """Everything can be taken down, and then nothing costs."""
        self.world.advance(60)
        for operation in ("Stop", "Delete"):
            for name in ("a", "b"):
                self.call(f"{operation}NotebookInstance", NotebookInstanceName=name)
            self.world.advance(60)
        for name in ("a", "b"):
            self.call("DeleteApp", **self.domain, SpaceName=name, AppType="JupyterLab", AppName="default")
        self.world.advance(60)
        for name in ("a", "b"):
            self.call("DeleteSpace", **self.domain, SpaceName=name)
        self.world.advance(60)
        for name in ("a", "b"):
            self.call("DeleteUserProfile", **self.domain, UserProfileName=name)
        self.world.advance(60)
        self.call("DeleteDomain", **self.domain, RetentionPolicy={"HomeEfsFileSystem": "Delete"})
        self.world.advance(60)
        studio = self.world.service("sagemaker").parts["sandbox.sagemaker.studio.service:Studio"]
        try:
            assert list(studio.running(REGION)) == []
            assert list(studio.volumes(REGION)) == []
            assert self.call("ListDomains") == {"Domains": []}
            assert self.world.moto.backend("efs", ACCOUNT, REGION).file_systems_by_id == {}
        finally:
            with suppress(Exception):
                self.world.reset()
            self.world.close()


TestOrders = Orders.TestCase
TestOrders.settings = settings(
    max_examples=15,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
