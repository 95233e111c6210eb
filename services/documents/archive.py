"""ZIP archives opened as if they were bombs: their files handed over a few at a time, nothing written to disk.

Names are labels, never paths: what leads out of the archive is cut off. What a system adds for itself (__MACOSX,
.DS_Store) is left out. For worker processes only.
"""

from __future__ import annotations

import contextlib
import io
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from services.documents.encoding import decode_short
from services.documents.limits import MEGABYTE, Limits
from services.documents.models import Member, Refusal
from services.documents.parse import read_bytes
from services.documents.tidy import UNSEEN
from services.documents.zip_secrets import AES_METHOD, WrongPassword, open_entry
from services.errors import DocumentRefused

BATCH_BYTES = 8 * MEGABYTE
"""Files handed over at once: what the console holds of an archive at a time; a larger file comes alone."""

BLOCK = 64 * 1024
SYSTEM_NAMES = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
AGAIN = "Pack it again, or drop its files without packing them."
DAMAGED = DocumentRefused("The archive is cut off or damaged.", AGAIN)
LOCKED = Refusal("It is locked with a password.", "Give the archive's password.", locked=True)
WRONG = Refusal("The password does not open it.", "Check the password and give it again.", locked=True)
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OverflowError, ValueError, OSError, KeyError)


@dataclass(slots=True)
class _Spent:
    """What an archive has given so far, with the archives in it."""

    limits: Limits
    password: str
    members: int = 0
    unpacked: int = 0


def unpack(path: Path, password: str, start: int, limits: Limits) -> tuple[tuple[Member, ...], int | None]:
    """Return files of an archive from the one numbered `start` on, and the number of the next, None after the last.

    Raises DocumentRefused for what is no archive, is damaged, holds nothing, too much or too many, or is all locked.
    """
    data = read_bytes(path, limits)
    spent, taken, size, number = _Spent(limits, password), list[Member](), 0, 0
    for number, waiting in enumerate(_walk(io.BytesIO(data), "", spent, limits.archive_depth)):
        if number < start:
            continue
        if taken and size + waiting.size > BATCH_BYTES:
            return tuple(taken), number
        taken.append(waiting.take(spent))
        size += len(taken[-1].data)
    if start == 0:
        _check_whole(taken)
    return tuple(taken), None


def _check_whole(members: list[Member]) -> None:
    if not members:
        raise DocumentRefused("The archive holds no files.", "Check that it was packed completely, and drop it again.")
    if all(each.refusal is not None and each.refusal.locked for each in members):
        refusal = members[0].refusal
        assert refusal is not None
        what = (
            "The archive is locked with a password." if refusal == LOCKED else "The password does not open the archive."
        )
        raise DocumentRefused(what, refusal.hint, locked=True)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A file of an archive before it is unpacked, or why it will not be."""

    name: str
    size: int = 0
    archive: zipfile.ZipFile | None = None
    entry: zipfile.ZipInfo | None = None
    refusal: Refusal | None = None

    def take(self, spent: _Spent) -> Member:
        """Return it unpacked, or with the reason why it cannot be."""
        if self.archive is None or self.entry is None:
            return Member(self.name, b"", self.refusal)
        try:
            return Member(self.name, _content(self.archive, self.entry, spent))
        except WrongPassword:
            return Member(self.name, b"", WRONG if spent.password else LOCKED)
        except DocumentRefused as refused:
            return Member(self.name, b"", Refusal(refused.reason, refused.hint, refused.locked))
        except (*BROKEN, RuntimeError):
            if self.entry.flag_bits & 1 and self.entry.compress_type != AES_METHOD:  # its check tells 255 of 256
                return Member(self.name, b"", WRONG)
            return Member(self.name, b"", Refusal("It is damaged in the archive.", AGAIN))


def _walk(file: BinaryIO, above: str, spent: _Spent, depth: int) -> Iterator[_Waiting]:
    """Yield the files of an archive and, at their places, those of archives in it."""
    try:
        archive = zipfile.ZipFile(file)
    except BROKEN:
        raise DAMAGED from None
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    names = [_name(entry) for entry in entries]
    shown = [(name, entry) for name, entry in zip(names, entries, strict=True) if not _is_systems(name)]
    _count(spent, len(shown), sum(entry.file_size for _, entry in shown))
    for name, entry in shown:
        refusal = _obstacle(entry, spent.limits)
        if refusal is not None:
            yield _Waiting(above + name, refusal=refusal)
        elif name.lower().endswith(".zip"):
            yield from _nested(archive, entry, above + name, spent, depth)
        else:
            yield _Waiting(above + name, entry.file_size, archive, entry)


def _nested(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, spent: _Spent, depth: int
) -> Iterator[_Waiting]:
    """Yield the files of an archive in an archive; one that cannot be opened is a file that is refused."""
    if depth <= 1:
        deep = Refusal("It is an archive within archives.", "Unpack it and drop its files.")
        yield _Waiting(name, refusal=deep)
        return
    inner = _Waiting(name, entry.file_size, archive, entry).take(spent)
    if inner.refusal is not None:
        yield _Waiting(name, refusal=inner.refusal)
        return
    try:
        yield from _walk(io.BytesIO(inner.data), f"{name} › ", spent, depth - 1)
    except DocumentRefused as refused:
        yield _Waiting(name, refusal=Refusal(refused.reason, refused.hint))


def _count(spent: _Spent, members: int, unpacked: int) -> None:
    """Count what one more archive holds; raises DocumentRefused where that would be too much."""
    limits = spent.limits
    if spent.members + members > limits.members:
        raise DocumentRefused(f"The archive holds more than {limits.members:,} files.", "Split it and drop the parts.")
    if spent.unpacked + unpacked > limits.archive_bytes:
        size = limits.archive_bytes // MEGABYTE
        raise DocumentRefused(
            f"Unpacked, the archive is larger than {size:,} MB.", "Split it, or drop its files a few at a time."
        )
    spent.members += members
    spent.unpacked += unpacked


def _obstacle(entry: zipfile.ZipInfo, limits: Limits) -> Refusal | None:
    """Return why a file of an archive is not unpacked, None where it may be tried."""
    if stat.S_ISLNK(entry.external_attr >> 16):
        return Refusal("It is a link to a file, not a file.", "Pack the file itself.")
    if entry.file_size > limits.file_bytes:
        return Refusal(
            f"The file is larger than {limits.file_bytes / MEGABYTE:,.0f} MB.", "Split it and drop the parts."
        )
    if entry.file_size > MEGABYTE and entry.file_size > limits.ratio * max(1, entry.compress_size):
        return Refusal("It is packed as a bomb: a little of it unpacks to very much.", "Drop it without packing it.")
    return None


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, spent: _Spent) -> bytes:
    """Return a file unpacked, never more of it than the archive's table of contents announced."""
    out = io.BytesIO()
    with open_entry(archive, entry, spent.password) as file:
        while block := file.read(BLOCK):
            out.write(block)
            if out.tell() > entry.file_size:
                raise zipfile.BadZipFile("longer than announced")
    return out.getvalue()


def _name(entry: zipfile.ZipInfo) -> str:
    """Return a file's name with the folders above it, none of which leads out of the archive."""
    name = entry.filename
    if not entry.flag_bits & 0x800 and not name.isascii():
        with contextlib.suppress(UnicodeEncodeError):
            name = decode_short(name.encode("cp437"))
    name = unicodedata.normalize("NFC", UNSEEN.sub("", name.replace("\\", "/")))
    name = "".join(sign for sign in name if not "\ud800" <= sign <= "\udfff").replace("\n", " ").replace("\t", " ")
    parts = [part.strip() for part in name.split("/")]
    kept = [part for part in parts if part.strip(".") and not (len(part) == 2 and part[1] == ":")]
    return "/".join(kept)[-300:] or "document"


def _is_systems(name: str) -> bool:
    return name.startswith(SYSTEM_NAMES[0]) or name.rpartition("/")[2] in SYSTEM_NAMES[1:]
