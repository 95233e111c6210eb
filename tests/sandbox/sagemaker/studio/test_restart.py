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


def test_a_notebook_instance_goes_on_starting_after_a_restart(tmp_path: Path) -> None:
    before = World(Clock(speed=0), tmp_path / "sandbox.db")
    try:
        iam = before.moto.backend("iam", ACCOUNT, "aws")
        before.moto.reset()  # other tests of this process have used the same backend
        iam.create_role("Sage", json.dumps(TRUST), "/", None, None, [], 3600)
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
