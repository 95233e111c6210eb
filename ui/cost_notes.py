"""What is not on the bill, and what may make it smaller by contract: facts, with their source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.costs import advice, free_words
from services.costs.advice import FREE_SOURCE
from services.errors import PermissionDenied, SagedeckError
from ui import formats
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.costs import Bill

_NOT_IN_IT = (
    ("Data in and out of endpoints", "Data-Bytes-In", "a GB"),
    ("Requests and storage of S3 buckets", "S3:TimedStorage-ByteHrs", "a GB and month"),
    ("Metrics of one's own", "CW:MetricMonitorUsage", "a metric and month"),
)
_FREE = "bill.free"


def show(console: Console, found: Bill) -> None:
    """Write the notes, folded."""
    with st.expander("What is not in it, and what may make it smaller", icon=":material/info:", type="compact"):
        parts = []
        for words, usage, unit in _NOT_IN_IT:
            rate = console.catalog.rate(usage)
            each = f"{formats.money(rate.usd)} {unit}" if rate.usd is not None else "price unknown"
            parts.append(f"{words} ({each}; {rate.source})")
        st.markdown(
            literal(
                f"Not in the figures: {'; '.join(parts)}; taxes, credits, discounts, support, and what other services "
                "cost. AWS bills machines by the second, and storage by the month."
            )
        )
        for note in advice(found):
            st.markdown(f"**{literal(note.title)}.** {literal(note.words)}  \n:gray[:small[{literal(note.source)}]]")
        _free(console)


def _free(console: Console) -> None:
    """AWS's own count of what is free, asked for by a click."""
    if not st.session_state.get(_FREE):
        st.button("Ask AWS what is free in this account", icon=":material/redeem:", key="bill.free.ask",
                  help="The Free Tier API costs nothing.", on_click=lambda: st.session_state.update({_FREE: True})
        )  # fmt: skip
        return
    try:
        words = free_words(console.costs.free_tier())
    except PermissionDenied as refused:
        action = refused.action or "freetier:GetFreeTierUsage"
        st.markdown(f"**Free tier.** Not known: it needs the permission {code(action)}.")
        return
    except SagedeckError as problem:
        st.markdown(f"**Free tier.** Not known. {literal(problem.why or problem.what)}")
        return
    st.markdown(f"**Free tier.** {literal(words)}  \n:gray[:small[{FREE_SOURCE}]]")
