"""What a job may cost at most and will probably cost, before it is planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot.launching.seen import Seen
from ui import error_box, formats
from ui.escape import literal

if TYPE_CHECKING:
    from services.autopilot.launching.ceiling import Ceiling
    from services.autopilot.requesting.request import AutopilotRequest
    from services.console import Console
    from services.tables.models import Verdict


def show(console: Console, request: AutopilotRequest, verdict: Verdict | None, size: int | None) -> None:
    """Write the ceiling of a request, with what is known of its data so far."""
    with error_box.shown():
        found = of(console, request, verdict, size)
        with st.grid(3 if found.usd_per_hour_after != 0 else 2, min_column_width=180):
            st.metric("At most", amount(found.usd_most), border=True)
            open_ = found.usd_likely is None and found.usd_most is not None
            likely = "known with the plan" if open_ else amount(found.usd_likely)
            st.metric("Probably (estimate)", likely, border=True)
            if found.usd_per_hour_after != 0:
                st.metric("Its endpoint afterwards", formats.per_hour(found.usd_per_hour_after), border=True)
        words = " ".join((found.basis, *found.besides))
        st.markdown(f":gray[:small[{literal(words)}]]")


def of(console: Console, request: AutopilotRequest, verdict: Verdict | None, size: int | None) -> Ceiling:
    """The ceiling as far as the data are known."""
    return console.autopilot.ceiling(request, {"training": Seen(verdict=verdict, size=size)})


def amount(usd: float | None) -> str:
    """A price, or that it is not known."""
    return formats.UNKNOWN_PRICE if usd is None else formats.money(usd)
