"""What is said about a log: how many lines, how old the newest is, what is in the way, and why there is nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from services.logs import Filter, Found, LogGroup, LogLine
from services.logs.live import MOST_LINES, SECONDS
from services.logs.models import Outcome
from ui import empty_state, formats
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.endpoints import EndpointDetail

LIVE = "Live"
_STARTING = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What the controls say. `span` in seconds, 0 is the live tail; `paused` holds that still."""

    group: LogGroup
    wanted: Filter
    span: int = 0
    paused: bool = False
    wrap: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """The lines that were read and how that went; `every`: seconds until a live tail is looked at again."""

    lines: Sequence[LogLine]
    met: Outcome
    every: float = SECONDS
    more_streams: int = 0


def summary(asked: Asked, read: Read, lines: Sequence[LogLine], now: float) -> str:
    """One line: how many, of how many, how old the newest is, how it goes on."""
    return " · ".join(part for part in _parts(asked, read, lines, now) if part)


def _parts(asked: Asked, read: Read, lines: Sequence[LogLine], now: float) -> list[str]:
    counted = formats.count(len(lines), "line")
    if len(lines) != len(read.lines):
        counted = f"{len(lines):,} of {formats.count(len(read.lines), 'line')}"
    parts = [counted] if lines else []
    if read.lines:
        parts.append(f"newest written {formats.ago(read.lines[-1].at, now)}")
    if not asked.span and len(read.lines) >= MOST_LINES:
        parts.append("older ones are let go: choose a time to see them")
    if asked.paused:
        parts.append("paused")
    if read.more_streams:
        parts.append(f"{formats.count(read.more_streams, 'older stream')} not read: choose a time to see all")
    if read.met.slowed and read.lines:
        parts.append(f"CloudWatch asks to slow down: the next look is in {formats.duration(read.every)}")
    elif read.met.problem and read.lines:
        parts.append(f"the last look failed: {read.met.problem}")
    elif read.met.denied and read.lines:
        parts.append(f"the last look was refused: {read.met.denied}")
    return [*parts, *_searched(read.met, now)]


def _searched(met: Outcome, now: float) -> list[str]:
    if not isinstance(met, Found) or not met.there:
        return []
    looked = [f"{met.seen:,} looked at"]
    if not met.complete:
        looked.append(f"only the last {formats.duration(now - met.since)}: narrow the search to see what is before")
    return looked


def empty(detail: EndpointDetail, asked: Asked, read: Read) -> None:
    """Say why there is nothing, whether that is normal, and what to do."""
    met = read.met
    if met.denied:
        st.warning(
            f"These credentials may not read this log: {code(met.denied)} on {code(asked.group.name)} is missing.  \n"
            "All else of the endpoint is shown. Ask whoever manages permissions for it; "
            "the page Access has the whole policy.",
            icon=":material/lock:",
        )
    elif met.slowed:
        words = f"It is looked at again in {formats.duration(read.every)}." if not asked.span else "Wait a moment."
        st.info(f"CloudWatch asks to slow down. {literal(words)}", icon=":material/hourglass_top:")
    elif met.problem:
        st.warning(f"The log cannot be read now. {literal(met.problem)}", icon=":material/cloud_off:")
    elif read.lines or not asked.wanted.empty:
        held = f"None of {formats.count(len(read.lines), 'line')} fits" if read.lines else "No line fits"
        wider = "Take a longer time or a wider filter." if asked.span else "Take a wider filter, or a time to search."
        empty_state.show("filter_alt_off", f"{held}", wider)
    else:
        empty_state.show("terminal", "Nothing has been written yet", _normal(detail, met))


def _normal(detail: EndpointDetail, met: Outcome) -> str:
    """Whether silence is normal, and the next step."""
    if met.there and detail.ready:
        return "In this time its containers wrote nothing. Choose a longer time, or send it a request on the tab Test."
    if detail.status in _STARTING:
        return "That is normal while it starts: the log appears with the first line of its container. This looks again."
    if detail.status == "Failed":
        return "It failed before a container wrote a line; the reason AWS gives is on the tab Overview."
    if detail.ready and detail.serverless:
        return "A serverless endpoint starts a container with its first request: send one on the tab Test."
    if detail.ready:
        return "The log appears with a container's first line. Send it a request on the tab Test; this looks again."
    return "The log appears with the first line of a container; none runs now."
