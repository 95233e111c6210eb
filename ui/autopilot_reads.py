"""What pages read of AutoML jobs: kept for a moment, so that neither reruns nor several browsers ask AWS more often."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.connection import Mode

if TYPE_CHECKING:
    from services.autopilot import Candidate, Job
    from services.autopilot.watching.report_models import Left, Reports
    from services.console import Console

POLITE_SECONDS, SANDBOX_SECONDS = 20.0, 3.0  # between looks at jobs that move; on AWS a stage takes minutes
KEPT_SECONDS = 1800.0  # of what does not change any more
DETAILS_A_TURN = 5  # described while a page is drawn: a row waits for no other
_KNOWN = "autopilot.known"


def seconds_between_looks(console: Console) -> float:
    """How soon a page looks again while something moves."""
    return SANDBOX_SECONDS if console.connection.mode is Mode.SANDBOX else POLITE_SECONDS


def listed(console: Console) -> tuple[Job, ...]:
    """Every job by name and state, newest first. Raises PermissionDenied."""
    return console.cached(("autopilot-jobs",), 0.9 * seconds_between_looks(console), console.autopilot.list_jobs)


def job(console: Console, name: str) -> Job:
    """One job as it stands. Raises NotFound."""
    seconds = 0.9 * seconds_between_looks(console)
    return console.cached(("autopilot-job", name), seconds, lambda: console.autopilot.describe(name))


def candidates(console: Console, found: Job) -> tuple[Candidate, ...]:
    """Its candidates as far as there are any; of a job that has ended they are read once."""
    key: tuple[str, ...]
    if found.status.moving:
        key, seconds = ("autopilot-candidates", found.name), 0.9 * seconds_between_looks(console)
    else:
        key, seconds = ("autopilot-candidates", found.arn, str(found.ended), str(found.stage)), KEPT_SECONDS
    return console.cached(key, seconds, lambda: console.autopilot.candidates(found.name))


def reports(console: Console, found: Job, candidate: Candidate) -> Reports:
    """What the job wrote about a candidate. One that could not be read is tried anew a moment later."""
    key = ("autopilot-reports", found.arn, candidate.name, str(found.changed))
    told = console.cached(key, KEPT_SECONDS, lambda: console.autopilot.reports(found, candidate))
    if told.problems:
        console.cache.forget((*console.connection.key, *key))
    return told


def left(console: Console, found: Job) -> Left | None:
    """What the job has left in S3. Raises PermissionDenied and the like."""
    seconds = 60.0 if found.status.moving else KEPT_SECONDS
    key = ("autopilot-left", found.arn, str(found.changed))
    return console.cached(key, seconds, lambda: console.autopilot.left(found))


def known(console: Console, rows: tuple[Job, ...]) -> tuple[dict[str, Job], bool]:
    """What is described of jobs that are on screen, and whether that is all; a few more are described each time.

    One that has changed since is described anew. Raises what AWS answers where none may be described.
    """
    kept: dict[tuple[object, ...], Job] = st.session_state.setdefault(_KNOWN, {})
    mine = {each.name: (*console.connection.key, each.arn, each.changed) for each in rows}
    waiting = [each for each in rows if mine[each.name] not in kept]
    for each in waiting[:DETAILS_A_TURN]:
        kept[mine[each.name]] = console.autopilot.describe(each.name)
    found = {name: kept[key] for name, key in mine.items() if key in kept}
    return found, len(waiting) <= DETAILS_A_TURN


def forget(console: Console) -> None:
    """Read jobs anew the next time: something was changed."""
    for name in ("autopilot-jobs", "autopilot-job", "autopilot-candidates"):
        console.cache.forget((*console.connection.key, name))
