"""Cleaning up at the API's pace: 1,000 deletions against an API that refuses more than 20 calls a second.

`python -m benchmarks.cleanup [DELETIONS]`. The API is held in memory and answers at once; what it refuses as too fast
is counted. The floor is the calls that were needed, at 20 a second. Planning is measured on 2,000 endpoints with 5,000
configurations and 5,000 models, of which 5,000 are to go.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.cleanup import LookingAgain
from services.pace import FASTEST, Pace
from services.plans import AwsOperator, Runs
from services.plans.records import report_of
from services.state import State
from tests.services.cleanup.account import chain, cleanup, config, model, role
from tests.services.cleanup.fake_aws import FakeAws
from tests.services.plans.world import Refused

LIMIT = 20  # calls that SageMaker's control plane answers in a second here; more is refused


class Limited(FakeAws):
    """An AWS that answers so many calls in any second, and refuses the rest."""

    def __init__(self) -> None:
        super().__init__(goes_in=1)
        self.answered: list[float] = []
        self.refused = 0
        self.gate = threading.Lock()

    def call(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        if service == "sagemaker":
            with self.gate:
                now = time.monotonic()
                if len(self.answered) >= LIMIT and now - self.answered[-LIMIT] < 1.0:
                    self.refused += 1
                    raise Refused("ThrottlingException", "Rate exceeded")
                self.answered.append(now)
        return super().call(service, operation, parameters)


def deleting(count: int) -> dict[str, Any]:
    """Run a plan of so many deletions to its end, once."""
    aws = Limited()
    for number in range(count // 3):
        aws.chain(f"m{number:04}")
    for number in range(count - count // 3 * 3):
        aws.make("model", f"spare-{number}")
    plan = aws.plan(most=count + 1)
    paced = AwsOperator(aws, Pace(FASTEST))
    again = LookingAgain(paced)
    with tempfile.TemporaryDirectory() as folder:
        state = State(Path(folder) / "state.db")
        runs = Runs(state, lambda service: again if service == "holdings" else paced, owner="ada", worker="bench")
        begun = time.monotonic()
        view = runs.wait(runs.start(plan), 3600.0)
        took = time.monotonic() - begun
        report = report_of(view, "ada")
        state.close()
    deletions = sum(step.operation.startswith("delete_") for step in plan)
    calls = len(aws.answered)
    return {
        "deletions": deletions, "steps": len(plan.steps), "status": str(view.status), "left": len(report.left),
        "standing": sum(map(len, aws.things.values())), "seconds": round(took, 1), "calls": calls,
        "calls_a_second": round(calls / took, 1), "refused_as_too_fast": aws.refused,
        "floor_seconds": round(calls / LIMIT, 1), "times_the_floor": round(took / (calls / LIMIT), 2),
    }  # fmt: skip


def planning() -> dict[str, Any]:
    """Plan a cleanup of a large account, best of three."""
    things = [each for number in range(2000) for each in chain(f"m{number}")]
    things += [each for number in range(3000) for each in (config(f"c{number}"), model(f"c{number}"))]
    best = 1e9
    for _ in range(3):
        begun = time.perf_counter()
        found = cleanup(*things, role(), names=("m*", "sagedeck-*"), most=5000)
        best = min(best, time.perf_counter() - begun)
    return {"resources": len(things) + 1, "goes": len(found.going), "steps": len(found.plan.steps),
            "plan_seconds": round(best, 2)}  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(planning()), flush=True)
    print(json.dumps(deleting(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)))
