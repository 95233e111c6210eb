"""Questions made by rule, and what is believed of a model that writes them."""

import pytest

from services.documents import Page, Section
from services.evaluation import Source
from services.evaluation.generating import by_rule, reply_of, usable
from services.evaluation.measures import holds, plain

SOURCE = Source("a" * 64, "a.txt")


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        ("The Firth Bridge was opened to trains in 1890 by a prince.", "The Firth Bridge was opened", "1890"),
        ("The capital of this small country is a town on a river.", "What is the capital of this small country?",
         "a town on a river"),
        ("Мост был открыт для движения поездов в 1890 году.", "____", "1890"),
        ("这座大桥于一八九〇年由爱德华王子宣布通车并投入使用。", "____", ""),
        ("Η γέφυρα άνοιξε για τα τρένα από τον πρίγκιπα Εδουάρδο τότε.", "____", "Εδουάρδο"),
        ("यह पुल रेलगाड़ियों के लिए 1890 में खोला गया था।", "____", "1890"),
    ],
)  # fmt: skip
def test_a_sentence_becomes_a_question_in_any_language(text: str, question: str, answer: str) -> None:
    (item,) = by_rule((SOURCE,), {SOURCE.sha256: (Page(1, text),)}, 5, 1)
    assert question in item.question
    assert not answer or item.answers == (answer,)
    assert holds(plain(text), (plain(item.answers[0]),))
    assert text[item.place.start : item.place.end].strip() == text


def test_the_same_seed_makes_the_same_questions_across_documents_and_sections() -> None:
    sources = [Source(letter * 64, f"{letter}.txt") for letter in "abc"]
    parts = [f"The value of item {number} was set to {number * 7 + 11} by the board. " for number in range(40)]
    text = "".join(parts)
    starts = [text.index(part) for part in parts[::10]]
    sections = tuple(Section(start, f"Part {start}") for start in starts)
    pages = {each.sha256: (Page(1, text, sections=sections),) for each in sources}
    first = by_rule(sources, pages, 6, 3)
    assert first == by_rule(sources, pages, 6, 3)
    assert first != by_rule(sources, pages, 6, 4)
    assert {item.place.document for item in first} == {each.sha256 for each in sources}


@pytest.mark.parametrize(
    "said",
    [
        '{"question": "When?", "answer": "1890"}',
        'Sure!\n```json\n{"question": "When?", "answer": 1890}\n```',
        "Question: When?\nAnswer: 1890",
        '{"a": {broken} {"question": "When?", "answer": "1890"}',
    ],
)
def test_a_models_reply_is_read_however_it_is_wrapped(said: str) -> None:
    assert reply_of(said) == ("When?", "1890")


@pytest.mark.parametrize(
    "said", ["", "{", '{"question": ["x"], "answer": null}', "{" * 5000, "[]", '{"question": "x"}']
)
def test_a_reply_without_a_question_is_none(said: str) -> None:
    assert reply_of(said)[1] == ""


def test_an_answer_that_is_not_in_the_passage_or_given_away_is_left_out() -> None:
    passage = "The bridge was opened in 1890 by a prince."
    assert usable("When was it opened?", "1890", passage)
    assert not usable("When was it opened?", "1891", passage)
    assert not usable("Was it opened in 1890?", "1890", passage)
    assert not usable("", "1890", passage)
    assert not usable("When? " * 200, "1890", passage)
