"""The losses of a training over time: as CloudWatch kept them, as its log tells them, or its last figures. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.catalog import typical_metrics
from services.tuning.models import TrainingJob

FEWEST = 3  # points of a curve; where CloudWatch, which keeps one a minute, has fewer, the log is read
SMOOTHED, RISEN = 3, 1.12  # points that are averaged, and how much higher than the lowest counts: losses jitter
LONGEST_LINE = 2_000  # letters of a line that are searched
Points = tuple[tuple[datetime, float], ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """A metric over time. `label` is what a person reads."""

    name: str
    label: str
    points: tuple[tuple[datetime, float], ...]


def curves_of(job: TrainingJob, kept: Mapping[str, Points]) -> tuple[Curve, ...]:
    """The losses, training first; where none were kept, the last figures the job itself tells, one point each."""
    found = dict(kept)
    for figure in job.figures:
        if not found.get(figure.name) and figure.at is not None:
            found[figure.name] = ((figure.at, figure.value),)
    losses = [name for name in found if is_loss(name) and found[name]]
    ordered = sorted(losses, key=lambda name: ("eval" in name or "validation" in name, name))
    return tuple(Curve(name, label_of(name), tuple(found[name])) for name in ordered)


def from_log(job: TrainingJob, lines: Iterable[tuple[float, str]]) -> dict[str, Points]:
    """The losses that the lines of a log tell, each (Unix time, text), by the job's own definitions.

    Only expressions of JumpStart's are searched for: one that a stranger wrote could keep this process busy for ever.
    """
    known = dict(typical_metrics()).values()
    searched = [(name, re.compile(regex)) for name, regex in job.metrics if regex in known and is_loss(name)]
    found: dict[str, list[tuple[datetime, float]]] = {}
    for at, text in lines if searched else ():
        for name, regex in searched:
            met = regex.search(text[:LONGEST_LINE])
            try:
                value = float(met[1]) if met else None
            except (ValueError, IndexError):
                continue
            if value is not None:
                found.setdefault(name, []).append((datetime.fromtimestamp(at, UTC), value))
    return {name: tuple(points) for name, points in found.items()}


def richer(kept: Mapping[str, Points], told: Mapping[str, Points]) -> dict[str, Points]:
    """Of each metric what has more points."""
    return {name: max(kept.get(name, ()), told.get(name, ()), key=len) for name in {*kept, *told}}


def is_loss(name: str) -> bool:
    """Whether a metric is a loss."""
    return "loss" in name.lower() or name.lower().endswith(("rmse", "error"))


def label_of(name: str) -> str:
    """A metric's name without what it is of: huggingface-textgeneration:eval-loss is "Validation loss"."""
    bare = name.rpartition(":")[2].replace("_", " ").replace("-", " ")
    words = {"eval loss": "Validation loss", "train loss": "Training loss", "eval ppl": "Validation perplexity"}
    return words.get(bare, bare[:1].upper() + bare[1:])


def verdict(curves: Sequence[Curve]) -> str:
    """What the curves say, a sentence; "" nothing yet."""
    named = {curve.label: curve.points for curve in curves}
    train, held = named.get("Training loss", ()), named.get("Validation loss", ())
    if len(held) >= 5:
        smooth = [sum(value for _, value in held[place : place + SMOOTHED]) / SMOOTHED
                  for place in range(len(held) - SMOOTHED + 1)]  # fmt: skip
        if smooth[-1] > min(smooth) * RISEN:
            return "The validation loss has risen again since: fewer epochs would likely do better (overfitting)."
    if len(train) >= 4 and train[-1][1] >= train[0][1]:
        return "The training loss does not fall: a smaller learning rate may help."
    if len(train) >= 4:
        return "The training loss falls."
    return ""


def window(job: TrainingJob, now: datetime) -> tuple[datetime, datetime]:
    """From when to when its metrics are looked for."""
    since = job.started or job.created or now - timedelta(hours=1)
    return since, (job.ended or now)
