"""The endpoints as a table: status chips, machine, price, age, and a menu in each row."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from services.catalog import Task
from ui import endpoint_reads, formats, plain_table, status_chip
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail, EndpointSummary

TASKS = {Task.EMBEDDING.value: "Embedding", Task.CHAT.value: "Language"}
MOST_BRIEF = 8
MOST_SEEN = 16  # rows; further ones are scrolled to
ROW_PIXELS = 35
_MENU = "endpoints.menu"


def brief(console: Console, listed: Sequence[EndpointSummary]) -> None:
    """The newest endpoints as a small table without menu, for a page that only tells."""
    details = endpoint_reads.details(console)
    rows = []
    for each in listed[:MOST_BRIEF]:
        row = _row(each, details.get(each.name))
        price = price_of(details[each.name]) if each.name in details else "—"
        rows.append(
            {
                "Name": literal(formats.short(each.name)),
                "Status": status_chip.badge(each.status),
                "For": literal(row["For"]),
                "Instance": literal(row["Instance"]),
                "Price": literal(price),
            }
        )
    plain_table.show(rows, key="brief")
    if len(listed) > MOST_BRIEF:
        st.markdown(f":gray[and {len(listed) - MOST_BRIEF} more]")


def show(console: Console, listed: Sequence[EndpointSummary], *, key: str = "endpoints") -> str:
    """Write the table; the name of the endpoint whose row was just opened, else empty."""
    wanted = ""
    if len(listed) > 8:
        wanted = st.text_input("Filter by name", key=f"{key}.filter", icon=":material/search:", live=True) or ""
    rows = [each for each in listed if wanted.lower() in each.name.lower()]
    details = endpoint_reads.details(console)
    columns = {
        "Name": st.column_config.TextColumn(width="large"),
        "Status": status_chip.column({each.status for each in rows}),
        "$/h": st.column_config.NumberColumn(format="$%.4f", help="Of all its instances; empty where it is unknown"),
        "Created": st.column_config.DatetimeColumn(format="distance", help="By the clock of the other side"),
        "Open": st.column_config.ButtonColumn("", key=_MENU, type="tertiary"),
    }
    st.dataframe(
        [_row(each, details.get(each.name), ahead=_ahead(console)) for each in rows],
        hide_index=True,
        height=min(len(rows), MOST_SEEN) * ROW_PIXELS + ROW_PIXELS + 3,
        key=f"{key}.table",
        column_config=columns,
        alt="Endpoints with status, machine and price",
    )
    shown = [details[each.name] for each in rows if each.name in details]
    total = sum(detail.usd_per_hour or 0.0 for detail in shown)
    unknown = sum(detail.usd_per_hour is None for detail in shown)
    more = f" and {formats.count(unknown, 'endpoint')} of unknown price" if unknown else ""
    st.markdown(
        f":gray[{formats.count(len(rows), 'endpoint')} · {formats.at_least(total, unknown)}{more}]".replace("$", "\\$")
    )
    click = st.session_state.get(_MENU)
    return rows[click["row"]].name if click and click["row"] < len(rows) else ""


def price_of(detail: EndpointDetail) -> str:
    """What an endpoint costs, in words: by the hour, or by the request."""
    return "by the request" if detail.serverless else formats.per_hour(detail.usd_per_hour)


def _ahead(console: Console) -> timedelta:
    """How far the other side's clock is ahead of this one, in whole minutes: a browser counts ages by its own."""
    return timedelta(minutes=round((console.connection.now() - time.time()) / 60))


def _row(each: EndpointSummary, detail: EndpointDetail | None, *, ahead: timedelta = timedelta()) -> dict[str, object]:
    return {
        "Open": ":material/open_in_full: Open",  # first, as what it opens tells the rest on a phone
        "Status": [status_chip.chip(each.status).word],
        "Name": each.name,
        "For": _purpose(detail) if detail else "—",
        "Instance": detail.hardware if detail and detail.variants else "—",
        "$/h": detail.usd_per_hour if detail else None,
        "Created": each.created - ahead,
        "Owner": (detail.owner.rsplit("/", 1)[-1] or "—") if detail else "—",
    }


def _purpose(detail: EndpointDetail) -> str:
    words = [TASKS.get(endpoint_reads.task_of(detail), ""), "async" if detail.asynchronous else ""]
    return " · ".join(word for word in words if word) or "—"
