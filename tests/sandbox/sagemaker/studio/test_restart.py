"""What was under way before a restart goes on after it."""

import json
from pathlib import Path

from sandbox.clock import Clock
from sandbox.scope import ACCOUNT
from sandbox.world import World
from tests.sandbox.conftest import ROLE, TRUST

REGION = "us-east-1"
NAMED = {"NotebookInstanceName": "papers"}


def _status(world: World) -> str:
    return str(world.call("sagemaker", "DescribeNotebookInstance", NAMED, REGION)["NotebookInstanceStatus"])


def _world(home: Path) -> World:
    world = World(Clock(speed=0), home / "sandbox.db")
    world.moto.reset()  # other tests of this process have used the same backends
    iam = world.moto.backend("iam", ACCOUNT, "aws")
    iam.create_role("Sage", json.dumps(TRUST), "/", None, None, [], 3600)
    return world


def _domain(world: World, name: str) -> str:
    ec2 = world.moto.backend("ec2", ACCOUNT, REGION)
    (vpc,) = ec2.vpcs
    subnet = next(iter(next(iter(ec2.subnets.values()))))
    asked = {"DomainName": name, "AuthMode": "IAM", "DefaultUserSettings": {"ExecutionRole": ROLE}}
    made = world.call("sagemaker", "CreateDomain", {**asked, "VpcId": vpc, "SubnetIds": [subnet]}, REGION)
    world.advance(60)
    return str(made["DomainId"])


def test_what_a_domain_makes_and_removes_elsewhere_is_kept(tmp_path: Path) -> None:
    world = _world(tmp_path)
    try:
        _domain(world, "one")
        world.moto.save(now=True)
        seen = [world.moto.saved]
        two = _domain(world, "two")
        seen.append(world.moto.saved)
        world.moto.save(now=True)
        asked = {"DomainId": two, "RetentionPolicy": {"HomeEfsFileSystem": "Delete"}}
        world.call("sagemaker", "DeleteDomain", asked, REGION)
        world.advance(60)
        assert [*seen, world.moto.saved] == [True, False, False]
    finally:
        world.moto.reset()
        world.close()


def test_a_notebook_instance_goes_on_starting_after_a_restart(tmp_path: Path) -> None:
    before = _world(tmp_path)
    try:
        asked = {**NAMED, "InstanceType": "ml.t3.medium", "RoleArn": ROLE}
        before.call("sagemaker", "CreateNotebookInstance", asked, REGION)
    finally:
        before.moto.reset()
        before.close()
    after = World(Clock(speed=0), tmp_path / "sandbox.db")
    try:
        assert _status(after) == "Pending"
        after.advance(60)
        assert _status(after) == "InService"
    finally:
        after.moto.reset()
        after.close()
