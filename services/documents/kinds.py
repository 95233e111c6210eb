"""What a file is: first by what it holds, then by its name."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePath

from services.errors import DocumentRefused

READ_INSTEAD = "Drop it as PDF, Word, PowerPoint, Excel, CSV, Markdown, HTML, EPUB, e-mail, RTF, ODT or text."

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
    (0, b"%!PS", "a PostScript file"),
    (0, b"SQLite format 3\0", "a database"),
    (0, b"PAR1", "a Parquet table"),
    (0, b"wOFF", "a font"),
    (0, b"\0\1\0\0\0", "a font"),
)

MARKED_TEXT = (b"%!PS",)
"""Signatures of formats that are text themselves; other letters only count where a zero byte follows."""

NAMES: dict[str, str] = {
    **dict.fromkeys((".pdf",), "pdf"),
    **dict.fromkeys((".docx", ".docm", ".dotx", ".dotm"), "docx"),
    **dict.fromkeys((".pptx", ".pptm", ".ppsx", ".ppsm", ".potx"), "pptx"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xltx", ".xltm"), "xlsx"),
    **dict.fromkeys((".csv", ".tsv", ".tab"), "csv"),
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd", ".mdx"), "markdown"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    **dict.fromkeys((".txt", ".text", ".log", ".rst", ".json", ".jsonl", ".xml", ".yaml", ".yml"), "text"),
    **dict.fromkeys((".epub",), "epub"),
    **dict.fromkeys((".eml",), "email"),
    **dict.fromkeys((".rtf",), "rtf"),
    **dict.fromkeys((".odt", ".ott"), "odt"),
    **dict.fromkeys((".zip",), "zip"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".webp", ".bmp", ".heic"), "picture"),
    **dict.fromkeys((".doc", ".xls", ".ppt", ".xlsb", ".ods", ".odp", ".msg", ".mobi", ".azw3", ".pages"), "other"),
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
    "pptx": "a PowerPoint presentation",
    "xlsx": "an Excel workbook",
    "csv": "a table (CSV)",
    "markdown": "Markdown",
    "html": "an HTML page",
    "text": "plain text",
    "epub": "an e-book (EPUB)",
    "email": "an e-mail",
    "rtf": "a rich-text (RTF) file",
    "odt": "an OpenDocument text",
    "zip": "a ZIP archive",
}
SUFFIX = {
    "pdf": ".pdf",
    "docx": ".docx",
    "pptx": ".pptx",
    "xlsx": ".xlsx",
    "html": ".html",
    "text": ".txt",
    "epub": ".epub",
    "email": ".eml",
    "rtf": ".rtf",
    "odt": ".odt",
    "zip": ".zip",
}
BODIES = (
    (re.compile(r"word/document\d*\.xml"), "docx", ""),
    (re.compile(r"ppt/presentation\d*\.xml"), "pptx", ""),
    (re.compile(r"xl/workbook\d*\.xml"), "xlsx", ""),
    (re.compile(r"xl/.*"), "", "a binary Excel workbook (.xlsb)"),
    (re.compile(r"META-INF/container\.xml"), "epub", ""),
    (re.compile(r"Index/Document\.iwa"), "", "an Apple Pages, Numbers or Keynote file"),
)
"""Parts that tell what a ZIP file is, in order; Word's web edition calls its body document2.xml."""

PARTS = (b"word/", b"ppt/", b"xl/", b"META-INF/", b"mimetypeapplication/")
OPEN_DOCUMENT = re.compile(rb"application/vnd\.oasis\.opendocument\.([a-z-]{1,40})")
MAIL_HEADER = re.compile(
    rb"^(From|To|Subject|Date|Received|Return-Path|Message-ID|MIME-Version|Delivered-To|X-[\w-]{1,60}):[ \t]?\S",
    re.IGNORECASE | re.MULTILINE,
)
MAIL_START = re.compile(rb"\s*(?:From [^\n]{1,300}\n|[A-Za-z][A-Za-z0-9-]{0,60}:[ \t])")
HTML_START = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html[\s>])", re.I | re.S
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds: its `kind`, or "" with the `spoken` name of something that is not read here."""

    kind: str
    spoken: str


def recognise(data: bytes, name: str) -> str:
    """Return the kind of a file, a key of SPOKEN.

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
    if found.kind == "email" and claimed in ("text", "markdown", "csv", "html"):
        return claimed  # a text may well begin with lines that look like headers
    if claimed and claimed != found.kind and not (found.kind in ("html", "rtf") and claimed in ("text", "markdown")):
        raise _renamed(
            name, found.spoken, f"If that is right, rename it to end in {SUFFIX[found.kind]} and drop it again."
        )
    return found.kind


def _among_texts(claimed: str, name: str) -> str:
    """Return which kind of text the name claims; a name that claims something else was changed."""
    if claimed in ("markdown", "html", "text", "csv", "email"):
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
    if data.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"{\\rtf"):
        return Found("rtf", SPOKEN["rtf"])
    for place, magic, spoken in SIGNATURES:
        if data[place : place + len(magic)] == magic and (
            magic in MARKED_TEXT or not magic.isascii() or b"\0" in data[:1024]
        ):
            return Found("", spoken)
    if HTML_START.match(data[:4096].removeprefix(b"\xef\xbb\xbf")):
        return Found("html", SPOKEN["html"])
    if _is_mail(data[:8192]):
        return Found("email", SPOKEN["email"])
    return Found("text", SPOKEN["text"])


def _is_mail(head: bytes) -> bool:
    """Whether a file begins as an e-mail does: with headers, three of them well known."""
    if not MAIL_START.match(head):
        return False
    headers = re.split(rb"\r?\n\r?\n", head.lstrip(), maxsplit=1)[0]
    return len({match[1].lower() for match in MAIL_HEADER.finditer(headers)}) >= 3


def _look_into_ole(data: bytes) -> Found:
    """Return what an OLE file is."""
    if "__substg1.0_".encode("utf-16-le") in data:
        return Found("", "an Outlook message (.msg)")
    return Found("", "an old Office file (Word 97-2003 or alike)")


def _look_into_zip(data: bytes) -> Found:
    """Return what a ZIP file is, by the names in its table of contents."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            mime = _mime(archive) if "mimetype" in names else b""
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, EOFError):
        if b"[Content_Types].xml" in data[:4096] or any(part in data[:65536] for part in PARTS):
            raise DocumentRefused(
                "The document is cut off or damaged: its table of contents is missing.",
                "Copy or download it again, check that it opens in its program, and drop it again.",
            ) from None
        raise DocumentRefused(
            "The archive is cut off or damaged: its table of contents is missing.",
            "Copy or download it again, and drop it again.",
        ) from None
    for pattern, kind, spoken in BODIES:
        if any(pattern.fullmatch(name) for name in names):
            return Found(kind, spoken or SPOKEN[kind])
    if "content.xml" in names and "mimetype" in names:
        document = OPEN_DOCUMENT.match(mime)
        if document and document[1].startswith((b"spreadsheet", b"presentation", b"graphics")):
            return Found("", f"an OpenDocument {document[1].decode().partition('-')[0]}")
        return Found("odt", SPOKEN["odt"])
    return Found("zip", SPOKEN["zip"])


def _mime(archive: zipfile.ZipFile) -> bytes:
    """Return what an archive says it is; one that cannot be read says nothing."""
    try:
        with archive.open("mimetype") as file:
            return file.read(100)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError):
        return b""
