"""What the workspace pages read: what is held, whether more is being read, and states that pass by themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from services.plans.hosting import seconds_between_looks
from ui import formats, polling, status_chip
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.resources import Holdings, Kind

Row = TypeVar("Row")
READING_SECONDS = 1.0
A_PAGE = 10  # cards that are drawn at once


def held(console: Console) -> Holdings:
    """What is known now; while lists are being read the page says so, and is drawn anew with each that arrives."""
    found = console.resources.held()
    if found.listing:
        before = len(found.resources)

        def look() -> None:
            now = console.resources.held()
            if not now.listing or len(now.resources) != before:
                st.rerun()
            st.markdown(":gray[:material/hourglass_top: Reading what there is…]")

        polling.live(look, READING_SECONDS)
    return found


def gaps(found: Holdings, *kinds: Kind) -> None:
    """Write which lists of these kinds could not be read, with the right that is missing; the rest stays usable."""
    for gap in found.gaps:
        if gap.kind in kinds:
            missing = f" Missing: {code(gap.action)}." if gap.action else ""
            st.warning(f"{literal(f'{gap.kind}: {gap.why}')}{missing}", icon=":material/visibility_off:")


def passing(console: Console, looks: Mapping[str, Callable[[], str]], listed: Mapping[str, str]) -> None:
    """Look at what changes by itself, no oftener than politely; once something has, the lists are read anew.

    looks   by name, what tells the status now, "" where it is gone; `listed` the status as it is shown
    """
    if not looks:
        return
    every = max(1.0, seconds_between_looks(console.catalog.pace))

    def look() -> None:
        for name, status in looks.items():
            now = console.cached(("workspace", name), every, status)
            if now != listed[name] and not console.resources.held().listing:
                console.resources.forget()
                st.rerun()

    polling.live(look, every)


def at_least(prices: Sequence[float | None], words: Callable[[float | None], str] = formats.per_hour) -> str:
    """A sum of prices; where some are not known, a lower bound and said to be one."""
    known = sum(each or 0.0 for each in prices)
    some = any(each is None for each in prices)
    return formats.UNKNOWN_PRICE if some and not known else f"{'over ' if some else ''}{words(known)}"


def chosen(rows: Sequence[Row], page: str, name: Callable[[Row], str], status: Callable[[Row], str]) -> list[Row]:
    """Those of this page of a long list, by name and state; all of a short one."""
    if len(rows) <= A_PAGE:
        return list(rows)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input("Find", key=f"{page}.find", icon=":material/search:", live=True, width=260)
        states = sorted({status(each) for each in rows})
        picked = st.pills("State", states, key=f"{page}.states", selection_mode="multi",
                          format_func=lambda each: status_chip.chip(each).word)  # fmt: skip
    wanted = (text or "").casefold().strip()
    found = [each for each in rows if wanted in name(each).casefold() and (not picked or status(each) in picked)]
    pages = max(1, -(-len(found) // A_PAGE))
    st.markdown(f":gray[{len(found):,} of {len(rows):,}]")
    number = st.pagination(pages, key=f"{page}.page.{pages}") if pages > 1 else 1
    return found[(number - 1) * A_PAGE : number * A_PAGE]
