"""When what is deployed is to end by itself, and how; nothing said, it runs until somebody ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from services.plans.leasing import WAYS, LeaseKind
from ui import lease_reads
from ui.field import Fields

if TYPE_CHECKING:
    from services.console import Console


def read(console: Console, fields: Fields) -> dict[str, Any]:
    """The lease as the form stands, as a deployment's request takes it."""
    hours = fields.value("lease.hours")
    return {
        "lease_hours": float(console.settings.lease_hours if hours is None else hours),
        "lease_then": fields.text("lease.then") or "delete",
        "lease_reason": fields.text("lease.reason"),
    }


def stopping(console: Console, fields: Fields) -> None:
    """The fields of what stops at its end: hours and a reason."""
    with st.grid(2, min_column_width=140):
        with st.container():
            st.number_input(
                "Stops after hours", value=float(console.settings.lease_hours), min_value=0.0, step=1.0,
                key=fields.at("lease.hours"), persist_state="session",
                help="0: it runs until somebody stops it. AWS keeps to the end, also while this console is closed.",
            )  # fmt: skip
        with st.container():
            fields.ask("Reason", "lease.reason", "lease_reason", placeholder="what it is for")


def show(console: Console, fields: Fields) -> None:
    """Write the fields."""
    with st.grid(3, min_column_width=140):
        with st.container():
            st.number_input(
                "Ends after hours", value=float(console.settings.lease_hours), step=1.0,
                key=fields.at("lease.hours"), persist_state="session",
                help="0: it runs until somebody ends it. AWS keeps to the end, also while this console is closed.",
            )  # fmt: skip
            fields.under("lease_hours")
        with st.container():
            ways = list(WAYS[LeaseKind.ENDPOINT])
            fields.pick("Then", "lease.then", "lease_then", ways, shown=lambda e: lease_reads.THEN[e])
        with st.container():
            fields.ask("Reason", "lease.reason", "lease_reason", placeholder="what it is for")
