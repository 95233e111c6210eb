"""What reading a file gives: pages of text, or a refusal that says why and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `number` counts from 1, `text` is tidy and is what every offset refers to."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file was not read, in one sentence, and what its owner can do, in another."""

    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as read.

    Either `pages` holds text and `refusal` is None, or `pages` is empty and `refusal` says why.
    `kind` is "pdf", "docx", "markdown", "html" or "text", and "" where the file is none of them.
    `title` is what the file calls itself, "" if it does not.
    """

    pages: tuple[Page, ...]
    refusal: Refusal | None
    kind: str = ""
    title: str = ""


def read_payload(reading: Reading) -> dict[str, Any]:
    """Return the command line's answer: {"pages": [{"number", "text"}], "refusal": null | {"reason", "hint"}}."""
    refusal = reading.refusal
    return {
        "pages": [{"number": page.number, "text": page.text} for page in reading.pages],
        "refusal": None if refusal is None else {"reason": refusal.reason, "hint": refusal.hint},
    }
