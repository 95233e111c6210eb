"""The endpoints as a table: status chips, machine, cost, traffic, and a menu in each row; rows can be ticked."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui import alarm_view, endpoint_reads, formats, plain_table, status_chip
from ui.endpoint_filters import TASKS
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail, EndpointRow, EndpointSummary
    from services.metrics import Seen, Traffic

MOST_BRIEF = 8
MOST_SEEN = 16  # rows; further ones are scrolled to
ROW_PIXELS = 35
POINTS = 24  # of a sparkline: one an hour
OPEN, TEST = "Open", "Test"
_ICONS = {
    OPEN: "open_in_full", TEST: "network_check", "Pause": "pause_circle", "Scale": "unfold_more", "Update": "sync_alt",
    "Delete": "delete",
}  # fmt: skip


def brief(console: Console, listed: Sequence[EndpointSummary]) -> None:
    """The newest endpoints as a small table without menu, for a page that only tells."""
    details = endpoint_reads.details(console)
    rows = []
    for each in listed[:MOST_BRIEF]:
        detail = details.get(each.name)
        rows.append(
            {
                "Name": literal(formats.short(each.name)),
                "Status": status_chip.badge(each.status),
                "For": literal(purpose(detail) if detail else "—"),
                "Instance": literal(detail.hardware if detail and detail.variants else "—"),
                "Price": literal(price_of(detail) if detail else "—"),
            }
        )
    plain_table.show(rows, key="brief")
    if len(listed) > MOST_BRIEF:
        st.markdown(f":gray[and {len(listed) - MOST_BRIEF} more]")


def show(console: Console, rows: Sequence[EndpointRow], seen: Seen) -> tuple[tuple[str, str] | None, tuple[str, ...]]:
    """Write the table; what was chosen in a row's menu (verb, name), and the names that are ticked."""
    names = [row.summary.name for row in rows]
    # what is ticked is told by its place, so other rows are another table
    key = hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]
    menu, opened = f"endpoints.menu.{key}", f"endpoints.open.{key}"
    now, fires = console.connection.now(), alarm_view.firing(console)
    ahead = timedelta(minutes=round((now - time.time()) / 60))  # a browser counts ages by its own clock
    chosen: Any = st.dataframe(
        _arrow([_row(row, seen.traffic.get(row.summary.name), row.summary.name in fires, now, ahead) for row in rows]),
        hide_index=True,
        height=min(len(rows), MOST_SEEN) * ROW_PIXELS + ROW_PIXELS + 3,
        key=f"endpoints.table.{key}",
        on_select="rerun",
        selection_mode="multi-row",
        placeholder="—",
        column_config=_columns({row.summary.status for row in rows} | ({"Alarm"} if fires else set()), menu, opened),
        alt="Endpoints with status, machine, cost and requests of the last day",
    )
    ticked = tuple(names[place] for place in chosen.selection.rows if place < len(names))
    click = st.session_state.get(menu)
    if click and click["row"] < len(names):
        return (str(click["label"]).rsplit(" ", 1)[-1].rstrip("…"), names[click["row"]]), ticked
    click = st.session_state.get(opened)
    return ((OPEN, names[click["row"]]) if click and click["row"] < len(names) else None), ticked


def price_of(detail: EndpointDetail) -> str:
    """What an endpoint costs, in words: by the hour, or by the request."""
    return "by the request" if detail.serverless else formats.per_hour(detail.usd_per_hour)


def purpose(detail: EndpointDetail) -> str:
    """What an endpoint is for, as far as anything tells."""
    words = [TASKS.get(endpoint_reads.task_of(detail), ""), "async" if detail.asynchronous else ""]
    return " · ".join(word for word in words if word) or "—"


def total(rows: Sequence[EndpointRow]) -> str:
    """How many there are and what they cost an hour, in words; what is not known is said."""
    known = [row.detail for row in rows if row.detail is not None]
    usd = sum(detail.usd_per_hour or 0.0 for detail in known)
    unknown = sum(detail.usd_per_hour is None for detail in known)
    unread = len(rows) - len(known)
    more = f" and {formats.count(unknown, 'endpoint')} of unknown price" if unknown else ""
    more += f" and {unread:,} not read yet" if unread else ""
    return f"{formats.count(len(rows), 'endpoint')} · {formats.at_least(usd, unknown + unread)}{more}"


def _arrow(rows: Sequence[Mapping[str, object]]) -> Any:
    """The rows as an Arrow table, which Streamlit sends as it is: by way of pandas it takes five times as long."""
    import pyarrow  # type: ignore[import-untyped]

    types = {
        "$/h": pyarrow.float64(), "So far": pyarrow.float64(), "Errors": pyarrow.float64(),
        "Requests": pyarrow.list_(pyarrow.float64()),
    }  # fmt: skip
    return pyarrow.table({name: pyarrow.array([row[name] for row in rows], type=types.get(name)) for name in rows[0]})


def _row(row: EndpointRow, traffic: Traffic | None, fires: bool, now: float, ahead: timedelta) -> dict[str, object]:
    detail = row.detail
    return {
        "Menu": [f":material/{_ICONS[verb]}: {verb}{_dots(verb)}" for verb in _verbs(row)],
        "Status": [status_chip.chip(row.summary.status).word, *(["Alarm"] if fires else [])],
        "Name": row.summary.name,
        "For": purpose(detail) if detail else None,
        "Instance": detail.hardware if detail and detail.variants else None,
        "$/h": detail.usd_per_hour if detail else None,
        "So far": detail.usd_so_far(now) if detail else None,
        "Requests": _hourly(traffic) if traffic else None,
        "Errors": traffic.error_share if traffic and traffic.total else None,
        "Created": row.summary.created - ahead,
        "Owner": (detail.owner.rsplit("/", 1)[-1] or None) if detail else None,
    }


def _columns(statuses: set[str], menu: str, opened: str) -> dict[str, Any]:
    return {
        "Menu": st.column_config.ButtonColumn("", key=menu, type="tertiary", width=52),
        "Name": st.column_config.ButtonColumn("Name", key=opened, type="tertiary", width=250, alignment="left"),
        "For": st.column_config.TextColumn(width=90),
        "Instance": st.column_config.TextColumn(width=135),  # as wide as what is read later
        "Status": status_chip.column(statuses),
        "$/h": st.column_config.NumberColumn(format="$%.4f", help="Of all its instances; empty where it is unknown"),
        "So far": st.column_config.NumberColumn(
            "$ so far", format="$%.2f", help="Estimate: since it was created, at the price of now"
        ),
        "Requests": st.column_config.AreaChartColumn(width=110, y_min=0, help="By the hour, in the last 24 hours"),
        "Errors": st.column_config.NumberColumn(
            format="percent", help="Share of the requests of the last 24 hours that were refused (4xx) or failed (5xx)"
        ),
        "Created": st.column_config.DatetimeColumn("Age", format="distance", help="By the clock of the other side"),
    }


def _verbs(row: EndpointRow) -> list[str]:
    """What can be done with it now."""
    status, detail = row.summary.status, row.detail
    if status == "Deleting":
        return [OPEN]
    if status == "Failed" or status in endpoint_reads.CHANGING:
        return [OPEN, "Delete"]
    scales = detail is None or not (detail.serverless and len(detail.variants) == 1)
    return [verb for verb in _ICONS if scales or verb != "Scale"]


def _dots(verb: str) -> str:
    return "" if verb in (OPEN, TEST) else "…"


def _hourly(traffic: Traffic) -> list[float]:
    """The requests in so many parts of the time."""
    counts = traffic.invocations
    size = max(1, -(-len(counts) // POINTS))
    return [sum(counts[start : start + size]) for start in range(0, len(counts), size)]
