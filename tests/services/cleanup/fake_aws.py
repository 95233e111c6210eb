"""A small AWS held in memory: endpoints, configurations, models and a role, with what goes wrong on order.

Deleting an endpoint takes its time; a configuration or model in use can be deleted, as with AWS, and a role cannot
while a policy hangs on it. `holdings` is what listing and describing all of it would have given.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from services.access import RolePolicies
from services.cleanup import CleanupRequest, CleanupState, LookingAgain, plan_cleanup
from services.pace import Pace
from services.plans import AwsOperator, Plan
from services.resources import Holdings, Resource
from tests.services.cleanup import account
from tests.services.plans.world import Cut, Refused

KINDS = {
    "endpoint": ("EndpointName", "Endpoints", "endpoint"),
    "endpoint_config": ("EndpointConfigName", "EndpointConfigs", "endpoint-config"),
    "model": ("ModelName", "Models", "model"),
}
ROLE = "sagedeck-execution"
HEAD = f"arn:aws:sagemaker:{account.REGION}:{account.ACCOUNT}:"
Answer = Mapping[str, Any]


class FakeAws:
    """Carries out calls on `things`: {kind: {name: {uses, tags, born, status, left}}}."""

    def __init__(self, goes_in: int = 2) -> None:
        self.things: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in KINDS}
        self.policies: set[str] = {"own"}
        self.role = True
        self.goes_in, self.born = goes_in, 0
        self.calls: list[tuple[str, str]] = []
        self.deleted: set[tuple[str, str]] = set()
        self.faults: dict[str, list[Exception]] = {}
        self.lost: set[str] = set()
        self.before: dict[str, Callable[[], None]] = {}
        self.always: Callable[[str], None] = lambda _: None
        self.lock = threading.RLock()

    def make(self, kind: str, name: str, uses: str = "", tags: Mapping[str, str] = account.MINE) -> None:
        """Put a thing there; it is younger than all before it."""
        self.born += 1
        self.things[kind][name] = {"uses": uses, "tags": dict(tags), "born": self.born, "status": "InService"}

    def chain(self, name: str, tags: Mapping[str, str] = account.MINE, *, config: str = "", model: str = "") -> None:
        """An endpoint with its configuration and model, some of them of other names."""
        config, model = config or name, model or name
        if model not in self.things["model"]:
            self.make("model", model, ROLE)
        if config not in self.things["endpoint_config"]:
            self.make("endpoint_config", config, model)
        self.make("endpoint", name, config, tags)

    def call(self, service: str, operation: str, parameters: Answer) -> Answer:
        """One call, after what was ordered to happen before it."""
        with self.lock:
            name = next((str(value) for key, value in parameters.items() if key.endswith(("Name", "Arn"))), "")
            what = f"{operation} {name}"
            self.calls.append((operation, name))
            self.always(what)
            self.before.pop(what, lambda: None)()
            if self.faults.get(what):
                raise self.faults[what].pop(0)
            answer = self._iam(operation, parameters) if service == "iam" else self._sagemaker(operation, parameters)
            if what in self.lost:
                self.lost.remove(what)
                raise Cut("the connection was closed")
            return {**answer, "ResponseMetadata": {"RequestId": f"r-{len(self.calls)}"}}

    def _iam(self, operation: str, parameters: Answer) -> Answer:
        if not self.role:
            raise Refused("NoSuchEntity", "The role with name cannot be found.", 404)
        if operation == "get_role_policy" and parameters["PolicyName"] not in self.policies:
            raise Refused("NoSuchEntity", "The role policy cannot be found.", 404)
        if operation == "delete_role_policy":
            self.policies.discard(parameters["PolicyName"])
        if operation == "delete_role":
            assert not self.policies
            self.role = False
            self.deleted.add(("role", ROLE))
        return {"Role": {"RoleName": ROLE, "CreateDate": self._time(0)}, "Tags": []}

    def _sagemaker(self, operation: str, parameters: Answer) -> Answer:
        verb, _, kind = operation.partition("_")
        if operation == "list_tags":
            _, _, rest = parameters["ResourceArn"].rpartition(":")
            segment, _, name = rest.partition("/")
            kind = next(each for each, (_, _, own) in KINDS.items() if own == segment)
            tags = self._find(kind, name)["tags"]
            return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
        if verb == "list":
            return self._list(kind.removesuffix("s"), parameters)
        name = parameters[KINDS[kind][0]]
        found = self._find(kind, name)
        if verb == "describe":
            return self._described(kind, name, found)
        if kind == "endpoint" and found["status"] == "InService":
            found |= {"status": "Deleting", "left": self.goes_in}
        elif kind == "endpoint":
            raise Refused("ValidationException", f'Cannot update in-progress endpoint "{name}".')
        else:
            self._gone(kind, name)
        return {}

    def _find(self, kind: str, name: str) -> dict[str, Any]:
        found = self.things[kind].get(name)
        if found is not None and found["status"] == "Deleting":
            found["left"] -= 1
            if found["left"] < 0:
                self._gone(kind, name)
                found = None
        if found is None:
            raise Refused("ValidationException", f'Could not find {kind} "{name}".')
        return found

    def vanish(self, kind: str, name: str) -> None:
        """Somebody else deletes it."""
        if name in self.things[kind]:
            self._gone(kind, name)

    def _gone(self, kind: str, name: str) -> None:
        del self.things[kind][name]
        self.deleted.add((kind, name))

    def _described(self, kind: str, name: str, found: Answer) -> Answer:
        row = {KINDS[kind][0]: name, "CreationTime": self._time(found["born"])}
        if kind == "endpoint":
            return {**row, "EndpointStatus": found["status"], "EndpointConfigName": found["uses"]}
        if kind == "endpoint_config":
            return {**row, "ProductionVariants": [{"VariantName": "v", "ModelName": found["uses"]}]}
        return {**row, "ExecutionRoleArn": f"arn:aws:iam::{account.ACCOUNT}:role/{found['uses']}"}

    def _list(self, kind: str, parameters: Answer) -> Answer:
        if kind not in KINDS:  # what this small AWS has none of
            return {}
        since = parameters.get("CreationTimeAfter") or parameters.get("LastModifiedTimeAfter")
        member, rows, _ = KINDS[kind]
        every = self.things[kind].items()
        listed = [
            {member: name, "CreationTime": self._time(each["born"]), "EndpointStatus": each["status"]}
            for name, each in every
            if since is None or self._time(each["born"]) > since
        ]
        return {rows: listed}

    def _time(self, born: int) -> Any:
        return account.NOW + timedelta(hours=born)

    def holdings(self) -> Holdings:
        """Everything as it stands, read an hour and a bit after the youngest was made."""
        found: list[Resource] = [account.role(created=self._time(0))] if self.role else []
        for kind, things in self.things.items():
            for name, each in things.items():
                more = {"tags": each["tags"], "created": self._time(each["born"]), "status": each["status"]}
                more["arn"] = f"{HEAD}{KINDS[kind][2]}/{name}"
                if kind == "model":
                    found.append(account.model(name, role_name=each["uses"], **more))
                else:
                    maker = account.endpoint if kind == "endpoint" else account.config
                    found.append(maker(name, each["uses"], **more))
        return account.held(*found, at=self._time(self.born) + timedelta(hours=1, minutes=1))

    def plan(self, **asked: Any) -> Plan:
        """The cleanup of everything ada made here."""
        policies = {ROLE: RolePolicies(tuple(sorted(self.policies)), ())}
        state = CleanupState(held=self.holdings(), home=account.REGION, policies=policies)
        return plan_cleanup(CleanupRequest(**{"owner": "ada", "most": 500, **asked}), state).plan

    def get(self, service: str) -> Any:
        """The client of a service, as `AwsOperator` wants them."""
        return _Client(self, service)

    def operators(self) -> Callable[[str], Any]:
        """Who carries out what, as the executor asks: AWS at a pace, and what looks again before something goes."""
        aws = AwsOperator(self, Pace(1e9))
        again = LookingAgain(aws, fresh=0.0)
        return lambda service: again if service == "holdings" else aws


class _Client:
    """What calls by attribute, as boto3's clients do."""

    def __init__(self, aws: FakeAws, service: str) -> None:
        self._aws, self._service = aws, service

    def __getattr__(self, operation: str) -> Callable[..., Answer]:
        return lambda **parameters: self._aws.call(self._service, operation, parameters)


class KeptAws(FakeAws):
    """The same in a file, for a process that is killed: each call reads it, and writes it where it changed it."""

    def __init__(self, path: Path, pause: Callable[[], None] = lambda: None) -> None:
        super().__init__(goes_in=1)
        self.path, self.pause = path, pause
        if path.exists():
            self._read()

    def call(self, service: str, operation: str, parameters: Answer) -> Answer:
        """One call; the answer comes only some moments after it was carried out."""
        with self.lock:
            self._read()
            try:
                return super().call(service, operation, parameters)
            finally:
                self.write()
                self.pause()

    def _read(self) -> None:
        kept = json.loads(self.path.read_text(encoding="utf-8"))
        self.things, self.policies = kept["things"], set(kept["policies"])
        self.role, self.born, self.deleted = kept["role"], kept["born"], {(a, b) for a, b in kept["deleted"]}

    def write(self) -> None:
        """Keep it as it stands."""
        kept = {"things": self.things, "policies": sorted(self.policies), "role": self.role, "born": self.born,
                "deleted": sorted(self.deleted)}  # fmt: skip
        draft = self.path.with_suffix(".draft")
        draft.write_text(json.dumps(kept), encoding="utf-8")
        draft.rename(self.path)
