"""Orphans: a table to tick, the proof of what is ticked, and the way to the plan that removes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from ui import formats, saving_plans, saving_rows
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.savings import Finding

MOST = 500  # rows that are shown; a browser bears more, a person does not
PROVED = 5  # whose proof is written out


def show(console: Console, findings: Sequence[Finding]) -> None:
    """Write the table and what can be done with what is ticked."""
    every = st.toggle(f"Tick all {len(findings):,}, whatever is ticked below", key="savings.orphans.all")
    shown = findings[:MOST]
    chosen = st.dataframe(
        [_row(each) for each in shown], hide_index=True, on_select="rerun", selection_mode="multi-row",
        key="savings.orphans", alt="What nothing refers to", placeholder="unknown",
        height=min(len(shown), 12) * 35 + 38,
        column_config={
            "Name": st.column_config.TextColumn(width="medium", pinned=True),
            "A month": st.column_config.NumberColumn(format="$%.2f", help="0: it only lies there"),
            "Made": st.column_config.DatetimeColumn("Age", format="distance"),
        },
    )  # fmt: skip
    if len(findings) > MOST:
        st.markdown(f":gray[:small[{MOST} of {len(findings):,} are shown; ticking all means all.]]")
    ticked = list(findings) if every else [shown[row] for row in chosen.selection.rows if row < len(shown)]
    if not ticked:
        st.markdown(":gray[:small[Tick some to see their proof, clean them up, or keep them.]]")
        return
    with st.container(horizontal=True):
        st.button(
            f"Clean up {formats.count(len(ticked), 'orphan')}…", type="primary", key="savings.clean",
            on_click=saving_plans.clean_up, args=(tuple(each.key for each in ticked),),
        )  # fmt: skip
        if len(ticked) == 1:
            saving_rows.keep(console, ticked[0])
    for each in ticked[:PROVED]:
        lines = [f"- {literal(line)}" for line in each.proof]
        st.markdown(f"**{literal(each.title)}**\n" + "\n".join(lines))
    if len(ticked) > PROVED:
        st.markdown(f":gray[:small[The proof of {len(ticked) - PROVED:,} more is the same kind; tick one to see its.]]")


def _row(each: Finding) -> dict[str, object]:
    return {
        "Name": each.key.name.rpartition(":")[2] if each.key.kind == "topic" else each.key.name,
        "What": str(each.key.kind),
        "A month": each.usd_per_month,
        "Made": each.made,
        "Owner": each.owner or ("" if each.made_here else "not by this console"),
    }
