"""The meters: what is told of invocations and of what serves, and what is asked of it."""

import time
import uuid
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sandbox.hosting import Hosted
from sandbox.telemetry.cells import Values
from sandbox.telemetry.events import Events, group_of
from sandbox.telemetry.history import Shape, minute_of
from sandbox.telemetry.hours import HOUR
from sandbox.telemetry.kept import Kept
from sandbox.telemetry.metrics import SAGEMAKER, Asked, Metric, Metrics, dimensions_of, value_key
from sandbox.telemetry.points import Points
from sandbox.telemetry.recent import SECONDS, Load, Seconds
from sandbox.telemetry.serving import GONE, Serving, plain
from sandbox.telemetry.tracks import DAYS, Key, Tracks

if TYPE_CHECKING:
    from sandbox.world import World

FLUSH = 5.0  # true seconds between two times that minutes are brought to the file


class Meters:
    """Implements `sandbox.hosting.Telemetry`; safe for threads, under the world's lock."""

    def __init__(self, world: "World") -> None:
        self._world, self._clock = world, world.clock
        self._lock = world.lock
        known = world.records.shelf("telemetry/file").setdefault("file", {"id": str(uuid.uuid4())})
        self._kept = Kept(world.home, known["id"])
        self.events = Events(world.records, self._kept)
        self._held = Serving(world.records)
        self.tracks = Tracks(self._kept)
        self.metrics = Metrics(self.tracks, self._held)
        self._seconds = Seconds()
        self._streams: dict[Key, tuple[tuple[str, ...], int]] = {}
        self._turn, self._closed = 0, False
        self._flushed, self._swept = time.monotonic(), 0.0

    def invoked(
        self,
        hosted: Hosted,
        *,
        status: int,
        model_microseconds: float,
        overhead_microseconds: float,
        log_line: str,
        concurrency: int = 0,
        first_chunk_microseconds: float = 0.0,
        setup_microseconds: float = 0.0,
        stream_broke: bool = False,
    ) -> None:
        """Record one invocation: `status` is the HTTP status the caller got, times are in microseconds.

        `concurrency`: requests in flight when it came, itself too. `setup_microseconds`: a serverless cold start.
        """
        now = self._clock.now()
        kind = "serverless" if hosted.serverless else "variant"
        keys: list[Key] = [(kind, hosted.region, hosted.endpoint, hosted.variant)]
        if hosted.component:
            keys.append(("component", hosted.region, hosted.component))
        with self._lock:
            for key in keys:
                self._count(key, now, status, model_microseconds, overhead_microseconds, concurrency)
            extra = (
                ("FirstChunkLatency", first_chunk_microseconds, "Microseconds"),
                ("ModelSetupTime", setup_microseconds, "Microseconds"),
                ("MidStreamErrors", float(stream_broke), "None"),
            )
            for metric, value, unit in extra:
                if value:
                    self.put(hosted.region, SAGEMAKER, metric, _named(hosted), value, unit, now)
            if hosted.serverless:
                self._world.ledger.served(hosted, (model_microseconds + setup_microseconds) / 1e6)
            if log_line:
                self.log(
                    hosted.region, group_of(hosted.endpoint, hosted.component), self._stream(hosted), now, log_line
                )

    def processed(
        self,
        hosted: Hosted,
        *,
        status: int,
        model_microseconds: float,
        log_line: str = "",
        waited: float = 0.0,
        took: float = 0.0,
        failure: str = "",
    ) -> None:
        """Record an asynchronous request that came to its end.

        `waited` in the queue, `took` in all: seconds. `failure`: "" or the metric that counts it (InvocationFailures,
        ExpiredRequests, RequestDownloadFailures, ResponseUploadFailures, NotificationFailures).
        """
        now, place = self._clock.now(), _named(hosted)
        with self._lock:
            self._count(
                ("async", hosted.region, hosted.endpoint, hosted.variant), now, status, model_microseconds, 0.0, 0
            )
            for metric, value, unit in (
                ("InvocationsProcesssed", 1.0, "Count"),  # AWS spells it so
                ("TimeInBacklog", waited * 1000, "Milliseconds"),
                ("TotalProcessingTime", took * 1000, "Milliseconds"),
                *(((failure, 1.0, "Count"),) if failure else ()),
            ):
                self.put(hosted.region, SAGEMAKER, metric, place, value, unit, now)
            if log_line:
                self.log(hosted.region, group_of(hosted.endpoint), self._stream(hosted), now, log_line)

    def backlog(self, region: str, endpoint: str, size: int) -> None:
        """Say how many asynchronous requests wait or are being answered from now."""
        now = self._clock.now()
        with self._lock:
            before = float(self.waiting(region, endpoint))
            spread = self.tracks.cell(("backlog", region, endpoint), _minute(now)).spread
            spread.count, spread.total = 1, float(size)
            spread.least, spread.most = min(spread.least, before, size), max(spread.most, before, size)

    def waiting(self, region: str, endpoint: str) -> int:
        """Return the backlog of an asynchronous endpoint as it was last told."""
        with self._lock:
            track = self.tracks.find(("backlog", region, endpoint))
            if track is None:
                return 0
            if track.live is not None:
                return int(track.live.spread.total)
            rows = self.tracks.rows(track.key, track.last)
            return int(rows["value_total"][-1]) if len(rows) else 0

    def serving(
        self, region: str, endpoint: str, variant: str, instance_type: str, count: int, at: float, *, kind: str = ""
    ) -> None:
        """Say how many instances answer from then on; 0: none, scaled in. `kind`: variant, serverless, async."""
        with self._lock:
            self._held.step(region, plain(endpoint, variant, instance_type, kind), count, at)

    def component_serving(self, region: str, hosted: Hosted, at: float) -> None:
        """Say how many copies of an inference component answer from then on (`hosted.copies`)."""
        with self._lock:
            record = plain(hosted.endpoint, hosted.variant, hosted.instance_type, "component", hosted.component)
            self._held.step(region, record, hosted.copies, at)

    def component_gone(self, region: str, name: str, at: float) -> None:
        """Say that an inference component is no more. Its metrics stay, as they do on AWS."""
        with self._lock:
            record = self._held.component(region, name)
            if record is not None:
                self._held.step(region, record, GONE, at)

    def gone(self, region: str, endpoint: str, at: float) -> None:
        """Say that an endpoint is no more. Its metrics stay, as they do on AWS."""
        with self._lock:
            for record in tuple(self._held.of_endpoint(region, endpoint)):
                self._held.step(region, record, GONE, at)

    def log(self, region: str, group: str, stream: str, at: float, text: str) -> None:
        """Write a line to a log stream; group and stream are made where they are not there."""
        with self._lock:
            self.events.add(region, group, stream, at, text)

    def turned_away(self, hosted: Hosted) -> None:
        """Record a call of an inference component that has no copy: what AWS's alarm wakes it up by."""
        metric, now = "NoCapacityInvocationFailures", self._clock.now()
        self.put(hosted.region, SAGEMAKER, metric, _named(hosted), 1.0, "Count", now)

    def put(
        self, region: str, namespace: str, name: str, dimensions: Mapping[str, str], value: float, unit: str, at: float
    ) -> None:
        """Record a value of any metric, in the minute that `at` lies in."""
        metric = Metric(namespace, name, dimensions_of(dimensions.items()))
        with self._lock:
            self.value_cell(region, metric, unit, _minute(at)).spread.add(value)

    def value_cell(self, region: str, metric: Metric, unit: str, at: int) -> Values:
        """Return the cell that begins at `at`, to be added to under the lock."""
        cell: Values = self.tracks.cell(value_key(region, metric, unit), at)
        return cell

    def traffic(
        self, region: str, endpoint: str, variant: str, minute: float, count: int, shape: Shape | None = None
    ) -> None:
        """Write a minute as if `count` invocations had come in it; what was there is replaced. See `Shape`."""
        record = self._held.find(region, endpoint, variant)
        key = ((record and record["kind"]) or "variant", region, endpoint, variant)
        with self._lock:
            self.tracks.put(key, minute_of(_minute(minute), count, shape or Shape()))

    def recent(self, region: str, endpoint: str, name: str, seconds: float) -> Load:
        """Return what came to a variant or component in the last true seconds; beyond a minute, in whole minutes."""
        now = self._clock.now()
        with self._lock:
            key = self._key_of(region, endpoint, name)
            count, busy = self._seconds.since(key, now - seconds)
            if seconds > SECONDS and self.tracks.find(key):
                rows = self.tracks.rows(key, now - seconds)
                rows = rows[rows["at"] >= _minute(now - seconds)]
                count, busy = int(rows["n"].sum()), float(rows["model_total"].sum()) / 1e6
            return Load(count, busy, busy / max(seconds, 1.0), self.waiting(region, endpoint))

    def listed(self, region: str, since: float) -> list[Metric]:
        """Return the metrics of a region that have data since then."""
        with self._lock:
            return list(self.metrics.listed(region, since))

    def points(
        self, region: str, metric: Metric, since: float, until: float, unit: str = "", period: int = 60
    ) -> Points:
        """Return a metric's data of [since, until), up to now; by hours where periods of it are whole hours."""
        by_hours = not (period % HOUR or since % HOUR)
        with self._lock:
            return self.metrics.points(region, metric, Asked(since, until, self._clock.now(), unit, by_hours))

    def units(self, region: str, metric: Metric) -> str:
        """Return the unit a metric's values came in."""
        with self._lock:
            return self.metrics.units(region, metric)

    def flush(self, *, soon: bool = True) -> None:
        """Bring what is new to the file; unless it is to be soon, only if it was long ago."""
        if not soon and time.monotonic() - self._flushed < FLUSH:
            return
        with self._lock:
            if self._closed:  # somebody saves while the sandbox ends
                return
            self.tracks.flush()
            self.events.flush()
            if self._clock.now() - self._swept > 86_400:
                self._swept = self._clock.now()
                self.tracks.forget_before(self._swept - DAYS * 86_400)
                self._held.forget_before(self._swept - DAYS * 86_400)
        self._flushed = time.monotonic()

    def clear(self) -> None:
        """Forget everything. The records are cleared by who owns them."""
        with self._lock:
            self._world.records.shelf("telemetry/file")["file"] = {"id": self._kept.world}
            self._kept.clear()
            self.events.clear()
            self.tracks = Tracks(self._kept)
            self.metrics = Metrics(self.tracks, self._held)
            self._seconds.clear()
            self._streams.clear()

    def close(self) -> None:
        with self._lock:
            self.flush()
            self._kept.close()
            self._closed = True

    def _count(self, key: Key, now: float, status: int, model: float, over: float, concurrency: int) -> None:
        cell = self.tracks.cell(key, int(now) // 60 * 60)
        cell.n += 1
        if status >= 400:
            of_model = status == 424
            cell.refused += 400 <= status < 500 and not of_model
            cell.failed += status >= 500 or of_model
            cell.broken += status >= 500 or of_model
        cell.concurrency = max(cell.concurrency, concurrency, 1)
        cell.model.add(model)
        if over:
            cell.over.add(over)
        self._seconds.add(key, int(now), model)

    def _key_of(self, region: str, endpoint: str, name: str) -> Key:
        for kind in ("variant", "serverless", "async"):
            if self.tracks.find((kind, region, endpoint, name)):
                return (kind, region, endpoint, name)
        return ("component", region, name)

    def _stream(self, hosted: Hosted) -> str:
        """The stream of one of the variant's instances: those that wrote as they started, in turn."""
        key = (hosted.region, group_of(hosted.endpoint, hosted.component), hosted.variant)
        self._turn += 1
        streams = self.events.streams(hosted.region, key[1])
        if self._streams.get(key, ((), -1))[1] != len(streams):
            own = tuple(name for name in streams if name.startswith((f"{hosted.variant}/i-", "i-")))
            self._streams[key] = (own or (f"{hosted.variant}/i-{zlib.crc32(repr(key).encode()):017x}",), len(streams))
        own = self._streams[key][0][-max(hosted.instance_count, 1) :]
        return own[self._turn % len(own)]


def _named(hosted: Hosted) -> dict[str, str]:
    if hosted.component:
        return {"InferenceComponentName": hosted.component}
    return {"EndpointName": hosted.endpoint, "VariantName": hosted.variant}


def _minute(moment: float) -> int:
    return int(moment) // 60 * 60
