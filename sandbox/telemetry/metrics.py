"""Which metrics there are, and the points of each: AWS's names, namespaces and dimensions over what was measured.

Tracks and their keys: (variant | serverless | async, region, endpoint, variant) and (component, region, name) hold
invocations; (backlog, region, endpoint) what waits; (value, region, namespace, metric, unit, name, value, …) anything.
Names as of AWS's "Monitoring SageMaker with CloudWatch" and "Monitor asynchronous endpoint", 2026-11.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from sandbox.records import Record
from sandbox.telemetry.cells import TRAFFIC
from sandbox.telemetry.hours import HOUR
from sandbox.telemetry.points import EMPTY, Points, joined, of_flags, of_level, of_spread
from sandbox.telemetry.samples import Floats, Rows
from sandbox.telemetry.serving import Serving, changed_in, counts_at, host_level, machine, minutes_of
from sandbox.telemetry.tracks import INVOKED, UNIT, Key, Tracks, within

SAGEMAKER, HOSTS = "AWS/SageMaker", "/aws/sagemaker/Endpoints"
COMPONENT_HOSTS = "/aws/sagemaker/InferenceComponents"
Dimensions = tuple[tuple[str, str], ...]  # sorted by name
Wanted = Callable[[Rows], Points]


class Metric(NamedTuple):
    """What CloudWatch knows a metric by."""

    namespace: str
    name: str
    dimensions: Dimensions


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a metric: the range [since, until) up to `now`, in seconds since the epoch.

    `unit`: "" for any. `by_hours`: an entry for each hour is enough; `since` begins one then.
    """

    since: float
    until: float
    now: float
    unit: str = ""
    by_hours: bool = False

    def by_minutes(self) -> "Asked":
        return replace(self, by_hours=False) if self.by_hours else self


def dimensions_of(pairs: Iterable[tuple[str, str]]) -> Dimensions:
    return tuple(sorted(pairs))


def value_key(region: str, metric: Metric, unit: str = "") -> Key:
    """Return the key of a metric's values in a unit."""
    return (
        "value",
        region,
        metric.namespace,
        metric.name,
        unit,
        *(text for pair in metric.dimensions for text in pair),
    )


_ERRORS: dict[str, Wanted] = {
    "Invocation4XXErrors": lambda rows: of_flags(rows, "refused"),
    "Invocation5XXErrors": lambda rows: of_flags(rows, "failed"),
}
_ANSWERED: dict[str, Wanted] = {
    "Invocations": lambda rows: of_flags(rows, "n"),
    **_ERRORS,
    "InvocationModelErrors": lambda rows: of_flags(rows, "broken"),
    "ModelLatency": lambda rows: of_spread(rows, "model"),
    "OverheadLatency": lambda rows: of_spread(rows, "over"),
}


def _at_once(rows: Rows) -> Points:
    at, most = rows["at"].astype(float), rows["concurrency"].astype(float)
    return of_level(at, (most + 1) / 2, rows["n"].astype(float), np.minimum(most, 1.0), most)


_KINDS: dict[str, dict[str, Wanted]] = {
    "variant": {**_ANSWERED, "ConcurrentRequestsPerModel": _at_once},
    "serverless": _ANSWERED,
    "async": {**_ERRORS, "ModelLatency": _ANSWERED["ModelLatency"]},
    "component": {**_ANSWERED, "ConcurrentRequestsPerModel": _at_once, "ConcurrentRequestsPerCopy": _at_once},
}
_SHARED = {"variant": "InvocationsPerInstance", "component": "InvocationsPerCopy"}
_HOST = ("CPUUtilization", "MemoryUtilization", "DiskUtilization")
_GPU = ("GPUUtilization", "GPUMemoryUtilization")
_COMPONENT_HOST = ("CPUUtilizationNormalized", "MemoryUtilizationNormalized")
_BACKLOG = ("ApproximateBacklogSize", "ApproximateBacklogSizePerInstance", "HasBacklogWithoutCapacity")
_UNITS = {"ModelLatency": "Microseconds", "OverheadLatency": "Microseconds"}


class Metrics:
    """Finds metrics by name; all under the meters' lock."""

    def __init__(self, tracks: Tracks, held: Serving) -> None:
        self._tracks, self._serving = tracks, held

    def listed(self, region: str, since: float) -> Iterator[Metric]:
        """Yield every metric of a region that has data later than `since`."""
        seen: set[Metric] = set()
        for track in self._tracks:
            if track.key[1] != region or max(track.last, track.live.at if track.live else 0) < since:
                continue
            for metric in _of_track(track.key):
                if metric not in seen:
                    seen.add(metric)
                    yield metric
        standing = [record for record in self._serving.of_region(region) if _stood_since(record, since)]
        for record in standing:
            yield from _of_record(record)
        for endpoint in {record["endpoint"] for record in standing if record["kind"] == "async"}:
            yield from (Metric(SAGEMAKER, name, (("EndpointName", endpoint),)) for name in _BACKLOG)

    def points(self, region: str, metric: Metric, asked: Asked) -> Points:
        """Return the points of a range; EMPTY if there is no such metric, or none with that unit."""
        found = [self._values(region, metric, asked)]
        named = dict(metric.dimensions)
        if metric.namespace == SAGEMAKER and asked.unit in ("", _unit_of(metric.name)):
            found.append(self._invoked(region, metric.name, named, asked))
        elif metric.namespace in (HOSTS, COMPONENT_HOSTS) and asked.unit in ("", "Percent"):
            found.append(self._host(region, metric.name, named, asked))
        return joined(found)

    def units(self, region: str, metric: Metric) -> str:
        """Return the unit a metric's values came in."""
        values = self._tracks.of_any_unit(value_key(region, metric))
        if values:
            return values[-1][UNIT]
        return "Percent" if metric.namespace in (HOSTS, COMPONENT_HOSTS) else _unit_of(metric.name)

    def _rows(self, key: Key, asked: Asked) -> Rows:
        """A track's cells of the range, or its hours."""
        if asked.by_hours:
            return self._tracks.hours(key, int(asked.since), asked.until)
        return within(self._tracks.rows(key, asked.since), asked.since, asked.until)

    def _values(self, region: str, metric: Metric, asked: Asked) -> Points:
        some = [key for key in self._tracks.of_any_unit(value_key(region, metric)) if asked.unit in ("", key[UNIT])]
        return joined([of_spread(self._rows(key, asked), "value") for key in some])

    def _invoked(self, region: str, name: str, named: dict[str, str], asked: Asked) -> Points:
        if set(named) == {"EndpointName"}:
            return self._backlog(region, name, named["EndpointName"], asked)
        found = []
        record, keys = self._meant(region, named)
        for key in keys:
            if not self._tracks.find(key):
                continue
            if wanted := _KINDS[key[0]].get(name):
                found.append(wanted(self._rows(key, asked.by_minutes() if wanted is _at_once else asked)))
            elif name == _SHARED.get(key[0]):
                steady = record is None or not changed_in(record, asked.since, asked.until)
                found.append(_divided(self._rows(key, asked if steady else asked.by_minutes()), record))
        return joined(found)

    def _meant(self, region: str, named: dict[str, str]) -> tuple[Record | None, list[Key]]:
        """What serves under these dimensions, if that is known, and the tracks of what it was asked."""
        if set(named) == {"InferenceComponentName"}:
            name = named["InferenceComponentName"]
            return self._serving.component(region, name), [("component", region, name)]
        if set(named) == {"EndpointName", "VariantName"}:
            names = named["EndpointName"], named["VariantName"]
            return self._serving.find(region, *names), [(kind, region, *names) for kind in INVOKED[:3]]
        return None, []

    def _host(self, region: str, name: str, named: dict[str, str], asked: Asked) -> Points:
        record, keys = self._meant(region, named)
        if record is None or name not in _host_names(record):
            return EMPTY
        key = next(key for key in keys if key[0] == record["kind"])
        if record["kind"] == "serverless":
            at, busy = _busy(self._rows(key, asked.by_minutes()))
            minutes, counts = at, np.ones(len(at))
        else:
            at, busy = _busy(self._rows(key, asked))
            minutes, counts = minutes_of(record, asked.since, min(asked.until, asked.now))
            minutes, counts = minutes[counts > 0], counts[counts > 0]
        found = host_level(name, record, minutes, _spread_over(minutes, at, busy) / counts)
        if found is None:
            return EMPTY
        apart = np.where(counts > 1, found * 0.05, 0.0)  # between the instances
        return of_level(minutes, found, counts, found - apart, found + apart)

    def _backlog(self, region: str, name: str, endpoint: str, asked: Asked) -> Points:
        record = next((r for r in self._serving.of_endpoint(region, endpoint) if r["kind"] == "async"), None)
        if record is None or name not in _BACKLOG:
            return EMPTY
        until = min(asked.until, asked.now + 0.001)  # what waits is known at once
        minutes, counts = minutes_of(record, asked.since, until)
        least, most, average = self._waiting(region, endpoint, minutes)
        if name == "ApproximateBacklogSize":
            return of_level(minutes, average, 1.0, least, most)
        if name == "HasBacklogWithoutCapacity":
            return of_level(minutes, ((average > 0) & (counts == 0)).astype(float))
        some = counts > 0
        return of_level(
            minutes[some], average[some] / counts[some], 1.0, least[some] / counts[some], most[some] / counts[some]
        )

    def _waiting(self, region: str, endpoint: str, minutes: Floats) -> tuple[Floats, Floats, Floats]:
        """The backlog's least, greatest and average of each minute; between changes it stays as it was."""
        rows = self._tracks.rows(("backlog", region, endpoint))
        if not len(rows):
            return np.zeros(len(minutes)), np.zeros(len(minutes)), np.zeros(len(minutes))
        place = np.searchsorted(rows["at"], minutes, side="right") - 1
        held = rows[np.maximum(place, 0)]
        last = np.where(place >= 0, held["value_total"], 0.0)
        here = (place >= 0) & (held["at"] == minutes)
        least, most = np.where(here, held["value_least"], last), np.where(here, held["value_most"], last)
        return least, most, np.where(here, (least + most) / 2, last)


def _divided(rows: Rows, record: Record | None) -> Points:
    at = rows["at"].astype(float)
    counts = np.ones(len(at))
    if record:  # the last of the minute; the first of it if nothing was left at its end
        last = counts_at(record, at + 59.999)
        counts = np.maximum(np.where(last > 0, last, counts_at(record, at - 0.001)), 1.0)
    n = rows["n"].astype(float)
    return Points(at, n, n / counts, 1.0 / counts, 1.0 / counts)


def _busy(rows: Rows) -> tuple[Floats, Floats]:
    """Minutes, and how many requests were being answered at once, on average, in each."""
    if rows.dtype == TRAFFIC:
        return rows["at"].astype(float), rows["model_total"] / 60e6
    at = rows["at"].astype(float)[:, None] + np.arange(0.0, HOUR, 60.0)
    return at.ravel(), rows["busy"].ravel() / 60e6


def _spread_over(minutes: Floats, at: Floats, values: Floats) -> Floats:
    """The values at these minutes; 0 where there are none."""
    found = np.zeros(len(minutes))
    if len(minutes):
        place = np.minimum(np.searchsorted(minutes, at), len(minutes) - 1)
        inside = minutes[place] == at
        found[place[inside]] = values[inside]
    return found


def _unit_of(name: str) -> str:
    return "Count" if name in _BACKLOG else _UNITS.get(name, "None")


def _stood_since(record: Record, since: float) -> bool:
    steps = record["steps"]
    return bool(steps) and (steps[-1][1] >= 0 or steps[-1][0] >= since)


def _of_track(key: tuple[str, ...]) -> Iterator[Metric]:
    kind, _, *rest = key
    if kind == "value":
        namespace, name, _, *pairs = rest
        yield Metric(namespace, name, tuple(zip(pairs[::2], pairs[1::2], strict=True)))
    elif kind in INVOKED:
        dimensions: Dimensions = (("InferenceComponentName", rest[0]),)
        if kind != "component":
            dimensions = (("EndpointName", rest[0]), ("VariantName", rest[1]))
        names = [*_KINDS[kind], *([_SHARED[kind]] if kind in _SHARED else ())]
        yield from (Metric(SAGEMAKER, name, dimensions) for name in names)


def _host_names(record: Record) -> tuple[str, ...]:
    if record["kind"] == "serverless":
        return ("MemoryUtilization",)
    has_gpus = machine(record["type"]).gpus > 0
    if record["component"]:
        return _COMPONENT_HOST + tuple(f"{name}Normalized" for name in _GPU if has_gpus)
    return _HOST + (_GPU if has_gpus else ())


def _of_record(record: Record) -> Iterator[Metric]:
    if record["component"]:
        own = (("InferenceComponentName", record["component"]),)
        return (Metric(COMPONENT_HOSTS, name, own) for name in _host_names(record))
    pairs = (("EndpointName", record["endpoint"]), ("VariantName", record["variant"]))
    return (Metric(HOSTS, name, pairs) for name in _host_names(record))
