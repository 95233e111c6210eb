"""A reranker orders the best candidates anew, and what is no reranker says so."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from services.errors import InvalidRequest, UnknownAnswer
from services.inference.rerank import decode, encode
from services.knowledge.models import Found, Passage, SearchSettings
from services.knowledge.rerank import CANDIDATES, reranked, widened

ASKED = SearchSettings(k=2, diversity=0.5, rerank="judge")


def found(*texts: str) -> Found:
    return Found(tuple(Passage(text, text, "a.txt", "d", 1, 0, 1, 0.5, cosine=0.4) for text in texts), nearest=0.4)


def by_length(endpoint: str, question: str, texts: Sequence[str]) -> list[float]:
    assert (endpoint, question) == ("judge", "why?")
    return [len(text) / 10 for text in texts]


def test_the_best_by_the_reranker_are_kept_with_its_score_beside_the_others() -> None:
    best = reranked(found("a", "bbb", "cc"), "why?", ASKED, by_length).passages
    assert [(passage.text, passage.score, passage.rerank, passage.cosine) for passage in best] == [
        ("bbb", 0.3, 0.3, 0.4),
        ("cc", 0.2, 0.2, 0.4),
    ]


def test_more_candidates_are_wanted_only_for_a_reranker() -> None:
    assert (widened(ASKED).k, widened(ASKED).diversity) == (CANDIDATES, 0.0)
    assert widened(SearchSettings(k=3)) == SearchSettings(k=3)


def test_without_an_endpoint_nothing_changes_and_without_a_caller_it_is_said() -> None:
    plain = found("a", "bbb")
    assert reranked(plain, "why?", SearchSettings(), by_length) is plain
    with pytest.raises(InvalidRequest, match="reranker"):
        reranked(plain, "why?", ASKED, None)


def test_scores_come_back_in_the_order_of_the_texts() -> None:
    assert json.loads(encode("q", ["a"])) == {"query": "q", "texts": ["a"], "truncate": True}
    assert decode(b'[{"index":1,"score":0.9},{"index":0,"score":0.1}]', 2) == [0.1, 0.9]
    assert decode(b'{"results":[{"index":0,"relevance_score":0.5}]}', 1) == [0.5]


@pytest.mark.parametrize(
    "raw", [b"[[0.1,0.2]]", b"[]", b'[{"index":0,"score":1}]', b'[{"index":0,"score":NaN},{"index":1,"score":1}]', b"x"]
)
def test_anything_but_one_score_a_text_is_no_reranking(raw: bytes) -> None:
    with pytest.raises(UnknownAnswer):
        decode(raw, 2)
