"""What the doctor says of texts: right ones, and every way a text is wrong; and that mending mends it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import facts
from services.errors import InvalidRequest
from services.tuning import Format, Layout, Template, TextReport, check, repaired
from tests.services.tuning.texts import TEMPLATE, lines, rows, written

TOKEN = "hf_" + "NobodysInventedToken" * 2


def looked(folder: Path, content: str | bytes, wanted: Format = Format.INSTRUCTION, **how: Any) -> TextReport:
    return check(written(folder, content, how.pop("name", "text.jsonl")), wanted, **how)


def codes(report: TextReport) -> set[str]:
    return {each.code for each in report.findings}


def dialog(count: int = 120, **change: Any) -> list[dict[str, Any]]:
    turns = [{"role": "user", "content": "Hello {}"}, {"role": "assistant", "content": "Good day"}]
    return [{"dialog": [each | {"content": each["content"].format(place)} for each in turns]} | change
            for place in range(count)]  # fmt: skip


def test_the_sample_is_sound_and_its_template_is_suggested_by_its_columns() -> None:
    report = check(facts.path("samples/shop_replies.jsonl"), Format.INSTRUCTION, limit=1024)
    assert report.sound
    assert report.accepted
    assert (report.rows, report.layout, report.over) == (160, Layout.LINES, 0)
    assert report.template is not None
    assert "{question}" in report.template.prompt
    assert report.template.completion == "{answer}"
    assert 50 < report.typical < 150


BROKEN: list[tuple[str, str | bytes, str, Format]] = [
    ("utf-16", lines(rows()).encode("utf-16"), "encoding", Format.INSTRUCTION),
    ("a byte order mark", b"\xef\xbb\xbf" + lines(rows()).encode(), "byte-order-mark", Format.INSTRUCTION),
    ("latin", lines([*rows(), {"question": "Où?", "answer": "Là."}]).encode().replace(b"\\u00f9", b"\xf9"), "encoding",
     Format.INSTRUCTION),
    ("one list", json.dumps(rows()), "layout", Format.INSTRUCTION),
    ("a table", "question,answer\n" + "\n".join(f'"a, {n}",b{n}' for n in range(120)), "layout", Format.INSTRUCTION),
    ("some broken lines", lines(rows()) + "{no json\n[1]\n", "not-json", Format.INSTRUCTION),
    ("a row without a column", lines([*rows(), {"question": "And this?"}]), "missing", Format.INSTRUCTION),
    ("an empty answer", lines([*rows(), {"question": "And this?", "answer": ""}]), "empty", Format.INSTRUCTION),
    ("messages", lines([{"messages": each["dialog"]} for each in dialog()]), "messages", Format.CHAT),
    ("a dialog that ends with the person", lines([*dialog(), {"dialog": dialog(1)[0]["dialog"][:1]}]), "bad-turns",
     Format.CHAT),
    ("text in utf-16", ("A long text. " * 400).encode("utf-16"), "encoding", Format.DOMAIN),
]  # fmt: skip


@pytest.mark.parametrize(("content", "code", "wanted"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN])
def test_what_is_wrong_is_told_and_a_mended_copy_is_right(
    tmp_path: Path, content: str | bytes, code: str, wanted: Format
) -> None:
    report = looked(tmp_path, content, wanted, template=TEMPLATE if wanted is Format.INSTRUCTION else None)
    assert code in codes(report)
    assert report.accepted
    assert not report.sound
    copy = repaired(tmp_path / "text.jsonl", report, tmp_path / "copy.jsonl")
    again = check(copy, wanted, template=report.template)
    assert again.sound, again.findings
    assert again.rows >= report.rows
    assert (tmp_path / "text.jsonl").stat().st_size == report.size


def test_lines_that_cannot_be_read_are_named_by_their_number(tmp_path: Path) -> None:
    report = looked(tmp_path, lines(rows(40)) + "oops\n\n7\n" + lines(rows(3)), template=TEMPLATE)
    found = {each.code: each.lines for each in report.findings}
    assert found["not-json"] == (41,)
    assert found["not-object"] == (43,)
    assert found["double"] == (44, 45, 46)


def test_many_broken_rows_are_left_out_only_when_a_person_says_so(tmp_path: Path) -> None:
    report = looked(tmp_path, lines(rows(50)) + "oops\n" * 20, template=TEMPLATE)
    assert not report.accepted
    assert [each.safe for each in report.repairs if each.code == "drop-broken"] == [False]
    copy = repaired(tmp_path / "text.jsonl", report, tmp_path / "copy.jsonl", ["drop-broken"])
    assert check(copy, Format.INSTRUCTION, template=TEMPLATE).rows == 50


REFUSED: list[tuple[str, str | bytes, Format, str]] = [
    ("nothing", "", Format.INSTRUCTION, "empty"),
    ("no rows", "\n \n", Format.INSTRUCTION, "empty"),
    ("only prose", "This is no JSON.\nNor is this.\n", Format.INSTRUCTION, "not-json"),
    ("too few to split", lines(rows(3)), Format.INSTRUCTION, "split"),
    ("a short text", "Hello.", Format.DOMAIN, "short"),
    ("dialogs without turns", lines(rows(50)), Format.CHAT, "no-dialog"),
    ("columns that say nothing", lines([{"a": 1, "b": 2, "c": 3}] * 50), Format.INSTRUCTION, "template"),
    ("a list cut off", json.dumps(rows())[:-20], Format.INSTRUCTION, "not-json"),
    ("nested without end", '{"question":' * 5000, Format.INSTRUCTION, "not-json"),
]


@pytest.mark.parametrize(("content", "wanted", "code"), [each[1:] for each in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_text_that_nothing_mends_is_never_accepted(
    tmp_path: Path, content: str | bytes, wanted: Format, code: str
) -> None:
    report = looked(tmp_path, content, wanted)
    assert code in codes(report)
    assert not report.accepted


def test_a_template_that_names_no_column_stops_at_the_template(tmp_path: Path) -> None:
    report = looked(tmp_path, lines(rows()), template=Template("{question} {topic}", "{answer}"))
    assert "template-prompt" in codes(report)
    assert any("{topic} is no column" in each.words for each in report.findings)
    assert not report.accepted


def test_an_answer_that_stands_in_the_prompt_is_warned_of(tmp_path: Path) -> None:
    report = looked(tmp_path, lines(rows()), template=Template("{question} {answer}", "{answer}"))
    assert "told" in codes(report)
    assert report.sound


def test_secrets_addresses_and_contradictions_are_counted_and_never_shown(tmp_path: Path) -> None:
    more = [
        {"question": "Which token?", "answer": TOKEN},
        {"question": "Who?", "answer": "ada@example.org"},
        {"question": "What is 1?", "answer": "Something else."},
    ]
    report = looked(tmp_path, lines([*rows(), *more]), template=TEMPLATE)
    assert {"secret", "mail", "contradicts"} <= codes(report)
    assert report.sound
    assert not any(TOKEN in each.words for each in report.findings)


def test_rows_longer_than_what_is_read_are_counted_as_an_estimate(tmp_path: Path) -> None:
    report = looked(
        tmp_path, lines([*rows(), {"question": "Why?", "answer": "word " * 900}]), template=TEMPLATE, limit=512
    )
    assert (report.over, report.longest > 1000) == (1, True)
    assert any("(estimated)" in each.words for each in report.findings)


def test_of_the_beginning_of_a_text_the_cut_off_row_and_the_amount_are_not_judged(tmp_path: Path) -> None:
    report = looked(tmp_path, lines(rows(3))[:-10], template=TEMPLATE, partial=True)
    assert report.sound
    assert (report.rows, report.complete) == (2, False)


def test_a_table_is_learned_from_its_column_text_or_else_the_first(tmp_path: Path) -> None:
    body = "\n".join(f"id{n},{'A sentence about bells. ' * 5}" for n in range(60))
    named = looked(tmp_path, f"id,text\n{body}", Format.DOMAIN, name="a.csv")
    first = looked(tmp_path, f"body,other\n{body}", Format.DOMAIN, name="b.csv")
    assert named.tokens > 5 * first.tokens
    assert "column" in codes(first)


def test_a_mended_copy_holds_nothing_that_nobody_asked_for(tmp_path: Path) -> None:
    report = looked(tmp_path, lines([*rows(120), *rows(5)]), template=TEMPLATE)
    with pytest.raises(InvalidRequest, match="no repair"):
        repaired(tmp_path / "text.jsonl", report, tmp_path / "copy", ["encode"])
    copy = repaired(tmp_path / "text.jsonl", report, tmp_path / "copy", ["drop-duplicates"])
    assert len(copy.read_text().splitlines()) == 120


def test_looking_can_be_ended_on_the_way(tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    def stop(done: int) -> None:
        raise Enough(str(done))

    with pytest.raises(Enough, match="5000"):
        looked(tmp_path, lines(rows(5001)), template=TEMPLATE, going_on=stop)
