"""A cleanup in a process of its own, for the test that kills it: its AWS is a file.

python -m tests.services.cleanup.child STATE AWS
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from services.plans import Runs
from services.state import State
from tests.services.cleanup.fake_aws import KeptAws


def main() -> None:
    aws = KeptAws(Path(sys.argv[2]), lambda: time.sleep(0.01))
    plan = aws.plan()
    runs = Runs(State(Path(sys.argv[1])), aws.operators(), owner="ada", worker=str(os.getpid()))
    run_id = runs.start(plan)
    print(run_id, flush=True)
    runs.wait(run_id, 60)


if __name__ == "__main__":
    main()
