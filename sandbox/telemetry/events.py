"""Log events, by the group and stream they were written to. Where they lie: `Kept`; groups and streams are records.

logs/group   arn created retention (days or None) tags kms class
logs/stream  arn created id; its name is "group:stream"
"""

from collections.abc import Sequence
from typing import NamedTuple

from sandbox.records import Record, Records
from sandbox.scope import ACCOUNT, partition_of
from sandbox.telemetry.kept import Kept

GROUP, STREAM = "logs/group", "logs/stream"
MOST = 400_000  # events held in all; beyond it the oldest are forgotten
_WAITING = 5_000  # events held before they are brought to the file though nobody asks
_COLUMNS = "select id, stream, at, taken, text from event"


class Event(NamedTuple):
    """`at` and `taken` (when it was written) in milliseconds since the epoch; `stream` is the stream's number."""

    id: int
    stream: int
    at: int
    taken: int
    text: str


class Events:
    """Groups, streams and their events. All use happens under the world's lock."""

    def __init__(self, records: Records, kept: Kept) -> None:
        self._records, self._kept = records, kept
        self._waiting: list[tuple[int, int, int, str]] = []
        self._numbers: dict[tuple[str, str, str], int] = {}
        self._streams: dict[tuple[str, str], list[str]] = {}
        self._sizes: dict[int, int] | None = None
        self._written = 0
        for region in records.regions(STREAM):
            for held in records.shelf(STREAM, region).values():
                self._streams.setdefault((region, held["group"]), []).append(held["name"])

    def make_group(self, region: str, group: str, at: float) -> Record:
        """Return the group, made if there is none."""
        shelf = self._records.shelf(GROUP, region)
        if group not in shelf:
            arn = _arn(region, group)
            shelf[group] = {"arn": arn, "created": at, "retention": None, "tags": {}, "kms": "", "class": "STANDARD"}
        return shelf[group]

    def make_stream(self, region: str, group: str, stream: str, at: float) -> int:
        """Return the stream's number; group and stream are made if they are not there."""
        found = self._numbers.get((region, group, stream))
        shelf, name = self._records.shelf(STREAM, region), f"{group}:{stream}"
        if found is not None and name in shelf:
            return found
        self.make_group(region, group, at)
        if name not in shelf:
            top = self._records.shelf("logs/number").setdefault("stream", {"last": 0})
            top["last"] += 1
            self._records.shelf("logs/number").changed("stream")
            arn = f"{_arn(region, group)}:log-stream:{stream}"
            shelf[name] = {"arn": arn, "created": at, "id": top["last"], "group": group, "name": stream}
            self._streams.setdefault((region, group), []).append(stream)
        number = self._numbers[region, group, stream] = int(shelf[name]["id"])
        return number

    def streams(self, region: str, group: str) -> list[str]:
        """Return the names of a group's streams, in the order they were made; do not change the list."""
        return self._streams.get((region, group), [])

    def drop_stream(self, region: str, group: str, stream: str) -> None:
        """Forget a stream and its events."""
        held = self._records.shelf(STREAM, region).pop(f"{group}:{stream}")
        self._numbers.pop((region, group, stream), None)
        self._streams[region, group].remove(stream)
        self._drop([held["id"]])

    def drop_group(self, region: str, group: str) -> None:
        """Forget a group, its streams and their events."""
        shelf, numbers = self._records.shelf(STREAM, region), []
        for stream in self._streams.pop((region, group), []):
            numbers.append(shelf.pop(f"{group}:{stream}")["id"])
            self._numbers.pop((region, group, stream), None)
        del self._records.shelf(GROUP, region)[group]
        self._drop(numbers)

    def add(self, region: str, group: str, stream: str, at: float, text: str, taken: float | None = None) -> None:
        """Write a line; `at` and `taken` in seconds since the epoch."""
        number = self.make_stream(region, group, stream, at)
        self._waiting.append((number, int(at * 1000), int((at if taken is None else taken) * 1000), text))
        if len(self._waiting) >= _WAITING:
            self.flush()

    def flush(self) -> None:
        """Bring waiting lines to the file, and forget the oldest if there are too many."""
        if not self._waiting:
            return
        self._kept.write("insert into event (stream, at, taken, text) values (?, ?, ?, ?)", self._waiting)
        if self._sizes is not None:
            for number, _, _, text in self._waiting:
                self._sizes[number] = self._sizes.get(number, 0) + len(text) + 26
        self._written += len(self._waiting)
        self._waiting.clear()
        if self._written > MOST // 10:
            self._written, self._sizes = 0, None
            self._kept.write("delete from event where id <= (select max(id) from event) - ?", [(MOST,)])

    def read(
        self, stream: int, since: float, until: float, *, skip: int = 0, limit: int, back: bool = False
    ) -> list[Event]:
        """Return events of a stream with since <= at < until (milliseconds), oldest or, going back, latest first."""
        self.flush()
        order = "at desc, id desc" if back else "at, id"
        asked = f"{_COLUMNS} where stream = ? and at >= ? and at < ? order by {order} limit ? offset ?"
        return [Event(*row) for row in self._kept.rows(asked, (stream, since, until, limit, skip))]

    def scan(
        self, streams: Sequence[int], since: float, until: float, after: tuple[int, int], limit: int
    ) -> list[Event]:
        """Return events of some streams in the order of time, from behind the one with that (at, id)."""
        self.flush()
        marks = ",".join("?" * len(streams))
        asked = (
            f"{_COLUMNS} where stream in ({marks}) and at >= ? and at < ? and (at, id) > (?, ?) order by at, id limit ?"
        )
        return [Event(*row) for row in self._kept.rows(asked, (*streams, max(since, after[0]), until, *after, limit))]

    def reach(self, stream: int) -> tuple[int, int, int] | None:
        """Return first and last event's time and when the last was taken; None of an empty stream."""
        self.flush()
        asked = "select at, taken from event where stream = ? order by at {0}, id {0} limit 1"
        first = self._kept.rows(asked.format("asc"), (stream,))
        last = self._kept.rows(asked.format("desc"), (stream,))
        return (first[0][0], last[0][0], last[0][1]) if first else None

    def size(self, region: str, group: str) -> int:
        """Return how many bytes a group holds, as CloudWatch counts them: 26 beside the text of each event."""
        self.flush()
        if self._sizes is None:
            self._sizes = dict(self._kept.rows("select stream, sum(length(text) + 26) from event group by stream"))
        shelf = self._records.shelf(STREAM, region)
        return sum(self._sizes.get(shelf[f"{group}:{name}"]["id"], 0) for name in self.streams(region, group))

    def count(self, stream: int, since: float, until: float) -> int:
        self.flush()
        asked = "select count(*) from event where stream = ? and at >= ? and at < ?"
        return int(self._kept.rows(asked, (stream, since, until))[0][0])

    def _drop(self, streams: Sequence[int]) -> None:
        """Forget the events of these streams."""
        self.flush()
        self._sizes = None
        self._kept.write("delete from event where stream = ?", [(stream,) for stream in streams])

    def clear(self) -> None:
        self._waiting.clear()
        self._numbers.clear()
        self._streams.clear()
        self._sizes, self._written = None, 0


def _arn(region: str, group: str) -> str:
    return f"arn:{partition_of(region)}:logs:{region}:{ACCOUNT}:log-group:{group}"


def group_of(endpoint: str, component: str = "") -> str:
    """The log group AWS writes a container's output to."""
    return f"/aws/sagemaker/InferenceComponents/{component}" if component else f"/aws/sagemaker/Endpoints/{endpoint}"
