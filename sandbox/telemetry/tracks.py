"""Tracks: cells in the order of time. What is filled now and what was read lately is in memory, the rest in `Kept`."""

import json
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import numpy as np

from sandbox.telemetry.cells import TRAFFIC, VALUES, Rows, Traffic, Values
from sandbox.telemetry.kept import Kept

Key = tuple[str, ...]  # what is measured: its kind, the region, and names; see `sandbox.telemetry.metrics`
INVOKED = ("variant", "serverless", "async", "component")  # kinds that hold invocations; the others hold values
UNWRITTEN = 20_000  # rows put after each other before they are brought to the file
READ = 400_000  # cells held of what was read; beyond it, what was not looked at for longest goes
DAYS = 63  # for which cells are kept; AWS makes minutes coarser with time, and keeps the coarsest for 15 months

_KEEP = "insert into cell (track, at, body) values (?, ?, ?) on conflict (track, at) do update set body = excluded.body"


class Track:
    """`live` is the cell that is being filled, `fresh` holds rows that are not in the file yet."""

    __slots__ = (
        "cells",
        "dtype",
        "first",
        "fresh",
        "id",
        "key",
        "last",
        "live",
        "loaded",
        "made_by",
        "size",
        "touched",
    )

    def __init__(self, id: int, key: Key, made_by: type[Traffic] | type[Values]) -> None:
        self.id, self.key, self.made_by = id, key, made_by
        self.dtype = TRAFFIC if made_by is Traffic else VALUES
        self.live: Any = None
        self.touched = False  # live has changed since its row was made
        self.fresh: dict[int, bytes] = {}
        self.cells: Rows | None = None
        self.size = 0
        self.loaded = 0  # since when `cells` has what there is
        self.first: int | None = None
        self.last = 0

    def settle(self) -> None:
        """Make the row of what is being filled."""
        if self.touched:
            self.touched = False
            self.keep(self.live.row())

    def keep(self, row: Any) -> None:
        """Take a finished row, in place of one of the same time."""
        at = int(row["at"])
        self.fresh[at] = row.tobytes()
        self.last = max(self.last, at)
        self.first = at if self.first is None else min(self.first, at)
        if self.cells is not None and at >= self.loaded:
            self._insert(at, row)

    def load(self, bodies: list[bytes], since: int) -> None:
        self.loaded = since
        held = np.frombuffer(b"".join(bodies), dtype=self.dtype)
        self.cells, self.size = held.copy(), len(held)
        for at, body in tuple(self.fresh.items()):
            if at >= since:
                self._insert(at, np.frombuffer(body, dtype=self.dtype)[0])

    def _insert(self, at: int, row: Any) -> None:
        cells, size = self.cells, self.size
        assert cells is not None
        place = size if not size or cells["at"][size - 1] < at else int(np.searchsorted(cells["at"][:size], at))
        if place < size and cells["at"][place] == at:
            cells[place] = row
            return
        if size == len(cells):
            cells = np.empty(max(16, size + size // 2), dtype=self.dtype)
            cells[:size] = self.cells[:size] if self.cells is not None else ()
            self.cells = cells
        cells[place + 1 : size + 1] = cells[place:size]
        cells[place] = row
        self.size += 1


class Tracks:
    """All tracks, found by key."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._held: dict[Key, Track] = {}
        self._read: OrderedDict[Key, Track] = OrderedDict()
        self._unwritten: dict[Key, Track] = {}
        self._put = 0
        found = kept.rows("select track, min(at), max(at) from cell group by track")
        reach = {track: (first, last) for track, first, last in found}
        for id, text in kept.rows("select id, key from track order by id"):
            track = self._made(id, tuple(json.loads(text)))
            track.first, track.last = reach.get(id, (None, 0))

    def __iter__(self) -> Iterator[Track]:
        return iter(self._held.values())

    def __len__(self) -> int:
        return len(self._held)

    def find(self, key: Key) -> Track | None:
        return self._held.get(key)

    def track(self, key: Key) -> Track:
        """Return the track of that key, made if there is none yet."""
        found = self._held.get(key)
        if found is None:
            found = self._made(self._kept.insert("insert into track (key) values (?)", (json.dumps(key),)), key)
        return found

    def cell(self, key: Key, at: int) -> Any:
        """Return the cell that begins at `at`, to be added to at once. What came before, goes on where it was."""
        track = self.track(key)
        live = track.live
        if live is None or live.at != at:
            track.settle()
            live = track.live = self._again(track, at)
        if not track.touched:
            track.touched = True
            self._unwritten[key] = track
        return live

    def put(self, key: Key, row: Any) -> None:
        """Put a finished row in the place of what was there at its time."""
        track = self.track(key)
        track.settle()
        track.live = None
        track.keep(row)
        self._unwritten[key] = track
        self._put += 1
        if self._put >= UNWRITTEN:
            self.flush()

    def rows(self, key: Key, since: float = 0) -> Rows:
        """Return a track's cells from `since` on at least, oldest first; do not change them."""
        track = self._held.get(key)
        if track is None:
            return np.empty(0, dtype=TRAFFIC if key[0] in INVOKED else VALUES)
        track.settle()
        if track.cells is None or track.loaded > since:
            day = int(since) // 86_400 * 86_400
            asked = "select body from cell where track = ? and at >= ? order by at"
            track.load([body for (body,) in self._kept.rows(asked, (track.id, day))], day)
            self._read[key] = track
            self._read.move_to_end(key)
            self._forget_read()
        elif key in self._read:
            self._read.move_to_end(key)
        assert track.cells is not None
        return track.cells[: track.size]

    def flush(self) -> None:
        """Bring what is new to the file."""
        rows = []
        for track in self._unwritten.values():
            track.settle()
            rows += [(track.id, at, body) for at, body in track.fresh.items()]
            track.fresh.clear()
        self._unwritten.clear()
        self._put = 0
        if rows:
            self._kept.write(_KEEP, rows)

    def forget_before(self, moment: float) -> None:
        """Forget cells that are older."""
        self.flush()
        self._kept.write("delete from cell where at < ?", [(int(moment),)])
        for track in self._held.values():
            track.cells, track.size = None, 0
        self._read.clear()

    def _again(self, track: Track, at: int) -> Any:
        if track.first is not None and track.first <= at <= track.last:
            held = self.rows(track.key, at)
            place = int(np.searchsorted(held["at"], at))
            if place < len(held) and held["at"][place] == at:
                return track.made_by.of(held[place])
        return track.made_by(at)

    def _forget_read(self) -> None:
        held = sum(track.size for track in self._read.values())
        while held > READ and len(self._read) > 1:
            _, oldest = self._read.popitem(last=False)
            held -= oldest.size
            oldest.cells, oldest.size = None, 0

    def _made(self, id: int, key: Key) -> Track:
        track = self._held[key] = Track(id, key, Traffic if key[0] in INVOKED else Values)
        return track
