"""PDF files read as pages of text.

pypdf reads them. Where it fails on a page or leaves signs without meaning, and for long books (it needs 2-40 ms a
page), PDFium does: ten times faster, equally good on two columns, better with what Chromium prints, but Arabic and
Hebrew come out backwards; and only safe with one thread a process, which a worker is.
Text comes in the order the file draws it: columns written one after the other stay apart; a producer that draws
straight across two columns line by line gives mixed lines, as it does in every reader.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from services.documents.limits import Limits
from services.documents.models import Page
from services.documents.pdf_outline import with_outline
from services.documents.tidy import SYMBOL_BULLETS, join_hyphens, join_lines, tidy
from services.errors import DocumentRefused

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

PAGES_FOR_PYPDF = 800
"""At 40 ms a page half of the time a file may take; the choice is by count, so that reading again gives the same."""

END_BYTES = 4096
MOST_NAMED = 20
"""Pages named one by one where several are damaged."""

AGAIN = "Download or save it again, check that it opens in a PDF viewer, and drop it again."
CUT_OFF = DocumentRefused("The PDF is cut off: its end is missing.", AGAIN)
LOCKED = DocumentRefused("The PDF is protected by a password.", "Give its password.", locked=True)
WRONG = DocumentRefused("The password does not open the PDF.", "Check it and give it again.", locked=True)
UNKNOWN_LOCK = DocumentRefused(
    "The PDF is protected in a way that is not known here.", "Save a copy without the protection and drop that."
)
DAMAGED_TREE = DocumentRefused("The PDF is damaged: its list of pages runs in a circle or is missing.", AGAIN)
ALL_LOST = DocumentRefused("The PDF is damaged: its pages are missing or cannot be read.", AGAIN)
SCANNED = DocumentRefused(
    "The PDF holds pictures of pages, no text.", "Run text recognition (OCR) on it and drop the result."
)
NO_TEXT = DocumentRefused("The PDF holds no text.", "If its text is drawn as shapes, run text recognition (OCR) on it.")
MEANINGLESS = re.compile("[\x00-\x08\x0e-\x1f\ue000-\uf8ff\ufffd]")
"""What pypdf gives for glyphs whose font does not say what they are, or only in an ActualText."""

MOST_CONTENT = 8_000_000
"""Bytes of a page's drawing; a page of a map has three million."""

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
LETTER = re.compile(r"\w")


def read_pdf(
    data: bytes, limits: Limits, password: str = "", warnings: list[str] | None = None
) -> tuple[tuple[Page, ...], str]:
    """Return the pages, numbered as in the file, and the title; raises DocumentRefused where there is no text.

    A page that is lost or damaged is empty, and a sentence of `warnings` names it.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = _open(data, password)
    found = find_pages(reader, limits)
    book = _Book(data, password, limits, [""] * found.count, set(found.gone | found.hollow))
    failed = book.read_by_pdfium(range(found.count)) if found.count > PAGES_FOR_PYPDF else None
    if failed is None:
        book.read_by_pypdf(reader, found)
    else:
        book.lost |= failed
    pages = tuple(Page(number, text) for number, text in enumerate(book.texts, 1))
    if not any(LETTER.search(page.text) for page in pages):
        raise ALL_LOST if book.lost else SCANNED if _has_pictures(reader) else NO_TEXT
    if warnings is not None and book.lost:
        warnings.append(_told(sorted(index + 1 for index in book.lost)))
    outlined = "/Outlines" in reader.root_object
    return (with_outline(pages, data, password) if outlined else pages), _title(reader)


def _told(numbers: Sequence[int]) -> str:
    """Return a sentence about pages that could not be read."""
    named = ", ".join(map(str, numbers[:MOST_NAMED])) + (" and more" if len(numbers) > MOST_NAMED else "")
    if len(numbers) == 1:
        return f"Page {named} is damaged and could not be read."
    return f"{len(numbers)} pages are damaged and could not be read: {named}."


def _open(data: bytes, password: str) -> PdfReader:
    """Return pypdf's reader, able to read: decrypted with the password, or where an empty one is enough."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    tail = data.rstrip(b"\0 \t\r\n")[-END_BYTES:]
    if b"startxref" not in tail and b"%%EOF" not in tail:
        raise CUT_OFF
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt("") and not (password and reader.decrypt(password)):
            raise WRONG if password else LOCKED
        _ = reader.root_object
    except DocumentRefused:
        raise
    except (DependencyError, NotImplementedError):
        raise UNKNOWN_LOCK from None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - whatever pypdf trips over, the file is at fault
        raise DocumentRefused("The PDF is damaged and cannot be opened.", AGAIN) from None
    return reader


@dataclass(frozen=True, slots=True)
class _Found:
    """How many pages a PDF has; the indexes of those that are `gone` and of those whose content is (`hollow`)."""

    count: int
    gone: frozenset[int]
    hollow: frozenset[int]


def find_pages(reader: PdfReader, limits: Limits) -> _Found:
    """Find the pages by walking the tree, without believing its counts.

    Raises DocumentRefused for a tree that loops, is too deep, holds no page, or more of them than the limit.
    """
    stack: list[Iterator[Any]] = [iter([reader.root_object.get("/Pages")])]
    above: list[int] = []
    gone, hollow = set[int](), set[int]()
    count = steps = 0
    while stack:
        found = next(stack[-1], None)
        if found is None:
            stack.pop()
            if above:
                above.pop()
            continue
        node = found.get_object()
        kids = node.get("/Kids") if hasattr(node, "get") else None
        kids = kids.get_object() if kids is not None else None
        if isinstance(kids, list):
            steps += 1
            if id(node) in above or len(stack) > limits.depth or steps > 2 * limits.pages:
                raise DAMAGED_TREE
            above.append(id(node))
            stack.append(iter(kids))
            continue
        if not hasattr(node, "get"):
            gone.add(count)
        elif _has_lost_content(node):
            hollow.add(count)
        count += 1
        if count > limits.pages:
            raise DocumentRefused(f"The PDF has more than {limits.pages:,} pages.", "Split it and drop the parts.")
    if count == len(gone):
        raise ALL_LOST if count and steps else DAMAGED_TREE
    return _Found(count, frozenset(gone), frozenset(hollow))


def _has_lost_content(page: Any) -> bool:
    """Whether a page names content that is not in the file, as when its middle is missing."""
    if "/Contents" not in page:
        return False
    content = page.raw_get("/Contents").get_object()
    return content is None or type(content).__name__ == "NullObject"


@dataclass(slots=True)
class _Book:
    """The texts of a PDF's pages as they become known, and the indexes of those that are lost."""

    data: bytes
    password: str
    limits: Limits
    texts: list[str]
    lost: set[int]
    characters: int = 0

    def read_by_pypdf(self, reader: PdfReader, found: _Found) -> None:
        """Read every page; one that pypdf does not read, or not well, is left to PDFium."""
        pages = _pages(reader)
        there = [index for index in range(found.count) if index not in found.gone]
        if len(pages) != len(there):
            pages, unread = [], there
            broken = set(there)
        else:
            unread, broken = [], set[int]()
        for index, page in zip(there, pages, strict=False):
            text = _text_of(page)
            if text is None and _is_swollen(page):
                self.lost.add(index)
            elif text is None:
                broken.add(index)
            elif text and MEANINGLESS.search(text) and not RIGHT_TO_LEFT.search(text):
                unread.append(index)
            self._keep(index, _readable(text or ""))
        if unread or broken:
            self.read_by_pdfium(sorted({*unread, *broken}))
            self.lost |= {index for index in broken if not self.texts[index]}

    def read_by_pdfium(self, only: Iterable[int]) -> set[int] | None:
        """Read the pages at these indexes; returns those that could not be, None where it cannot tell the pages."""
        import pypdfium2

        try:
            document = pypdfium2.PdfDocument(self.data, password=self.password or None)
        except pypdfium2.PdfiumError:
            return None
        failed: set[int] = set()
        try:
            if len(document) != len(self.texts):
                return None
            for index in only:
                try:
                    page = document[index]
                    text_page = page.get_textpage()
                    text = _readable(text_page.get_text_range())
                    text_page.close()
                    page.close()
                except (pypdfium2.PdfiumError, IndexError):
                    failed.add(index)
                    continue
                if text:
                    self._keep(index, text)
        finally:
            document.close()
        return failed

    def _keep(self, index: int, text: str) -> None:
        """Keep a page's text, refusing the file as soon as it is too long as a whole."""
        self.characters += len(text) - len(self.texts[index])
        self.texts[index] = text
        if self.characters > self.limits.characters:
            raise DocumentRefused(
                f"The PDF holds more than {self.limits.characters:,} characters.", "Split it and drop the parts."
            )


def _pages(reader: PdfReader) -> Sequence[PageObject]:
    """Return pypdf's pages, none where its own walk of the tree fails."""
    try:
        return list(reader.pages)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - the tree is damaged in a way that only our walk bears
        return ()


def _is_swollen(page: PageObject) -> bool:
    """Whether a page that could not be read unfolds into more than PDFium bears, which ends its process."""
    from pypdf.errors import LimitReachedError

    try:
        content = page.get_contents()
        return content is not None and len(content.get_data()) > MOST_CONTENT
    except LimitReachedError:
        return True
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - damaged, not large
        return False


def _text_of(page: PageObject) -> str | None:
    """Return a page's raw text, None where pypdf cannot read it."""
    try:
        return SYMBOL_BULLETS.sub("•", page.extract_text())
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - pypdf raises many kinds for one broken font or stream
        return None


def _readable(raw: str) -> str:
    """Return a page's raw text with words and lines put together again."""
    return tidy(join_lines(join_hyphens(raw.replace("\r\n", "\n").replace("\ufffe", "-\n"))))


def _has_pictures(reader: PdfReader) -> bool:
    """Whether one of the first pages draws a picture."""
    for page in reader.pages[:20]:
        try:
            objects = cast(Any, page["/Resources"])["/XObject"]
            if any(entry.get_object().get("/Subtype") == "/Image" for entry in objects.values()):
                return True
        except Exception:  # noqa: BLE001 - only the wording of the refusal depends on it
            continue
    return False


def _title(reader: PdfReader) -> str:
    try:
        title = reader.metadata.title if reader.metadata else None
    except Exception:  # noqa: BLE001 - a broken title is no title
        return ""
    return tidy(title)[:200] if isinstance(title, str) else ""
