"""What a training can cost at most, and what it will likely cost, before it begins. Pure.

The likely time is reckoned from the number of tokens and parameters: six floating-point operations for each of either,
at a fifth of what the GPU's data sheet promises in 16 bits, and a few minutes to begin. It is an estimate and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.catalog import instance
from services.tuning.hyperparameters import length_of, values_of
from services.tuning.models import TuningRequest, TuningState

SPOT_SHARE = 0.35  # of the price on demand that spare capacity usually costs; AWS says up to 90 % less
BEGINNING = 480.0  # seconds to start the container and fetch the base weights, which are billed
_MONTH = 730 * 3600.0
_OPERATIONS = 6.0
_ACHIEVED = 0.2  # of the data sheet's rate
# Tera operations a second of one GPU in 16 bits, dense, by the family of instances: NVIDIA's data sheets.
_RATES = {
    "g4dn": 65.0, "g5": 70.0, "g6": 60.5, "g6e": 181.0, "gr6": 60.5, "p3": 125.0, "p3dn": 125.0, "p4d": 312.0,
    "p4de": 312.0, "p5": 989.0, "p5e": 989.0, "p5en": 989.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Learned:
    """How much is learned: rows and tokens of one epoch, estimated; None not known."""

    rows: int | None = None
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Ceiling:
    """USD; None is unknown, never 0.

    most      runtime cap x price x instances, at the price on demand, and the volume's
    likely    an estimate; None where it cannot be reckoned
    seconds   the likely time, None not known
    saving    what spare capacity would likely save of `likely`, an estimate; None without
    words     how it is reckoned, a sentence each
    """

    most: float | None
    likely: float | None
    seconds: float | None
    saving: float | None = None
    words: tuple[str, ...] = ()


def ceiling(request: TuningRequest, state: TuningState, learned: Learned | None = None) -> Ceiling:
    """The most and the likely cost of one training."""
    hourly = state.price.total(request.count)
    cap, seconds = float(request.most_seconds), likely_seconds(request, state, learned or Learned())
    disk = _disk(request, state)
    most = None if hourly is None else hourly * cap / 3600 + (disk or 0.0) * cap
    likely = None if hourly is None or seconds is None else (hourly / 3600 + (disk or 0.0)) * min(cap, seconds)
    saving = likely * (1 - SPOT_SHARE) if request.spot and likely is not None else None
    words = [
        f"At most {request.most_seconds / 3600:g} h x {request.count} x {request.instance_type} on demand; "
        "what is uploaded and kept in S3 is extra."
    ]
    if hourly is None:
        words = [f"The price of {request.instance_type} for training is not known here. It is not free."]
    if disk is None and hourly is not None:
        words.append("What the volume costs is not known and not counted.")
    if seconds is None:
        words.append("How long it takes cannot be told: the text's length, the model's size or its GPU is unknown.")
    elif seconds > cap:
        words.append("It will likely be stopped before it is done: the longest time allowed is shorter.")
    if request.spot:
        words.append(f"Spare capacity usually costs about {SPOT_SHARE:.0%} of it: an estimate; AWS tells in the end.")
    final = likely - saving if likely is not None and saving is not None else likely
    return Ceiling(most, final, seconds, saving, tuple(words))


def likely_seconds(request: TuningRequest, state: TuningState, learned: Learned) -> float | None:
    """About how long it is billed for, None where that cannot be told."""
    rate = _RATES.get(request.instance_type.split(".")[1]) if request.instance_type.count(".") == 2 else None
    spec = instance(request.instance_type)
    gpus = (spec.gpu_count if spec else 0) * request.count
    if not rate or not gpus or not state.model.billions or learned.tokens is None:
        return None
    values = values_of(state.spec, request.format, dict(request.hyperparameters))
    tokens = learned.tokens * _number(values, "epoch", 1.0) * (1 - _number(values, "validation_split_ratio", 0.0))
    most_rows = _number(values, "max_train_samples", -1.0)
    if learned.rows and 0 < most_rows < learned.rows:
        tokens *= most_rows / learned.rows
    if learned.rows:
        tokens = min(tokens, learned.rows * _number(values, "epoch", 1.0) * length_of(values))
    operations = _OPERATIONS * state.model.billions * 1e9 * tokens
    return BEGINNING + operations / (rate * 1e12 * _ACHIEVED * gpus)


def _disk(request: TuningRequest, state: TuningState) -> float | None:
    """USD a second for the volumes; None not known."""
    size = request.volume_gb or state.spec.volume_gb
    if state.volume is None or state.volume.usd is None:
        return None
    return state.volume.usd * size * request.count / _MONTH


def _number(values: Mapping[str, str], name: str, default: float) -> float:
    try:
        return float(values.get(name, default))
    except ValueError:
        return default
