"""PowerPoint presentations (PPTX) read slide by slide, straight from their XML.

The title comes first, then text, lists and tables in the order they were drawn, then the notes. Slide numbers, dates
and footers are left out, and so are hidden slides, with a word about them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from services.documents.limits import Limits
from services.documents.marks import compose, is_headed, table, titled
from services.documents.models import Page
from services.documents.package import Package, attribute, child_of, name_of
from services.errors import DocumentRefused

AGAIN = "Open it in PowerPoint, save it again as .pptx, and drop that."
TITLES = ("title", "ctrTitle")
LEFT_OUT = ("sldNum", "dt", "ftr", "hdr", "sldImg")
EMPTY = DocumentRefused(
    "The presentation holds no text.", "If it holds pictures of text, run text recognition (OCR) and drop the result."
)


def read_pptx(data: bytes, limits: Limits, warnings: list[str]) -> tuple[tuple[Page, ...], str]:
    """Return a page for each shown slide, numbered as in PowerPoint, and the title."""
    package = Package(data, limits, AGAIN)
    name = package.part("ppt/presentation")
    presentation, related = package.tree(name), package.related(name)
    if presentation is None:
        raise package.damaged()
    named = [_relation(each) for each in presentation.iter() if name_of(each) == "sldId"]
    if len(named) > limits.pages:
        raise DocumentRefused(
            f"The presentation has more than {limits.pages:,} slides.", "Split it and drop the parts."
        )
    pages: list[Page] = []
    characters = 0
    for number, relation in enumerate(named, 1):
        page = _page(package, related.get(relation, ("", ""))[1], number, warnings)
        characters += len(page.text) if page else 0
        if characters > limits.characters:
            raise DocumentRefused(
                f"The presentation holds more than {limits.characters:,} characters.", "Split it and drop the parts."
            )
        if page is not None:
            pages.append(page)
    if not any(page.text for page in pages):
        raise EMPTY
    return tuple(pages), package.title()


def _relation(element: Element) -> str:
    """Return the id of the relation a slide is named by; its own number is also called an id."""
    return next((value for key, value in element.attrib.items() if key.endswith("}id")), "")


def _page(package: Package, part: str, number: int, warnings: list[str]) -> Page | None:
    """Return a slide as a page, None for one that is hidden, missing or damaged."""
    try:
        slide = package.tree(part)
    except DocumentRefused as refused:
        if "damaged" not in refused.reason:
            raise
        slide = None
    if slide is None:
        warnings.append(f"Slide {number} is missing or damaged.")
        return None
    if attribute(slide, "show") in ("0", "false"):
        warnings.append(f"Slide {number} is hidden and was left out.")
        return None
    story = _read(slide)
    notes = _notes(package, part)
    blocks = [titled(1, story.title)] if story.title else []
    blocks += story.blocks
    if notes:
        blocks.append("Notes: " + notes)
    return compose(number, "\n\n".join(blocks), f"Slide {number}")


@dataclass(slots=True)
class _Slide:
    """What a slide says: its title and the blocks below it."""

    title: str = ""
    blocks: list[str] = field(default_factory=list)


def _read(slide: Element) -> _Slide:
    read = _Slide()
    for shape in _shapes(slide):
        if name_of(shape) == "tbl":
            rows = [[_text(cell, " ") for cell in row if name_of(cell) == "tc"] for row in _named(shape, "tr")]
            lines = [" | ".join(cells).strip() for cells in rows if any(cells)]
            read.blocks.append(table(lines, is_headed(rows)))
            continue
        kind = attribute(child_of(shape, "nvSpPr", "nvPr", "ph"), "type")
        text = _text(child_of(shape, "txBody"), "\n")
        if kind in TITLES and not read.title:
            read.title = " ".join(text.split())
        elif text and kind not in LEFT_OUT:
            read.blocks.append(text)
    return read


def _shapes(slide: Element) -> Iterator[Element]:
    """Yield shapes with text and tables, whatever groups they are in."""
    stack = [iter(slide)]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
        elif name_of(node) in ("sp", "tbl"):
            yield node
        elif name_of(node) not in ("Fallback", "timing", "transition"):
            stack.append(iter(node))


def _named(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if name_of(child) == name)


def _text(body: Element | None, between: str) -> str:
    """Return the paragraphs of a text body, deeper ones with their mark, or of a table's cell in one line."""
    if body is None:
        return ""
    lines: list[str] = []
    for paragraph in (node for node in body.iter() if name_of(node) == "p"):
        pieces: list[str] = []
        for run in paragraph.iter():
            if name_of(run) == "t":
                pieces.append(run.text or "")
            elif name_of(run) == "br":
                pieces.append("\n")
        text = "".join(pieces).strip()
        level = attribute(child_of(paragraph, "pPr"), "lvl")
        if text:
            depth = int(level) if level in "12345678" and level else 0
            lines.append("  " * (depth - 1) + "- " + text if depth and between == "\n" else text)
    return between.join(lines if between == "\n" else [" ".join(line.split()) for line in lines])


def _notes(package: Package, part: str) -> str:
    """Return what the speaker wrote below a slide; notes that cannot be read are none."""
    try:
        related = package.related(part)
        name = next((target for kind, target in related.values() if kind == "notesSlide"), "")
        notes = package.tree(name)
    except DocumentRefused as refused:
        if "damaged" not in refused.reason:
            raise
        return ""
    return "\n\n".join(_read(notes).blocks) if notes is not None else ""
