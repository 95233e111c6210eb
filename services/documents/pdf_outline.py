"""The bookmarks of a PDF as headings of its pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from services.documents.models import Page, Section
from services.documents.tidy import tidy

MOST, DEEPEST = 5_000, 9
"""Bookmarks, and levels of them: one on each page of the longest PDF there may be."""

LONGEST_TITLE = 200


def with_outline(pages: Sequence[Page], data: bytes, password: str) -> tuple[Page, ...]:
    """Return the pages with the bookmarks that point at them as sections; a damaged outline gives none.

    A section begins where its title stands on the page, else where the page does.
    """
    import pypdfium2

    found: dict[int, list[Section]] = {}
    try:
        document = pypdfium2.PdfDocument(data, password=password or None)
    except pypdfium2.PdfiumError:
        return tuple(pages)
    try:
        for bookmark in islice(document.get_toc(max_depth=DEEPEST), MOST):
            destination = bookmark.get_dest()
            index = destination.get_index() if destination is not None else None
            title = tidy(" ".join(bookmark.get_title().split()))[:LONGEST_TITLE]
            if index is not None and 0 <= index < len(pages) and title:
                before = found.setdefault(index, [])
                start = _place(pages[index].text, title, before[-1].start if before else 0)
                before.append(Section(start, title, bookmark.level + 1))
    except (pypdfium2.PdfiumError, ValueError, OverflowError, UnicodeError):
        pass
    finally:
        document.close()
    return tuple(replace(page, sections=tuple(found.get(index, ()))) for index, page in enumerate(pages))


def _place(text: str, title: str, first: int) -> int:
    """Return where a title stands in a page's text, from `first` on; `first` where it does not."""
    place = text.find(title, first)
    if place < 0:
        place = text.casefold().find(title.casefold(), first)
    return place if 0 <= place < len(text) else first
