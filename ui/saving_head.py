"""The first rows of Savings: what can go a month, for how many days one looks back, and reading how much is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.connection import Mode
from services.savings import DEFAULT_DAYS, MOST_DAYS, What
from ui import error_box, formats
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.savings import Savings

DAYS = "savings.days"
FEWER_DAYS = 3  # that are offered where nearly everything is younger than what was asked for
TRIFLE = 0.01  # USD


def days() -> int:
    """For how many days nobody may have called."""
    return int(st.session_state.get(DAYS, DEFAULT_DAYS))


def show(found: Savings) -> None:
    """Write the figures."""
    with st.grid(4, min_column_width=150):
        st.metric(
            "Can go a month", _total(found), icon=":material/savings:", border=True, height="stretch",
            help=f"{formats.count(found.unknown, 'finding')} of unknown price not counted" if found.unknown else
            "An estimate at today's prices; what was put aside is not in it.",
        )  # fmt: skip
        for what, label, icon in (
            (What.IDLE, "Idle", "bedtime"), (What.OVERSIZED, "Oversized", "aspect_ratio"),
            (What.ORPHAN, "Orphaned", "link_off"),
        ):  # fmt: skip
            several = found.of(what)
            usd = sum(each.usd_per_month or 0.0 for each in several)
            monthly = f"{formats.money(usd)} a month" if usd >= TRIFLE else None
            st.metric(
                label, f"{len(several):,}", monthly, delta_color="off", delta_arrow="off",
                icon=f":material/{icon}:", border=True, height="stretch",
            )  # fmt: skip


def _total(found: Savings) -> str:
    if found.unknown and not found.usd_per_month:
        return formats.UNKNOWN_PRICE
    if found.usd_per_month < TRIFLE:
        return "use not read yet" if found.measured is None and found.asking.metrics else formats.money(0.0)
    known = formats.money(found.usd_per_month)
    return f"over {known}" if found.unknown or (found.measured is None and found.asking.metrics) else known


def controls(console: Console, found: Savings) -> None:
    """Write how far back one looks, and the button that has CloudWatch asked."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            "Silent for at least, days", 1, MOST_DAYS, value=DEFAULT_DAYS, key=DAYS, width=190,
            help="How long nobody may have called before something counts as idle.",
        )  # fmt: skip
        if found.asking.metrics:
            many = formats.count(found.asking.endpoints, "endpoint")
            pressed = st.button(
                f"Read the use of {many}", type="primary", icon=":material/monitoring:", key="savings.ask"
            )  # fmt: skip
            if pressed:
                with error_box.shown(), st.spinner("Reading CloudWatch…"):
                    console.savings.ask(days())
                    st.rerun()
    st.markdown(f":gray[:small[{_asking(console, found)}]]")


def _asking(console: Console, found: Savings) -> str:
    words = []
    if found.measured is not None:
        words.append(f"Use was read at {found.measured:%H:%M} UTC and is kept for an hour.")
    if found.asking.metrics:
        free = console.connection.mode is Mode.SANDBOX
        cost = formats.money(found.asking.usd).replace("$", "\\$")
        billed = "The sandbox charges nothing; AWS would charge" if free else "CloudWatch charges"
        words.append(
            f"Reading asks CloudWatch for {formats.count(found.asking.metrics, 'metric')}. "
            f"{billed} \\$0.01 for 1,000: about {cost}."
        )
    return " ".join(words) or "No endpoint costs by the hour, so that nothing has to be asked of CloudWatch."


def notes(found: Savings) -> None:
    """Write what is still being read, what could not be, and that much is too young to be judged."""
    if found.reading:
        st.markdown(
            f":gray[:material/hourglass_top: {found.reading:,} things are still to be looked into; "
            "what is not proved yet is not listed.]"
        )
    for problem in found.problems:
        st.warning(literal(problem), icon=":material/warning:")
    young = sum(each.young and each.what is What.IDLE for each in found.unjudged)
    if young and found.days > FEWER_DAYS and not any(True for _ in found.of(What.IDLE)):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f":gray[:material/schedule: {formats.count(young, 'thing')} "
                f"{'is' if young == 1 else 'are'} younger than {found.days} days, too young to be called idle.]"
            )
            st.button(f"Look back {FEWER_DAYS} days", type="tertiary", key="savings.fewer", on_click=_fewer)


def _fewer() -> None:
    st.session_state[DAYS] = FEWER_DAYS
