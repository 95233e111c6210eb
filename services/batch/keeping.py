"""Files people gave or typed for a job, kept on this machine until the plan has sent them.

    batch/<owner: 32 of sha256>/<sha256: 32>/<name>     the bytes, in folders only this user may open

What was not asked for in a day is removed when the next is kept.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

IDLE_SECONDS = 86_400.0
LONGEST = 80


class KeptInputs:
    """Keeps files under `home`/batch; safe for several processes with one home."""

    def __init__(self, home: Path, owner: str, clock: Callable[[], float] = time.time) -> None:
        self._root = home / "batch" / hashlib.sha256(owner.encode()).hexdigest()[:32]
        self._clock = clock

    def put(self, name: str, content: bytes) -> Path:
        """Keep a file; the same content under the same name is the same file."""
        self._forget_idle()
        path = self._root / hashlib.sha256(content).hexdigest()[:32] / _plain(name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.is_file() or path.stat().st_size != len(content):
            part = path.with_name(f".part-{os.urandom(6).hex()}")
            part.write_bytes(content)
            part.replace(path)
        os.utime(path.parent, (self._clock(), self._clock()))
        return path

    def _forget_idle(self) -> None:
        if not self._root.is_dir():
            return
        for folder in self._root.iterdir():
            if self._clock() - folder.stat().st_mtime > IDLE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _plain(name: str) -> str:
    """A name of letters, digits, dots and hyphens, which is a key in S3 as well."""
    kept = "".join(letter if (letter.isascii() and letter.isalnum()) or letter in "._-" else "-" for letter in name)
    return kept[-LONGEST:].lstrip(".") or "input"
