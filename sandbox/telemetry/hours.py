"""Hours: a track's cells brought together, so that a week is not read minute by minute.

An hour is made once, as its last cells are brought to the file, and again when a cell of it changes later. It has the
members of its cells, more values for percentiles, and of invocations the model's microseconds in each minute.
"""

from collections import OrderedDict
from collections.abc import Collection

import numpy as np

from sandbox.telemetry.cells import COUNTS, TRAFFIC, VALUES, spread_members
from sandbox.telemetry.kept import Kept, Write
from sandbox.telemetry.samples import HOUR_RANKS, Floats, Places, Rows, sampled

HOUR = 3600
READ = 100_000  # hours held of what was read: some 50 MB of invocations
_POINTS = len(HOUR_RANKS)
HOURS_OF = {
    VALUES: np.dtype([("at", "u4"), *spread_members("value", "f8", _POINTS)]),
    TRAFFIC: np.dtype([
        ("at", "u4"), *((name, "u4") for name in COUNTS), *spread_members("model", "f4", _POINTS),
        *spread_members("over", "f4", _POINTS), ("busy", "f4", (60,)),
    ]),
}  # fmt: skip
_REDUCED: dict[str, np.ufunc] = {"concurrency": np.maximum, "least": np.minimum, "most": np.maximum}  # others added up
_KEEP = "insert into hour (track, at, body) values (?, ?, ?) on conflict (track, at) do update set body = excluded.body"


def hour_of(moment: float) -> int:
    return int(moment) // HOUR * HOUR


def together(rows: Rows) -> Rows:
    """Bring cells, oldest first, together by hours."""
    hour = rows["at"] // HOUR
    starts = np.flatnonzero(np.diff(hour, prepend=0) != 0)
    group = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(rows)))
    made = np.zeros(len(starts), dtype=HOURS_OF[rows.dtype])
    made["at"] = hour[starts] * HOUR
    if not len(starts):
        return made
    if rows.dtype == TRAFFIC:
        for name in COUNTS:
            made[name] = _REDUCED.get(name, np.add).reduceat(rows[name], starts)
        made["busy"][group, rows["at"] % HOUR // 60] = rows["model_total"]
    for name in ("model", "over") if rows.dtype == TRAFFIC else ("value",):
        for member in ("count", "total", "least", "most"):
            made[f"{name}_{member}"] = _REDUCED.get(member, np.add).reduceat(rows[f"{name}_{member}"], starts)
        made[f"{name}_points"] = _points(rows[f"{name}_points"], rows[f"{name}_count"], group, made[f"{name}_count"])
    return made


def _points(points: Rows, count: Floats, group: Places, whole: Floats) -> Floats:
    """The values of each hour: all where its cells have all and these are few enough, else those at the ranks."""
    held = sampled(points, count, group, len(whole))
    found = held.at(HOUR_RANKS)
    number = np.diff(held.edges)
    few = (number == whole) & (number <= _POINTS)
    found[few] = np.nan
    some = few[held.owner]
    found[held.owner[some], (np.arange(len(held.owner)) - held.edges[held.owner])[some]] = held.values[some]
    return found


class Hours:
    """The hours in the file, and in memory those that were read lately."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._read: OrderedDict[int, tuple[int, Rows]] = OrderedDict()  # by track: since when, and the hours

    def make(self, write: Write, track: int, dtype: np.dtype[np.void], hours: Collection[int]) -> None:
        """Make these hours of a track anew, of the cells in the file."""
        asked = "select body from cell where track = ? and at >= ? and at < ? order by at"
        bodies = [b for hour in sorted(hours) for (b,) in self._kept.rows(asked, (track, hour, hour + HOUR))]
        made = together(np.frombuffer(b"".join(bodies), dtype=dtype))
        write(_KEEP, [(track, int(row["at"]), row.tobytes()) for row in made])
        self._read.pop(track, None)

    def read(self, track: int, dtype: np.dtype[np.void], since: int) -> Rows:
        """Return the hours of a track from `since` on at least, oldest first; do not change them."""
        held = self._read.get(track)
        if held is None or held[0] > since:
            found = self._kept.rows("select body from hour where track = ? and at >= ? order by at", (track, since))
            held = since, np.frombuffer(b"".join(body for (body,) in found), dtype=HOURS_OF[dtype])
            self._read[track] = held
            self._forget_read()
        self._read.move_to_end(track)
        return held[1]

    def forget_before(self, write: Write, moment: float) -> None:
        write("delete from hour where at < ?", [(int(moment),)])
        self._read.clear()

    def _forget_read(self) -> None:
        held = sum(len(hours) for _, hours in self._read.values())
        while held > READ and len(self._read) > 1:
            _, (_, hours) = self._read.popitem(last=False)
            held -= len(hours)
