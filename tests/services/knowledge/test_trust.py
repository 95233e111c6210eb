"""How far cosines count: in full where the model reads the question, hardly where it does not."""

from __future__ import annotations

import numpy as np
import pytest

from services.knowledge import tokens
from services.knowledge.trust import LEAST, trust_of


def noise(count: int = 400) -> np.ndarray:
    return np.random.default_rng(7).normal(0.4, 0.1, count).astype(np.float32)


WORDED = np.asarray([3, 5, 9], np.intp)
SHARES = np.asarray([1.0, 0.8, 0.6], np.float32)


def test_passages_with_the_questions_words_that_are_also_near_make_the_cosines_count_in_full() -> None:
    cosines = noise()
    cosines[WORDED] = 0.65
    assert trust_of(cosines, SHARES, WORDED, len(cosines)) == 1.0


def test_passages_with_the_questions_words_that_are_no_nearer_than_others_make_them_count_hardly() -> None:
    cosines = noise()
    cosines[WORDED] = 0.4
    assert trust_of(cosines, SHARES, WORDED, len(cosines)) == pytest.approx(LEAST, abs=0.1)


def test_one_passage_that_stands_out_is_sign_enough_when_the_words_mislead() -> None:
    cosines = noise()
    cosines[WORDED] = 0.4
    cosines[100] = 0.95
    assert trust_of(cosines, SHARES, WORDED, len(cosines)) == 1.0


def test_rows_that_are_gone_are_not_counted() -> None:
    cosines = noise()
    cosines[WORDED] = 0.65
    cosines[200:] = -np.inf
    assert trust_of(cosines, SHARES, WORDED, len(cosines)) == 1.0


def test_without_words_the_nearest_of_a_remote_store_are_taken_as_they_are() -> None:
    nothing, nowhere = np.empty(0, np.float32), np.empty(0, np.intp)
    assert trust_of(noise(), nothing, nowhere, 0) == 1.0
    assert trust_of(noise(), nothing, nowhere, 400) < 0.5
    assert trust_of(np.asarray([0.5], np.float32), nothing, nowhere, 1) == 1.0


@pytest.mark.parametrize(
    ("forms", "common"),
    [
        ("kütüphanelerimizde kütüphanenin", tokens.BEGINS + "kutuph"),
        ("Leuchtturmwärter Leuchttürme", tokens.BEGINS + "leucht"),
        ("библиотеками библиотека", tokens.BEGINS + "библио"),
        ("городом города", tokens.BEGINS + "горо"),
        ("والمنارات المنارة", "منار"),
        ("किताबें किताबों", "किताब"),
        ("IŞIK ışık", "isik"),
    ],
)
def test_forms_of_a_word_are_found_by_what_they_share(forms: str, common: str) -> None:
    first, second = (set(tokens.index_terms(form)) for form in forms.split())
    assert common in first & second


def test_vietnamese_keeps_its_marks_and_chinese_its_single_characters() -> None:
    assert tokens.terms("cảng") != tokens.terms("càng")
    assert {"图书", "馆", "书"} <= set(tokens.index_terms("图书馆"))
    assert tokens.terms("图书馆") == ["图书", "书馆"]
