"""How the endpoints of this conversation compare: medians, votes, cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.chats import summarise
from ui import charts, chat_view, formats, plain_table
from ui.escape import literal

if TYPE_CHECKING:
    from services.chats import Conversation, EndpointSummary


def show(chat: Conversation) -> None:
    """An expander that is drawn when it is opened; nothing before there is something to compare."""
    found = summarise(chat)
    if sum(each.answers for each in found) < 2:
        return
    place = st.expander("Compare the endpoints of this conversation", icon=":material/leaderboard:", type="compact",
                        key="chat.compare", on_change="rerun")  # fmt: skip
    if not place.open:
        return
    with place:
        left, right = st.columns(2)
        with left:
            _bars("First token (ms, median)", found, lambda each: each.first_token_ms, "chat.compare.first")
        with right:
            _bars("Tokens a second (median)", found, lambda each: each.tokens_per_second, "chat.compare.speed")
        _table(found)


def _bars(title: str, found: tuple[EndpointSummary, ...], value: object, key: str) -> None:
    assert callable(value)
    known = [(each.endpoint, value(each)) for each in found]
    known = [(name, number) for name, number in reversed(known) if number is not None]  # drawn from below
    st.markdown(f"**{title}**")
    if not known:
        st.markdown(":gray[Not measured.]")
        return
    told = ", ".join(f"{name} {number:,.1f}" for name, number in known)
    charts.bars([formats.short(name, 28) for name, _ in known], [number for _, number in known],
                alt=f"{title}: {told}", key=key)  # fmt: skip


def _table(found: tuple[EndpointSummary, ...]) -> None:
    rows = [
        {
            "Endpoint": literal(formats.short(each.endpoint, 32)),
            "Answers": str(each.answers) + (f", {each.failed} failed" if each.failed else ""),
            "Best": str(each.wins),
            "Up / down": f"{each.up} / {each.down}",
            "Seconds": "—" if each.seconds is None else f"{each.seconds:.1f} s",
            "Cost": formats.UNKNOWN_PRICE if each.usd is None else f"≈ {literal(chat_view.cost(each.usd))}",
        }
        for each in found
    ]
    plain_table.show(rows, key="chat-compare")
