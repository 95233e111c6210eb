"""What a file is: first by what it holds, then by its name."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

from services.errors import DocumentRefused

READ_INSTEAD = "Drop it as PDF, Word (.docx), Markdown, HTML or text."

SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"GIF8", "a GIF picture"),
    (0, b"II*\0", "a TIFF picture"),
    (0, b"MM\0*", "a TIFF picture"),
    (8, b"WEBP", "a WebP picture"),
    (4, b"ftyp", "a video or a picture"),
    (0, b"RIFF", "a sound or video file"),
    (0, b"ID3", "a sound file"),
    (0, b"OggS", "a sound or video file"),
    (0, b"fLaC", "a sound file"),
    (0, b"MZ", "a Windows program"),
    (0, b"\x7fELF", "a program"),
    (0, b"\xca\xfe\xba\xbe", "a program"),
    (0, b"\xcf\xfa\xed\xfe", "a program"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ\0", "an xz archive"),
    (0, b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"{\\rtf", "a rich-text (RTF) file"),
    (0, b"%!PS", "a PostScript file"),
    (0, b"SQLite format 3\0", "a database"),
    (0, b"PAR1", "a Parquet table"),
    (0, b"wOFF", "a font"),
    (0, b"\0\1\0\0\0", "a font"),
)

MARKED_TEXT = (b"{\\rtf", b"%!PS")
"""Signatures of formats that are text themselves; other letters only count where a zero byte follows."""

NAMES: dict[str, str] = {
    **dict.fromkeys((".pdf",), "pdf"),
    **dict.fromkeys((".docx", ".docm", ".dotx"), "docx"),
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd", ".mdx"), "markdown"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    **dict.fromkeys((".txt", ".text", ".log", ".csv", ".tsv", ".rst", ".json", ".xml", ".yaml", ".yml"), "text"),
    **dict.fromkeys((".zip",), "zip"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".webp", ".bmp", ".heic"), "picture"),
    **dict.fromkeys((".doc", ".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".ods", ".odp", ".rtf", ".epub"), "other"),
    **dict.fromkeys((".gz", ".7z", ".rar", ".tar", ".exe", ".dll", ".so", ".mp3", ".mp4", ".db"), "other"),
}
SUFFIXES = (
    *(".pdf", ".docx", ".pptx", ".xlsx", ".csv", ".tsv", ".md", ".html", ".htm", ".txt"),
    *(".epub", ".eml", ".rtf", ".odt", ".zip"),
)
"""Endings offered where files are chosen; what a file holds is looked at all the same."""

SPOKEN = {
    "pdf": "a PDF",
    "docx": "a Word document",
    "markdown": "Markdown",
    "html": "an HTML page",
    "text": "plain text",
    "zip": "a ZIP archive",
}
SUFFIX = {"pdf": ".pdf", "docx": ".docx", "html": ".html", "text": ".txt", "zip": ".zip"}
WORD_BODY = re.compile(r"word/document\d*\.xml")
"""Word's web edition calls it document2.xml."""

HTML_START = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html[\s>])", re.I | re.S
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds: its `kind`, or "" with the `spoken` name of something that is not read here."""

    kind: str
    spoken: str


def recognise(data: bytes, name: str) -> str:
    """Return the kind of a file: "pdf", "docx", "markdown", "html" or "text".

    Raises DocumentRefused for an empty file, for a file of another kind, and for one whose name says otherwise.
    """
    if not data.strip(b"\0 \t\r\n"):
        raise DocumentRefused("The file is empty.", "Check that it was saved completely, and drop it again.")
    found, claimed = _look(data), NAMES.get(PurePath(name).suffix.lower(), "")
    if not found.kind:
        if claimed in SPOKEN and found.spoken:
            raise _renamed(name, found.spoken, READ_INSTEAD)
        raise DocumentRefused(f"This is {found.spoken}, which is not read here.", READ_INSTEAD)
    if found.kind == "text":
        return _among_texts(claimed, name)
    if claimed and claimed != found.kind and not (found.kind == "html" and claimed in ("text", "markdown")):
        raise _renamed(
            name, found.spoken, f"If that is right, rename it to end in {SUFFIX[found.kind]} and drop it again."
        )
    return found.kind


def _among_texts(claimed: str, name: str) -> str:
    """Return which kind of text the name claims; a name that claims something else was changed."""
    if claimed in ("markdown", "html", "text"):
        return claimed
    if claimed:
        raise _renamed(name, "plain text", "If that is right, rename it to end in .txt and drop it again.")
    return "text"


def _renamed(name: str, spoken: str, hint: str) -> DocumentRefused:
    suffix = PurePath(name).suffix.lower()
    return DocumentRefused(f"The name ends in {suffix}, but the file holds {spoken}.", hint)


def _look(data: bytes) -> Found:
    """Return what the bytes are, whatever the name says."""
    if data.lstrip().startswith(b"%PDF-") or (b"%PDF-" in data[:1024] and b"endobj" in data):
        return Found("pdf", SPOKEN["pdf"])
    if data.startswith(b"PK\x03\x04"):
        return _look_into_zip(data)
    if data.startswith(b"PK\x05\x06"):
        return Found("", "an empty ZIP archive")
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _look_into_ole(data)
    if data.startswith(b"BM") and data[6:10] == b"\0\0\0\0":
        return Found("", "a BMP picture")
    for place, magic, spoken in SIGNATURES:
        if data[place : place + len(magic)] == magic and (
            magic in MARKED_TEXT or not magic.isascii() or b"\0" in data[:1024]
        ):
            return Found("", spoken)
    if HTML_START.match(data[:4096].removeprefix(b"\xef\xbb\xbf")):
        return Found("html", SPOKEN["html"])
    return Found("text", SPOKEN["text"])


def _look_into_ole(data: bytes) -> Found:
    """Return what an OLE file is; Word keeps a document with a password in one."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise DocumentRefused(
            "The document is protected by a password.", "Save a copy without the password and drop that."
        )
    return Found("", "an old Office file (Word 97-2003 or alike)")


def _look_into_zip(data: bytes) -> Found:
    """Return what a ZIP file is, by the names in its table of contents."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, EOFError):
        if b"[Content_Types].xml" in data[:4096] or b"word/" in data[:65536]:
            raise DocumentRefused(
                "The document is cut off or damaged: its table of contents is missing.",
                "Copy or download it again, check that it opens in Word, and drop it again.",
            ) from None
        return Found("", "a damaged ZIP archive")
    if any(WORD_BODY.fullmatch(name) for name in names):
        return Found("docx", SPOKEN["docx"])
    for start, spoken in (
        ("xl/", "an Excel workbook"),
        ("ppt/", "a PowerPoint presentation"),
        ("META-INF/container.xml", "an e-book (EPUB)"),
    ):
        if any(name.startswith(start) for name in names):
            return Found("", spoken)
    if "content.xml" in names and "mimetype" in names:
        return Found("", "an OpenDocument file")
    return Found("zip", SPOKEN["zip"])
