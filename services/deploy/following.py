"""How far an endpoint or inference component that is being made has come, told from what can be seen from outside.

AWS tells a status, counts of instances and, once a container writes, its log. What lies between has to be inferred,
and where it cannot be, that is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.deploy.container_log import LogLine, Reading, Stage, reading

# How the typical time until InService divides. AWS publishes no such figures: these are ours, from the sandbox's model
# of a start and the health-check times of the containers, and only draw the line between "usual" and "long".
SHARES = {Stage.INSTANCES: 0.30, Stage.CONTAINER: 0.25, Stage.WEIGHTS: 0.35, Stage.HEALTH: 0.10}
UNDER_WAY = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack"})
_DARK = "AWS does not tell whether it waits for an instance, pulls the image or fetches weights from S3"
_NO_GROUP = "Nothing has been written yet: the log group appears with the container's first line, which is normal."


class State(StrEnum):
    """Where a stage stands."""

    DONE = "done"
    NOW = "running"
    TO_COME = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Instances:
    """Instances of a production variant, or copies of a component; `current` None where AWS does not say."""

    variant: str
    current: int | None
    desired: int


@dataclass(frozen=True, slots=True)
class LogStream:
    """The last lines of a variant's newest stream, oldest first. `first`: when it began to write."""

    variant: str
    name: str
    first: float
    lines: tuple[LogLine, ...]


@dataclass(frozen=True, slots=True)
class LogTail:
    """What the log of an endpoint or component shows.

    there     the log group exists
    denied    the IAM action that was refused; "" none
    problem   why else it could not be read; "" it could
    """

    group: str
    there: bool = False
    streams: tuple[LogStream, ...] = ()
    denied: str = ""
    problem: str = ""

    @property
    def known(self) -> bool:
        """Whether it is known what stands there, if only nothing."""
        return not self.denied and not self.problem

    @property
    def words(self) -> str:
        """Why there are no lines; "" when there are."""
        if self.denied:
            return f"The log cannot be shown: these credentials lack {self.denied}. All else goes on."
        if self.problem:
            return f"The log cannot be read now: {self.problem}"
        if not self.there:
            return _NO_GROUP
        return "" if any(stream.lines for stream in self.streams) else "The log group is there; nothing is in it yet."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one look at an endpoint, or at an inference component, gave. Times are seconds since 1970."""

    name: str
    status: str
    created: float
    modified: float
    config: str = ""
    failure: str = ""
    instances: tuple[Instances, ...] = ()
    serverless: bool = False
    component: bool = False
    log: LogTail

    @property
    def under_way(self) -> bool:
        """Whether it is still changing by itself."""
        return self.status in UNDER_WAY

    @property
    def since(self) -> float:
        """When what is under way began; of what has settled, when it was made."""
        return self.modified if self.under_way and self.status != "Creating" else self.created


@dataclass(frozen=True, slots=True)
class StageView:
    """One stage. `seconds` it took or has taken, None where nobody can tell; `typical` seconds; `note` what is odd."""

    stage: Stage
    state: State
    seconds: float | None
    typical: float
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """How far one endpoint is. `words` is what can be said of it in a sentence; `late`: longer than usual by half."""

    name: str
    status: str
    stages: tuple[StageView, ...]
    elapsed: float
    typical: float
    words: str
    late: bool = False

    @property
    def share(self) -> float:
        """How far it is, 0 to 1; an estimate that never claims the end before AWS does."""
        done = sum(SHARES.get(each.stage, 0.0) for each in self.stages if each.state is State.DONE)
        now = next((each for each in self.stages if each.state is State.NOW), None)
        if now is None:
            return 1.0 if self.stages[-1].state is State.DONE else done
        part = min((now.seconds or 0.0) / now.typical, 0.95) if now.typical else 0.0
        return min(done + part * SHARES.get(now.stage, 0.0), 0.99)


def follow(sighting: Sighting, now: float, typical: float) -> Following:
    """The stages of what was seen at `now`. `typical`: seconds until in service, at the other side's pace."""
    begun = sighting.since
    read = _slowest(sighting)
    current, since = _current(sighting, read, begun)
    stages = tuple(_view(sighting, stage, current, since, begun, now, typical) for stage in Stage)
    elapsed = max((now if sighting.under_way else max(sighting.modified, begun)) - begun, 0.0)
    return Following(
        name=sighting.name,
        status=sighting.status,
        stages=stages,
        elapsed=elapsed,
        typical=typical,
        words=_words(sighting, current, read),
        late=sighting.under_way and elapsed > 1.5 * typical > 0,
    )


_SLACK = 5.0  # seconds by which AWS's own clocks may differ


def _new(sighting: Sighting) -> list[LogStream]:
    """The streams of what is coming up; in an update those of what still serves began before it."""
    return [stream for stream in sighting.log.streams if stream.first >= sighting.since - _SLACK]


def _slowest(sighting: Sighting) -> Reading:
    """What the log tells: of several variants the one that is behind decides."""
    found = [reading(stream.lines) for stream in _new(sighting) if stream.lines]
    if not found:
        return Reading(None)
    order = list(Stage)
    slowest = min(found, key=lambda each: order.index(each.stage or Stage.INSTANCES))
    return Reading(slowest.stage, slowest.since, max(each.restarts for each in found))


def _current(sighting: Sighting, read: Reading, begun: float) -> tuple[Stage, float | None]:
    """The stage it is in, and since when."""
    if sighting.status == "InService":
        return Stage.READY, sighting.modified
    if read.stage is not None:
        first = max((stream.first for stream in _new(sighting)), default=begun)
        return read.stage, first if read.stage is Stage.WEIGHTS and not read.restarts else read.since
    known = [each for each in sighting.instances if each.current is not None and each.desired]
    if known and all((each.current or 0) >= each.desired for each in known):
        return Stage.CONTAINER, None
    return Stage.INSTANCES, begun


def _view(
    sighting: Sighting, stage: Stage, current: Stage, since: float | None, begun: float, now: float, typical: float
) -> StageView:
    order = list(Stage)
    usual = SHARES.get(stage, 0.0) * typical
    place, here = order.index(stage), order.index(current)
    if place > here:
        return StageView(stage, State.TO_COME, None, usual)
    if place < here:
        return StageView(stage, State.DONE, _took(sighting, stage, current, since, begun), usual)
    if stage is Stage.READY:
        return StageView(stage, State.DONE, None, 0.0)
    state = State.NOW if sighting.under_way else State.FAILED
    end = now if sighting.under_way else sighting.modified
    note = f"{_DARK}." if stage is Stage.INSTANCES and sighting.under_way and not sighting.component else ""
    return StageView(stage, state, None if since is None else max(end - since, 0.0), usual, note)


def _took(sighting: Sighting, stage: Stage, current: Stage, since: float | None, begun: float) -> float | None:
    """How long a finished stage took; the first two cannot be told apart, so the second has the time of both."""
    first = max((stream.first for stream in _new(sighting) if stream.lines), default=None)
    if stage is Stage.CONTAINER and first is not None:
        return max(first - begun, 0.0)
    if stage is Stage.WEIGHTS and current is Stage.HEALTH and since is not None and first is not None:
        return max(since - first, 0.0)
    return None


def _words(sighting: Sighting, current: Stage, read: Reading) -> str:
    if sighting.failure:
        return f"It failed: {sighting.failure}"
    if current is Stage.READY:
        return "It takes requests."
    if read.restarts:
        times = read.restarts + 1
        return f"The container has begun {times} times: it seems to end by itself and to be started again."
    if current is Stage.HEALTH:
        return "The server in the container is up; SageMaker asks it whether it is well before it sends requests."
    if current is Stage.WEIGHTS:
        return "The container runs and gets the model ready; its log is below."
    if not sighting.log.known:
        return f"{_DARK}, and its log cannot be seen."
    what = "copies" if sighting.component else "instances"
    counted = [f"{each.current} of {each.desired}" for each in sighting.instances if each.current is not None]
    ready = f" {', '.join(counted)} {what} are there." if counted and not sighting.serverless else ""
    return f"{_DARK}; the first line of the log is the first sign of the container.{ready}"
