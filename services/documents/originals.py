"""The files people dropped, kept as they were: by content, under their owner, until they are deleted.

    originals/<owner: 32 of sha256>/ab/<sha256>         the bytes, 0600
    originals/<owner: 32 of sha256>/ab/<sha256>.json    {"name", "size"}

Owners are hashed because they are names of people and may hold any sign; the same file of two owners is kept twice, so
that deleting one never touches the other.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from services.documents.limits import DEFAULT_LIMITS, MEGABYTE
from services.documents.tidy import UNSEEN
from services.errors import DocumentRefused, LimitExceeded, NotFound

QUOTA_BYTES = 2048 * MEGABYTE
"""For one owner: a thousand reports of 2 MB; more belongs into S3."""

COUNTED_SECONDS = 10.0
"""How long a count of an owner's bytes is added to instead of counted again: a drop may be of thousands of files."""

SHA256 = re.compile(r"[0-9a-f]{64}")
UNSAFE = re.compile(r'[<>:"|?*\\/]')
LONGEST_NAME = 150


@dataclass(frozen=True, slots=True)
class Original:
    """A kept file: its `sha256`, the cleaned `name` it was last dropped under, its `size` in bytes, where it lies."""

    sha256: str
    name: str
    size: int
    path: Path


class Originals:
    """Keeps originals under `home`/originals; safe for threads, and for processes that keep different files."""

    def __init__(self, home: Path, quota_bytes: int = QUOTA_BYTES, file_bytes: int = DEFAULT_LIMITS.file_bytes) -> None:
        self.root = home / "originals"
        self.quota_bytes, self.file_bytes = quota_bytes, file_bytes
        self.lock = threading.Lock()
        self._counted: dict[str, tuple[float, int]] = {}  # by owner: when their bytes were counted, and the bytes

    def put(self, owner: str, name: str, data: bytes) -> Original:
        """Keep a file and return it; the same content again only changes its name.

        Raises DocumentRefused for a file over the limit and LimitExceeded where the owner's quota would be passed.
        """
        if len(data) > self.file_bytes:
            size = self.file_bytes / MEGABYTE
            raise DocumentRefused(f"The file is larger than {size:,.0f} MB.", "Split it and drop the parts.")
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(owner, sha256)
        with self.lock:
            if not path.is_file():
                self._check_quota(owner, len(data))
                _write(path, data)
            original = Original(sha256, clean_name(name), len(data), path)
            facts = json.dumps({"name": original.name, "size": original.size}).encode()
            if not _holds(_beside(path), facts):
                _write(_beside(path), facts)
        return original

    def open(self, owner: str, sha256: str) -> Original:
        """Return a kept file of this owner; raises NotFound."""
        path = self._path(owner, sha256)
        try:
            facts = json.loads(_beside(path).read_bytes())
            return Original(sha256, str(facts["name"]), path.stat().st_size, path)
        except (OSError, ValueError, KeyError, TypeError):
            raise NotFound("This document is not kept here.", "It was deleted, or never dropped by you.") from None

    def list(self, owner: str) -> tuple[Original, ...]:
        """Return all kept files of this owner, by name."""
        found = (path.name for path in self._folder(owner).glob("*/*") if SHA256.fullmatch(path.name))
        kept: list[Original] = []
        for sha256 in found:
            try:
                kept.append(self.open(owner, sha256))
            except NotFound:  # without its name beside it: a put that was interrupted
                continue
        return tuple(sorted(kept, key=lambda original: (original.name.casefold(), original.sha256)))

    def delete(self, owner: str, sha256: str) -> bool:
        """Delete a kept file of this owner; returns whether there was one."""
        path = self._path(owner, sha256)
        with self.lock:
            there = path.is_file()
            for part in (_beside(path), path):
                part.unlink(missing_ok=True)
            self._counted.pop(owner, None)
        return there

    def used_bytes(self, owner: str) -> int:
        """Return how much this owner's files take."""
        files = self._folder(owner).glob("*/*")
        return sum(path.stat().st_size for path in files if SHA256.fullmatch(path.name))

    def _check_quota(self, owner: str, more: int) -> None:
        now = time.monotonic()
        counted, used = self._counted.get(owner, (0.0, 0))
        if owner not in self._counted or now - counted > COUNTED_SECONDS or used + more > self.quota_bytes:
            counted, used = now, self.used_bytes(owner)
        self._counted[owner] = (counted, used + more)
        if used + more > self.quota_bytes:
            self._counted.pop(owner)
            raise LimitExceeded(
                "The file was not kept.",
                f"Your documents would take more than {self.quota_bytes / MEGABYTE:,.0f} MB.",
                "Delete documents that are no longer needed, and drop it again.",
            )

    def _folder(self, owner: str) -> Path:
        return self.root / hashlib.sha256(owner.encode("utf-8", "replace")).hexdigest()[:32]

    def _path(self, owner: str, sha256: str) -> Path:
        if not SHA256.fullmatch(sha256):
            raise NotFound("This document is not kept here.", "Its number is not a sha256.")
        return self._folder(owner) / sha256[:2] / sha256


def clean_name(name: str) -> str:
    """Return a file name without folders, unseen or reserved signs, at most 150 characters, its ending kept."""
    bare = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    bare = UNSAFE.sub("_", UNSEEN.sub("", bare)).replace("\n", " ").replace("\t", " ").strip(" .")
    bare = "".join(sign for sign in bare if not "\ud800" <= sign <= "\udfff")
    stem, dot, suffix = bare.rpartition(".")
    if dot and len(suffix) <= 10:
        bare = f"{stem[: LONGEST_NAME - len(suffix) - 1]}.{suffix}"
    return bare[:LONGEST_NAME] or "document"


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:
        return False


def _write(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, for its owner's eyes only."""
    for folder in (path.parents[2], path.parents[1], path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    place = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(place, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
