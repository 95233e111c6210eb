"""How passages came out: how many, how long, how many the model would cut short, and their lengths as bars."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from ui import formats

BARS = 20
NICE = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of passages: how many, mean and longest in estimated tokens, and how many are over the model's limit."""

    count: int
    mean: float
    longest: int
    over: int


def figures(tokens: Sequence[int], cap: int | None) -> Figures:
    """`tokens`: of each passage; `cap`: what the embedding model reads of one, None where that is not known."""
    over = sum(each > cap for each in tokens) if cap is not None else 0
    return Figures(len(tokens), sum(tokens) / len(tokens) if tokens else 0.0, max(tokens, default=0), over)


def show(tokens: Sequence[int], cap: int | None) -> None:
    """Write the four figures and the histogram."""
    told = figures(tokens, cap)
    with st.grid(4, min_column_width=120, gap="small"):
        st.metric("Passages", f"{told.count:,}", border=True)
        st.metric("Mean", f"{told.mean:,.0f}", border=True, help="Tokens, estimated from the letters of each passage.")
        st.metric("Longest", f"{told.longest:,}", border=True, help="Tokens, estimated")
        limit = "not known" if cap is None else f"{cap:,} tokens"
        st.metric(
            "Over the limit", "—" if cap is None else f"{told.over:,}", border=True,
            help=f"What the embedding model reads of a passage: {limit}. What is longer is not found by its end.",
        )  # fmt: skip
    if told.over and cap is not None:
        st.markdown(
            f":orange[:material/warning: {formats.count(told.over, 'passage')} of {told.count:,} hold more than the "
            f"{cap:,} tokens the embedding model reads. Choose a smaller size, or split them.]"
        )
    if tokens:
        st.html(histogram(tokens, cap))


def histogram(tokens: Sequence[int], cap: int | None = None) -> str:
    """HTML of the lengths as upright bars, those over the limit in another colour and said in words."""
    width = step(max(tokens))
    counts = [0] * (max(tokens) // width + 1)
    for each in tokens:
        counts[each // width] += 1
    most = max(counts)
    bars = "".join(_bar(place * width, width, held, most, cap) for place, held in enumerate(counts))
    label = f"Passages by length, from 0 to {len(counts) * width:,} tokens in steps of {width}"
    return (
        f'<div class="sagedeck-histogram"><div role="img" aria-label="{html.escape(label)}">{bars}</div>'
        f"<p><span>0</span><span>tokens a passage</span><span>{len(counts) * width:,}</span></p></div>"
    )


def step(longest: int) -> int:
    """How many tokens a bar is wide: a round number that makes at most so many bars."""
    scale = 1
    while True:
        for nice in NICE:
            if longest // (nice * scale) < BARS:
                return nice * scale
        scale *= 10


def _bar(start: int, width: int, held: int, most: int, cap: int | None) -> str:
    over = cap is not None and start > cap
    words = f"{start:,} to {start + width - 1:,} tokens: {formats.count(held, 'passage')}"
    words += ", over the limit" if over else ""
    height = max(4.0, 100 * held / most) if held else 0.0
    return f'<span title="{words}"{" class=over" if over else ""}><i style="height:{height:.0f}%"></i></span>'
