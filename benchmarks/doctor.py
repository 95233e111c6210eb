"""How often the doctor of tables is right, how fast it reads, and how much memory it takes.

    python -m benchmarks.doctor [--half develop|held|both] [--all] [--wrong]
    python -m benchmarks.doctor --speed [--megabytes 100 2000]

The tables are modelled on public ones (benchmarks/tables); each is also written in other ways and broken. One half of
them was looked at while the rules were made, the other was kept aside. `--speed` writes a file under the folder for
temporary files, reads it in a process of its own and deletes it.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import Report
from benchmarks.tables.breaking import broken
from benchmarks.tables.classes import binary, several
from benchmarks.tables.making import Case, Table
from benchmarks.tables.quantities import quantities
from benchmarks.tables.small import small

LEAST_RIGHT, LEAST_TYPES = 95.0, 90.0  # per cent
SECONDS = {100: 5.0, 2000: 90.0}
MOST_MEMORY = 500.0  # MB
CHANGES = 13  # of the changes, that each table is put to; all of them with --all

_READ = """
import resource, sys, time
from services.tables import check
verdict = check(sys.argv[1], "y")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(time.process_time(), peak, verdict.rows, verdict.problem_type, verdict.accepted)
"""


def held(name: str) -> bool:
    """Whether a table was kept aside while the rules were made."""
    return bool(zlib.crc32(name.encode()) % 2)


def tables() -> list[Table]:
    """All tables that are fit."""
    return [*binary(), *several(), *quantities()]


def cases(half: str, *, every: bool = False) -> list[Case]:
    """The tables of a half as they are, changed and broken."""
    found: list[Case] = []
    for table in tables():
        if half != "both" and held(table.name) != (half == "held"):
            continue
        changed = broken(table)
        if not every:
            changed = random.Random(table.name).sample(changed, CHANGES)
        found += [table.case(), *changed]
    return found + [case for case in small() if half == "both" or held(case.name) == (half == "held")]


def judged(found: Sequence[Case], *, wrong: bool) -> tuple[float, float, int]:
    """Per cent of the verdicts and of the problem types that are right, and how many types were looked at."""
    from services.tables import check

    right = types = told = 0
    with tempfile.TemporaryDirectory(prefix="sagedeck-doctor-") as folder:
        for case in found:
            path = Path(folder) / f"table{case.suffix}"
            path.write_bytes(case.data)
            verdict = check(path, case.target)
            good = verdict.accepted == case.accepted
            right += good
            kind = not (case.accepted and case.problem) or verdict.problem_type in (case.problem, case.also)
            if case.accepted and case.problem:
                types, told = types + kind, told + 1
            if wrong and not (good and kind):
                codes = ", ".join(f"{each.level}: {each.code}" for each in verdict.findings[:4])
                print(f"  {case.name} (--target {case.target}): {verdict.accepted} {verdict.problem_type} | {codes}")
    return 100 * right / len(found), 100 * types / max(1, told), told


def large(path: Path, megabytes: int) -> None:
    """A table of numbers, classes, dates and texts of that size."""
    chance = random.Random(3)
    lines = []
    for _ in range(20_000):
        kind = chance.choice(["north", "south", "east", "west"])
        lines.append(
            f"{chance.random() * 100:.4f},{chance.gauss(5, 2):.6f},{chance.randint(0, 90)},{kind},"
            f"2026-0{chance.randint(1, 9)}-1{chance.randint(0, 9)},{chance.choice(['a b c', 'delta', 'x'])},"
            f"{chance.random():.6f},{chance.random() * 1e4:.2f},{chance.choice(['yes', 'no'])}\n"
        )
    left, number = megabytes * 10**6, 0
    with path.open("w", encoding="ascii") as file:
        file.write("id,a,b,c,region,day,note,u,v,y\n")
        while left > 0:
            piece = "".join(f"{number + at},{line}" for at, line in enumerate(lines))
            number += len(lines)
            file.write(piece)
            left -= len(piece)


def speed(sizes: Sequence[int], report: Report) -> None:
    """Read files of these sizes, each in a process of its own."""
    for megabytes in sizes:
        with tempfile.TemporaryDirectory(prefix="sagedeck-doctor-") as folder:
            path = Path(folder) / "large.csv"
            large(path, megabytes)
            started = time.perf_counter()
            done = subprocess.run([sys.executable, "-c", _READ, str(path)], capture_output=True, text=True, check=True)
            seconds, (processor, peak, *rest) = time.perf_counter() - started, done.stdout.split()
            print(f"{megabytes} MB: {float(processor):.1f} s of processor, {' '.join(rest)}")
            report.figure(f"{megabytes} MB read", seconds, "s", SECONDS.get(megabytes, megabytes * 0.045))
            report.figure(f"    memory, {megabytes} MB", float(peak), "MB", MOST_MEMORY)


def main() -> int:
    """Print the figures; 0 where they reach what is wanted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--half", choices=("develop", "held", "both"), default="both")
    parser.add_argument("--all", action="store_true", help="every change of every table")
    parser.add_argument("--wrong", action="store_true", help="name what was judged wrongly")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--megabytes", type=int, nargs="+", default=[100, 2000])
    asked, report = parser.parse_args(), Report()
    if asked.speed:
        speed(asked.megabytes, report)
        return report.code
    halves = ("develop", "held") if asked.half == "both" else (asked.half,)
    for half in halves:
        found = cases(half, every=asked.all)
        right, types, told = judged(found, wrong=asked.wrong)
        words = {"develop": "looked at", "held": "kept aside"}[half]
        print(f"{words}: verdict right on {right:.1f} % of {len(found)} files, type on {types:.1f} % of {told}")
        report.figure(f"verdicts wrong, {words}", 100 - right, "%", 100 - LEAST_RIGHT)
        report.figure(f"types wrong, {words}", 100 - types, "%", 100 - LEAST_TYPES)
    return report.code


if __name__ == "__main__":
    raise SystemExit(main())
