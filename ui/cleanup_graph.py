"""What uses what, drawn: each thing while there are few, each kind with its number where there are many."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from services.cleanup import Cleanup, Item
    from services.resources import Key

MOST_NODES = 60
_COLOURS = {"goes": "#1d6fd8", "stays": "#5b6472", "unknown": "#a15c07"}  # white text is legible on each
_LINE = "#808892"  # legible on light and dark
_LONGEST = 34


def show(found: Cleanup) -> None:
    """Draw the graph: an arrow leads from what goes first to what waits for it."""
    if not found.items:
        return
    edges = list(found.edges())
    joined = {key for edge in edges for key in edge}
    items = [each for each in found.items if each.goes or each.key in joined]
    if len(items) > MOST_NODES:
        source, words = _by_kind(items, edges), f"{len(items):,} things, drawn by their kind"
    else:
        source, words = _one_by_one(items, edges), f"{len(items)} things"
    st.graphviz_chart(source, width="stretch")
    st.caption(f"{words}. Blue goes, grey stays, brown is not known; an arrow leads to what waits for it to be gone.")


def _one_by_one(items: list[Item], edges: list[tuple[Key, Key]]) -> str:
    numbers = {each.key: number for number, each in enumerate(items)}
    nodes = [
        f"n{numbers[each.key]} [label={_quoted(f'{each.key.kind}', _short(each.key.name))}, fillcolor="
        f'"{_COLOURS[_state(each)]}", tooltip={_quoted(each.key.name)}]'
        for each in items
    ]
    lines = [f"n{numbers[one]} -> n{numbers[two]}" for one, two in edges if one in numbers and two in numbers]
    return _graph(nodes, lines)


def _by_kind(items: list[Item], edges: list[tuple[Key, Key]]) -> str:
    state = {each.key: _state(each) for each in items}
    counts = Counter((each.key.kind, state[each.key]) for each in items)
    names = {group: f"g{number}" for number, group in enumerate(counts)}
    nodes = [
        f"{names[group]} [label={_quoted(f'{count:,} {group[0]}' + ('s' if count > 1 else ''), group[1])}, "
        f'fillcolor="{_COLOURS[group[1]]}"]'
        for group, count in counts.items()
    ]
    drawn = Counter(((one.kind, state[one]), (two.kind, state[two])) for one, two in edges if {one, two} <= set(state))
    lines = [
        f'{names[one]} -> {names[two]} [label="{count:,}", fontcolor="{_LINE}"]' for (one, two), count in drawn.items()
    ]
    return _graph(nodes, lines)


def _graph(nodes: list[str], lines: list[str]) -> str:
    return "\n".join(
        [
            "digraph { rankdir=LR; bgcolor=transparent; nodesep=0.18; ranksep=0.5;",
            'node [shape=box, style="rounded,filled", color=transparent, fontcolor=white, fontname="sans-serif", '
            "fontsize=11, margin=0.1];",
            f'edge [color="{_LINE}", arrowsize=0.7, fontname="sans-serif", fontsize=10];',
            *nodes,
            *lines,
            "}",
        ]
    )


def _state(item: Item) -> str:
    return "goes" if item.goes else "unknown" if item.unknown else "stays"


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST // 2]}…{name[-_LONGEST // 2 + 1 :]}"


def _quoted(*parts: str) -> str:
    """A label of these lines; nothing in a name can end it or begin markup."""
    plain = ("".join(" " if ord(each) < 32 else each for each in part) for part in parts)
    return '"' + "\\n".join(each.replace("\\", "\\\\").replace('"', '\\"') for each in plain) + '"'
