"""A stand-in for the other side: things by name, made and deleted by calls, with refusals and delays on order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.plans import Cost, ErrorMatch, Once, Permission, Plan, Proof, Read, Ref, Runs, Step, Until
from services.state import State

ABSENT = (ErrorMatch("ValidationException", "Could not find"),)


class Refused(Exception):
    """Looks like botocore's ClientError."""

    def __init__(self, code: str, message: str, status: int = 400, retries: int = 0) -> None:
        super().__init__(f"An error occurred ({code}): {message}")
        self.response = {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status, "RetryAttempts": retries},
        }


class Cut(ConnectionError):
    """The connection broke after the call had left."""


class World:
    """Operator `library`: create_thing, describe_thing, delete_thing, and whatever a test adds to `special`."""

    def __init__(self) -> None:
        self.things: dict[str, dict[str, Any]] = {}
        self.calls: list[tuple[str, str]] = []
        self.special: dict[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {}
        self.errors: dict[str, list[Exception]] = {}
        self.lose_answer: set[str] = set()
        self.lock = threading.Lock()
        self.at_once = self.most_at_once = 0
        self.delay = 0.0
        self.number = 0
        self.order: list[str] = []

    def call(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.delay:
                time.sleep(self.delay)
            return self._answer(operation, parameters)
        finally:
            with self.lock:
                self.at_once -= 1

    def _answer(self, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        with self.lock:
            name = str(parameters.get("Name", ""))
            self.calls.append((operation, name))
            planned = self.errors.get(f"{operation} {name}", [])
            if planned:
                raise planned.pop(0)
            if operation in self.special:
                return self.special[operation](parameters)
            answer = getattr(self, f"_{operation}")(name, parameters)
            if f"{operation} {name}" in self.lose_answer:
                self.lose_answer.remove(f"{operation} {name}")
                raise Cut("the connection was closed")
            self.number += 1
            meta = {"ResponseMetadata": {"RequestId": f"request-{self.number}"}}
            return {**answer, **meta}

    def _create_thing(self, name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if name in self.things:
            raise Refused("ValidationException", f"Cannot create already existing thing {name}")
        self.order.append(name)
        self.things[name] = {**parameters, "Arn": f"arn:aws:library:::thing/{name}", "Status": "Ready"}
        return {"Arn": self.things[name]["Arn"]}

    def _describe_thing(self, name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if name not in self.things:
            raise Refused("ValidationException", f"Could not find {name}")
        return self.things[name]

    def _delete_thing(self, name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if name not in self.things:
            raise Refused("ValidationException", f"Could not find {name}")
        del self.things[name]
        return {}

    def changes(self) -> list[tuple[str, str]]:
        """The calls that were meant to change something."""
        return [call for call in self.calls if not call[0].startswith(("describe", "list"))]


def proof(name: str, *, gone: bool = False, **expect: Any) -> Proof:
    return Proof(Read("library", "describe_thing", {"Name": name}), ABSENT, expect, gone)


def deleting(name: str) -> Step:
    return Step(
        id="delete",
        service="library",
        operation="delete_thing",
        reason=f"Remove {name}.",
        parameters={"Name": name},
        proof=proof(name, gone=True),
    )


def making(name: str, *after: str, **more: Any) -> Step:
    """A step that makes a thing, can be proved, and can be taken back. `size` and other fields of Step may be given."""
    parameters = {"Name": name, **more.pop("parameters", {})}
    settings: dict[str, Any] = {
        "reason": f"Make {name}.",
        "after": after,
        "proof": proof(name),
        "undo": (deleting(name),),
        "cost": Cost(usd_per_hour=1.0),
        "permissions": (Permission("library:CreateThing"),),
    }
    return Step(id=name, service="library", operation="create_thing", parameters=parameters, **{**settings, **more})


def waiting(name: str, *after: str, **more: Any) -> Step:
    manner = Until(path="Status", done=("Ready",), failed=("Failed",), explanation="Reason", absent=ABSENT)
    return Step(
        id=f"wait-{name}",
        service="library",
        operation="describe_thing",
        reason=f"Wait until {name} is ready.",
        parameters={"Name": name},
        after=after or (name,),
        manner=more.pop("manner", manner),
        **more,
    )


def plan(*steps: Step) -> Plan:
    return Plan("A test", steps)


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.lock = threading.Lock()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.now += seconds
        time.sleep(0)


@contextmanager
def runs_on(path: Path, world: Any, *, owner: str = "ann", clock: Clock | None = None, **more: Any) -> Iterator[Runs]:
    clock = clock or Clock()
    state = State(path / "state.db")
    yield Runs(state, lambda _: world, owner=owner, worker="test", clock=clock, sleep=clock.sleep, **more)
    state.close()


SECONDS = 20.0  # of real time that a test waits for a run at the most


def statuses(runs: Runs, run_id: str) -> dict[str, str]:
    """How each step of a run has ended."""
    return {step.id: step.status.value for step in runs.wait(run_id, SECONDS).steps}


__all__ = [
    "ABSENT", "SECONDS", "Clock", "Cut", "Once", "Ref", "Refused", "World", "deleting", "making", "plan", "proof",
    "runs_on", "statuses", "waiting",
]  # fmt: skip
