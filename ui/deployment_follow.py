"""Each endpoint under way in a run: its stages with times, what it costs meanwhile, the end of its log.

Drawn inside the run's own part of the page, so it is asked for only while somebody looks, and the Console sees to it
that AWS is asked no oftener than is polite.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import streamlit as st

from services.deploy import Following, LogTail, Sighting, Stage, StageView, State, follow
from services.errors import NotFound, SagedeckError
from services.logs import shown
from services.plans import Until
from ui import concern_box, error_box, formats, plain_table, status_chip
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import RunView, Step

LINES = 50  # of the log, shown of each variant
_FEW = 10  # fewer need no window of their own
_MAKES = {"create_endpoint", "update_endpoint", "create_inference_component"}
_MADE = frozenset({"done", "already_there", "unknown"})
_LOOKED_AT = frozenset({"running", "cancelling", "interrupted", "failed"})
_ICONS = {State.DONE: "done", State.NOW: "running", State.TO_COME: "waiting", State.FAILED: "failed"}


@dataclass(frozen=True, slots=True)
class Target:
    """What a run waits for: an endpoint, or an inference component on one."""

    name: str
    component: bool
    step: Step
    typical: float
    asked: float


def targets(view: RunView) -> Iterator[Target]:
    """What this run has asked for and what is not known to be in service yet."""
    if view.status not in _LOOKED_AT:
        return
    states = {step.id: step for step in view.steps}
    waits = {_named(step): step for step in view.plan if isinstance(step.manner, Until) and not step.manner.gone}
    for step in view.plan:
        if step.operation not in _MAKES or states[step.id].status not in _MADE:
            continue
        wait = waits.get(_named(step))
        if wait is not None and states[wait.id].status != "done" and isinstance(wait.manner, Until):
            asked = states[step.id].ended or states[step.id].started or view.started
            kind, name = _named(step)
            yield Target(name, kind == "component", step, wait.manner.typical, asked)


def _named(step: Step) -> tuple[str, str]:
    component = step.parameters.get("InferenceComponentName")
    return ("component", str(component)) if component else ("endpoint", str(step.parameters.get("EndpointName", "")))


def show(console: Console, view: RunView, key: str) -> None:
    """Write a panel for each; nothing where the run waits for none."""
    for number, target in enumerate(targets(view)):
        with error_box.shown():
            try:
                seen = console.look(target.name, component=target.component)
            except NotFound:
                continue  # not seen yet, or gone again
            _panel(console, view, target, seen, f"{key}-{number}")


def _panel(console: Console, view: RunView, target: Target, seen: Sighting, key: str) -> None:
    told = follow(seen, console.connection.now(), target.typical)
    with st.container(border=True, key=f"{key}-follow"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{literal(target.name)}**", width="stretch")
            st.markdown(status_chip.badge(told.status), width="content")
        st.progress(told.share, text=_headline(told))
        failed = any(each.state is State.FAILED for each in told.stages)
        rows = [{"Stage": _stage(each), "Time": _time(each, failed)} for each in told.stages]
        plain_table.show(rows, key=f"{key}-stages", header=False)
        st.markdown(literal(told.words))
        st.markdown(f":gray[:small[{_costs(view, target, seen)}]]")
        _concerns(console, target, seen)
        _log(console, view, seen.log, key, failed)


def _headline(told: Following) -> str:
    now = next((each for each in told.stages if each.state in (State.NOW, State.FAILED)), told.stages[-1])
    if now.state is State.FAILED:
        return f"{now.stage} · failed after {formats.duration(told.elapsed)}"
    slow = ", longer than usual" if told.late else ""
    return f"{now.stage} · {formats.duration(told.elapsed)} of about {formats.duration(told.typical)} in all{slow}"


def _stage(each: StageView) -> str:
    return f"{status_chip.icon(_ICONS[each.state])} {each.stage}"


def _time(each: StageView, failed: bool) -> str:
    usual = f"about {formats.duration(each.typical)}" if each.typical >= 1 else ""  # a sandbox's fraction says nothing
    if each.state is State.TO_COME:
        return ":gray[not reached]" if failed else f":gray[{usual or 'to come'}]"
    if each.seconds is None:
        return ":gray[done]" if each.state is State.DONE else f":gray[{usual or 'now'}]"
    took = formats.duration(each.seconds)
    if each.state is State.NOW and usual:
        return f":gray[{took} of {usual}]"
    together = ", with the one before" if each.stage is Stage.CONTAINER and each.state is State.DONE else ""
    return f":gray[{took}{together}]"


def _costs(view: RunView, target: Target, seen: Sighting) -> str:
    cost = target.step.cost
    if seen.status == "Failed":
        return "What failed holds no instance and costs nothing by the hour; it stands until it is deleted."
    if cost is None:
        return "What runs it was paid for before: this adds nothing by the hour."
    if cost.usd_per_hour is None:
        return "Its price is unknown. It is not free."
    so_far = cost.usd_per_hour * max(view.now - target.asked, 0.0) / 3600
    words = f"{formats.per_hour(cost.usd_per_hour)} while it stands; at most {formats.money(so_far)} so far."
    return literal(words)


def _concerns(console: Console, target: Target, seen: Sighting) -> None:
    from services.endpoints import Activity

    pace = console.catalog.pace
    lines = any(stream.lines for stream in seen.log.streams) if seen.log.known else None
    parts = ((seen.name, seen.status, seen.since),) if target.component else ()
    activity = Activity(typical=target.typical, pace=pace, lines=lines, components=parts)
    name = str(target.step.parameters.get("EndpointName", target.name))
    try:
        detail = console.detail(name)
    except SagedeckError:
        return  # its configuration may not be read by everybody; stages and log do not need it
    if target.component or detail.status == seen.status:  # else one of the two is older than the other
        concern_box.show(console.concerns([detail], {detail.name: activity}))


def _log(console: Console, view: RunView, log: LogTail, key: str, failed: bool) -> None:
    with st.expander("Log of the container", icon=":material/terminal:", key=f"{key}-log", expanded=True):
        if log.words:
            words = "It failed before its container wrote a line." if failed and log.known else log.words
            st.markdown(f":gray[{literal(words)}]")
            return
        for stream in log.streams:
            if len(log.streams) > 1:
                st.markdown(literal(stream.variant))
            lines = [shown(console.runs.scrub(view.id, line.text)) for line in stream.lines[-LINES:]]
            tall: int | Literal["content"] = 260 if len(lines) > _FEW else "content"
            st.code("\n".join(lines) or " ", language=None, wrap_lines=True, height=tall)
