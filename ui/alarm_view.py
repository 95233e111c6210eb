"""The alarms of an endpoint: what they watch, how they stand, what became of them; making and deleting them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.alarms import Kind, of
from services.alarms import firing as alarms_firing
from services.errors import PermissionDenied, SagedeckError
from ui import (
    alarm_chart,
    alarm_form,
    budget_view,
    deletion,
    empty_state,
    error_box,
    formats,
    plain_table,
)
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.alarms import Alarm
    from services.console import Console
    from services.endpoints import EndpointDetail

KEEP_SECONDS = 60.0
_CHIPS = {
    "ALARM": ("red", "notifications_active", "Firing"),
    "OK": ("green", "check_circle", "OK"),
    "INSUFFICIENT_DATA": ("gray", "help", "No data"),
}
_TITLES = {
    Kind.ERRORS: "Errors", Kind.LATENCY: "Latency", Kind.IDLE: "No traffic", Kind.BACKLOG: "Backlog",
    Kind.OTHER: "Alarm", Kind.SCALING: "Scaling",
}  # fmt: skip


def every(console: Console) -> tuple[Alarm, ...]:
    """Every alarm of the account and region about an endpoint, read once a minute for everybody."""
    return console.cached(("alarms", "listed"), KEEP_SECONDS, console.alarms.list_alarms)


def firing(console: Console) -> dict[str, tuple[Alarm, ...]]:
    """The alarms that fire, by endpoint; nothing where alarms cannot be read: the tab Alarms says so."""

    def read() -> dict[str, tuple[Alarm, ...]]:
        try:
            return alarms_firing(every(console))
        except PermissionDenied:  # kept as well: who may not is not asked for again with every redraw
            return {}

    try:
        return console.cached(("alarms", "firing"), KEEP_SECONDS, read)
    except SagedeckError:
        return {}


def troubles(console: Console, name: str) -> None:
    """A red box where alarms of an endpoint fire."""
    found = firing(console).get(name)
    if found:
        st.error(sentence(found, console.connection.now()), icon=":material/notifications_active:")


def sentence(alarms: tuple[Alarm, ...], now: float) -> str:
    """What fires, as Markdown on one line."""
    first = alarms[0]
    more = f" and {len(alarms) - 1} more" if len(alarms) > 1 else ""
    what = f"{_TITLES[first.kind]}: {first.says or first.name}"
    return f"**Alarm** · {literal(what)} :gray[{literal(f'for {formats.duration(now - first.since)}{more}')}]"


def show(console: Console, detail: EndpointDetail) -> None:
    """Write the tab."""
    try:
        found = of(detail, every(console))
    except SagedeckError as problem:
        _refused(problem)
        budget_view.show(console)
        return
    deletion.show(console, "alarm", lambda name: console.alarms.plan_delete([name]))
    shown = sorted((each for each in found if each.kind is not Kind.SCALING), key=lambda each: not each.firing)
    for alarm in shown:
        _card(console, alarm)
    scaling = [each for each in found if each.kind is Kind.SCALING]
    if scaling:
        with st.expander(f"{formats.count(len(scaling), 'alarm')} of automatic scaling", icon=":material/unfold_more:"):
            rows = [
                {"Name": code(each.name), "State": badge(each), "Fires when": literal(each.says)} for each in scaling
            ]
            plain_table.show(rows, key="alarms-scaling")
    if not shown:
        empty_state.show(
            "notifications", "No alarms", "Nobody is told when its requests fail, answers become slow or nobody calls."
        )
    alarm_form.show(console, detail)
    budget_view.show(console)


def badge(alarm: Alarm) -> str:
    """How it stands, as a Markdown badge."""
    colour, icon, word = _CHIPS[alarm.state]
    return f":{colour}-badge[:material/{icon}: {word}]"


def _refused(problem: SagedeckError) -> None:
    error_box.show(problem)
    if isinstance(problem, PermissionDenied):
        action = problem.action or "cloudwatch:DescribeAlarms"
        st.markdown(f"Alarms need the permission {code(action)}; everything else of this endpoint works without.")


def _card(console: Console, alarm: Alarm) -> None:
    with st.container(border=True, key=f"alarm-{alarm.name}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            place = f" · {literal(alarm.place)}" if alarm.place else ""
            st.markdown(f"**{_TITLES[alarm.kind]}**{place}", width="stretch")
            st.markdown(badge(alarm), width="content")
        st.markdown(literal(alarm.says or alarm.name))
        passed = formats.duration(console.connection.now() - alarm.since)
        st.markdown(f":gray[:small[{literal(f'{_CHIPS[alarm.state][2]} for {passed}. {alarm.reason}')}]]")
        alarm_chart.show(console, alarm)
        st.markdown(f":gray[:small[{_told(console, alarm)} {literal(alarm.name)}]]")
        history = st.expander(
            "History", icon=":material/history:", on_change="rerun", key=f"alarm.history.{alarm.name}"
        )
        if history.open:
            with history, error_box.shown():
                _history(console, alarm)
        if st.button("Delete…", icon=":material/delete:", key=f"alarm.delete.{alarm.name}", type="tertiary"):
            deletion.ask("alarm", alarm.name)


def _told(console: Console, alarm: Alarm) -> str:
    if not alarm.topics:
        return "Nobody is told."
    told = []
    for topic in alarm.topics:
        name = topic.rpartition(":")[2]
        try:
            read = console.cached(("subscriptions", topic), KEEP_SECONDS, lambda: console.alarms.subscriptions(topic))  # noqa: B023
        except SagedeckError:
            told.append(f"Tells the topic {literal(name)}.")
            continue
        people = ", ".join(each.to + ("" if each.confirmed else " (has not confirmed yet)") for each in read)
        told.append(f"Tells {literal(people)}." if people else f"Nobody subscribes to the topic {literal(name)}.")
    return " ".join(told)


def _history(console: Console, alarm: Alarm) -> None:
    now = console.connection.now()
    rows = [
        {"When": literal(formats.ago(each.at, now)), "What": literal(each.what)}
        for each in console.alarms.history(alarm.name)
    ]
    if rows:
        plain_table.show(rows, key=f"alarm-history-{alarm.name}")
    else:
        st.markdown(":gray[Nothing yet.]")
