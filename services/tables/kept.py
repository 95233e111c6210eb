"""Tables people gave, kept while they are looked at and launched: by content, under their owner, on disk only.

    tables/<owner: 32 of sha256>/<sha256>/table.csv     the bytes, 0600; its ending is that of the name it came under
    tables/<owner: 32 of sha256>/<sha256>/facts.json    {"name", "size", "origin", "made_from", "changes"}

Nothing is ever held whole in memory: what comes is written as it comes, and hashed on the way. The time of `facts.json`
says when a table was last used; what was not used for a day is removed, and first of all where room is needed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from services.errors import InvalidRequest, LimitExceeded, NotFound

MEGABYTE = 1 << 20
UPLOAD_BYTES = 200 * MEGABYTE
"""What a browser may send: larger files are read from S3, or launched with the command line."""

MOST_BYTES = 2048 * MEGABYTE
"""Of one table fetched from S3 to be checked: what the doctor is measured with."""

QUOTA_BYTES = 4096 * MEGABYTE
"""For one owner: two of the largest, an original and its repaired copy."""

IDLE_SECONDS = 86_400.0
CHUNK = MEGABYTE
SHA256 = re.compile(r"[0-9a-f]{64}")
ENDINGS = (".csv.gz", ".tsv.gz", ".txt.gz", ".csv", ".tsv", ".txt", ".parquet", ".pq", ".gz", ".jsonl", ".manifest")
_UNSAFE = re.compile(r"[^\w .()\-]")


@dataclass(frozen=True, slots=True)
class KeptTable:
    """A table that is kept.

    name       as it was given, without folders and reserved signs
    origin     where it came from: "upload", "sample", or an S3 address
    made_from  sha256 of the table it is a repaired copy of; "" where it is as it was given
    changes    what was repaired in it, in words
    """

    sha256: str
    name: str
    size: int
    path: Path
    origin: str = "upload"
    made_from: str = ""
    changes: tuple[str, ...] = ()


class KeptTables:
    """Keeps tables under `home`/tables; safe for threads, and for several processes with one home."""

    def __init__(self, home: Path, *, quota_bytes: int = QUOTA_BYTES, clock: Callable[[], float] = time.time) -> None:
        self.root = home / "tables"
        self.quota_bytes = quota_bytes
        self._clock = clock
        self._lock = threading.Lock()

    def put(
        self, owner: str, name: str, chunks: Iterable[bytes], *, origin: str = "upload", made_from: str = "",
        changes: tuple[str, ...] = (), most: int = MOST_BYTES,
    ) -> KeptTable:  # fmt: skip
        """Keep what comes in `chunks`; the same content again is the same table, under its new name.

        Raises InvalidRequest for an empty file, LimitExceeded for one over `most` bytes or the owner's quota.
        """
        folder = self._folder(owner)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = folder / f".part-{os.urandom(6).hex()}"
        try:
            sha256, size = _written(part, chunks, most)
            return self._settle(owner, part, KeptTable(sha256, cleaned(name), size, part, origin, made_from, changes))
        finally:
            part.unlink(missing_ok=True)

    def take(self, owner: str, path: Path, name: str, *, made_from: str, changes: tuple[str, ...]) -> KeptTable:
        """Keep a file that was written beside the tables (see `scratch`), by moving it; raises as `put`."""
        sha256, size = hashed(path)
        if not size:
            raise InvalidRequest("The table is empty.", "", "Choose another file.")
        return self._settle(owner, path, KeptTable(sha256, cleaned(name), size, path, "upload", made_from, changes))

    def scratch(self, owner: str, name: str) -> Path:
        """A path nobody uses, on the same disk, for what `take` will move; its ending is that of `name`."""
        folder = self._folder(owner)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder / f".part-{os.urandom(6).hex()}{ending(name)}"

    def _settle(self, owner: str, part: Path, table: KeptTable) -> KeptTable:
        place = self._place(owner, table.sha256)
        path = place / f"table{ending(table.name)}"
        with self._lock:
            self._make_room(owner, table)
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            for other in place.glob("table*"):
                if other.name != path.name:
                    other.unlink(missing_ok=True)
            os.replace(part, path)
            path.chmod(0o600)
            kept = KeptTable(table.sha256, table.name, table.size, path, table.origin, table.made_from, table.changes)
            facts = {
                "name": kept.name, "size": kept.size, "origin": kept.origin, "made_from": kept.made_from,
                "changes": list(kept.changes),
            }  # fmt: skip
            _replaced(place / "facts.json", json.dumps(facts).encode())
            self._touch(place)
        return kept

    def open(self, owner: str, sha256: str) -> KeptTable:
        """A kept table of this owner; that it was asked for counts as use. Raises NotFound."""
        kept = self._read(self._place(owner, sha256)) if SHA256.fullmatch(sha256) else None
        if kept is None:
            raise NotFound(
                "This table is not kept here any more.", "It was removed, or it was never yours.", "Choose it again."
            )
        self._touch(kept.path.parent)
        return kept

    def list(self, owner: str) -> tuple[KeptTable, ...]:
        """All of this owner, the last used first."""
        return tuple(table for _, table in sorted(self._all(owner), key=lambda pair: -pair[0]))

    def remove(self, owner: str, sha256: str) -> bool:
        """Remove a table of this owner; whether there was one."""
        place = self._place(owner, sha256)
        if not SHA256.fullmatch(sha256) or not place.is_dir():
            return False
        with self._lock:
            shutil.rmtree(place, ignore_errors=True)
        return True

    def prune(self, owner: str, in_use: Collection[str] = ()) -> int:
        """Remove what was not used for a day, and what an ended process left half-written; how many it were.

        in_use  sha256 of tables that a run still has to send
        """
        before, gone = self._clock() - IDLE_SECONDS, 0
        for used, table in list(self._all(owner)):
            if used < before and table.sha256 not in in_use:
                gone += self.remove(owner, table.sha256)
        for part in self._folder(owner).glob(".part-*"):
            with suppress(OSError):
                if part.stat().st_mtime < before:
                    part.unlink()
        return gone

    def used_bytes(self, owner: str) -> int:
        """How much this owner's tables take."""
        return sum(table.size for _, table in self._all(owner))

    def _make_room(self, owner: str, table: KeptTable) -> None:
        """Remove the tables unused for longest until this one fits; not the one it was made from."""
        spared = {table.sha256, table.made_from}
        others = sorted((pair for pair in self._all(owner) if pair[1].sha256 != table.sha256), key=lambda pair: pair[0])
        over = sum(each.size for _, each in others) + table.size - self.quota_bytes
        for _, each in others:
            if over <= 0:
                return
            if each.sha256 not in spared:
                shutil.rmtree(each.path.parent, ignore_errors=True)
                over -= each.size
        if over > 0:
            raise LimitExceeded(
                "The table was not kept.",
                f"Your tables would take more than {self.quota_bytes / MEGABYTE:,.0f} MB on this machine.",
                "Put it into S3 and choose it from there.",
            )

    def _all(self, owner: str) -> Iterator[tuple[float, KeptTable]]:
        for place in self._folder(owner).glob("*"):
            kept = self._read(place) if SHA256.fullmatch(place.name) else None
            if kept is not None:
                with suppress(OSError):
                    yield (place / "facts.json").stat().st_mtime, kept

    def _read(self, place: Path) -> KeptTable | None:
        try:
            facts = json.loads((place / "facts.json").read_bytes())
            path = place / f"table{ending(str(facts['name']))}"
            return KeptTable(
                place.name, str(facts["name"]), path.stat().st_size, path, str(facts["origin"]),
                str(facts["made_from"]), tuple(str(each) for each in facts["changes"]),
            )  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _touch(self, place: Path) -> None:
        with suppress(OSError):
            os.utime(place / "facts.json", (self._clock(), self._clock()))

    def _folder(self, owner: str) -> Path:
        return self.root / hashlib.sha256(owner.encode("utf-8", "replace")).hexdigest()[:32]

    def _place(self, owner: str, sha256: str) -> Path:
        return self._folder(owner) / sha256


def ending(name: str) -> str:
    """The ending a table's name has, as far as it says something about what is in it."""
    return next((each for each in ENDINGS if name.lower().endswith(each)), "")


def cleaned(name: str) -> str:
    """A file's name without folders or signs that mean something elsewhere, at most 120 long, its ending kept."""
    bare = _UNSAFE.sub("_", PurePosixPath(name.replace("\\", "/")).name).strip(" .") or "table"
    last = ending(bare)
    return f"{bare[: len(bare) - len(last)][: 120 - len(last)]}{last}"


def hashed(path: Path) -> tuple[str, int]:
    """sha256 and size in bytes of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _written(path: Path, chunks: Iterable[bytes], most: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    place = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(place, "wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > most:
                raise LimitExceeded(
                    f"The table is larger than {most / MEGABYTE:,.0f} MB.", "",
                    "Put it into S3 and choose it from there, or launch it with the command line.",
                )  # fmt: skip
            digest.update(chunk)
            file.write(chunk)
    if not size:
        raise InvalidRequest("The table is empty.", "", "Choose another file.")
    return digest.hexdigest(), size


def _replaced(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    part.write_bytes(data)
    part.chmod(0o600)
    os.replace(part, path)
