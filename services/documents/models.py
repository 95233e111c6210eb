"""What reading a file gives: pages of text, or a refusal that says why and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a page: where in the page's text what it heads begins, its words, and its level from 1."""

    start: int
    title: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `number` counts from 1, `text` is tidy and is what every offset refers to.

    label      what people call it where it is no numbered page: "Slide 3", "Sheet Prices", "Chapter 2"; "" a page
    sections   its headings in order; what stands before the first belongs to the section the page before ended in
    rows       start and end in `text` of each row of a table, in order, where the page holds one
    header     the column names of that table on one line, which each of its passages is to begin with; "" if none
    """

    number: int
    text: str
    label: str = ""
    sections: tuple[Section, ...] = ()
    rows: tuple[tuple[int, int], ...] = ()
    header: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file was not read, in one sentence, and what its owner can do, in another.

    `locked`: it opens with a password, which was missing or wrong.
    """

    reason: str
    hint: str
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as read.

    Either `pages` holds text and `refusal` is None, or `pages` is empty and `refusal` says why.
    `kind` is "pdf", "docx", "pptx", "xlsx", "csv", "markdown", "html", "text", "epub", "email", "rtf" or "odt", "zip"
    for an archive, whose files Reader.unpack gives, and "" where the file is none of them. `title` is what the file
    calls itself, "" if it does not. `warnings` are sentences about what could not be had of it, such as a damaged page
    among good ones.
    """

    pages: tuple[Page, ...]
    refusal: Refusal | None
    kind: str = ""
    title: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: its `name` with the folders above it, never leading out of them; its bytes.

    A file of an archive within the archive is called "inner.zip › file.pdf". `refusal` says why there are no bytes.
    """

    name: str
    data: bytes
    refusal: Refusal | None = None


def read_payload(reading: Reading) -> dict[str, Any]:
    """Return the command line's answer, {"pages": [page], "refusal": null | {"reason", "hint"}}.

    A page is {"number", "text"}, with "label" and "sections" ([{"start", "title", "level"}]) where it has them; an
    answer has "warnings" where there are any, and a refusal "locked": true where a password is wanted.
    """
    refusal = reading.refusal
    told: dict[str, Any] = {"pages": [_page_payload(page) for page in reading.pages], "refusal": None}
    if refusal is not None:
        told["refusal"] = {"reason": refusal.reason, "hint": refusal.hint} | (
            {"locked": True} if refusal.locked else {}
        )
    return told | ({"warnings": list(reading.warnings)} if reading.warnings else {})


def _page_payload(page: Page) -> dict[str, Any]:
    told: dict[str, Any] = {"number": page.number, "text": page.text}
    if page.label:
        told["label"] = page.label
    if page.sections:
        told["sections"] = [{"start": each.start, "title": each.title, "level": each.level} for each in page.sections]
    return told
