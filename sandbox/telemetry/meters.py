"""Invocations become CloudWatch metrics and log lines; both are kept small, and shown to moto when somebody looks."""

from array import array
from collections import deque
from dataclasses import dataclass, field
from threading import Lock

from sandbox.clock import Clock
from sandbox.hosting import Hosted
from sandbox.sagemaker.store import Endpoint, Region

SAMPLES = 500  # values kept of a minute for percentiles; beyond it they stand for the rest
MINUTES = 24 * 60  # of metrics kept for each variant
LINES = 10_000  # log lines waiting to be looked at


@dataclass(slots=True)
class Spread:
    """Count, sum, extremes and a sample of values."""

    count: int = 0
    total: float = 0.0
    least: float = float("inf")
    most: float = float("-inf")
    values: "array[float]" = field(default_factory=lambda: array("d"))

    def add(self, value: float) -> None:
        if self.count < SAMPLES:
            self.values.append(value)
        else:
            self.values[self.count % SAMPLES] = value
        self.count += 1
        self.total += value
        self.least = min(self.least, value)
        self.most = max(self.most, value)


@dataclass(frozen=True, slots=True)
class Measured:
    """One metric of one variant in the minute that begins at `minute` (seconds since the epoch)."""

    metric: str
    unit: str
    endpoint: str
    variant: str
    minute: float
    spread: Spread


@dataclass(frozen=True, slots=True)
class LogLine:
    """`at` in seconds since the epoch."""

    region: str
    group: str
    stream: str
    at: float
    text: str


class Meters:
    """Implements `sandbox.hosting.Telemetry`; safe for threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._minutes: dict[tuple[str, str, str], dict[float, dict[str, Spread]]] = {}
        self._streams: dict[tuple[str, str, str], str] = {}
        self._lines: deque[LogLine] = deque(maxlen=LINES)

    def invoked(
        self, hosted: Hosted, *, status: int, model_microseconds: float, overhead_microseconds: float, log_line: str
    ) -> None:
        now = self._clock.now()
        key = (hosted.region, hosted.endpoint, hosted.variant)
        recorded = {
            "Invocations": 1.0,
            "Invocation4XXErrors": float(400 <= status < 500 and status != 424),
            "Invocation5XXErrors": float(status >= 500 or status == 424),
            "InvocationModelErrors": float(status == 424 or status >= 500),
            "ModelLatency": model_microseconds,
            "OverheadLatency": overhead_microseconds,
        }
        with self._lock:
            spreads = self._minute(key, now - now % 60)
            for metric, value in recorded.items():
                spreads.setdefault(metric, Spread()).add(value)
            if log_line:
                stream = self._streams.get(key, f"{hosted.variant}/i-0")
                self._lines.append(LogLine(hosted.region, group_of(hosted.endpoint), stream, now, log_line))

    def started(self, region: Region, endpoint: Endpoint, at: float) -> None:
        """Record the lines containers write when they start; called as an endpoint becomes InService or Failed."""
        ended = (endpoint.failure,) if endpoint.failure else ("Model loaded", "GET /ping HTTP/1.1 200")
        with self._lock:
            for variant in endpoint.variants or (endpoint.coming.variants if endpoint.coming else ()):
                stream = f"{variant.name}/{endpoint.instance}"
                self._streams[(region.name, endpoint.name, variant.name)] = stream
                container = variant.model.container if variant.model else {}
                for text in (f"Starting container {container.get('Image', '(inference components)')}", *ended):
                    self._lines.append(LogLine(region.name, group_of(endpoint.name), stream, at, text))

    def measured(self, region: str) -> list[Measured]:
        """Return every metric of a region, minute by minute."""
        found = []
        with self._lock:
            for (where, endpoint, variant), minutes in self._minutes.items():
                if where != region:
                    continue
                for minute, spreads in minutes.items():
                    for metric, spread in spreads.items():
                        unit = "Microseconds" if metric.endswith("Latency") else "None"
                        found.append(Measured(metric, unit, endpoint, variant, minute, spread))
        return found

    def take_lines(self) -> tuple[LogLine, ...]:
        """Hand over the log lines that were written since the last time."""
        with self._lock:
            lines = tuple(self._lines)
            self._lines.clear()
        return lines

    def clear(self) -> None:
        with self._lock:
            self._minutes.clear()
            self._streams.clear()
            self._lines.clear()

    def _minute(self, key: tuple[str, str, str], minute: float) -> dict[str, Spread]:
        minutes = self._minutes.setdefault(key, {})
        if minute not in minutes and len(minutes) >= MINUTES:
            del minutes[next(iter(minutes))]
        return minutes.setdefault(minute, {})


def group_of(endpoint: str) -> str:
    """The log group AWS writes an endpoint's container output to."""
    return f"/aws/sagemaker/Endpoints/{endpoint}"
