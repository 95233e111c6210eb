"""What a Word document's styles and numbering say of a paragraph: how it is marked in a list, and whether it heads."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from services.documents.package import Package, attribute, child_of, name_of

NAMED_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
LONGEST_CHAIN = 20
"""Styles a style may build on; Word's own build on three, a hostile file's on each other."""


@dataclass(slots=True)
class _Style:
    """A paragraph style: the list it belongs to (number, level), the one it builds on, the level it heads at or 0."""

    listed: tuple[str, str] | None
    based_on: str
    level: int


@dataclass(slots=True)
class Styles:
    """Which lists have bullets, what styles say, how far each list has counted."""

    bullets: frozenset[tuple[str, str]]
    styles: dict[str, _Style]
    counted: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))

    def level(self, paragraph: Element) -> int:
        """Return the level from 1 at which a paragraph heads what follows, 0 if it does not."""
        properties = child_of(paragraph, "pPr")
        own = _outline(properties)
        if own is not None:
            return own
        name = attribute(child_of(properties, "pStyle"), "val")
        for _ in range(LONGEST_CHAIN):
            style = self.styles.get(name)
            if style is None or style.level:
                return style.level if style else 0
            name = style.based_on
        return 0

    def mark(self, paragraph: Element) -> str:
        """Return "- " or "3. " with two spaces for each level for an item, "" for what is none."""
        own = child_of(paragraph, "pPr", "numPr")
        style = self.styles.get(attribute(child_of(paragraph, "pPr", "pStyle"), "val"))
        number, level = (style and style.listed) or ("", "0")
        if own is not None:
            number = attribute(child_of(own, "numId"), "val")
            level = attribute(child_of(own, "ilvl"), "val") or "0"
        if not number or number == "0" or not level.isdecimal():
            return ""
        depth = min(int(level), 8)
        if (number, level) in self.bullets:
            return "  " * depth + "- "
        self.counted[number, depth] += 1
        for deeper in range(depth + 1, 9):
            self.counted.pop((number, deeper), None)
        return "  " * depth + f"{self.counted[number, depth]}. "


def read_styles(package: Package) -> Styles:
    """Return what numbering.xml and styles.xml say; a document without them has neither lists nor headings."""
    kinds: dict[str, set[str]] = {}
    bullets: set[tuple[str, str]] = set()
    styles: dict[str, _Style] = {}

    def keep(element: Element) -> None:
        if name_of(element) == "abstractNum":
            levels = [child for child in element if name_of(child) == "lvl"]
            marked = {attribute(lvl, "ilvl") for lvl in levels if attribute(child_of(lvl, "numFmt"), "val") == "bullet"}
            kinds[attribute(element, "abstractNumId")] = marked
        elif name_of(element) == "num":
            marked = kinds.get(attribute(child_of(element, "abstractNumId"), "val"), set())
            bullets.update((attribute(element, "numId"), level) for level in marked)

    def keep_style(element: Element) -> None:
        if name_of(element) == "style":
            styles[attribute(element, "styleId")] = _style(element)

    for stem, tell in (("word/numbering", keep), ("word/styles", keep_style)):
        part = package.part(stem)
        if part in package:
            package.stream(part, tell, depth=1)
    return Styles(frozenset(bullets), styles)


def _style(element: Element) -> _Style:
    properties = child_of(element, "pPr")
    number = child_of(properties, "numPr", "numId")
    level = attribute(child_of(properties, "numPr", "ilvl"), "val") or "0"
    name = attribute(child_of(element, "name"), "val")
    named = NAMED_HEADING.fullmatch(name)
    heads = int(named[1]) if named else 1 if name.casefold() == "title" else _outline(properties) or 0
    listed = None if number is None else (attribute(number, "val"), level)
    return _Style(listed, attribute(child_of(element, "basedOn"), "val"), heads)


def _outline(properties: Element | None) -> int | None:
    """Return the level from 1 that an outlineLvl gives, 0 where it says body text, None where there is none."""
    level = attribute(child_of(properties, "outlineLvl"), "val")
    if not level.isdecimal():
        return None
    return int(level) + 1 if int(level) < 9 else 0
