"""Files read, and pages of PDFs drawn, in limited worker processes."""

from __future__ import annotations

import base64
import functools
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from services.documents.limits import DEFAULT_LIMITS, Limits
from services.documents.models import Member, Reading, Refusal
from services.documents.pool import Pool, WorkerLost
from services.documents.wire import unpack_members, unpack_reading
from services.errors import DocumentRefused

DRAWN_WIDTH = 1000
"""Pixels: sharp in the half of a wide window where a source is shown."""


class Reader:
    """Reads files of anybody, any number at once from any threads; a file that is too much is refused, alone.

    A worker costs 50 ms to start, is used for many files and goes home after an idle minute. Where the system does
    not keep to a limit on address space (macOS), the resident size is watched instead.
    """

    def __init__(self, limits: Limits = DEFAULT_LIMITS, pool: Pool | None = None) -> None:
        """Read within `limits`, with workers of `pool`, or with two of its own."""
        self.limits, self.pool = limits, pool or Pool()

    def read(self, path: Path, name: str, owner: str = "", password: str = "") -> Reading:
        """Return what the file at `path`, dropped under `name`, says. Never raises for a bad file.

        Two files of one `owner` are read at a time; those of others do not wait for them. The `password` goes to the
        worker and nowhere else; where it is missing or wrong the refusal is `locked`. An archive is refused with the
        kind "zip": `unpack` gives its files.
        """
        task = {"task": "read", "path": str(path.absolute()), "name": name, "password": password}
        try:
            return unpack_reading(self.pool.ask(task, self.limits, owner))
        except WorkerLost as lost:
            return Reading((), self._refusal(lost.why))

    def unpack(self, path: Path, owner: str = "", password: str = "") -> Iterator[Member]:
        """Return the files of the ZIP archive at `path`, a few megabytes of them in memory at a time.

        Raises DocumentRefused, at the call, for an archive that is damaged, a bomb, too large, or `locked`; one file
        of it that cannot be had is a member with a refusal.
        """
        task = {"task": "unpack", "path": str(path.absolute()), "password": password}
        first = self._members({**task, "start": 0}, owner)
        return chain(first[0], self._further(task, first[1], owner))

    def _further(self, task: dict[str, Any], start: int | None, owner: str) -> Iterator[Member]:
        while start is not None:
            members, start = self._members({**task, "start": start}, owner)
            yield from members

    def _members(self, task: dict[str, Any], owner: str) -> tuple[tuple[Member, ...], int | None]:
        try:
            return unpack_members(self.pool.ask(task, self.limits, owner))
        except WorkerLost as lost:
            refusal = self._refusal(lost.why)
            raise DocumentRefused(refusal.reason, refusal.hint) from None

    def draw(
        self, path: Path, number: int, highlight: str | None = None, width: int = DRAWN_WIDTH, owner: str = ""
    ) -> bytes:
        """Return page `number` of a PDF as PNG, `width` pixels wide, with the passage `highlight` marked where found.

        Raises DocumentRefused where there is no such page or the file cannot be drawn.
        """
        task = {"task": "draw", "path": str(path.absolute()), "number": number, "highlight": highlight, "width": width}
        try:
            answer = self.pool.ask(task, self.limits, owner)
        except WorkerLost as lost:
            refusal = self._refusal(lost.why)
            raise DocumentRefused(refusal.reason, refusal.hint) from None
        if "png" not in answer:
            raise DocumentRefused(*answer["refusal"])
        return base64.b64decode(answer["png"])

    def close(self) -> None:
        """End the workers; a file in hand is refused."""
        self.pool.close()

    def _refusal(self, why: str) -> Refusal:
        if why == "time":
            return Refusal(
                f"Reading the file takes longer than {self.limits.seconds:g} seconds.", "Split it and drop the parts."
            )
        if why == "memory":
            return Refusal("Reading the file takes more memory than one file may.", "Split it and drop the parts.")
        return Refusal(
            "The file stopped the program that reads it, so it is damaged or too large.",
            "Save it again in its program, or split it, and drop that.",
        )


@functools.cache
def shared_reader() -> Reader:
    """Return the reader all of this process shares, so that there are two workers however many people are connected."""
    return Reader()


def render_page(path: Path, number: int, highlight: str | None = None, width: int = DRAWN_WIDTH) -> bytes:
    """Return page `number` (from 1) of a PDF as PNG, drawn in a worker of the shared reader; see Reader.draw."""
    return shared_reader().draw(path, number, highlight, width)
