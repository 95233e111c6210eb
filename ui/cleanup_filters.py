"""What is to be cleaned up: a preset, filters that each narrow it, and the cap of one run. Its keys hold it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import streamlit as st

from services.cleanup import MOST, CleanupRequest
from services.resources import Kind
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.cleanup import Cleanup
    from services.console import Console
    from services.resources import Key

MINE, ORPHANS, EVERYTHING = "What this console made for me", "What nothing refers to", "Everything"
PRESET, KINDS, NAMES, OWNERS = "clean_up.preset", "clean_up.kinds", "clean_up.names", "clean_up.owners"
REGIONS = "clean_up.regions"
TAG, AGE, KEEP, CAP = "clean_up.tag", "clean_up.age", "clean_up.keep", "clean_up.most"
WITHOUT, ALSO = "clean_up.without", "clean_up.also"  # what a person unticked, and ticked
MOST_AT_ONCE = 5000


def request(console: Console) -> CleanupRequest:
    """What the widgets ask for as they stand."""
    preset = _state(PRESET, MINE)
    asked = console.cleaning.request(
        regions=tuple(_state(REGIONS, ())),
        kinds=frozenset(_state(KINDS, ())),
        names=_words(NAMES),
        owners=_words(OWNERS),
        tags=_tags(),
        older_than=timedelta(days=float(_state(AGE, 0) or 0)),
        orphans=preset == ORPHANS,
        others=preset != MINE,
        keep=_words(KEEP),
        most=int(_state(CAP, MOST) or MOST),
    )
    return replace(asked, without=frozenset(_state(WITHOUT, ())), also=frozenset(_state(ALSO, ())))


def show(console: Console) -> None:
    """Write the widgets."""
    st.segmented_control(
        "What", [MINE, ORPHANS, EVERYTHING], key=PRESET, default=None if PRESET in st.session_state else MINE,
        label_visibility="collapsed", required=True, on_change=forget_ticks, persist_state="session",
    )  # fmt: skip
    if _state(PRESET, MINE) != MINE:
        st.markdown(":orange[:material/group: Also what others made: ask whoever uses it, and untick what they need.]")
    filters = st.expander("Filters, cap and what to keep", icon=":material/filter_alt:", key="clean_up-filters")
    with filters, st.grid(2, min_column_width=240):
        st.multiselect("Regions", console.costs.regions(), key=REGIONS, persist_state="session",
                       placeholder=console.connection.identity.region)  # fmt: skip
        st.multiselect("Kinds", list(Kind), key=KINDS, placeholder="Any kind", persist_state="session",
                       format_func=lambda kind: kind[0].upper() + kind[1:])  # fmt: skip
        st.text_input("Names", key=NAMES, placeholder="demo-chat, test-*", persist_state="session",
                      help="Exact names, or patterns with * and ?; what they mean is listed below.")  # fmt: skip
        st.text_input("Owners", key=OWNERS, placeholder="Any owner", persist_state="session",
                      help="As the tag sagedeck:owner says, exactly.")  # fmt: skip
        st.text_input("Tag", key=TAG, placeholder="team=search", persist_state="session",
                      help="A key, or key=value; several with commas.")  # fmt: skip
        st.number_input("At least so many days old", 0, 3650, key=AGE, persist_state="session")
        st.text_input("Keep", key=KEEP, placeholder="prod-*, demo-chat", persist_state="session",
                      help="Stays whatever else is said, with all that it uses.")  # fmt: skip
        st.number_input(
            "Removes at most", 1, MOST_AT_ONCE, MOST if CAP not in st.session_state else None, key=CAP,
            persist_state="session", help="So many things in one run; what is left goes in the next.",
        )  # fmt: skip


def expanded(found: Cleanup) -> None:
    """Say what patterns stand for, in exact names."""
    patterns = [each for each in found.request.names if each in found.request.patterns]
    if patterns:
        names = list(dict.fromkeys(each.key.name for each in found.items))
        more = f" and {len(names) - 12} more" if len(names) > 12 else ""
        listed = ", ".join(code(name) for name in names[:12])
        st.markdown(f":gray[{literal(', '.join(patterns))} is:] {listed or 'nothing'}{more}")


def tick(key: Key, on: bool) -> None:
    """Remember that a person ticked or unticked a thing."""
    without, also = set(_state(WITHOUT, ())), set(_state(ALSO, ()))
    (also if on else without).add(key)
    (without if on else also).discard(key)
    st.session_state[WITHOUT], st.session_state[ALSO] = without, also


def forget_ticks() -> None:
    """Begin with what the filters say."""
    st.session_state[WITHOUT], st.session_state[ALSO] = set(), set()


def _state(key: str, otherwise: Any) -> Any:
    found = st.session_state.get(key)
    return otherwise if found is None else found


def _words(key: str) -> tuple[str, ...]:
    return tuple(each for each in re.split(r"[,\s]+", str(_state(key, ""))) if each)


def _tags() -> dict[str, str]:
    pairs = (each.partition("=") for each in str(_state(TAG, "")).split(",") if each.strip())
    return {key.strip(): value.strip() for key, _, value in pairs}
