"""A worker in a process of its own, for the test that kills it: its world is a folder, one file a thing.

python -m tests.services.plans.child STATE WORLD PACE [undo]
"""

from __future__ import annotations

import os
import sys
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.plans import Plan, Ref, Runs, Step, Until
from services.state import State
from tests.services.plans.world import ABSENT, Refused, making, waiting


class FolderWorld:
    """A thing is a file, put there at once and under a name of its own, so that making one twice leaves two."""

    def __init__(self, folder: Path, pace: float) -> None:
        self.folder, self.pace = folder, pace
        folder.mkdir(exist_ok=True)

    def call(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        name = str(parameters["Name"])
        made = list(self.folder.glob(f"{name}.*.thing"))
        if operation == "describe_thing":
            if not made:
                raise Refused("ValidationException", f"Could not find {name}")
            return {"Arn": f"arn:aws:library:::thing/{name}", "Status": "Ready"}
        time.sleep(self.pace)
        if operation == "create_thing":
            draft = self.folder / f"{name}.{uuid.uuid4().hex}.draft"
            draft.write_text(f"made of {parameters.get('Source', 'nothing')}", encoding="utf-8")
            draft.rename(draft.with_suffix(".thing"))
        for path in made if operation == "delete_thing" else ():
            path.unlink()
        time.sleep(self.pace)  # carried out, but the answer is still on its way
        return {"Arn": f"arn:aws:library:::thing/{name}"}


def long_plan() -> Plan:
    steps: list[Step] = []
    for number in range(12):
        before = (f"t{number - 3}",) if number >= 3 else ()
        source = {"Source": Ref(before[0], "Arn")} if before else {}
        steps.append(making(f"t{number}", *before, parameters=source))
    wait = Until(path="Status", done=("Ready",), absent=ABSENT, every=0.05)
    return Plan("Long", (*steps, waiting("t11", manner=wait)))


def main() -> None:
    state, world, pace = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    operator = FolderWorld(world, pace)
    runs = Runs(State(state), lambda _: operator, owner="ann", worker=str(os.getpid()))
    run_id = runs.start(long_plan())
    print(run_id, flush=True)
    runs.wait(run_id, 60)
    if "undo" in sys.argv:
        operator.pace = 0.03
        runs.undo(run_id)
        runs.wait(run_id, 60)


if __name__ == "__main__":
    main()
