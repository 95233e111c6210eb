"""The things that were asked for, thousands if need be: a tick each, why it may go or why it stays, what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import cleanup_filters, formats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.cleanup import Cleanup, Item

SHOWN, VERSION, ROWS = "clean_up.shown", "clean_up.version", "clean_up.rows"
GOES, STAYS, UNKNOWN = "Goes", "Stays", "Not known"
HEIGHT = 420


def show(found: Cleanup) -> None:
    """Write the choice of what is shown and the table of it."""
    groups = {
        GOES: found.going,
        STAYS: tuple(each for each in found.staying if not each.unknown),
        UNKNOWN: tuple(each for each in found.staying if each.unknown),
    }
    chosen = st.segmented_control(
        "Shown", list(groups), key=SHOWN, default=None if SHOWN in st.session_state else GOES, required=True,
        format_func=lambda name: f"{name} · {len(groups[name]):,}", label_visibility="collapsed",
    )  # fmt: skip
    items = groups[chosen or GOES]
    if not items:
        st.markdown(f":gray[{_EMPTY[chosen or GOES]}]")
        return
    _table(items, several=len({each.key.region for each in items if each.key.region}) > 1)
    _all(items, chosen or GOES)


_EMPTY = {
    GOES: "Nothing goes. What stays, and why, is beside this.",
    STAYS: "Nothing of what was asked for stays.",
    UNKNOWN: "All that was asked for is known.",
}


def _table(items: Sequence[Item], several: bool) -> None:
    key = f"clean_up.table.{st.session_state.get(VERSION, 0)}"
    st.session_state[ROWS] = [(each.key, each.may) for each in items]
    rows = {
        "Remove": [each.goes for each in items],
        "Kind": [each.key.kind[0].upper() + each.key.kind[1:] for each in items],
        "Name": [each.key.name for each in items],
        "Why": [each.why for each in items],
        "Whose": ["yours" if each.ours else each.owner or "not ours" for each in items],
        "Costs": [_cost(each) for each in items],
        **({"Region": [each.key.region for each in items]} if several else {}),
    }
    st.data_editor(
        rows, key=key, hide_index=True, disabled=[name for name in rows if name != "Remove"], height=_height(items),
        on_change=_ticked, args=(key,), width="stretch",
        column_config={
            "Remove": st.column_config.CheckboxColumn(width="small", help="Takes it out of the plan, or into it."),
            "Kind": st.column_config.TextColumn(width="small"),
            "Name": st.column_config.TextColumn(width="medium"),
            "Why": st.column_config.TextColumn(width="large"),
        },
    )  # fmt: skip


def _height(items: Sequence[Item]) -> int:
    return min(HEIGHT, 38 + 35 * len(items))


def _cost(item: Item) -> str:
    return "—" if item.usd_per_hour == 0 else formats.per_hour(item.usd_per_hour)


def _ticked(key: str) -> None:
    """Take the ticks in by what they were made at, and begin a new table: rows move once fates change."""
    rows, edited = st.session_state.get(ROWS, []), st.session_state.get(key, {}).get("edited_rows", {})
    for number, change in edited.items():
        if "Remove" not in change or int(number) >= len(rows):
            continue
        resource, may = rows[int(number)]
        if change["Remove"] and not may:
            st.toast("It stays for the reason beside it; a tick does not change that.", icon=":material/lock:")
        else:
            cleanup_filters.tick(resource, bool(change["Remove"]))
    st.session_state[VERSION] = st.session_state.get(VERSION, 0) + 1


def _all(items: Sequence[Item], shown: str) -> None:
    on = shown != GOES
    able = [each.key for each in items if each.may]
    with st.container(horizontal=True, vertical_alignment="center"):
        if able:
            words = f"{'Tick' if on else 'Untick'} all {len(able):,}"
            st.button(words, type="tertiary", key=f"clean_up-all-{shown}", on_click=_set_all, args=(able, on))
        if st.session_state.get(cleanup_filters.WITHOUT) or st.session_state.get(cleanup_filters.ALSO):
            st.button("Forget my ticks", type="tertiary", key="clean_up-forget", on_click=cleanup_filters.forget_ticks)


def _set_all(keys: Sequence[object], on: bool) -> None:
    for key in keys:
        cleanup_filters.tick(key, on)  # type: ignore[arg-type]
    st.session_state[VERSION] = st.session_state.get(VERSION, 0) + 1
