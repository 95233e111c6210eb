"""Where the week is played: calls of several people at moments of the past."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.demo.traffic import DAY
from sandbox.operations import Response
from sandbox.scope import ACCOUNT, partition_of

if TYPE_CHECKING:
    from sandbox.world import World

ROLE = "SagedeckDemoExecutionRole"
_AGENT = "Sagedeck demo (invented)"


class Stage:
    """One region of a world while the demo is played in it; used under the world's lock."""

    def __init__(self, world: "World", region: str) -> None:
        self.world = world
        self.region = region
        self.now = world.clock.now()
        self._ahead = world.clock.ahead
        self.studio = ""  # the domain's id, once it is made
        self.bucket = f"sagemaker-{region}-{ACCOUNT}"
        self.role = f"arn:{partition_of(region)}:iam::{ACCOUNT}:role/{ROLE}"

    def go_to(self, days: float) -> None:
        """Make it so many days ago; what was due by then has happened."""
        self.world.clock.set_back(self.now - days * DAY)
        self.world.agenda.run_due()

    def leave(self) -> None:
        """Make it today again; what was due by now has happened."""
        self.go_to(0)
        self.world.clock.ahead = self._ahead
        for service in ("iam", "s3", "sns"):  # changed from inside, which moto does not notice
            self.world.moto.changed(service)

    def call(self, who: str, service: str, operation: str, **request: Any) -> Response:
        """Call as a person of that name would, and have it in the event history."""
        answered = self.world.call(service, operation, request, self.region)
        arn = f"arn:{partition_of(self.region)}:iam::{ACCOUNT}:user/{who}"
        said = {"type": "IAMUser", "arn": arn, "accountId": ACCOUNT, "userName": who}
        self.world.trail.note(service, operation, request, self.region, said, agent=_AGENT)
        return answered

    def make_role(self) -> None:
        """The execution role of all that is deployed."""
        iam = self.world.moto.backend("iam", ACCOUNT, partition_of(self.region))
        if ROLE not in {role.name for role in iam.roles.values()}:
            trust = _trust("sagemaker.amazonaws.com", "scheduler.amazonaws.com")
            iam.create_role(ROLE, trust, "/", None, "Of the demo account", [], "3600")
            iam.put_role_policy(ROLE, "artefacts", json.dumps(_allows("s3:GetObject", "s3:ListBucket")))

    def make_bucket(self, *keys: str) -> None:
        """The account's own bucket with small stand-ins for weights; a real one would hold gigabytes."""
        s3 = self.world.moto.backend("s3", ACCOUNT, partition_of(self.region))
        if self.bucket not in s3.buckets:
            s3.create_bucket(self.bucket, self.region)
        for key in keys:
            self.world.objects.write(self.bucket, key, b"A stand-in for weights: this account is invented.\n")


def _trust(*services: str) -> str:
    allowed = {"Effect": "Allow", "Principal": {"Service": list(services)}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed]})


def _allows(*actions: str) -> Mapping[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
