"""How long it takes to hold a large table against a schema, to write it anew for a transform job, and to measure it.

    python -m benchmarks.predicting            # 100 MB; --mb 1000 for more

No endpoint is asked: this is what the console itself adds to a prediction.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from services.autopilot.using.answers import Answer
from services.autopilot.using.batch_rows import write_rows
from services.autopilot.using.guard import Match, matched
from services.autopilot.using.predicting import Asked, pieces, written
from services.autopilot.using.schema import Schema, schema_of
from services.autopilot.using.scoring import Classes
from services.autopilot.using.table_files import Given, given, records
from services.autopilot.using.training_facts import Training

NAMES = ("age", "plan", "joined", "minutes", "note", "left")


def table(path: Path, megabytes: int) -> int:
    """Write a table of about that size, its columns in another order than in training; its rows."""
    chance, rows = random.Random(1), 0
    block = io.StringIO()
    made = csv.writer(block, delimiter=";")
    for number in range(20_000):
        minutes, plan = f"{chance.gauss(200, 50):.2f}", chance.choice(("basic", "pro", "max"))
        made.writerow([chance.choice(("no", "yes")), f"called about bill {number}", minutes, "2024-05-15", plan, 40])
    text = block.getvalue().encode()
    with path.open("wb") as file:
        file.write(";".join(NAMES[::-1]).encode() + b"\n")
        while file.tell() < megabytes << 20:
            file.write(text)
            rows += 20_000
    return rows


def schema() -> Schema:
    """What such a table is held against."""
    training = Training(name="b", problem="BinaryClassification", target="left")
    rows = [[str(20 + n % 50), ("basic", "pro", "max")[n % 3], "2024-05-15", f"{n}.5", f"words on bill {n}",
             ("no", "yes")[n % 2]] for n in range(1000)]  # fmt: skip
    return schema_of(training, NAMES, rows)


def timed(what: str, act: Callable[[], object]) -> None:
    """Do it and print how long it took, and the most memory this process has had."""
    started = time.perf_counter()
    act()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:<46} {time.perf_counter() - started:7.1f} s   {memory:6.0f} MB at most", flush=True)


def bodies(table: Given, match: Match) -> int:
    """Every request's body, one after the other; the bytes of all."""
    asked = Asked("e")
    return sum(len(written([match.row(row) for row in piece])) for piece in pieces(records(table), asked, match))


def measure(count: Classes, answer: Answer, rows: int) -> None:
    """Count as many answers."""
    for number in range(rows):
        count.add(("no", "yes")[number % 2], answer)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mb", type=int, default=100)
    megabytes = parser.parse_args().mb
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "t.csv")
        rows, known = table(path, megabytes), schema()
        print(f"{megabytes} MB, {rows:,} rows, six columns")
        found = given(path)
        match = matched(known, found.columns, found.first, header=found.header)
        timed("header, order and types", lambda: matched(known, given(path).columns, given(path).first))
        timed("bodies of requests to an endpoint", lambda: bodies(found, match))
        with Path(folder, "rows.csv").open("w", newline="") as into:
            timed("written anew for a transform job", lambda: write_rows(found, match, into))
        count, answer = Classes("yes"), Answer("yes", scores=(("no", 0.4), ("yes", 0.6)))
        timed(f"{rows:,} answers measured", lambda: measure(count, answer, rows))
        timed("their figures, AUC among them", count.scores)


if __name__ == "__main__":
    main()
