"""Every lease with the time left, whose it is, what happens at its end, what it still costs, and who keeps to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from ui import formats, lease_reads
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.leases import Lease, Subject

DAY = 86_400.0
MOST = 500


def figures(leases: Sequence[Lease], without: Sequence[Subject], now: datetime) -> None:
    """Write what there is at a glance."""
    soon = [each for each in leases if 0 < each.seconds_left(now) <= DAY]
    over = [each for each in leases if each.seconds_left(now) <= 0]
    stakes = [each.usd_left(now) for each in leases]
    known, unknown = sum(each for each in stakes if each is not None), sum(each is None for each in stakes)
    idle = sum(each.usd_per_hour or 0.0 for each in without)
    with st.grid(4, min_column_width=150):
        st.metric("Leases", f"{len(leases):,}", icon=":material/event:", border=True, height="stretch")
        st.metric(
            "End within a day", f"{len(soon):,}", f"{len(over):,} ended and still there" if over else None,
            delta_color="inverse", delta_arrow="off", icon=":material/timer:", border=True, height="stretch",
        )  # fmt: skip
        st.metric(
            "Until their ends", f"over {formats.money(known)}" if unknown else formats.money(known),
            icon=":material/payments:", border=True, height="stretch",
            help="What they still cost until their leases end, at today's prices: an estimate.",
        )  # fmt: skip
        st.metric(
            "Without an end", f"{len(without):,}", formats.per_hour(idle) if idle else None, delta_color="off",
            delta_arrow="off", icon=":material/all_inclusive:", border=True, height="stretch",
        )  # fmt: skip


def keeper(console: Console, why_not: str) -> None:
    """Say who ends things while this console is closed, with the line for cron."""
    if not why_not:
        st.markdown(
            ":green[:material/schedule: AWS keeps to leases given here:] EventBridge Scheduler ends what has one, "
            "also while no console runs."
        )
    else:
        st.markdown(
            f":orange[:material/schedule: AWS does not keep to leases given here: {literal(why_not)}] "
            "They are kept where somebody runs `sagedeck reap`."
        )
    with st.expander("Without AWS's scheduler: a line for cron", type="compact", expanded=bool(why_not)):
        st.markdown("It ends what its tag says, of what a console made, and asks nobody. First look at what")
        st.code("sagedeck reap --dry-run", language=None)
        st.markdown("would do, then add this to the crontab of a machine that stays on:")
        st.code(lease_reads.crontab(console), language=None, wrap_lines=True)


def table(leases: Sequence[Lease], now: datetime) -> None:
    """Write the table."""
    longest = max(7 * DAY, *(each.seconds_left(now) for each in leases))
    st.dataframe(
        [_row(each, now) for each in leases[:MOST]],
        hide_index=True, placeholder="unknown", alt="Leases, the one that ends first at the top",
        height=min(len(leases[:MOST]), 12) * 35 + 38, key="leases.table",
        column_config={
            "Name": st.column_config.TextColumn(pinned=True, width="medium"),
            "Hours left": st.column_config.ProgressColumn(
                format="%.1f h", min_value=0.0, max_value=longest / 3600, width="medium"
            ),
            "Still costs": st.column_config.NumberColumn("Still costs, $", format="%.2f"),
            "In all": st.column_config.NumberColumn("In all, $", format="%.2f", help="From its making to its end."),
            "Remark": st.column_config.TextColumn(width="large"),
        },
    )  # fmt: skip
    if len(leases) > MOST:
        st.markdown(f":gray[:small[The {MOST} that end first are shown; `sagedeck leases` has all.]]")


def _row(each: Lease, now: datetime) -> dict[str, object]:
    return {
        "Name": each.name,
        "Kind": str(each.kind),
        "Hours left": max(0.0, each.seconds_left(now)) / 3600,
        "Ends": f"{each.ends:%Y-%m-%d %H:%M} UTC",
        "Then": lease_reads.THEN[each.then],
        "Still costs": each.usd_left(now),
        "In all": each.usd_whole(),
        "Kept to by": lease_reads.KEEPERS[str(each.enforced_by)],
        "Owner": each.owner or "nobody named",
        "Reason": each.reason,
        "Remark": each.problem,
    }
