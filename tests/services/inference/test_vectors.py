"""Texts into requests, answers into vectors."""

from __future__ import annotations

import json
import random
from typing import Any

import numpy
import pytest

from services.errors import ModelFailed, UnknownAnswer
from services.inference import Family
from services.inference.vectors import decode_vectors, encode_texts, encoded_size

TWO = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]


@pytest.mark.parametrize(
    ("family", "request_"),
    [
        (Family.TEI, {"inputs": ["a", "b"], "truncate": True}),
        (Family.JS_EMBEDDING, {"text_inputs": ["a", "b"]}),
        (Family.JS_SENTENCE_SIMILARITY, {"text_inputs": ["a", "b"], "mode": "embedding"}),
        (Family.TEXT_LIST, ["a", "b"]),
        (Family.OPENAI_EMBEDDINGS, {"input": ["a", "b"]}),
    ],
)
def test_each_family_asks_in_its_own_way(family: Family, request_: Any) -> None:
    assert json.loads(encode_texts(family, ["a", "b"])) == request_


def test_a_chat_family_makes_no_vectors() -> None:
    with pytest.raises(UnknownAnswer):
        encode_texts(Family.TGI, ["a"])


def test_an_empty_text_is_sent_as_something_a_model_can_read() -> None:
    assert json.loads(encode_texts(Family.TEXT_LIST, ["", " \n", "x"])) == [".", ".", "x"]


def test_the_size_of_a_text_is_never_underestimated() -> None:
    maker = random.Random(3)
    for _ in range(300):
        text = "".join(chr(maker.choice([9, 10, 0, 34, 92, 65, 0x7F, 0xE9, 0x4F60, 0x1F41D])) for _ in range(20))
        real = len(json.dumps(text, ensure_ascii=False).encode()) + 1
        assert encoded_size(text) >= real


@pytest.mark.parametrize(
    "document",
    [
        TWO,
        {"embedding": TWO},
        {"embeddings": TWO},
        {"embeddings": {"float": TWO}},
        {"vectors": TWO},
        {"data": [{"index": 1, "embedding": TWO[1]}, {"index": 0, "embedding": TWO[0]}]},
        {"body": {"embedding": TWO}},
        [[[0.0, 0.1, 0.2], [0.2, 0.3, 0.4]], [TWO[1], TWO[1], TWO[1]]],
        [[[[0.0, 0.1, 0.2], [0.2, 0.3, 0.4]]], [[TWO[1]]]],
    ],
    ids=lambda document: json.dumps(document)[:40],
)
def test_vectors_are_found_in_any_of_the_known_shapes(document: Any) -> None:
    vectors = decode_vectors(json.dumps(document).encode(), 2)
    assert vectors.dtype == numpy.float32
    numpy.testing.assert_allclose(vectors, TWO, rtol=1e-6)


@pytest.mark.parametrize(
    "document", [{"embedding": [0.1, 0.2]}, [0.1, 0.2], [[0.1, 0.2]], [[[0.1, 0.2]]], [[[[0.1, 0.2]]]]]
)
def test_one_text_may_be_answered_by_a_flat_list(document: Any) -> None:
    numpy.testing.assert_allclose(decode_vectors(json.dumps(document).encode(), 1), [[0.1, 0.2]], rtol=1e-6)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (TWO, "3 texts"),
        ([*TWO, [1.0]], "lengths"),
        ([*TWO, ["a", "b", "c"]], "not a number"),
        ([*TWO, [1.0, None, 1.0]], "finite"),
        ([*TWO, [1.0, 1e39, 1.0]], "finite"),
        ([*TWO, None], "lengths"),
    ],
)
def test_vectors_that_cannot_be_right_are_refused(document: Any, why: str) -> None:
    with pytest.raises(UnknownAnswer, match=why):
        decode_vectors(json.dumps(document).encode(), 3)


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b'{"embedding": []}', b'[{"generated_text": "x"}]', b"[[]]", b"NaN"]
)
def test_what_holds_no_vectors_is_unknown(raw: bytes) -> None:
    with pytest.raises(UnknownAnswer):
        decode_vectors(raw, 1)


def test_an_error_inside_a_200_is_the_models_failure() -> None:
    with pytest.raises(ModelFailed, match="overloaded"):
        decode_vectors(b'{"error": "Model is overloaded", "error_type": "Overloaded"}', 1)


@pytest.mark.parametrize(
    "raw", [b'[[[], []], {"x": 1}]', b'{"data": [{"index": "x", "embedding": [1]}]}', b"[" * 100_000, b"[[[1e999]]]"]
)
def test_rubbish_of_any_shape_is_an_unknown_answer(raw: bytes) -> None:
    with pytest.raises(UnknownAnswer):
        decode_vectors(raw, 2)
