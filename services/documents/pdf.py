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
from typing import TYPE_CHECKING, Any, cast

from services.documents.limits import Limits
from services.documents.models import Page
from services.documents.tidy import SYMBOL_BULLETS, join_hyphens, join_lines, tidy
from services.errors import DocumentRefused

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

PAGES_FOR_PYPDF = 800
"""At 40 ms a page half of the time a file may take; the choice is by count, so that reading again gives the same."""

END_BYTES = 4096
AGAIN = "Download or save it again, check that it opens in a PDF viewer, and drop it again."
CUT_OFF = DocumentRefused("The PDF is cut off: its end is missing.", AGAIN)
LOCKED = DocumentRefused("The PDF is protected by a password.", "Save a copy without the password and drop that.")
SCANNED = DocumentRefused(
    "The PDF holds pictures of pages, no text.", "Run text recognition (OCR) on it and drop the result."
)
NO_TEXT = DocumentRefused("The PDF holds no text.", "If its text is drawn as shapes, run text recognition (OCR) on it.")
MEANINGLESS = re.compile("[\x00-\x08\x0e-\x1f\ue000-\uf8ff\ufffd]")
"""What pypdf gives for glyphs whose font does not say what they are, or only in an ActualText."""

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
LETTER = re.compile(r"\w")


def read_pdf(data: bytes, limits: Limits) -> tuple[tuple[Page, ...], str]:
    """Return the pages, numbered as in the file, and the title; raises DocumentRefused where there is no text."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = _open(data)
    count = count_pages(reader, limits)
    texts = _read_by_pypdf(reader, data, limits) if count <= PAGES_FOR_PYPDF else _read_by_pdfium(data, limits)
    pages = tuple(Page(number, text) for number, text in enumerate(texts, 1))
    if not any(LETTER.search(page.text) for page in pages):
        raise SCANNED if _has_pictures(reader) else NO_TEXT
    return pages, _title(reader)


def _open(data: bytes) -> PdfReader:
    """Return pypdf's reader, able to read: decrypted where an empty password is enough."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    tail = data.rstrip(b"\0 \t\r\n")[-END_BYTES:]
    if b"startxref" not in tail and b"%%EOF" not in tail:
        raise CUT_OFF
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise LOCKED
        _ = reader.root_object
    except DocumentRefused:
        raise
    except (DependencyError, NotImplementedError):
        raise LOCKED from None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - whatever pypdf trips over, the file is at fault
        raise DocumentRefused("The PDF is damaged and cannot be opened.", AGAIN) from None
    return reader


def count_pages(reader: PdfReader, limits: Limits) -> int:
    """Return the number of pages by walking the tree, without believing its counts.

    Raises DocumentRefused for a tree that loops, is too deep, has lost pages, or holds more of them than the limit.
    """
    lost = DocumentRefused("The PDF is damaged: some of its pages are missing.", AGAIN)
    damaged = DocumentRefused("The PDF is damaged: its list of pages runs in a circle or is missing.", AGAIN)
    stack: list[Iterator[Any]] = [iter([reader.root_object.get("/Pages")])]
    above: list[int] = []
    count = steps = 0
    while stack:
        found = next(stack[-1], None)
        if found is None:
            stack.pop()
            if above:
                above.pop()
            continue
        node = found.get_object()
        if not hasattr(node, "get"):
            raise lost if count else damaged
        kids = node.get("/Kids")
        if kids is None:
            count += 1
            if _has_lost_content(node):
                raise lost
        elif id(node) in above or len(stack) > limits.depth:
            raise damaged
        else:
            steps += 1
            if steps > 2 * limits.pages:
                raise damaged
            above.append(id(node))
            stack.append(iter(kids.get_object()))
        if count > limits.pages:
            raise DocumentRefused(f"The PDF has more than {limits.pages:,} pages.", "Split it and drop the parts.")
    if not count:
        raise damaged
    return count


def _has_lost_content(page: Any) -> bool:
    """Whether a page names content that is not in the file, as when its middle is missing."""
    if "/Contents" not in page:
        return False
    content = page.raw_get("/Contents").get_object()
    return content is None or type(content).__name__ == "NullObject"


def _read_by_pypdf(reader: PdfReader, data: bytes, limits: Limits) -> list[str]:
    """Return the text of each page, a page that pypdf does not read well being left to PDFium."""
    unread: list[int] = []
    texts = _bounded((_text_of(page, unread, index) for index, page in enumerate(reader.pages)), limits)
    for index, text in zip(unread, _read_by_pdfium(data, limits, unread) if unread else (), strict=True):
        texts[index] = text or texts[index]
    return texts


def _text_of(page: PageObject, unread: list[int], index: int) -> str:
    """Return a page's text; notes the page as unread where PDFium should try."""
    try:
        raw = SYMBOL_BULLETS.sub("•", page.extract_text())
        if MEANINGLESS.search(raw) and not RIGHT_TO_LEFT.search(raw):
            unread.append(index)
        return _readable(raw)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - pypdf raises many kinds for one broken font or stream
        unread.append(index)
        return ""


def _read_by_pdfium(data: bytes, limits: Limits, only: Sequence[int] | None = None) -> list[str]:
    """Return the text of each page, or of the pages at the indexes `only`; a page that cannot be read is empty."""
    import pypdfium2

    def text_at(index: int) -> str:
        try:
            page = document[index]
            text_page = page.get_textpage()
            text = _readable(text_page.get_text_range())
            text_page.close()
            page.close()
        except (pypdfium2.PdfiumError, IndexError):
            return ""
        return text

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        raise DocumentRefused("The PDF is damaged: some of its pages cannot be read.", AGAIN) from None
    try:
        return _bounded(map(text_at, range(len(document)) if only is None else only), limits)
    finally:
        document.close()


def _bounded(texts: Iterable[str], limits: Limits) -> list[str]:
    """Return the texts as a list, refusing the file as soon as they are too long together."""
    kept, total = [], 0
    for text in texts:
        total += len(text)
        if total > limits.characters:
            raise DocumentRefused(
                f"The PDF holds more than {limits.characters:,} characters.", "Split it and drop the parts."
            )
        kept.append(text)
    return kept


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
