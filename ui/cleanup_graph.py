"""What uses what, drawn: each thing while there are few, each kind with its number where there are many.

Plain SVG, since what draws graphs in a browser compiles code there, which this console's pages forbid.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from services.cleanup import Cleanup, Item

MOST_NODES = 60
_COLOURS = {"goes": "#1d6fd8", "stays": "#5b6472", "not known": "#a15c07"}  # white text is legible on each
_LINE = "#808892"  # seen on light and on dark
_WIDTH, _HEIGHT, _ACROSS, _DOWN = 196, 38, 64, 12  # pixels of a node, and between two
_LONGEST = 27


@dataclass(frozen=True, slots=True)
class Node:
    """One box: its two lines, its fate, and what is told when a pointer rests on it."""

    above: str
    name: str
    state: str


def show(found: Cleanup) -> None:
    """Draw the graph: a line leads from what goes first to what waits for it."""
    joined = {key for edge in found.edges() for key in edge}
    items = [each for each in found.items if each.goes or each.key in joined]
    if not items:
        st.markdown(":gray[Nothing of what was asked for uses anything else.]")
        return
    nodes, edges, words = _single(found, items) if len(items) <= MOST_NODES else _grouped(found, items)
    picture, width = drawn(nodes, edges, f"What uses what: {words}")
    with st.container(key="clean_up-drawing"):
        st.image(picture, width=width)
    st.markdown(f":gray[:small[{words}. Blue goes, grey stays, brown is not known; a line leads to what waits.]]")


Edges = Mapping[tuple[int, int], int]


def _single(found: Cleanup, items: Sequence[Item]) -> tuple[list[Node], Edges, str]:
    numbers = {each.key: number for number, each in enumerate(items)}
    nodes = [Node(str(each.key.kind), each.key.name, _state(each)) for each in items]
    pairs = ((numbers[one], numbers[two]) for one, two in found.edges() if one in numbers and two in numbers)
    return nodes, dict.fromkeys(pairs, 0), f"{len(items)} things"


def _grouped(found: Cleanup, items: Sequence[Item]) -> tuple[list[Node], Edges, str]:
    group = {each.key: (each.key.kind, _state(each)) for each in items}
    counts = Counter(group.values())
    numbers = {each: number for number, each in enumerate(counts)}
    nodes = [
        Node(state, f"{count:,} {kind}{'s' if count > 1 else ''}", state) for (kind, state), count in counts.items()
    ]
    pairs = ((group[one], group[two]) for one, two in found.edges() if one in group and two in group)
    edges = Counter((numbers[one], numbers[two]) for one, two in pairs if one != two)
    return nodes, edges, f"{len(items):,} things, drawn by their kind"


def drawn(nodes: Sequence[Node], edges: Edges, label: str) -> tuple[str, int]:
    """The SVG and its width in pixels; every character of a name is escaped, and in a picture nothing could act."""
    places = _places(nodes, edges)
    width = max(x for x, _ in places) + _WIDTH + 8
    height = max(y for _, y in places) + _HEIGHT + 8
    lines = "".join(_curve(places[one], places[two], count) for (one, two), count in edges.items())
    boxes = "".join(_box(node, place) for node, place in zip(nodes, places, strict=True))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{html.escape(label)}" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}" font-family="sans-serif">{lines}{boxes}</svg>'
    ), width


def _places(nodes: Sequence[Node], edges: Edges) -> list[tuple[int, int]]:
    """Where each box stands: a column further right than all that goes before it, beside what it waits for."""
    column = [0] * len(nodes)
    for _ in nodes:
        moved = False
        for one, two in edges:
            if column[two] <= column[one] < len(nodes):
                column[two], moved = column[one] + 1, True
        if not moved:
            break
    row = [0.0] * len(nodes)
    for number in range(max(column, default=0) + 1):
        inside = [each for each in range(len(nodes)) if column[each] == number]
        before = {each: [row[one] for one, two in edges if two == each] for each in inside}
        inside.sort(key=lambda each: sum(before[each]) / len(before[each]) if before[each] else float(each))
        for place, each in enumerate(inside):
            row[each] = float(place)
    return [
        (4 + column[each] * (_WIDTH + _ACROSS), 4 + int(row[each]) * (_HEIGHT + _DOWN)) for each in range(len(nodes))
    ]


def _curve(start: tuple[int, int], end: tuple[int, int], count: int) -> str:
    (x, y), (to_x, to_y) = (start[0] + _WIDTH, start[1] + _HEIGHT // 2), (end[0], end[1] + _HEIGHT // 2)
    bend = max(20, (to_x - x) // 2)
    path = f'<path d="M{x} {y} C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}" fill="none" stroke="{_LINE}"/>'
    number = f'<text x="{to_x - 6}" y="{to_y - 4}" font-size="10" text-anchor="end" fill="{_LINE}">{count:,}</text>'
    return path + (number if count else "")


def _box(node: Node, place: tuple[int, int]) -> str:
    x, y = place
    above, name = html.escape(node.above), html.escape(_short(node.name))
    return (
        f"<g><title>{html.escape(f'{node.name} ({node.state})')}</title>"
        f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="6" fill="{_COLOURS[node.state]}"/>'
        f'<text x="{x + 8}" y="{y + 14}" font-size="10" fill="#ffffff">{above}</text>'
        f'<text x="{x + 8}" y="{y + 29}" font-size="12" fill="#ffffff">{name}</text></g>'
    )


def _state(item: Item) -> str:
    return "goes" if item.goes else "not known" if item.unknown else "stays"


def _short(name: str) -> str:
    half = _LONGEST // 2
    return name if len(name) <= _LONGEST else f"{name[:half]}…{name[-half:]}"
