"""What one file may cost. Every bound has its reason beside it."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one file and on the process that reads it; tests and settings may pass others."""

    file_bytes: int = 50 * MEGABYTE
    """Size on disk. A book with pictures is 10-40 MB; the worker holds the whole file in memory."""

    unpacked_bytes: int = 100 * MEGABYTE
    """Everything inside a DOCX once unpacked, and the content streams of a PDF: the text of forty novels."""

    ratio: int = 200
    """How far one part of more than a megabyte may expand. Office XML expands 10-40 times, a bomb about 1,000."""

    pages: int = 5_000
    """The longest manuals have about this many; a page tree that loops has no end."""

    characters: int = 20_000_000
    """Text of all pages: about 25,000 passages of 1,000 characters, eight minutes of embedding in the sandbox."""

    depth: int = 256
    """Nesting of XML elements and of a PDF's page tree. Word stays below 60."""

    memory_bytes: int = 1024 * MEGABYTE
    """Address space of a worker process, where the system can enforce it; else its resident size."""

    seconds: float = 60.0
    """Wall and processor time for one file."""

    members: int = 1_000
    """Files of an archive, those of archives within it too: each becomes a row that somebody reads."""

    archive_bytes: int = 300 * MEGABYTE
    """All files of an archive once unpacked, six of the largest; they are handed over a few at a time."""

    archive_depth: int = 2
    """Archives within archives: a mail program packs once, a person perhaps twice."""

    picture_pixels: int = 8_000_000
    """Pixels of a rendered page: 32 MB as a bitmap."""


DEFAULT_LIMITS = Limits()
