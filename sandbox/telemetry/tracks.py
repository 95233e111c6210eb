"""Tracks: cells in the order of time. What is filled now and what was read lately is in memory, the rest in `Kept`."""

import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sandbox.telemetry.cells import TRAFFIC, VALUES, Traffic, Values
from sandbox.telemetry.hours import HOURS_OF, Hours, hour_of, together
from sandbox.telemetry.kept import Kept
from sandbox.telemetry.samples import Rows

Key = tuple[str, ...]  # what is measured: its kind, the region, and names; see `sandbox.telemetry.metrics`
INVOKED = ("variant", "serverless", "async", "component")  # kinds that hold invocations; the others hold values
UNWRITTEN = 20_000  # rows put after each other before they are brought to the file
UNIT = 4  # where the unit stands in the key of values
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
        "written",
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
        self.written = 0  # the time of the latest cell in the file

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
        self._hours = Hours(kept)
        self._held: dict[Key, Track] = {}
        self._units: dict[Key, list[Key]] = {}
        self._read: OrderedDict[Key, Track] = OrderedDict()
        self._unwritten: dict[Key, Track] = {}
        self._put = 0
        self._latest: tuple[tuple[Key, int, float], Rows] | None = None  # what `hours` was asked for last
        found = kept.rows("select track, min(at), max(at) from cell group by track")
        reach = {track: (first, last) for track, first, last in found}
        for id, text in kept.rows("select id, key from track order by id"):
            track = self._made(id, tuple(json.loads(text)))
            track.first, track.last = reach.get(id, (None, 0))
            track.written = track.last

    def __iter__(self) -> Iterator[Track]:
        return iter(self._held.values())

    def __len__(self) -> int:
        return len(self._held)

    def find(self, key: Key) -> Track | None:
        return self._held.get(key)

    def of_any_unit(self, key: Key) -> Sequence[Key]:
        """Return the keys of values that differ from this one in nothing but their unit, in the order they came."""
        return self._units.get(_without_unit(key), ())

    def track(self, key: Key) -> Track:
        """Return the track of that key, made if there is none yet."""
        found = self._held.get(key)
        if found is None:
            found = self._made(self._kept.insert("insert into track (key) values (?)", (json.dumps(key),)), key)
        return found

    def cell(self, key: Key, at: int) -> Any:
        """Return the cell that begins at `at`, to be added to at once. What came before, goes on where it was."""
        self._latest = None
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
        self._latest = None
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

    def hours(self, key: Key, since: int, until: float) -> Rows:
        """Return what a track has of [since, until) by hours, oldest first. `since` begins an hour."""
        asked = key, since, until
        if self._latest is None or self._latest[0] != asked:
            self._latest = asked, self._hours_of(*asked)
        return self._latest[1]

    def _hours_of(self, key: Key, since: int, until: float) -> Rows:
        track = self._held.get(key)
        if track is None:
            return np.empty(0, dtype=HOURS_OF[TRAFFIC if key[0] in INVOKED else VALUES])
        track.settle()
        if track.fresh and min(track.written, *track.fresh) < hour_of(track.last):
            self.flush()  # an hour is over that is not made yet
        whole = min(hour_of(track.last), hour_of(until))
        made = self._hours.read(track.id, track.dtype, since)
        made = made[slice(*np.searchsorted(made["at"], (since, whole)))]
        if until <= whole:
            return made
        return np.concatenate((made, together(self._between(track, max(whole, since), until))))

    def flush(self) -> None:
        """Bring what is new to the file, with the hours that are over."""
        with self._kept.changing() as write:
            for track in self._unwritten.values():
                track.settle()
                write(_KEEP, [(track.id, at, body) for at, body in track.fresh.items()])
                running = hour_of(track.last)
                over = {hour_of(at) for at in (track.written, *track.fresh)} - {running, 0}
                if over:
                    self._hours.make(write, track.id, track.dtype, over)
                track.fresh.clear()
                track.written = track.last
        self._unwritten.clear()
        self._put = 0

    def forget_before(self, moment: float) -> None:
        """Forget cells that are older, of whole hours."""
        self._latest = None
        self.flush()
        with self._kept.changing() as write:
            write("delete from cell where at < ?", [(hour_of(moment),)])
            self._hours.forget_before(write, hour_of(moment))
            gone = [track for track in self._held.values() if track.last < hour_of(moment)]
            write("delete from track where id = ?", [(track.id,) for track in gone])
        for track in gone:
            del self._held[track.key]
            if track.key[0] == "value":
                self._units[_without_unit(track.key)].remove(track.key)
        for track in self._held.values():
            track.cells, track.size = None, 0
        self._read.clear()

    def _between(self, track: Track, since: float, until: float) -> Rows:
        """A few of a track's cells, without reading all that came since."""
        if track.cells is not None and track.loaded <= since:
            return within(track.cells[: track.size], since, until)
        if track.fresh:
            self.flush()
        asked = "select body from cell where track = ? and at >= ? and at < ? order by at"
        found = self._kept.rows(asked, (track.id, since, until))
        return np.frombuffer(b"".join(body for (body,) in found), dtype=track.dtype)

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
        if key[0] == "value":
            self._units.setdefault(_without_unit(key), []).append(key)
        return track


def _without_unit(key: Key) -> Key:
    return key[:UNIT] + key[UNIT + 1 :]


def within(rows: Rows, since: float, until: float) -> Rows:
    """Return the cells of [since, until)."""
    return rows[slice(*np.searchsorted(rows["at"], (since, until)))]
