"""Plain text read as pages."""

from __future__ import annotations

from services.documents.encoding import decoded
from services.documents.limits import Limits
from services.documents.models import Page
from services.documents.tidy import tidy
from services.errors import DocumentRefused


def read_text(data: bytes, limits: Limits, warnings: list[str] | None = None) -> tuple[tuple[Page, ...], str]:
    """Return the pages, divided at form feeds, and no title."""
    found = decoded(data)
    source = found.text
    if warnings is not None:
        warnings += found.warnings
    if len(source) > limits.characters:
        raise DocumentRefused(
            f"The file holds more than {limits.characters:,} characters.", "Split it and drop the parts."
        )
    if source.count("\f") >= limits.pages:
        raise DocumentRefused(f"The file has more than {limits.pages:,} pages.", "Split it and drop the parts.")
    pages = tuple(Page(number, tidy(text)) for number, text in enumerate(source.split("\f"), 1))
    if not any(page.text for page in pages):
        raise DocumentRefused("The file is empty.", "Check that it was saved completely, and drop it again.")
    return pages, ""
