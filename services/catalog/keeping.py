"""Answers kept on disk for seven days: what sagemaker-core said, JumpStart's lists and specifications."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

KEEP_SECONDS = 7 * 24 * 3600.0

Answer = Mapping[str, Any]


def put_whole(path: Path, text: str) -> None:
    """Write a file that is there wholly or as it was before, whenever the machine stops."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.partial")
    try:
        with partial.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


class Kept:
    """A folder of answers by key; without a folder nothing is kept. A damaged file counts as none."""

    def __init__(self, folder: Path | None, clock: Callable[[], float]) -> None:
        self._folder, self._clock = folder, clock
        self._lock = threading.Lock()

    def get(self, key: str, ask: Callable[[], Answer]) -> Answer:
        """The kept answer, else the one of `ask`, which is then kept."""
        kept = self.find(key)
        if kept is not None:
            return kept[0]
        answer = ask()
        self.put(key, answer)
        return answer

    def find(self, key: str) -> tuple[Answer, float] | None:
        """The answer that is kept and when it was given (Unix time); None when there is none, or it is too old."""
        path = self._path(key)
        content = _read(path) if path else None
        if content is None or content.get("key") != key:
            return None
        at, answer = content.get("at"), content.get("answer")
        if (
            not isinstance(at, int | float)
            or not isinstance(answer, dict)
            or not 0 <= self._clock() - at < KEEP_SECONDS
        ):
            return None
        return answer, at

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer in place of an earlier one."""
        path = self._path(key)
        if path is None:
            return
        with self._lock:
            put_whole(path, json.dumps({"key": key, "at": self._clock(), "answer": answer}))

    def drop(self, start: str) -> None:
        """Forget the answers whose key begins so."""
        for path in self._folder.glob("*.json") if self._folder else ():
            content = _read(path)
            if content is not None and str(content.get("key", "")).startswith(start):
                path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path | None:
        return self._folder and self._folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
