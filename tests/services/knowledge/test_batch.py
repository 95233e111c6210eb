"""Many questions to a folder: what people put into folders and files of questions."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from services.errors import InvalidRequest, NotFound
from services.knowledge.batch import (
    BatchRequest,
    answer_all,
    check_out,
    folder_files,
    read_folder,
    read_questions,
)
from services.knowledge.models import AskRequest
from tests.services.knowledge.fakes import make_service, zipped

TEXT = "The keeper of the lighthouse is Ada Quill."


def quiet(_: str) -> None:
    pass


def questions(folder: Path, text: str) -> Path:
    path = folder / "questions.jsonl"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    (folder / "below").mkdir(parents=True)
    (folder / "keeper.txt").write_text(TEXT)
    (folder / "below" / "hive.txt").write_text("A hive holds sixty thousand bees in summer.")
    return folder


def test_the_files_of_an_archive_are_documents_of_the_folder(tmp_path: Path, docs: Path) -> None:
    (docs / "below" / "old.zip").write_bytes(zipped({"in/rent.txt": b"The rent is nine crowns.", "bad.pdf": b"% no"}))
    reading = read_folder(make_service(tmp_path / "home"), folder_files(docs), "embed", docs, quiet)
    assert sorted(reading.documents.values()) == ["below/hive.txt", "below/old.zip › in/rent.txt", "keeper.txt"]
    assert reading.refused == (("below/old.zip › bad.pdf", "This file is encrypted. Save it without a password."),)


def test_ids_come_back_as_they_were_and_any_letters_may_stand_in_a_question(tmp_path: Path) -> None:
    rows = [{"id": 2, "question": "a\u2028b"}, {"id": "x", "question": ""}]
    text = "\ufeff" + "\r\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    assert read_questions(questions(tmp_path, text)) == ((2, "a\u2028b"), ("x", ""))


@pytest.mark.parametrize(
    "line",
    ["{", "5", "[1]", '{"id": "a"}', '{"id": null, "question": "x"}', '{"id": "a", "question": ["x"]}', "[" * 9999],
)
def test_a_line_that_is_no_question_is_named(line: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="Line 2 of questions"):
        read_questions(questions(tmp_path, '{"id": "1", "question": "x"}\n' + line))


def test_a_file_of_questions_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "wrong").write_bytes(b"\xff\xfe{")
    for name in ("none", "wrong", ""):
        with pytest.raises(InvalidRequest, match="cannot be read"):
            read_questions(tmp_path / name)


def test_where_the_answers_cannot_be_written_is_said_before_anything_is_read(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none" / "out.jsonl"):
        with pytest.raises(InvalidRequest, match="cannot be written"):
            check_out(place)


def test_the_questions_and_the_answers_are_no_documents(docs: Path) -> None:
    (docs / "out.jsonl").write_text("{}")
    (docs / ".hidden").write_text("no")
    names = [path.name for path in folder_files(docs, besides=(docs / "below" / ".." / "out.jsonl",))]
    assert names == ["hive.txt", "keeper.txt"]
    with pytest.raises(NotFound):
        folder_files(docs / "none")


def test_what_cannot_be_read_stops_nothing_and_links_lead_nowhere(
    docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "outside.txt").write_text("A secret of the machine.")
    (docs / "link.txt").symlink_to(tmp_path / "outside.txt")
    (docs / "locked.txt").write_text("locked")
    (docs / os.fsdecode(b"gr\xfc\xdfe.txt")).write_text("Words of greeting.")
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: "locked" not in str(path) and allowed(path, mode))
    reading = read_folder(make_service(tmp_path / "home"), folder_files(docs), "embed", docs, quiet)
    assert sorted(reading.documents.values()) == ["below/hive.txt", "gr\ufffd\ufffde.txt", "keeper.txt"]
    assert {name for name, _ in reading.refused} == {"link.txt", "locked.txt"}


def test_every_question_has_its_line_even_one_without_a_word(docs: Path, tmp_path: Path) -> None:
    service = make_service(tmp_path / "home")
    reading = read_folder(service, folder_files(docs), "embed", docs, quiet)
    request = BatchRequest("embed", "chat", reading.collection, reading.documents)
    asked = (("a", "Who is the keeper?"), (7, "  "), ("\ud800", "Who is \ud800?"))
    answer_all(service, asked, request, tmp_path / "out.jsonl", quiet)
    lines: list[dict[str, Any]] = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == ["a", 7, "\ud800"]
    assert lines[0]["chunks"][0]["source"] == "keeper.txt"
    assert lines[1]["answer"] is None
    assert "empty" in lines[1]["error"]


def test_an_empty_question_is_refused_before_anyone_is_asked(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="empty"):
        list(make_service(tmp_path).answer(AskRequest(" \n", "embed", "chat")))
