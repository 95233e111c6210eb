"""Vectors kept by content, so that the same passage is embedded once by a model, whatever run asks for it."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.knowledge import Embedder
from services.state import State

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

KEPT_BYTES = 512 * 1024 * 1024  # 350,000 vectors of 384 numbers; the longest unused go first
TOUCHED_SECONDS = 86_400.0  # how exactly the last use is known: writing it at each would double the writing
WINDOW = 1024  # texts looked up at a time
_SCHEMA = """
create table if not exists vector(key text primary key, data blob not null, used real not null) without rowid;
create index if not exists vector_used on vector(used);
"""


class VectorShelf:
    """Vectors in the file `path`, by owner, model and text. Safe for threads; float32 in this machine's order."""

    def __init__(self, path: Path, owner: str, kept_bytes: int = KEPT_BYTES) -> None:
        self._state, self._owner, self._kept = State(path), owner, kept_bytes
        self._state.ensure("vectors", _SCHEMA)

    def key(self, model: str, text: str) -> str:
        """The key of a text's vector."""
        return hashlib.sha256(f"{self._owner}\0{model}\0{text}".encode(errors="replace")).hexdigest()

    def get(self, keys: Sequence[str]) -> dict[str, NDArray[float32]]:
        """The vectors that are kept, by key."""
        import numpy as np

        found: dict[str, NDArray[float32]] = {}
        now, old = time.time(), list[str]()
        for start in range(0, len(keys), WINDOW):
            part = keys[start : start + WINDOW]
            sql = f"select key, data, used from vector where key in ({','.join('?' * len(part))})"
            for row in self._state.read(sql, *part):
                found[row["key"]] = np.frombuffer(row["data"], np.float32)
                if now - row["used"] > TOUCHED_SECONDS:
                    old.append(row["key"])
        if old:
            with self._state.transaction() as transaction:
                transaction.executemany("update vector set used=? where key=?", [(now, key) for key in old])
        return found

    def known(self, keys: Sequence[str]) -> int:
        """How many of these are kept."""
        sql, found = "select count(*) n from vector where key in ({})", 0
        for start in range(0, len(keys), WINDOW):
            part = keys[start : start + WINDOW]
            found += int(self._state.read(sql.format(",".join("?" * len(part))), *part)[0]["n"])
        return found

    def put(self, vectors: Mapping[str, Any]) -> None:
        """Keep vectors, in one transaction."""
        import numpy as np

        now = time.time()
        with self._state.transaction() as transaction:
            transaction.executemany(
                "insert or replace into vector values(?,?,?)",
                [(key, np.asarray(vector, np.float32).tobytes(), now) for key, vector in vectors.items()],
            )

    def trim(self) -> int:
        """Let go of what was not used for longest while more than the shelf may hold is there; how many went."""
        row = self._state.read("select count(*) n, coalesce(sum(length(data)), 0) size from vector")[0]
        if row["size"] <= self._kept:
            return 0
        over = int(row["n"] * (1 - self._kept / row["size"])) + 1
        return self._state.write("delete from vector where key in (select key from vector order by used limit ?)", over)

    def close(self) -> None:
        """Close this thread's connection."""
        self._state.close()


class ShelvedEmbedder:
    """An embedder that looks on the shelf first. `made` counts what it had to embed."""

    def __init__(self, inner: Embedder, shelf: VectorShelf, model: str) -> None:
        self._inner, self._shelf, self._model = inner, shelf, model
        self._lock = threading.Lock()
        self._questions: dict[str, list[float]] = {}
        self.made = 0

    def embed_batches(self, texts: Sequence[str]) -> Iterator[tuple[int, Any]]:
        """As Embedder.embed_batches; a batch is kept before it is given."""
        import numpy as np

        for start in range(0, len(texts), WINDOW):
            window = texts[start : start + WINDOW]
            keys = [self._shelf.key(self._model, text) for text in window]
            known = self._shelf.get(keys)
            missing = {key: text for key, text in zip(keys, window, strict=True) if key not in known}
            if len(missing) == len(window):  # nothing is known: each batch is given while the next are under way
                for at, rows in self._inner.embed_batches(window):
                    self._keep(keys[at : at + len(rows)], rows)
                    yield start + at, rows
                continue
            wanted = list(missing)
            for at, rows in self._inner.embed_batches(list(missing.values())) if missing else ():
                new = dict(zip(wanted[at : at + len(rows)], rows, strict=True))
                self._keep(list(new), rows)
                known |= new
            if window:
                yield start, np.stack([known[key] for key in keys])

    def _keep(self, keys: Sequence[str], rows: Any) -> None:
        self._shelf.put(dict(zip(keys, rows, strict=True)))
        self.made += len(keys)

    def embed_query(self, text: str) -> Sequence[float]:
        """The vector of a question: one call for each, however many settings ask it."""
        with self._lock:
            held = self._questions.get(text)
        if held is not None:
            return held
        key = self._shelf.key(self._model, f"question\0{text}")
        kept = self._shelf.get([key])
        if key in kept:
            vector = [float(number) for number in kept[key]]
        else:
            vector = list(self._inner.embed_query(text))
            self._shelf.put({key: vector})
        with self._lock:
            self._questions[text] = vector
        return vector
