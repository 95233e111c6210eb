"""Importing every module of services but the gateways, beside an interpreter that imports nothing.

    python -m benchmarks.imports [--runs 9]

warm    files in memory, bytecode written: every start but the first
cold    the kernel was asked to forget the interpreter's, the packages' and our files before each run
first   our files copied to where none of their bytecode is: the first start after a clone
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.harness import ROOT, Report, drop_from_cache, percentile

MOST_SECONDS = 0.3
LEFT_OUT = ("gateway.py", "__main__.py", "sagemaker_worker.py", "langchain.py")  # as tests/test_house.py has it
CODE = """
import importlib, sys, time
started, used = time.perf_counter(), time.process_time()
for name in sys.argv[1:]:
    importlib.import_module(name)
print(time.perf_counter() - started, time.process_time() - used)
"""


def modules() -> list[str]:
    """The modules that are imported, as dotted names."""
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in sorted((ROOT / "services").rglob("*.py"))
        if path.name not in LEFT_OUT
    ]


def run(names: list[str], folder: Path) -> tuple[float, ...]:
    """Seconds spent importing, seconds of the processor spent on it, and seconds of the whole process."""
    started = time.perf_counter()
    # -c puts the working directory at the head of the path, so a copy of ours is found before the installed one
    done = subprocess.run(
        [sys.executable, *(["-B"] if folder != ROOT else []), "-c", CODE, *names],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return (*map(float, done.stdout.split()), time.perf_counter() - started)


def middle(runs: int, once: Callable[[], tuple[float, ...]]) -> tuple[float, float, float]:
    """The medians of `runs` runs."""
    inside, used, whole = zip(*(once() for _ in range(runs)), strict=True)
    return percentile(inside, 0.5), percentile(used, 0.5), percentile(whole, 0.5)


def main() -> int:
    """Print the figures; 0 if importing warm takes at most 0.3 s."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    names, report = modules(), Report()
    run(names, ROOT)

    def cold() -> tuple[float, ...]:
        drop_from_cache(Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("purelib")), ROOT / "services")
        return run(names, ROOT)

    inside, used, whole = middle(runs, lambda: run(names, ROOT))
    empty = middle(runs, lambda: run([], ROOT))[2]
    report.figure(f"warm: {len(names)} modules imported", inside, "s", MOST_SECONDS)
    report.figure("warm: of it the processor's time, whatever else it does", used, "s")
    report.figure("warm: the whole process", whole, "s")
    report.figure("      an interpreter that imports nothing", empty, "s")
    report.figure("cold: files not in memory, modules imported", middle(3, cold)[0], "s")
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "services", Path(folder) / "services", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / "facts", Path(folder) / "facts", ignore=shutil.ignore_patterns("__pycache__"))
        report.figure("first: our bytecode not yet written", middle(runs, lambda: run(names, Path(folder)))[0], "s")
    return report.code


if __name__ == "__main__":
    raise SystemExit(main())
