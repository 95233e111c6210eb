"""Twelve languages: the right passage first, an answer that holds the right string, nothing made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.languages import Bench
from benchmarks.reading import twelve
from sandbox.models.embedder import Embedder
from services.knowledge.local import LocalStore
from services.knowledge.models import SearchMode, SearchSettings
from services.knowledge.ranking import evidence

SETS = twelve()


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder()


def made(tmp_path: Path, embedder: Embedder, language: str) -> Bench:
    return Bench(LocalStore(tmp_path / "library.db"), embedder, language, SETS[language])


def test_the_small_set_has_twelve_languages_of_six_passages() -> None:
    assert sorted(SETS) == "ar de el en es hi ro ru th tr vi zh".split()  # noqa: SIM905
    assert all((len(each.passages), len(each.asked), len(each.unanswered)) == (6, 12, 6) for each in SETS.values())


@pytest.mark.parametrize("language", sorted(SETS))
def test_words_alone_and_hybrid_put_the_right_passage_first(tmp_path: Path, embedder: Embedder, language: str) -> None:
    bench = made(tmp_path, embedder, language)
    for mode in (SearchMode.KEYWORD, SearchMode.HYBRID):
        first = [bench.search(one.question, mode).passages[0].id == one.gold for one in bench.made.asked]
        assert sum(first) >= 11, (mode, first)


@pytest.mark.slow
@pytest.mark.parametrize("language", sorted(SETS))
def test_most_answers_hold_the_right_string_in_300_characters(
    tmp_path: Path, embedder: Embedder, language: str
) -> None:
    bench = made(tmp_path, embedder, language)
    answers = {one: bench.answer(one.question) for one in bench.made.asked}
    right = [len(said) <= 300 and one.answers[0].casefold() in said.casefold() for one, said in answers.items()]
    assert sum(right) >= 8, answers


@pytest.mark.parametrize("language", sorted(SETS))
def test_questions_about_something_else_are_refused(tmp_path: Path, embedder: Embedder, language: str) -> None:
    bench = made(tmp_path, embedder, language)
    asides = {
        "en": "Which processor powers the newest telephone?", "de": "Wer gewann die Fußballweltmeisterschaft?",
        "es": "¿Quién descubrió la penicilina?", "ro": "Cine a compus opera Carmen?",
        "el": "Ποιος ανακάλυψε την πενικιλίνη;", "ru": "Кто сочинил оперу «Кармен»?",
        "tr": "Penisilini kim keşfetti?", "ar": "من اكتشف البنسلين؟",
        "hi": "पेनिसिलिन की खोज किसने की?", "th": "ใครค้นพบยาเพนิซิลลิน", "vi": "Ai phát hiện ra penicillin?",
        "zh": "谁发现了青霉素？",
    }  # fmt: skip
    assert not evidence(bench.search(asides[language]), SearchSettings().threshold).answerable
