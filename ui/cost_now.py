"""What bills now: the figures, by whom and what, how long until an amount is reached, and every line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from services.costs import hours_until
from services.costs.records import as_csv, as_json
from ui import cost_chart, cost_notes, cost_table, empty_state, formats, navigation, plain_table, polling
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.costs import Bill, Sum

READING_SECONDS = 1.0
_BY = {"owner": "Owner", "type": "Type", "tag": "Tag", "region": "Region"}
MOST_GAPS = 8


def show(console: Console, regions: Sequence[str]) -> None:
    """Write the tab; it fills in while the account is still being read."""

    def draw() -> float | None:
        found = console.costs.bill(regions)
        _draw(console, found)
        return None if found.complete and not console.costs.working else READING_SECONDS

    polling.adaptive(draw, "bill.pace", READING_SECONDS)


def _draw(console: Console, found: Bill) -> None:
    _reading(found)
    if found.complete and not found.lines:
        empty_state.show("savings", "Nothing costs anything here", "No machine runs and nothing is stored in what was "
                         "looked at.", page=navigation.DEPLOY, label="Deploy a model")  # fmt: skip
        _gaps(found)
        return
    _figures(found)
    if found.complete:
        _until(found)
    _sums(found)
    cost_table.show(console, found)
    with st.container(horizontal=True):
        for words, kind, made in (("CSV", "text/csv", as_csv), ("JSON", "application/json", as_json)):
            st.download_button(
                words, made(found), f"bill-{found.at:%Y-%m-%d}.{words.lower()}", kind, key=f"bill.{words}",
                icon=":material/download:", on_click="ignore",
            )  # fmt: skip
    _gaps(found)
    cost_notes.show(console, found)


def _reading(found: Bill) -> None:
    if found.complete:
        return
    what = f"Reading {found.found - found.reading:,} of {found.found:,} things" if found.reading else "Listing"
    more = f"; {formats.count(found.listing, 'list')} to come" if found.listing else ""
    st.markdown(f":gray[:material/hourglass_top: {what}{more}. The figures grow until all is looked into.]")


def _figures(found: Bill) -> None:
    total = found.total
    stopped = sum(line.usd_per_hour or 0.0 for line in found.lines if line.stopped)
    gone = sum(line.so_far or 0.0 for line in found.lines if line.gone)
    known = sum(line.so_far or 0.0 for line in found.lines if line.exact)
    over = "over " if any(line.so_far is None for line in found.lines) else ""
    unknown = f"{formats.count(total.unknown, 'thing')} of unknown price not counted" if total.unknown else None
    past = "What stands now, and what this console's journal says of what is gone"
    past += f": {formats.money(gone)}." if gone else "."
    past += " Known is what had one size all the time, or whose changes the journal tells; the rest takes today's size."
    with st.grid(4, min_column_width=150):
        now = formats.at_least(total.usd_per_hour, total.unknown)
        _card("Costs now", now, "payments", formats.per_month(total.usd_per_hour), unknown)
        so_far = f"{over}{formats.money(total.so_far)}"
        _card("This month so far", so_far, "date_range", f"{formats.money(known)} known",
              f"{past} AWS's own count is under By day.")  # fmt: skip
        end = f"{over}{formats.money(total.month_end)}"
        _card(
            "By the month's end",
            end,
            "calendar_month",
            "estimate",
            " ".join(("What it comes to if nothing changes.", unknown or "")),
        )
        _card("Stored or stopped", formats.per_month(stopped), "inventory_2", "while idle",
              "Costs though nothing works: volumes of what is stopped, logs, file systems.")  # fmt: skip


def _card(title: str, value: str, icon: str, below: str, more: str | None) -> None:
    st.metric(
        title, value, delta=below, delta_color="off", delta_arrow="off", icon=f":material/{icon}:", border=True,
        height="stretch", help=literal(more) if more else None,
    )  # fmt: skip


def _until(found: Bill) -> None:
    """How long until an amount is reached this month."""
    total = found.total
    size = 10 ** max(1, math.floor(math.log10(max(total.so_far, 10.0))))
    usual = float(math.ceil((total.so_far + 1) / size) * size)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        amount = st.number_input("Time until so many dollars this month", min_value=0.0, value=usual, step=float(size),
                                 key="bill.until", format="%g", width=280)  # fmt: skip
        hours = hours_until(float(amount or 0.0), total.so_far, total.usd_per_hour)
        if hours is None:
            words = "Never, as nothing costs by the hour now."
        elif hours == 0:
            words = "That is already spent this month."
        else:
            at = found.at + timedelta(hours=hours)
            later = " That is after this month, when the count begins anew." if at.month != found.at.month else ""
            words = f"In {formats.duration(hours * 3600)}: {at:%A, %B %-d, %H:%M} UTC, if nothing changes.{later}"
        st.markdown(literal(words))


def _sums(found: Bill) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        options = [each for each in _BY if each != "region" or len(found.regions) > 1]
        by = st.segmented_control("By", options, default="owner", required=True, key="bill.by",
                                  format_func=lambda each: _BY[each]) or "owner"  # fmt: skip
        tags = found.tag_keys()
        if by == "tag":
            chosen = st.selectbox("Tag", tags, key="bill.tag", width=260, placeholder="No tag is on anything")
            by = f"tag:{chosen}" if chosen else "owner"
    sums = found.by(by)
    cost_chart.sums(sums, alt=f"Dollars an hour by {by}", key="bill.chart")
    with st.expander(f"Sums by {literal(by.removeprefix('tag:'))}", icon=":material/functions:", type="compact"):
        plain_table.show([_sum(each) for each in sums], key="bill-sums")


def _sum(each: Sum) -> dict[str, str]:
    return {
        "Of": literal(each.name or cost_chart.NOBODY),
        "Now": literal(formats.at_least(each.usd_per_hour, each.unknown)),
        "So far": literal(formats.money(each.so_far)),
        "Month's end": literal(formats.money(each.month_end)),
        "Things": str(each.lines),
    }


def _gaps(found: Bill) -> None:
    if not found.gaps:
        return
    with st.expander(f"{formats.count(len(found.gaps), 'list')} could not be read", icon=":material/visibility_off:",
                     type="compact"):  # fmt: skip
        st.markdown("What they hold may cost too; it is not in the figures.")
        rows = [
            {"What": literal(gap.kind), "Region": literal(gap.region or "all"), "Why": literal(gap.why),
             "Permission": literal(gap.action)}
            for gap in found.gaps[:MOST_GAPS]
        ]  # fmt: skip
        plain_table.show(rows, key="bill-gaps")
        if len(found.gaps) > MOST_GAPS:
            st.markdown(f":gray[and {len(found.gaps) - MOST_GAPS} more]")
