"""Images told apart by their colours and edges: a small honest classifier. Runs in the worker only."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import train_test_split

from sandbox.tabular import metrics
from sandbox.tabular.models import BINARY, MULTICLASS, packed
from sandbox.tabular.reading import Unfit

Event = dict[str, Any]
_SIZE, _MOST, _FEWEST = 48, 5000, 2  # pixels of a side; images in all, and of a label
_SAID = (
    "ExtraTreesClassifier(n_estimators=200) of scikit-learn over histograms of colour and edges, in place of the "
    "network that Autopilot fine-tunes"
)


@dataclass(slots=True)
class ImageModel:
    """`labels` in the order of the scores."""

    problem: str
    labels: tuple[str, ...]
    estimator: Any

    def classify(self, image: bytes) -> Any:
        """Return the probability of each label. ValueError if it is no image."""
        return self.estimator.predict_proba([seen(image)])[0]


def seen(image: bytes) -> Any:
    """Return what the classifier sees: histograms of colour by quarter, and of the direction of edges."""
    try:
        with Image.open(io.BytesIO(image)) as opened:
            pixels = np.asarray(opened.convert("RGB").resize((_SIZE, _SIZE)), dtype="float64")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as problem:
        raise ValueError(f"not a PNG or JPEG image: {problem}") from None
    half = _SIZE // 2
    quarters = (pixels[y : y + half, x : x + half] for y in (0, half) for x in (0, half))
    colours = [np.histogram(q[..., c], 8, (0, 255))[0] / half**2 for q in quarters for c in range(3)]
    down, across = np.gradient(pixels.mean(axis=2))
    edges = np.histogram(np.arctan2(down, across), 12, (-np.pi, np.pi), weights=np.hypot(down, across))[0]
    return np.concatenate([*colours, edges / (edges.sum() or 1), pixels.mean(axis=(0, 1)) / 255])


def run(spec: Mapping[str, Any]) -> Iterator[Event]:
    """Train on `files` with a label each in `labels`; yields analyzed, candidate, explained, done. Raises Unfit."""
    files, said = spec["files"][:_MOST], spec["labels"][:_MOST]
    labels = tuple(sorted(set(said)))
    if len(labels) < 2:
        raise Unfit("ClientError: At least two class labels (folders of images) are required.")
    counts = {label: said.count(label) for label in labels}
    if min(counts.values()) < _FEWEST:
        raise Unfit(f"ClientError: Each class label needs at least {_FEWEST} images.")
    problem = BINARY if len(labels) == 2 else MULTICLASS
    name = "ExtraTrees-for-ImageClassification-t1"
    yield {
        "event": "analyzed", "problem": problem, "objective": "Accuracy", "rows": len(files), "labels": list(labels),
        "trained_rows": len(files), "columns": [], "candidates": {name: _SAID},
    }  # fmt: skip
    try:
        features = np.array([seen(Path(file).read_bytes()) for file in files])
    except ValueError as problem_found:
        raise Unfit(f"ClientError: The input has a file that is {problem_found}") from None
    truth = np.array([labels.index(label) for label in said])
    fraction = max(spec.get("fraction") or 0.2, len(labels) / len(files))
    train, held, seen_truth, held_truth = train_test_split(
        features, truth, test_size=fraction, random_state=0, stratify=truth
    )
    estimator = ExtraTreesClassifier(200, random_state=0).fit(train, seen_truth)
    scores = estimator.predict_proba(held)
    path = Path(spec["out"], f"{name}.tar.gz")
    told = {"trained_by": "the Sagedeck sandbox", "model": _SAID, "labels": labels}
    path.write_bytes(packed(ImageModel(problem, labels, estimator), told))
    yield {
        "event": "candidate", "name": name, "said": _SAID, "objective": "Accuracy", "artifact": str(path),
        "metrics": {"Validation": metrics.of(problem, labels, held_truth, scores)},
        "insights": metrics.insights(problem, labels, held_truth, scores),
    }  # fmt: skip
    yield {"event": "explained", "best": name, "importance": {}}
    yield {"event": "done", "best": name, "all": True}
