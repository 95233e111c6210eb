"""A file as bytes: what its first bytes say it is, and its content unpacked, a piece at a time."""

from __future__ import annotations

import gzip
import stat
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

HEAD = 1 << 20  # bytes the layout is told from
PIECE = 1 << 20

_MAGIC = (
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook or Word document"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ\x00", "packed with xz"),
    (b"\x28\xb5\x2f\xfd", "packed with zstandard"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"ARROW1", "an Arrow (Feather) file"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
    (b"\x7fELF", "a program"),
    (b"RDX", "an R data file"),
    (b"\x80\x04\x95", "a Python pickle"),
    (b"{\\rtf", "a rich-text document"),
)
_MARKUP = (
    (b"<!doctype html", "a web page (HTML)"),
    (b"<html", "a web page (HTML)"),
    (b"<?xml", "XML"),
    (b"@relation", "an ARFF file (Weka)"),
)


class Unreadable(Exception):
    """The file holds no table that could be read: `code` and a sentence in plain words."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code, self.words = code, words


@dataclass(frozen=True, slots=True)
class Source:
    """A file and what its first bytes, unpacked, are; `whole`: they are all of it."""

    path: Path
    size: int
    head: bytes
    compression: str
    parquet: bool
    whole: bool

    def open(self) -> IO[bytes]:
        """The unpacked bytes from the beginning."""
        opened: Any = gzip.GzipFile(self.path) if self.compression else self.path.open("rb")
        file: IO[bytes] = opened
        return file


def source(path: Path) -> Source:
    """Look at a file. Raises Unreadable for what is no table, OSError where it cannot be opened."""
    if path.is_dir():
        raise Unreadable("folder", "This is a folder; the doctor looks at one file at a time.")
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        raise Unreadable("no_file", "This is no file but a device or a pipe, which cannot be read twice.")
    size = about.st_size
    with path.open("rb") as file:
        start = file.read(HEAD)
        file.seek(max(0, size - 4))
        end = file.read(4)
    if not start.strip():
        raise Unreadable("empty", "The file is empty.")
    if start[:4] == b"PAR1":
        if size < 12 or end != b"PAR1":
            raise Unreadable("damaged", "This is a Parquet file that was cut off: its end is missing.")
        return Source(path, size, start[:4], "", True, size <= 4)
    packed = "gzip" if start[:2] == b"\x1f\x8b" else ""
    if packed:
        start = _unpacked(path)
    head = start[:HEAD]
    refuse(head)
    return Source(path, size, head, packed, False, len(head) < HEAD)


def _unpacked(path: Path) -> bytes:
    try:
        with gzip.open(path, "rb") as file:
            head = file.read(HEAD)
    except (OSError, EOFError, zlib.error) as problem:
        raise Unreadable("damaged", f"The gzip file cannot be unpacked: {problem}.") from None
    if not head.strip():
        raise Unreadable("empty", "The gzip file holds nothing.")
    if head[:4] == b"PAR1":
        raise Unreadable("packed_twice", "This is a Parquet file packed with gzip; bring the Parquet file itself.")
    return head


def refuse(head: bytes) -> None:
    """Raise Unreadable for what is known not to be a table of texts."""
    for magic, what in _MAGIC:
        if head.startswith(magic) and b"\n" not in head[: len(magic)]:
            if magic.isalpha() and head[:200].isascii() and b"\0" not in head[:200]:
                continue  # a table whose first name begins with these letters
            raise Unreadable("not_a_table", f"The file is {what}, not a CSV or Parquet file.")
    begin = head[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for mark, what in _MARKUP:
        if begin.startswith(mark):
            raise Unreadable("not_a_table", f"The file is {what}, not a CSV or Parquet file.")
    if (begin[:1] == b"{" and b'"' in begin[:200] and b":" in begin[:400]) or begin[:2] in (b"[{", b"[["):
        raise Unreadable("not_a_table", "The file is JSON, not a CSV or Parquet file.")
