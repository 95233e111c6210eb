"""What S3 objects hold: small bodies in memory, others as files of their own, written once and never changed."""

import contextlib
import hashlib
import io
import os
import shutil
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from threading import RLock
from typing import IO

SMALL = 4096  # bytes; a smaller body is kept in memory, and in the snapshot
BLOCK = 1024 * 1024


class Body:
    """The content of one version of an object, or of one part. `name` is its file's, "" if it is held in memory.

    It is `size` bytes from `start` on: the parts of an upload are parts of the file they were joined to.
    """

    __slots__ = ("_bodies", "content", "md5", "name", "size", "start")

    def __init__(self, bodies: "Bodies", name: str, size: int, md5: str, content: bytes = b"", start: int = 0) -> None:
        self.name = name
        self.size = size
        self.md5 = md5
        self.content = content
        self.start = start
        self._bodies = bodies
        if name:
            bodies.used(name)

    def __del__(self) -> None:
        if self.name:
            self._bodies.left(self.name)

    def __deepcopy__(self, _: object) -> "Body":
        return self  # moto copies keys that it lists

    def open(self, at: int = 0) -> IO[bytes]:
        """Open it for reading, `at` bytes from its begin. FileNotFoundError if its file was taken away."""
        file: IO[bytes] = (self._bodies.folder / self.name).open("rb") if self.name else io.BytesIO(self.content)
        file.seek(self.start + at)
        return file

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        """Return the bytes from `start` up to `end` (exclusive); all if nothing is said."""
        with self.open(start) as file:
            return file.read(max(0, min(self.size, self.size if end is None else end) - start))

    def moved(self, to: "Body", start: int) -> None:
        """Lie in another body from now on, that holds the same bytes from `start` on."""
        if to.name:
            before, self.name, self.start = self.name, to.name, start
            self._bodies.used(to.name)
            if before:
                self._bodies.left(before)

    def close(self) -> None:
        """Nothing: moto closes what it no longer needs, but a copy may share the body."""


class Bodies:
    """The files in `folder`. Without one they lie in a temporary folder, and each goes with its last user.

    In a folder that was given, files stay until a snapshot no longer names them (`keep_only`): the snapshot before
    still does.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._temporary = folder is None
        self._folder = folder
        self._made: set[str] = set()
        self._users: Counter[str] = Counter()
        self._lock = RLock()  # a body may go while another is made

    @property
    def folder(self) -> Path:
        """The folder, made when it is first needed."""
        with self._lock:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="sagedeck-sandbox-"))
            elif not self._made:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return self._folder

    def keep(self, content: bytes) -> Body:
        """Take a body in."""
        if len(content) <= SMALL:
            return Body(self, "", len(content), _md5(content), bytes(content))
        return self.keep_blocks((content,))

    def keep_blocks(self, blocks: Iterable[bytes]) -> Body:
        """Take a body in that comes piece by piece, however large; nothing stays if the pieces fail to come."""
        folder, name = self.folder, uuid.uuid4().hex
        size, digest = 0, hashlib.md5(usedforsecurity=False)
        try:
            with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                for block in blocks:
                    digest.update(block)
                    size += file.write(block)
        except BaseException:
            (folder / name).unlink(missing_ok=True)
            raise
        with self._lock:
            self._made.add(name)
        return Body(self, name, size, digest.hexdigest())

    def joined(self, parts: Iterable[Body]) -> Body:
        """Make one body of several."""
        return self.keep_blocks(block for part in parts for block in blocks_of(part))

    def names(self) -> frozenset[str]:
        """The files there are; what is made after this call is not among them."""
        with self._lock:
            return frozenset(self._made)

    def found(self) -> None:
        """Learn what files an earlier process left."""
        if self._folder and self._folder.is_dir():
            with self._lock:
                self._made.update(os.listdir(self._folder))

    def keep_only(self, named: frozenset[str], of: frozenset[str]) -> None:
        """Remove those of the files `of` that neither the snapshot names nor a body here lies in."""
        for name in of - named:
            if name not in self._users:
                self._remove(name)

    def set_aside(self) -> None:
        """Move the files beside, as what named them could not be read; those of an earlier time go."""
        if self._folder and self._folder.is_dir():
            beside = self._folder.with_suffix(".aside")
            shutil.rmtree(beside, ignore_errors=True)
            self._folder.rename(beside)
            with self._lock:
                self._made.clear()

    def used(self, name: str) -> None:
        """One body more lies in this file."""
        with self._lock:
            self._users[name] += 1

    def left(self, name: str) -> None:
        """One body less lies in this file."""
        with self._lock:
            self._users[name] -= 1
            if self._users[name] > 0:
                return
            del self._users[name]
        if self._temporary:
            self._remove(name)

    def close(self) -> None:
        """Remove the temporary folder."""
        if self._temporary and self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _remove(self, name: str) -> None:
        self._made.discard(name)
        if self._folder:
            with contextlib.suppress(OSError):
                os.unlink(self._folder / name)


def blocks_of(body: Body) -> Iterable[bytes]:
    """Yield a body in blocks of a megabyte."""
    left = body.size
    with body.open() as file:
        while left and (block := file.read(min(left, BLOCK))):
            left -= len(block)
            yield block


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
