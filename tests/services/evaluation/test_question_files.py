"""Files of questions: lenient about columns, exact about lines, and calm about hostile ones."""

import json

import pytest

from services.errors import InvalidRequest
from services.evaluation.question_files import MOST_BYTES, MOST_QUESTIONS, read_file


def test_columns_are_found_by_many_names_and_separators() -> None:
    data = b"Query;Ground Truth;File name;Page No.\nWhen?;30 days;travel.pdf;p. 2\n"
    (item,) = read_file(data, "q.csv").items
    assert (item.question, item.answers) == ("When?", ("30 days",))
    assert item.place.document == "travel.pdf"
    plain = b'question,answer,page,document\n"Who, when?",a || b,3.0,x\n'
    (item,) = read_file(plain, "q.csv").items
    assert item.question == "Who, when?"
    assert item.answers == ("a", "b")
    assert item.place.page == 3


def test_rows_that_cannot_be_used_are_named_by_their_line() -> None:
    data = b'question,answer,page\nGood?,yes,\n,yes,\n"Two\nlines?",yes,\nNo page?,yes,seven\nNothing expected?,,\n'
    read = read_file(data, "q.csv")
    assert [item.question for item in read.items] == ["Good?", "Two lines?"]
    assert [(problem.line, problem.reason.split(".")[0]) for problem in read.problems] == [
        (3, "There is no question in this row"),
        (6, "“seven” is no page number"),
        (7, "Neither an answer nor a document is expected: give one, or write “unanswerable” as the answer"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_encodings_are_recognised(encoding: str) -> None:
    rows = "".join(f"Какая высота у этой башни номер {n}?,триста тридцать метров\n" for n in range(9))
    read = read_file(("question,answer\n" + rows).encode(encoding), "q.csv")
    assert read.items[0].answers == ("триста тридцать метров",)
    assert len(read.items) == 9


def test_json_lines_take_lists_nested_answers_and_empty_lists() -> None:
    lines = [
        {"id": 7, "question": "A?", "answers": ["x", "y", "x"]},
        {"question": "B?", "answers": {"text": ["z"], "answer_start": [3]}},
        {"question": "C?", "answers": []},
        {"question": "D?", "answer": "unanswerable"},
    ]
    data = "\n".join([json.dumps(line) for line in lines] + ["{broken", "[1]", "3"]).encode()
    read = read_file(data, "q.jsonl")
    assert [item.answers for item in read.items] == [("x", "y"), ("z",), (), ()]
    assert [item.unanswerable for item in read.items] == [False, False, True, True]
    assert read.items[0].id == "7"
    assert [problem.line for problem in read.problems] == [5, 6, 7]
    whole = read_file(json.dumps(lines).encode(), "q.json")
    assert [item.question for item in whole.items] == ["A?", "B?", "C?", "D?"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x01\x02\x03" * 900,
        b"name,age\nx,3\n",
        b"question\n\n\n",
        b"[" * 200_000,
        b'{"question": ' + b"[" * 100_000,
        b'question,answer\n"never closed ' + b"x" * 200_000,
        b"question,answer\n" + b'"' * 99_999,
        b"\xff\xfe\x00\xd8",
        b"PK\x03\x04" + b"\x00" * 500,
        b"a" * (MOST_BYTES + 1),
    ],
)
def test_a_file_without_a_usable_question_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_file(data, "evil.csv")
    assert refused.value.what


def test_hostile_values_stay_values() -> None:
    rows = [
        {"question": "![x](http://127.0.0.1/x.png) \u202e\ud800 =cmd()", "answer": "\x00\x1b[31mred"},
        {"question": "Twice?", "answer": "a", "id": "same"},
        {"question": "Again?", "answer": "b", "id": "same"},
        {"question": "x" * 5000, "answer": "b"},
        {"question": ["no"], "answer": "b"},
        {"question": "Huge page?", "answer": "b", "page": 10**30},
    ]
    data = "\n".join(json.dumps(row) for row in rows).encode()
    read = read_file(data, "q.jsonl")
    assert [item.id for item in read.items][1:] == ["same"]
    assert read.items[0].question.encode()
    assert [problem.line for problem in read.problems] == [3, 4, 5, 6]


def test_no_more_questions_are_taken_than_can_be_asked() -> None:
    data = b"question,answer\n" + b"".join(b"Q%d?,a\n" % number for number in range(MOST_QUESTIONS + 3))
    read = read_file(data, "q.csv")
    assert len(read.items) == MOST_QUESTIONS
    assert len(read.problems) == 3


@pytest.mark.parametrize("answer", ["[[[1]]]", "[null]", "NaN", "[NaN]", '{"text": [{"text": {}}]}', "Infinity"])
def test_an_answer_without_words_is_no_answer_and_does_not_make_a_question_unanswerable(answer: str) -> None:
    told = f'{{"question": "Who?", "answer": {answer}}}\n{{"question": "When?", "answer": []}}'
    read = read_file(told.encode(), "q.jsonl")
    assert [(item.question, item.unanswerable) for item in read.items] == [("When?", True)]
    assert [each.line for each in read.problems] == [1]
