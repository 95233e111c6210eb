"""Stand-ins for what the knowledge room is given: an embedder that hashes words, a reader of plain text, a chat."""

from __future__ import annotations

import hashlib
import io
import re
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from services.documents import Member, Original, Page, Reading, Refusal, Section
from services.errors import NotFound
from services.inference import Delta, Message
from services.jobs import Jobs, JobView
from services.knowledge import Embedding, KnowledgeService, tokens
from services.state import State

DIMENSION = 64


def vector_of(text: str) -> list[float]:
    """A bag of hashed words: texts that share words are near each other."""
    vector = np.zeros(DIMENSION, np.float32)
    for term in tokens.terms(text):
        vector[int(hashlib.md5(term.encode()).hexdigest()[:8], 16) % DIMENSION] += 1
    length = float(np.linalg.norm(vector)) or 1.0
    return [float(x) for x in vector / length]


class WordEmbedder:
    """Embeds in batches of four, optionally slowly; remembers how many texts it was given."""

    def __init__(self, pause: float = 0.0) -> None:
        self.pause, self.texts = pause, 0

    def embed_batches(self, texts: Sequence[str]) -> Iterator[tuple[int, Any]]:
        for start in range(0, len(texts), 4):
            time.sleep(self.pause)
            batch = texts[start : start + 4]
            self.texts += len(batch)
            yield start, np.asarray([vector_of(text) for text in batch], np.float32)

    def embed_query(self, text: str) -> list[float]:
        return vector_of(text)


class FolderOriginals:
    """Keeps originals as files named by their hash."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def _path(self, owner: str, sha256: str) -> Path:
        folder = self.home / owner
        folder.mkdir(parents=True, exist_ok=True)
        return folder / sha256

    def put(self, owner: str, name: str, data: bytes) -> Original:
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(owner, sha256)
        path.write_bytes(data)
        return Original(sha256, name, len(data), path)

    def open(self, owner: str, sha256: str) -> Original:
        path = self._path(owner, sha256)
        if not path.exists():
            raise NotFound("The original is gone.")
        return Original(sha256, "", path.stat().st_size, path)

    def delete(self, owner: str, sha256: str) -> bool:
        path = self._path(owner, sha256)
        there = path.exists()
        path.unlink(missing_ok=True)
        return there


class TextReader:
    """Reads text; form feeds part pages, lines of "# " begin sections; a file that begins with % is refused.

    One that begins with "locked by" opens with the word after that; ZIP archives are unpacked without limits.
    """

    def read(self, path: Path, name: str, owner: str = "", password: str = "") -> Reading:
        if zipfile.is_zipfile(path):
            return Reading((), Refusal("This is an archive.", "Unpack it."), "zip")
        text = path.read_text()
        if text.startswith("%"):
            return Reading((), Refusal("This file is encrypted.", "Save it without a password."), "pdf")
        if text.startswith("locked by ") and text.split()[2] != password:
            return Reading((), Refusal("It opens with a password.", "Give its password.", locked=True), "pdf")
        return Reading(tuple(page(number, part) for number, part in enumerate(text.split("\f"), 1)), None, "text")

    def unpack(self, path: Path, owner: str = "", password: str = "") -> Iterator[Member]:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                data = archive.read(name)
                refusal = Refusal("This file is damaged.", "Pack it again.") if data == b"broken" else None
                yield Member(name, b"" if refusal else data, refusal)


def page(number: int, text: str) -> Page:
    """A page whose lines that begin with # are headings."""
    headings = re.finditer(r"^(#+) (.+)$", text, re.MULTILINE)
    return Page(number, text, sections=tuple(Section(each.start(), each[2], len(each[1])) for each in headings))


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A ZIP archive of these files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return packed.getvalue()


class Parrot:
    """A chat that says what it was told to, in pieces of three characters, and remembers what it was asked."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.asked: list[Sequence[Message]] = []

    def __call__(self, endpoint: str, messages: Sequence[Message]) -> Iterator[Delta]:
        self.asked.append(messages)
        for at in range(0, len(self.text), 3):
            yield Delta(self.text[at : at + 3])
        yield Delta(done=True, finish="stop")


def make_service(home: Path, owner: str = "me", **given: Any) -> KnowledgeService:
    """A service on a folder; whatever is not given is a fake."""
    state = given.pop("state", None) or State(home / "state.db")
    embedder = given.pop("embedder", None) or WordEmbedder()
    parts: dict[str, Any] = {
        "owner": owner,
        "state": state,
        "jobs": Jobs(state),
        "originals": FolderOriginals(home / "originals"),
        "reader": TextReader(),
        "embeddings": lambda _name: Embedding("words", embedder, DIMENSION),
        "chat": Parrot(),
        "local": home / "knowledge.db",
    }
    return KnowledgeService(**{**parts, **given})


def wait(service: KnowledgeService, job: str, seconds: float = 30.0) -> JobView:
    """The job once it has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        view = service._jobs.view(job, service.owner)
        assert view is not None
        if view.ended is not None:
            return view
        time.sleep(0.01)
    raise AssertionError("the job did not end in time")
