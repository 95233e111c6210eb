"""E-books (EPUB) read chapter by chapter, in the order of their spine.

Names come from EPUB 3.3 (https://www.w3.org/TR/epub-33/): META-INF/container.xml names the package document, its
manifest the files and its spine their order. A book under rights management says so.
"""

from __future__ import annotations

import posixpath
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from services.documents.html import page_of
from services.documents.limits import Limits
from services.documents.models import Page
from services.documents.package import Package, attribute, name_of
from services.documents.tidy import tidy
from services.errors import DocumentRefused

AGAIN = "Download it again, check that it opens in a reader of e-books, and drop it again."
PAGES = (".xhtml", ".html", ".htm")
FONT_CIPHERS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""Ciphers for fonts only, which keep nobody from reading."""

EMPTY = DocumentRefused(
    "The e-book holds no text.", "If it holds pictures of pages, run text recognition (OCR) and drop the result."
)


def read_epub(data: bytes, limits: Limits, warnings: list[str]) -> tuple[tuple[Page, ...], str]:
    """Return a page for each chapter that holds text, and the title."""
    package = Package(data, limits, AGAIN, doctypes=True)
    _check_rights(package)
    title, parts = _spine(package)
    if len(parts) > limits.pages:
        raise DocumentRefused(f"The e-book has more than {limits.pages:,} parts.", "Split it and drop the parts.")
    pages: list[Page] = []
    characters = 0
    for part in parts:
        number = len(pages) + 1
        try:
            page, _ = page_of(package.content(part), number, f"Chapter {number}")
        except DocumentRefused as refused:
            if package.unpacked > limits.unpacked_bytes:
                raise
            warnings.append(f"The part {part.rpartition('/')[2][:100]} could not be read: {refused.reason}")
            continue
        characters += len(page.text)
        if characters > limits.characters:
            raise DocumentRefused(
                f"The e-book holds more than {limits.characters:,} characters.", "Split it and drop the parts."
            )
        if page.text:
            pages.append(page)
    if not pages:
        raise EMPTY
    return tuple(pages), title


def _check_rights(package: Package) -> None:
    """Raise DocumentRefused where chapters are enciphered, and not only fonts."""
    ciphers = package.tree("META-INF/encryption.xml")
    for each in ciphers.iter() if ciphers is not None else ():
        if name_of(each) == "EncryptionMethod" and attribute(each, "Algorithm") not in FONT_CIPHERS:
            raise DocumentRefused(
                "The e-book is under rights management (DRM).", "Only the shop's own programs can open it."
            )


def _spine(package: Package) -> tuple[str, list[str]]:
    """Return the title and the names of the chapters' files in order; without a spine, all pages as they lie."""
    container = package.tree("META-INF/container.xml")
    roots = (
        (attribute(each, "full-path") for each in container.iter() if name_of(each) == "rootfile")
        if (container is not None)
        else ()
    )
    name = next((root for root in roots if root in package), "")
    if not name:
        name = next((each for each in package.names() if each.endswith(".opf")), "")
    opf = package.tree(name) if name else None
    if opf is None:
        return "", [each for each in package.names() if each.lower().endswith(PAGES)]
    items = (each for each in _named(opf, "item") if "nav" not in attribute(each, "properties").split())
    hrefs = {attribute(each, "id"): attribute(each, "href") for each in items}
    folder = posixpath.dirname(name)
    parts: dict[str, None] = {}
    for each in _named(opf, "itemref"):
        href = unquote(hrefs.get(attribute(each, "idref"), "")).partition("#")[0]
        part = posixpath.normpath(posixpath.join("/" + folder, href)).lstrip("/") if href else ""
        if part in package:
            parts[part] = None
    title = next((each.text or "" for each in _named(opf, "title")), "")
    found = list(parts) or [each for each in package.names() if each.lower().endswith(PAGES)]
    return tidy(" ".join(title.split()))[:200], found


def _named(opf: Element, name: str) -> list[Element]:
    return [each for each in opf.iter() if name_of(each) == name]
