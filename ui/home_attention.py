"""What wants a person, on Home: what failed, is stuck, fires an alarm or costs though nobody calls it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from services.endpoints import Concern, Worry, ending, endless, failed, idle, may_be_idle
from services.errors import SagedeckError
from services.metrics import Span
from ui import budget_view, endpoint_reads, formats, home_figures, navigation, polling
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail

MOST, LONGEST = 6, 90  # concerns, and letters of a reason: its page has the whole
ALARM_SECONDS, WEEK_SECONDS = 60.0, 3600.0
_ICONS = {
    Worry.FAILED: ":red[:material/error:]",
    Worry.ALARM: ":red[:material/notifications_active:]",
    Worry.LEASE: ":orange[:material/event:]",
    Worry.IDLE: ":orange[:material/bedtime:]",
}


def show(console: Console) -> None:
    """Write the part; it is drawn beside the rest, and there only when something wants a person."""
    polling.beside(lambda: _draw(console))


def _draw(console: Console) -> None:
    found = endpoint_reads.looked(console)
    details = tuple(found.details.values())
    unread: list[str] = []
    concerns = (
        *failed(details),
        *ending(details, console.connection.now()),
        *_notebooks(console, unread),
        *console.concerns(details),
        *_firing(console, unread),
        *budget_view.concerns(console, unread),
        *_idle(console, home_figures.running(found), unread),
    )
    _show(concerns)
    for words in unread:
        st.markdown(f":gray[:small[{literal(words)}]]")
    _without_end(details)


def _without_end(details: Sequence[EndpointDetail]) -> None:
    """What costs much and has no agreed end, in one quiet line."""
    dear = endless(details)
    if not dear:
        return
    prices = [each.usd_per_hour for each in dear]
    known, unknown = sum(each for each in prices if each is not None), sum(each is None for each in prices)
    number = formats.count(len(dear), "endpoint costs", "endpoints cost")
    told = literal(f"{number} {formats.at_least(known, unknown)} without an agreed end.")
    with st.container(horizontal=True, vertical_alignment="center", key="endless"):
        st.markdown(f":gray[:small[:material/all_inclusive: {told}]]", width="content")
        st.page_link(navigation.LEASES, label="Leases", icon=":material/arrow_forward:")


def _show(concerns: Sequence[Concern]) -> None:
    if not concerns:
        return
    with st.container(border=True, key="attention", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader("Needs attention", anchor=False, width="content")
            st.markdown(f":gray[{len(concerns)}]", width="stretch")
            st.page_link(navigation.ENDPOINTS, label="All endpoints", icon=":material/arrow_forward:")
        most = len(concerns) if st.session_state.get("attention.all") else MOST
        for concern in concerns[:most]:
            icon = _ICONS.get(concern.kind, ":orange[:material/visibility:]")
            why = concern.why if len(concern.why) <= LONGEST else f"{concern.why[:LONGEST]}…"
            below = " ".join(part for part in (why, concern.next) if part)
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"{icon} **{literal(concern.what)}**  \n:gray[:small[{literal(below)}]]", width="stretch")
                if concern.kind is Worry.LEASE and not concern.endpoint:
                    st.page_link(navigation.LEASES, label="Leases", icon=":material/arrow_forward:")
                if concern.endpoint:  # what the account costs is of none
                    st.page_link(navigation.ENDPOINT, label="Open", icon=":material/arrow_forward:",
                                 query_params={"endpoint": concern.endpoint})  # fmt: skip
        if len(concerns) > most:
            st.button(f"Show all {len(concerns)}", key="attention.more", type="tertiary", on_click=_all)


def _all() -> None:
    st.session_state["attention.all"] = True


def _notebooks(console: Console, unread: list[str]) -> Iterable[Concern]:
    """Notebook instances whose lease ends soon or has ended."""
    try:
        return console.cached(("leases", "notebooks"), ALARM_SECONDS, console.leases.concerns)
    except SagedeckError as error:
        unread.append(f"Which notebook instances end is not known: {error.what} {error.why}".strip())
        return ()


def _firing(console: Console, unread: list[str]) -> Iterable[Concern]:
    try:
        alarms = console.cached(("alarms", "listed"), ALARM_SECONDS, console.alarms.list_alarms)
    except SagedeckError as error:
        unread.append(f"Alarms are not known: {error.what} {error.why}".strip())
        return ()
    return [
        Concern(Worry.ALARM, each.endpoint, f"{each.name} fires for {each.endpoint}.", each.says or each.reason,
                "Its page shows the figures and the log of that time.")
        for each in alarms if each.firing and each.endpoint
    ]  # fmt: skip


def _idle(console: Console, running: Sequence[EndpointDetail], unread: list[str]) -> Iterable[Concern]:
    """Of those without a request in the last day, how long it has been: a week is looked at, once an hour."""
    now, seen = console.connection.now(), console.traffic.look(running)
    silent = [each for each in may_be_idle(running, now) if each.name in seen.traffic]
    silent = [each for each in silent if not seen.traffic[each.name].total]
    if not silent:
        return ()
    names = tuple(sorted(each.name for each in silent))
    try:
        week = console.cached(("idle", *names), WEEK_SECONDS, lambda: console.metrics.traffic(silent, Span.WEEK))
    except SagedeckError as error:
        unread.append(f"How long nobody called some endpoints is not known: {error.what}")
        return ()
    last = {name: each.last_seen for name, each in week.items()}
    return idle(silent, last, now, Span.WEEK.seconds)
