"""Carries schedules out: calls the target, tries again, gives up into the dead-letter queue, and notes it all."""

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.cloudtrail.identity import assumed
from sandbox.errors import AwsError
from sandbox.records import Record
from sandbox.scheduler.targets import invoke, send, universal

if TYPE_CHECKING:
    from sandbox.world import World

AGAIN = "scheduler/again"
KEPT = 500  # runs that are remembered in a region
_FIRST_PAUSE, _LONGEST_PAUSE = 60.0, 900.0  # seconds between attempts, doubled each time
_PASSING = frozenset({"ThrottlingException", "Throttling", "TooManyRequestsException", "ServiceUnavailable"})
_AGENT = "AWS Internal/EventBridge Scheduler (Sagedeck sandbox)"


class Runner:
    """`done` is told the region and `group/name` when the last invocation of a schedule has ended."""

    def __init__(self, world: "World", done: Callable[[str, str], None]) -> None:
        self._world = world
        self._done = done
        world.agenda.on(AGAIN, self._again)

    def begin(self, region: str, key: str, schedule: Record, due: float, *, last: bool) -> None:
        """Invoke a schedule's target for the first time."""
        run = {
            "schedule": schedule["Arn"],
            "target": schedule["Target"],
            "due": due,
            "number": str(uuid.uuid4()),
            "attempt": 1,
            "last": last,
        }
        self._attempt(region, key, run, due)

    def cancel(self, region: str, key: str) -> None:
        """Make no further attempts for a schedule."""
        self._world.agenda.cancel(AGAIN, f"{region}/{key}")

    def runs(self, region: str) -> list[Record]:
        """Return what schedules did, oldest first: schedule, at, attempt, outcome (done, retried, dropped), code."""
        return list(self._world.records.shelf("scheduler/run", region).values())

    def _again(self, due: float, payload: Mapping[str, Any]) -> None:
        self._attempt(payload["region"], payload["schedule"], dict(payload["run"]), due)

    def _attempt(self, region: str, key: str, run: Record, now: float) -> None:
        try:
            invoke(self._world, run["target"], region, _context(run))
        except AwsError as error:
            self._failed(region, key, run, now, error)
        else:
            self._note(region, run, now, "done", None)
            self._end(region, key, run)

    def _failed(self, region: str, key: str, run: Record, now: float, error: AwsError) -> None:
        policy = run["target"].get("RetryPolicy") or {}
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (run["attempt"] - 1))
        in_time = now + pause - run["due"] <= policy.get("MaximumEventAgeInSeconds", 86400)
        passing = error.code in _PASSING or (error.status >= 500 and error.status != 501)
        if passing and in_time and run["attempt"] <= policy.get("MaximumRetryAttempts", 185):
            self._note(region, run, now, "retried", error)
            again = {**run, "attempt": run["attempt"] + 1}
            self._world.agenda.at(now + pause, AGAIN, f"{region}/{key}", region=region, schedule=key, run=again)
            return
        self._note(region, run, now, "dropped", error)
        self._bury(run, error)
        self._end(region, key, run)

    def _bury(self, run: Record, error: AwsError) -> None:
        queue = (run["target"].get("DeadLetterConfig") or {}).get("Arn")
        if not queue:
            return
        told = {
            "scheduleArn": run["schedule"],
            "targetArn": run["target"]["Arn"],
            "errorCode": error.code,
            "errorMessage": error.message,
            "input": run["target"].get("Input", ""),
        }
        try:
            send(self._world, queue, json.dumps(told))
        except AwsError:
            return  # as on AWS, what a missing queue should have held is lost

    def _end(self, region: str, key: str, run: Record) -> None:
        if run["last"]:
            self._done(region, key)

    def _note(self, region: str, run: Record, now: float, outcome: str, error: AwsError | None) -> None:
        shelf = self._world.records.shelf("scheduler/run", region)
        noted = {"schedule": run["schedule"], "at": now, "attempt": run["attempt"], "outcome": outcome}
        failed = {"code": error.code, "message": error.message} if error else {}
        shelf[str(uuid.uuid4())] = {**noted, **failed}
        shelf.keep_newest(KEPT)
        what = universal(run["target"]["Arn"])
        if what:
            request = _read(run["target"].get("Input") or "{}")
            who = assumed(run["target"]["RoleArn"], run["number"].replace("-", ""))
            self._world.trail.note(what.service, what.operation, request, region, who, agent=_AGENT, **failed)


def _read(text: str) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _context(run: Record) -> dict[str, str]:
    return {
        "schedule-arn": run["schedule"],
        "scheduled-time": datetime.fromtimestamp(run["due"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "execution-id": run["number"],
        "attempt-number": str(run["attempt"]),
    }
