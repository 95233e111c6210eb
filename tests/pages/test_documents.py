"""The page Documents: what is dropped is read or looked at first, told file by file, opened, found, replaced."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.documents import Page, Reading
from services.errors import NotFound
from services.knowledge import FileProgress, FileStatus, IngestView, Passage
from tests.pages.conftest import Open
from tests.pages.fake_calls import EVIL
from tests.pages.fake_console import FakeConsole, document, pair
from tests.pages.fake_library import TEXT, Library
from ui import document_table

ACTS = re.compile(r"(?<!\\)(?:\]\(|<script|!\[)|‮")


def said(at: AppTest) -> str:
    every = (*at.markdown, *at.error, *at.warning, *at.info, *at.subheader, *at.caption)
    return " ".join(str(each.value) for each in every).replace("\\", "")


def library(**values: Any) -> FakeConsole:
    console = FakeConsole(*pair())
    console.knowledge = Library(**values)
    return console


def button(at: AppTest, label: str) -> Any:
    return next(each for each in at.button if each.label.replace("\\", "") == label)


def looking(open_page: Open, console: FakeConsole, *files: tuple[str, bytes]) -> AppTest:
    at = open_page("playground/documents", console, "Documents")
    at.toggle(key="documents.look").set_value(True).run()
    at.file_uploader[0].set_value([(name, data, "text/plain") for name, data in files]).run()
    assert not at.exception
    return at


def file(status: FileStatus, position: int = 0, **values: Any) -> FileProgress:
    told: dict[str, Any] = {"name": f"file-{position}.pdf", "document": f"{position:064x}", "size": 1200} | values
    return FileProgress(position=position, status=status, **told)


def test_a_file_is_looked_at_before_it_is_stored(open_page: Open) -> None:
    console = library()
    at = looking(open_page, console, ("kettle.txt", TEXT.encode() * 20))
    assert not console.knowledge.ingested
    told = {each.label: each.value for each in at.metric}
    assert told["Passages"] == "3"
    at.slider(key="documents.cut.size").set_value(400).run()
    assert int({each.label: each.value for each in at.metric}["Passages"]) > 3
    button(at, "Add 1 file").click().run()
    (request,) = console.knowledge.ingested
    assert (request.chunks.size, request.edits) == (400, {})


def test_edited_passages_are_what_is_stored(open_page: Open) -> None:
    console = library()
    at = looking(open_page, console, ("kettle.txt", TEXT.encode() * 20))
    edit(at)
    at.text_area[0].set_value("My own words.").run()
    assert "1 change" in said(at)
    button(at, "Add 1 file").click().run()
    (request,) = console.knowledge.ingested
    (passages,) = request.edits.values()
    assert passages[0].text == "My own words."
    assert passages[0].edited


def edit(at: AppTest, part: str = "look") -> None:
    """Open the tab of the passages, which AppTest cannot press."""
    at.session_state[f"{part}.tabs"] = "Passages"
    at.run()
    assert not at.exception


def test_a_change_can_be_undone_and_a_passage_left_out_or_merged(open_page: Open) -> None:
    console = library()
    at = looking(open_page, console, ("kettle.txt", TEXT.encode() * 20))
    edit(at)
    first = at.text_area[0].value
    button(at, "Leave out").click().run()
    assert at.text_area[0].value != first
    button(at, "Undo").click().run()
    assert at.text_area[0].value == first
    held = len(at.text_area)
    button(at, "Merge with next").click().run()
    assert len(at.text_area) == held - 1
    assert str(at.text_area[0].value).startswith(str(first))


def test_a_locked_file_asks_for_its_password_in_its_place(open_page: Open) -> None:
    console = library(locked={"secret.txt": "opensesame"})
    at = looking(open_page, console, ("secret.txt", TEXT.encode()))
    assert "opens with a password" in said(at)
    field = next(each for each in at.text_input if each.label == "Password")
    assert field.proto.type == field.proto.PASSWORD
    field.set_value("opensesame")
    button(at, "Open").click().run()
    assert {each.label for each in at.metric} >= {"Passages"}
    button(at, "Add 1 file").click().run()
    assert console.knowledge.ingested[0].files[0].password == "opensesame"
    assert "opensesame" not in repr(console.knowledge.ingested)


def test_the_same_file_again_is_said_before_it_is_added(open_page: Open) -> None:
    from ui.document_draft import sha256

    data = TEXT.encode()
    console = library(records=[replace(document("kettle.txt"), document=sha256(data))])
    at = looking(open_page, console, ("copy.txt", data))
    assert "Already there" in said(at)
    assert "as kettle.txt" in said(at)


def test_an_ingest_that_takes_long_is_asked_for_with_its_estimate(open_page: Open) -> None:
    console = library(records=[document()])
    slow = SimpleNamespace(result={"passages": 100}, started=0.0, ended=1000.0, status="done", id="old")
    console.jobs_found = [slow]  # type: ignore[list-item]
    at = open_page("playground/documents", console, "Documents")
    at.file_uploader[0].set_value([("book.txt", b"word " * 40_000, "text/plain")]).run()
    assert not console.knowledge.ingested
    assert "estimate" in said(at)
    assert "about 235 passages, 39 min" in said(at)
    button(at, "Add 1 file").click().run()
    assert len(console.knowledge.ingested) == 1


def test_every_file_gets_its_verdict_and_the_files_of_an_archive_stand_under_it(open_page: Open) -> None:
    files = (
        file(FileStatus.UNPACKED, 0, name="all.zip"),
        file(
            FileStatus.READY, 2, name="all.zip › a.pdf", archive=0, chunks=12, pages=3, warnings=("Page 2 is damaged.",)
        ),
        file(FileStatus.REFUSED, 3, name="all.zip › b.pdf", archive=0, reason="It has no text.", hint="Scan it again."),
        file(FileStatus.SAME, 1, name="c.pdf"),
    )
    console = library(ingest_view=IngestView("job-1", "done", 1.0, files))
    at = open_page("playground/documents", console, "Documents", job="job-1")
    words = said(at)
    assert words.index("all.zip") < words.index("b.pdf") < words.index("a.pdf") < words.index("c.pdf")
    for sentence in (
        "12 passages of 3 pages",
        "Page 2 is damaged.",
        "It has no text.",
        "Scan it again.",
        "stored twice",
    ):
        assert sentence in words


def test_progress_counts_passages_and_can_be_cancelled(open_page: Open) -> None:
    cancelled: list[tuple[str, str]] = []
    console = library(
        ingest_view=IngestView("job-1", "running", 0.4, (file(FileStatus.EMBEDDING, chunks=300, stored=120, pages=9),))
    )
    console.jobs.cancel = lambda *asked: cancelled.append(asked)
    at = open_page("playground/documents", console, "Documents", job="job-1")
    assert "120 of 300 passages" in said(at)
    button(at, "Cancel").click().run()
    assert cancelled == [("job-1", console.owner)]


def test_a_locked_file_of_an_ingest_goes_on_with_its_password(open_page: Open) -> None:
    locked = file(FileStatus.REFUSED, 4, name="vault.pdf", reason="It opens with a password.", locked=True)
    console = library(ingest_view=IngestView("job-1", "done", 1.0, (locked,)))
    at = open_page("playground/documents", console, "Documents", job="job-1")
    next(each for each in at.text_input if each.label == "Password 1").set_value("opensesame")
    button(at, "Read on").click().run()
    assert not at.exception
    assert console.knowledge.resumed == [("job-1", {4: "opensesame"})]  # type: ignore[attr-defined]


def opened(open_page: Open, console: FakeConsole) -> AppTest:
    (record,) = console.knowledge.records
    return open_page("playground/documents", console, "Documents", document=document_table.address(record))


def originals(path: Any, **values: Any) -> Any:
    path.write_bytes(b"%PDF")
    held = SimpleNamespace(path=path, name="travel.md")
    return SimpleNamespace(used_bytes=lambda owner: 1, quota_bytes=10, open=lambda owner, document: held)


def test_a_document_opens_with_its_pages_passages_and_sections(open_page: Open, tmp_path: Any) -> None:
    text = "Flights are refunded. Hotels are not."
    held = (
        Passage("1", text[:21], "travel.md", "a" * 64, 1, 0, 21, 0.0, metadata={"section": "Travel › Flights"}),
        Passage("2", text[22:], "travel.md", "a" * 64, 1, 22, 37, 0.0),
    )
    console = library(records=[document()], passages=held)
    console.originals = originals(tmp_path / "o")
    console.reader = SimpleNamespace(read=lambda *_: Reading((Page(1, text),), None, "markdown"))  # type: ignore[attr-defined]
    at = opened(open_page, console)
    (page,) = [each.proto.body for each in at.get("html") if 'class="sagedeck-passages"' in each.proto.body]
    assert '<span class="tint-1" title="Passage 1">Flights are refunded.</span>' in page
    at.session_state["document.tabs.Pages"] = "Passages"
    at.run()
    assert "Travel › Flights" in said(at)
    assert [each.value for each in at.text] == [text[:21], text[22:]]


def test_a_document_whose_original_is_gone_says_so_and_keeps_its_passages(open_page: Open) -> None:
    console = library(records=[document()], passages=(Passage("1", "Words.", "travel.md", "a" * 64, 1, 0, 6, 0.0),))

    def gone(*_: Any) -> Any:
        raise NotFound("This document is not kept here.")

    console.originals = SimpleNamespace(used_bytes=lambda owner: 0, quota_bytes=10, open=gone)
    at = opened(open_page, console)
    assert "original is not kept here" in said(at)
    assert not at.exception


@pytest.mark.parametrize("name", [EVIL, "‮gpj.exe.pdf", "[click](http://127.0.0.1:9/x).md", "**bold** # :red[x].md"])
def test_a_files_name_never_acts(open_page: Open, name: str, tmp_path: Any) -> None:
    console = library(
        records=[replace(document(name), model="endpoint/embedder")],
        ingest_view=IngestView("job-1", "done", 1.0, (file(FileStatus.REFUSED, name=name, reason=name, hint=name),)),
    )
    console.originals = originals(tmp_path / "o")
    console.reader = SimpleNamespace(read=lambda *_: Reading((Page(1, name, name),), None, "text", name, (name,)))  # type: ignore[attr-defined]
    for at in (open_page("playground/documents", console, "Documents", job="job-1"), opened(open_page, console)):
        shown = [str(each.value) for each in (*at.markdown, *at.warning, *at.subheader)]
        assert not [each for each in shown if ACTS.search(each)]
        assert not [each for each in at.get("html") if "<script" in each.proto.body]


def test_a_new_version_replaces_a_document(open_page: Open, tmp_path: Any) -> None:
    console = library(records=[document()])
    console.originals = originals(tmp_path / "o")
    console.reader = SimpleNamespace(read=lambda *_: Reading((Page(1, "x"),), None, "text"))  # type: ignore[attr-defined]
    at = opened(open_page, console)
    at.session_state["document.tabs.Pages"] = "Replace"
    at.run()
    at.file_uploader[0].set_value(("travel-2.md", b"# New", "text/plain")).run()
    button(at, "Replace with travel-2.md, 5 B").click().run()
    assert not at.exception
    ((old, request),) = console.knowledge.replaced  # type: ignore[attr-defined]
    assert (old.name, request.files[0].name, request.collection) == ("travel.md", "travel-2.md", old.collection)


def test_a_stored_document_is_cut_anew_with_edited_passages(open_page: Open, tmp_path: Any) -> None:
    console = library(records=[document()])
    console.originals = originals(tmp_path / "o")
    at = opened(open_page, console)
    at.session_state["document.tabs.Pages"] = "Cut anew"
    at.run()
    edit(at, "anew")
    at.text_area[0].set_value("Other words.").run()
    button(at, "Store these passages").click().run()
    (request,) = console.knowledge.ingested
    assert next(iter(request.edits.values()))[0].text == "Other words."


def test_samples_are_added_and_their_questions_lead_to_ask(open_page: Open) -> None:
    from services.knowledge.samples import list_samples
    from ui.document_samples import documents

    console = library()
    at = open_page("playground/documents", console, "Documents")
    first = list_samples()[0]
    at.button(key=f"sample.{first.id}.add").click().run()
    (request,) = console.knowledge.ingested
    assert len(request.files) == len(first.entries)
    console.knowledge.records = [replace(document(each), document=each) for each in documents(first.id)]
    at = open_page("playground/documents", console, "Documents")
    at.button(key=f"suggested.{first.id}.0").click().run()
    assert at.chat_input[0].proto.value == first.questions[0].question


def test_a_collection_of_another_embedding_model_is_refused_at_its_field(open_page: Open) -> None:
    console = library(bound={"others": ("another/model",)})
    at = open_page("playground/documents", console, "Documents")
    assert len(at.file_uploader) == 1
    field = next(each for each in at.text_input if each.label == "Collection")
    field.set_value("others").run()
    assert not at.exception
    assert "others is bound to the embedding model another/model" in said(at)
    assert "another embedding model's" in at.warning[0].value
    assert len(at.file_uploader) == 0
    next(each for each in at.text_input if each.label == "Collection").set_value("mine").run()
    assert len(at.file_uploader) == 1


def test_read_only_nothing_can_be_dropped_or_deleted(open_page: Open) -> None:
    console = FakeConsole(*pair(), read_only=True)
    console.knowledge = Library(records=[document()])
    at = open_page("playground/documents", console, "Documents")
    assert at.file_uploader[0].proto.disabled
    assert at.button(key="documents.delete").disabled
