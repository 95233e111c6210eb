"""The graph that setup writes, on random weights of the model's shape: quantised or not, it computes the same."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest

from sandbox.models.graph import LAYERS, WIDTH, write_graph, write_words

VOCABULARY = 50


@pytest.fixture(scope="module")
def weights() -> dict[str, npt.NDArray[Any]]:
    random = np.random.default_rng(7)
    found: dict[str, npt.NDArray[Any]] = {}

    def dense(name: str, rows: int, columns: int) -> None:
        found[f"{name}.weight"] = random.normal(0, 0.05, (columns, rows)).astype(np.float32)
        found[f"{name}.bias"] = random.normal(0, 0.05, columns).astype(np.float32)

    def norm(name: str) -> None:
        found[f"{name}.weight"] = random.normal(1, 0.1, WIDTH).astype(np.float32)
        found[f"{name}.bias"] = random.normal(0, 0.1, WIDTH).astype(np.float32)

    for kind, rows in (("word", VOCABULARY), ("position", 512), ("token_type", 2)):
        found[f"embeddings.{kind}_embeddings.weight"] = random.normal(0, 0.5, (rows, WIDTH)).astype(np.float32)
    norm("embeddings.LayerNorm")
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}"
        for part in ("query", "key", "value"):
            dense(f"{prefix}.attention.self.{part}", WIDTH, WIDTH)
        dense(f"{prefix}.attention.output.dense", WIDTH, WIDTH)
        norm(f"{prefix}.attention.output.LayerNorm")
        dense(f"{prefix}.intermediate.dense", WIDTH, 4 * WIDTH)
        dense(f"{prefix}.output.dense", 4 * WIDTH, WIDTH)
        norm(f"{prefix}.output.LayerNorm")
    return found


def embed(graph: Path, ids: list[int]) -> npt.NDArray[np.float32]:
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    words = np.fromfile(graph.parent / "words.f16", np.float16).reshape(VOCABULARY, WIDTH)
    vector: npt.NDArray[np.float32] = session.run(None, {"words": words[ids][np.newaxis]})[0][0]
    return vector


def test_eight_bits_change_little_and_save_much(weights: dict[str, npt.NDArray[Any]], tmp_path: Path) -> None:
    exact, quick = tmp_path / "exact.onnx", tmp_path / "quick.onnx"
    write_words(weights, tmp_path / "words.f16")
    write_graph(weights, exact, quantised=False)
    write_graph(weights, quick, quantised=True)
    ids = [1, 17, 4, 33, 8, 2]
    one, other = embed(exact, ids), embed(quick, ids)
    assert one.shape == other.shape == (WIDTH,)
    assert np.linalg.norm(one) == pytest.approx(1.0, abs=1e-5)
    assert one @ other > 0.99
    assert one @ embed(exact, [1, 40, 41, 42, 43, 2]) < 0.999
    assert quick.stat().st_size < 0.5 * exact.stat().st_size
