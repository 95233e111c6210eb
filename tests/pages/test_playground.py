"""Documents, questions and chat."""

from collections.abc import Iterator

from streamlit.testing.v1 import AppTest

from services.errors import StreamBroken
from services.inference import Delta
from services.knowledge import (
    AnswerEvent,
    AskRequest,
    FileProgress,
    FileStatus,
    IngestView,
    NotInDocuments,
    Retrieved,
    TextDelta,
)
from tests.pages.conftest import Open
from tests.pages.fake_console import EVIDENCE, PASSAGE, FakeConsole, document, pair


def said(at: AppTest) -> str:
    return " ".join(str(each.value) for each in at.markdown).replace("\\", "")


def ready() -> FakeConsole:
    console = FakeConsole(*pair())
    console.knowledge.records = [document()]
    return console


def test_a_question_is_answered_with_a_numbered_citation(open_page: Open) -> None:
    at = open_page("playground/ask", ready(), "Ask")
    at.chat_input[0].set_value("When are flights refunded?").run()
    assert not at.exception
    assert "Within 30 days :blue-badge[1]." in said(at)
    assert "1 · travel.md, p. 1" in " ".join(button.label for button in at.button).replace("\\", "")


def test_an_earlier_question_goes_along_as_history(open_page: Open) -> None:
    console, asked = ready(), []

    def events(request: AskRequest) -> Iterator[AnswerEvent]:
        asked.append(request)
        yield TextDelta("Yes.")

    console.knowledge.events = events
    at = open_page("playground/ask", console, "Ask")
    at.chat_input[0].set_value("First?").run()
    at.chat_input[0].set_value("Second?").run()
    assert [each.question for each in asked] == ["First?", "Second?"]
    assert asked[1].history == (("user", "First?"), ("assistant", "Yes."))


def test_what_the_documents_do_not_say_is_said_so(open_page: Open) -> None:
    console = ready()

    def events(_: AskRequest) -> Iterator[AnswerEvent]:
        yield Retrieved((PASSAGE,), EVIDENCE)
        yield NotInDocuments("No passage speaks of dragons.", asked=False)

    console.knowledge.events = events
    at = open_page("playground/ask", console, "Ask")
    at.chat_input[0].set_value("Where do dragons live?").run()
    assert "Not in the documents" in at.info[0].value


def test_a_stream_that_breaks_keeps_what_had_arrived(open_page: Open) -> None:
    console = ready()

    def events(_: AskRequest) -> Iterator[AnswerEvent]:
        yield TextDelta("Half an ")
        raise StreamBroken("The answer broke off.", "The endpoint closed the stream.", "Ask again.", partial="Half an ")

    console.knowledge.events = events
    at = open_page("playground/ask", console, "Ask")
    at.chat_input[0].set_value("Tell me.").run()
    assert "Half an" in said(at)
    assert "broke off" in at.error[0].value


def test_a_hostile_answer_is_shown_as_words(open_page: Open) -> None:
    console = ready()

    def events(_: AskRequest) -> Iterator[AnswerEvent]:
        yield TextDelta("![x](http://127.0.0.1:9/x.png) <img src=x>")

    console.knowledge.events = events
    at = open_page("playground/ask", console, "Ask")
    at.chat_input[0].set_value("Hello?").run()
    shown = next(each.value for each in at.markdown if "127.0.0.1:9" in each.value)
    assert "\\[x\\]" in shown
    assert "\\<img" in shown


def test_dropped_files_are_read_at_once_and_the_job_stands_in_the_address(open_page: Open) -> None:
    console = ready()
    console.knowledge.ingest_view = IngestView("job-1", "running", 0.0, ())
    at = open_page("playground/documents", console, "Documents")
    at.file_uploader[0].upload("notes.md", b"# Notes").run()
    assert not at.exception
    (request,) = console.knowledge.ingested
    assert [(file.name, file.data) for file in request.files] == [("notes.md", b"# Notes")]
    assert request.embedding == "embedder"
    assert at.query_params["job"] in ("job-1", ["job-1"])


def test_a_refused_file_gets_its_sentence(open_page: Open) -> None:
    console = ready()
    file = FileProgress(
        0, "scan.pdf", "b" * 64, 100, FileStatus.REFUSED, reason="It has no text.", hint="Run text recognition."
    )
    console.knowledge.ingest_view = IngestView("job-1", "done", 1.0, (file,))
    at = open_page("playground/documents", console, "Documents", job="job-1")
    assert "scan.pdf" in said(at)
    assert "It has no text." in said(at)


def test_without_an_embedding_model_documents_point_to_deploy(open_page: Open) -> None:
    at = open_page("playground/documents", FakeConsole(), "Documents")
    assert "No embedding model yet" in said(at)
    assert not at.file_uploader


def test_a_chat_answers_and_shows_its_time(open_page: Open) -> None:
    at = open_page("playground/chat", ready(), "Chat")
    at.chat_input[0].set_value("Hello").run()
    assert "Hello there." in said(at)
    assert len(at.chat_message) == 2


def test_a_chat_is_still_there_after_looking_at_another_page(open_page: Open) -> None:
    console = ready()
    console.said = [Delta("Kept."), Delta(done=True)]
    at = open_page("playground/chat", console, "Chat")
    at.chat_input[0].set_value("Hello").run()
    at.switch_page("../pages/home.py").run()
    at.switch_page("../pages/playground/chat.py").run()
    assert "Kept." in said(at)
