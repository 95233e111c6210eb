"""Which metrics there are, and the points of each: AWS's names, namespaces and dimensions over what was measured.

Tracks and their keys: (variant | serverless | async, region, endpoint, variant) and (component, region, name) hold
invocations; (backlog, region, endpoint) what waits; (value, region, namespace, metric, unit, name, value, …) anything.
Names as of AWS's "Monitoring SageMaker with CloudWatch" and "Monitor asynchronous endpoint", 2026-11.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from sandbox.records import Record
from sandbox.telemetry import serving
from sandbox.telemetry.cells import Floats, Rows
from sandbox.telemetry.points import EMPTY, Points, joined, of_flags, of_level, of_spread
from sandbox.telemetry.serving import Serving, counts_at, host_level, machine, minutes_of
from sandbox.telemetry.tracks import INVOKED, Key, Track, Tracks

SAGEMAKER, HOSTS = "AWS/SageMaker", "/aws/sagemaker/Endpoints"
COMPONENT_HOSTS = "/aws/sagemaker/InferenceComponents"
Dimensions = tuple[tuple[str, str], ...]  # sorted by name
Wanted = Callable[[Rows], Points]


class Metric(NamedTuple):
    """What CloudWatch knows a metric by."""

    namespace: str
    name: str
    dimensions: Dimensions


def dimensions_of(pairs: Iterable[tuple[str, str]]) -> Dimensions:
    return tuple(sorted(pairs))


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
        self._by_metric: dict[tuple[str, Metric], list[Track]] = {}
        self._indexed = 0

    def listed(self, region: str, since: float, now: float) -> Iterator[Metric]:
        """Yield every metric of a region that has data later than `since`."""
        seen: set[Metric] = set()
        for track in self._tracks:
            if track.key[1] != region or max(track.last, track.live.at if track.live else 0) < since:
                continue
            for metric in _of_track(track.key):
                if metric not in seen:
                    seen.add(metric)
                    yield metric
        for record in self._serving.shelf(region).values():
            if _stood_since(record, since):
                yield from _of_serving(record)
        for record in self._serving.shelf(region, serving.COMPONENT).values():
            if _stood_since(record, since):
                yield from _of_component(record)
        backlogs = {
            r["endpoint"]
            for r in self._serving.shelf(region).values()
            if r["kind"] == "async" and _stood_since(r, since)
        }
        for endpoint in backlogs:
            yield from (Metric(SAGEMAKER, name, (("EndpointName", endpoint),)) for name in _BACKLOG)

    def points(self, region: str, metric: Metric, since: float, until: float, now: float, unit: str = "") -> Points:
        """Return the points of [since, until); EMPTY if there is no such metric, or none with that unit."""
        found = [self._values(region, metric, since, until, unit)]
        named = dict(metric.dimensions)
        if metric.namespace == SAGEMAKER and not (unit and unit != _unit_of(metric.name)):
            found.append(self._invoked(region, metric, named, since, until, now))
        elif metric.namespace in (HOSTS, COMPONENT_HOSTS) and unit in ("", "Percent"):
            found.append(self._host(region, metric.name, named, since, min(until, now)))
        return joined(found)

    def units(self, region: str, metric: Metric) -> str:
        """Return the unit a metric's values came in."""
        values = self._tracks_of(region, metric)
        if values:
            return values[-1].key[4]
        return "Percent" if metric.namespace in (HOSTS, COMPONENT_HOSTS) else _unit_of(metric.name)

    def _values(self, region: str, metric: Metric, since: float, until: float, unit: str) -> Points:
        found = self._tracks_of(region, metric)
        some = [track for track in found if not unit or track.key[4] == unit]
        return joined(
            [of_spread(_within(self._tracks.rows(track.key, since), since, until), "value") for track in some]
        )

    def _tracks_of(self, region: str, metric: Metric) -> list[Track]:
        fresh = tuple(self._tracks)[self._indexed :] if len(self._tracks) > self._indexed else ()
        for track in fresh:
            if track.key[0] == "value":
                _, where, namespace, name, _, *rest = track.key
                key = (where, Metric(namespace, name, tuple(zip(rest[::2], rest[1::2], strict=True))))
                self._by_metric.setdefault(key, []).append(track)
        self._indexed = len(self._tracks)
        return self._by_metric.get((region, metric), [])

    def _invoked(
        self, region: str, metric: Metric, named: dict[str, str], since: float, until: float, now: float
    ) -> Points:
        if set(named) == {"EndpointName"}:
            end = min(until, now + 0.001)  # what waits is known at once
            return self._backlog(region, metric.name, named["EndpointName"], since, end)
        if set(named) == {"InferenceComponentName"}:
            keys: list[Key] = [("component", region, named["InferenceComponentName"])]
            record = self._serving.component(region, named["InferenceComponentName"])
        elif set(named) == {"EndpointName", "VariantName"}:
            keys = [(kind, region, named["EndpointName"], named["VariantName"]) for kind in INVOKED[:3]]
            record = self._serving.find(region, named["EndpointName"], named["VariantName"])
        else:
            return EMPTY
        found = []
        for key in keys:
            wanted = _KINDS[key[0]].get(metric.name)
            if (wanted or metric.name == _SHARED.get(key[0])) and self._tracks.find(key):
                rows = _within(self._tracks.rows(key, since), since, until)
                found.append(wanted(rows) if wanted else _divided(rows, record))
        return joined(found)

    def _host(self, region: str, name: str, named: dict[str, str], since: float, until: float) -> Points:
        if set(named) == {"InferenceComponentName"}:
            record = self._serving.component(region, named["InferenceComponentName"])
            key: Key = ("component", region, named["InferenceComponentName"])
        elif set(named) == {"EndpointName", "VariantName"}:
            record = self._serving.find(region, named["EndpointName"], named["VariantName"])
            key = ((record and record["kind"]) or "variant", region, named["EndpointName"], named["VariantName"])
        else:
            return EMPTY
        if record is None or name not in _host_names(record):
            return EMPTY
        minutes, counts = minutes_of(record, since, until)
        if record["kind"] == "serverless":
            minutes, counts = _invoked_minutes(_within(self._tracks.rows(key, since), since, until))
        some = counts > 0
        minutes, counts = minutes[some], counts[some]
        rows = _within(self._tracks.rows(key, since), since, until) if self._tracks.find(key) else None
        busy = _busy(rows, minutes) / counts
        found = host_level(name, record, minutes, busy)
        if found is None:
            return EMPTY
        apart = np.where(counts > 1, found * 0.05, 0.0)
        return of_level(minutes, found, counts, found - apart, found + apart)

    def _backlog(self, region: str, name: str, endpoint: str, since: float, until: float) -> Points:
        record = next((r for r in self._serving.of_endpoint(region, endpoint) if r["kind"] == "async"), None)
        if record is None or name not in _BACKLOG:
            return EMPTY
        minutes, counts = minutes_of(record, since, until)
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


def _within(rows: Rows, since: float, until: float) -> Rows:
    at = rows["at"]
    return rows[int(np.searchsorted(at, since)) : int(np.searchsorted(at, until))]


def _divided(rows: Rows, record: Record | None) -> Points:
    at = rows["at"].astype(float)
    counts = np.ones(len(at))
    if record:  # the last of the minute; the first of it if nothing was left at its end
        last = counts_at(record, at + 59.999)
        counts = np.maximum(np.where(last > 0, last, counts_at(record, at - 0.001)), 1.0)
    n = rows["n"].astype(float)
    return Points(at, n, n / counts, 1.0 / counts, 1.0 / counts)


def _busy(rows: Rows | None, minutes: Floats) -> Floats:
    """How many requests were being answered at once, on average, in each minute."""
    found = np.zeros(len(minutes))
    if rows is not None and len(rows) and len(minutes):
        place = np.searchsorted(minutes, rows["at"])
        inside = (place < len(minutes)) & (minutes[np.minimum(place, len(minutes) - 1)] == rows["at"])
        found[place[inside]] = rows["model_total"][inside] / 60e6
    return found


def _invoked_minutes(rows: Rows) -> tuple[Floats, Floats]:
    return rows["at"].astype(float), np.ones(len(rows))


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


def _of_serving(record: Record) -> Iterator[Metric]:
    pairs = (("EndpointName", record["endpoint"]), ("VariantName", record["variant"]))
    return (Metric(HOSTS, name, pairs) for name in _host_names(record))


def _of_component(record: Record) -> Iterator[Metric]:
    pairs = (("InferenceComponentName", record["component"]),)
    return (Metric(COMPONENT_HOSTS, name, pairs) for name in _host_names(record))
