"""Answers from a folder of documents: hit@5 and short answers that hold the right string, beside keywords alone.

    python -m benchmarks.ask_quality --docs DIR --questions FILE.jsonl [--out RUN.jsonl]

Questions are lines of {"id", "question", "answers"}; an empty list of answers means that the documents do not say.
They are answered by `sagedeck ask` in a sandbox of its own. A hit is a passage among the best five that holds one of
the answers; an answer counts if it holds one and is no longer than 300 characters. Case, punctuation and white space
are not compared. The floor finds passages by their words alone, with the same store and the same passages.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import ROOT, Report, deploy_pair, fresh_home
from services.connection import connect_sandbox
from services.console import Console
from services.knowledge import SearchMode, SearchSettings
from tests.browser.server import environment

LEAST_HITS = 0.96
LEAST_RIGHT = 0.60
MOST_WRONGLY_REFUSED = 0.08
LEAST_REFUSED = 0.90
LONGEST = 300  # characters of a short answer
BEST = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the strings of which an answer must hold one; none of them: the documents do not say."""

    id: str
    question: str
    answers: tuple[str, ...]


def plain(text: str) -> str:
    """What is compared: letters and digits in lower case, single spaces."""
    return " ".join(re.sub(r"[\W_]+", " ", text.lower()).split())


def holds(text: str, asked: Asked) -> bool:
    """Whether a text holds one of the answers as whole words."""
    padded = f" {plain(text)} "
    return any(f" {plain(answer)} " in padded for answer in asked.answers)


def read(path: Path) -> list[Asked]:
    """The questions of a file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [Asked(str(row["id"]), row["question"], tuple(map(str, row["answers"]))) for row in rows]


def share(rows: Iterable[bool]) -> float:
    """How many of them are true, of 1."""
    found = list(rows)
    return sum(found) / len(found) if found else 0.0


def ask(home: Path, docs: Path, questions: Path, out: Path) -> float:
    """Answer them by the command line; seconds it took."""
    started = time.perf_counter()
    words = ["ask", "--docs", str(docs), "--questions", str(questions), "--out", str(out)]
    subprocess.run([sys.executable, "-m", "cli", *words], cwd=ROOT, env=environment(home), check=True, timeout=1800)
    return time.perf_counter() - started


def by_mode(home: Path, docs: Path, asked: Sequence[Asked], embedding: str, mode: SearchMode) -> float:
    """hit@5 of one way of searching, over what `ask` has read in."""
    console = Console(connect_sandbox(home), folder=home)
    collection = f"folder_{hashlib.sha256(str(docs.resolve()).encode()).hexdigest()[:12]}"  # as the command names it
    settings = SearchSettings(k=BEST, mode=mode)

    def hit(one: Asked) -> bool:
        found = console.knowledge.retrieve(one.question, embedding, settings, collection=collection)
        return any(holds(passage.text, one) for passage in found)

    return share(hit(one) for one in asked)


def _say(report: Report, asked: Sequence[Asked], lines: Mapping[str, dict[str, object]]) -> None:
    known = [one for one in asked if one.answers]
    unknown = [one for one in asked if not one.answers]

    def hit(one: Asked) -> bool:
        chunks = lines[one.id]["chunks"]
        assert isinstance(chunks, list)
        return any(holds(chunk["text"], one) for chunk in chunks[:BEST])

    right: Callable[[Asked], bool] = lambda one: holds(str(lines[one.id]["answer"] or ""), one)  # noqa: E731
    short: Callable[[Asked], bool] = lambda one: len(str(lines[one.id]["answer"] or "")) <= LONGEST  # noqa: E731
    report.figure(f"hit@{BEST} over {len(known)} questions", share(map(hit, known)), "", LEAST_HITS, most=False)
    report.figure(
        f"answers of <= {LONGEST} characters holding the right string",
        share(right(one) and short(one) for one in known), "", LEAST_RIGHT, most=False,
    )  # fmt: skip
    report.figure("    of any length", share(map(right, known)), "")
    wrongly = share(not lines[one.id]["answer"] for one in known)
    report.figure("    said not to be in the documents, wrongly", wrongly, "", MOST_WRONGLY_REFUSED)
    if unknown:
        missing = share(not lines[one.id]["answer"] for one in unknown)
        report.figure(
            f"the {len(unknown)} questions without an answer: said so", missing, "", LEAST_REFUSED, most=False
        )


def main() -> int:
    """Print the figures; 0 if both shares are reached."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--docs", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--out", type=Path, help="keep the answers here")
    given, report = parser.parse_args(), Report()
    asked = read(given.questions)
    with fresh_home() as home:
        embedding, _ = deploy_pair(home)
        out = given.out or home / "run.jsonl"
        seconds = ask(home, given.docs, given.questions, out)
        rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        _say(report, asked, {str(row["id"]): row for row in rows})
        known = [one for one in asked if one.answers]
        for mode in (SearchMode.KEYWORD, SearchMode.VECTOR):
            report.figure(f"hit@{BEST} by {mode} alone", by_mode(home, given.docs, known, embedding, mode), "")
    report.figure(f"reading the folder and answering {len(asked)} questions", seconds, "s")
    return report.code


if __name__ == "__main__":
    raise SystemExit(main())
