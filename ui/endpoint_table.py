"""The endpoints as a table: status chips, machine, price, age, and a menu in each row."""

from __future__ import annotations

from collections.abc import Sequence
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
_MENU = "endpoints.menu"


def brief(console: Console, listed: Sequence[EndpointSummary]) -> None:
    """The newest endpoints as a small table without menu, for a page that only tells."""
    details = endpoint_reads.details(console)
    rows = []
    for each in listed[:MOST_BRIEF]:
        row = _row(each, details.get(each.name))
        price = formats.per_hour(details[each.name].usd_per_hour) if each.name in details else "—"
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
        "Created": st.column_config.DatetimeColumn(format="distance"),
        "Open": st.column_config.ButtonColumn("", key=_MENU, type="tertiary"),
    }
    st.dataframe(
        [_row(each, details.get(each.name)) for each in rows],
        hide_index=True,
        key=f"{key}.table",
        column_config=columns,
        alt="Endpoints with status, machine and price",
    )
    total = sum(detail.usd_per_hour or 0.0 for detail in details.values())
    unknown = sum(detail.usd_per_hour is None for detail in details.values())
    more = f" and {formats.count(unknown, 'endpoint')} of unknown price" if unknown else ""
    st.markdown(
        f":gray[{formats.count(len(rows), 'endpoint')} · {formats.at_least(total, unknown)}{more}]".replace("$", "\\$")
    )
    click = st.session_state.get(_MENU)
    return rows[click["row"]].name if click and click["row"] < len(rows) else ""


def _row(each: EndpointSummary, detail: EndpointDetail | None) -> dict[str, object]:
    return {
        "Open": ":material/open_in_full: Open",  # first, as what it opens tells the rest on a phone
        "Status": [status_chip.chip(each.status).word],
        "Name": each.name,
        "For": TASKS.get(endpoint_reads.task_of(detail), "—") if detail else "—",
        "Instance": f"{detail.instance_type} × {detail.count}" if detail and detail.variants else "—",
        "$/h": detail.usd_per_hour if detail else None,
        "Created": each.created,
        "Owner": (detail.owner.rsplit("/", 1)[-1] or "—") if detail else "—",
    }
