"""What a simulated training writes: log lines in the styles of common containers, losses that follow a usual curve."""

import hashlib
import math
import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox import steady
from sandbox.records import Record

POINTS = 20  # on the curve of losses
SAID = (
    "This training is simulated by the Sagedeck sandbox: nothing is learned, and the losses follow a usual curve. "
    "The model artifact it leaves says so too."
)
_EPOCHS = ("epoch", "epochs", "num_train_epochs", "num_epochs", "num_round", "epochCount")
_BOOSTED = ({"Name": "train:rmse", "Regex": r"train-rmse:([0-9.]+)"},
            {"Name": "validation:rmse", "Regex": r"validation-rmse:([0-9.]+)"})  # fmt: skip


def epochs(request: Mapping[str, Any]) -> float:
    """Return how many epochs the hyperparameters ask for; 3 if they do not say."""
    given = request.get("HyperParameters") or {}
    for name in _EPOCHS:
        try:
            return min(max(float(str(given[name]).strip('"')), 0.1), 1000.0)
        except (KeyError, ValueError):
            continue
    return 3.0


def seconds(request: Mapping[str, Any], size: int) -> float:
    """Return how long AWS would train: by epochs and bytes of data."""
    per_epoch = 60.0 if _is_boosted(request) else 180.0
    rounds = epochs(request) / (50 if _is_boosted(request) else 1)
    return min(240.0 + rounds * (per_epoch + size / 1e6 * 5), 6 * 3600.0)


def losses(job: Record, point: int) -> tuple[float, float]:
    """Return the training and the validation loss at a point; they repeat for the same job."""
    seed = hashlib.sha256(f"{job['arn']}{job['created']}{point}".encode()).hexdigest()
    chance = random.Random(seed)
    share = (point + 1) / POINTS
    train = 0.7 + 1.6 * math.exp(-3.2 * share) + chance.gauss(0, 0.03)
    return round(train, 4), round(train + 0.08 + 0.1 * share + chance.gauss(0, 0.01), 4)


def lines(job: Record, point: int) -> list[str]:
    """Return what the container writes at a point."""
    train, held_out = losses(job, point)
    request = job["request"]
    done = epochs(request) * (point + 1) / POINTS
    if _is_boosted(request):
        return [f"[{int(done)}]#011train-rmse:{train:.5f}#011validation-rmse:{held_out:.5f}"]
    rate = 2e-5 * (1 - point / POINTS)
    return [
        f"{{'loss': {train:.4f}, 'learning_rate': {rate:.3e}, 'epoch': {done:.2f}}}",
        f"{{'eval_loss': {held_out:.4f}, 'eval_samples_per_second': 12.4, 'epoch': {done:.2f}}}",
        f"epoch {done:.2f}: train_perplexity={math.exp(train):.4f}, train_epoch_loss={train:.4f}, "
        f"eval_ppl=tensor({math.exp(held_out):.4f}) eval_epoch_loss=tensor({held_out:.4f})",
    ]


def found(request: Mapping[str, Any], said: Sequence[str]) -> dict[str, float]:
    """Return the metrics that the job's definitions find in lines of its log."""
    definitions = (request.get("AlgorithmSpecification") or {}).get("MetricDefinitions")
    values: dict[str, float] = {}
    for definition in definitions or (_BOOSTED if _is_boosted(request) else ()):
        for line in said:
            try:
                held = steady.expression(definition["Regex"]).group_in(line)
                if held is not None:
                    values[definition["Name"]] = float(held)
            except (re.error, ValueError):
                continue  # as on AWS: a definition that finds no number yields no metric
    return values


def _is_boosted(request: Mapping[str, Any]) -> bool:
    algorithm = request.get("AlgorithmSpecification") or {}
    return "xgboost" in (algorithm.get("TrainingImage") or algorithm.get("AlgorithmName") or "")
