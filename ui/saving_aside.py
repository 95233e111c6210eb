"""What was put aside and what cannot be told: each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from ui import formats, plain_table, saving_rows
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.savings import Finding, Kept, Savings, Unjudged

MOST = 30


def show(console: Console, found: Savings) -> None:
    """Write both lists, closed."""
    if found.kept:
        with st.expander(f"Put aside ({len(found.kept)})", icon=":material/inventory_2:"):
            for finding, kept in found.kept[:MOST]:
                _kept(console, finding, kept)
    if found.unjudged:
        title = f"Cannot be told yet ({len(found.unjudged):,})"
        with st.expander(title, icon=":material/help:", key="savings.untold", on_change="rerun") as told:
            if told.open:
                _unjudged(found.unjudged)


def _kept(console: Console, finding: Finding, kept: Kept) -> None:
    usd = "" if finding.usd_per_month is None else f", {formats.money(finding.usd_per_month)} a month"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{literal(kept.key.name)}** ({kept.key.kind}, {kept.what}{literal(usd)}): {literal(kept.why)}  \n"
            f":gray[:small[{literal(kept.by)}, {kept.at:%d %b %Y}]]",
            width="stretch",
        )
        st.button("Show again", key=f"{saving_rows.identity(finding)}.again", on_click=console.savings.show_again,
                  args=(kept,))  # fmt: skip


def _unjudged(unjudged: Sequence[Unjudged]) -> None:
    rows = [
        {"What": str(each.key.kind), "Name": literal(each.key.name), "Asked": str(each.what), "Why": literal(each.why)}
        for each in sorted(unjudged, key=lambda one: (one.young, one.key))[:MOST]
    ]
    plain_table.show(rows, key="savings-untold")
    if len(unjudged) > MOST:
        st.markdown(f":gray[:small[{len(unjudged) - MOST:,} more.]]")
