"""The Ask page beyond a first answer: settings, refusals, follow-ups, feedback, the passages alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from services.errors import NotFound
from services.knowledge import (
    AnswerEvent,
    AskRequest,
    Citation,
    Evidence,
    Finished,
    Found,
    NotInDocuments,
    Retrieved,
    SearchMode,
    SearchSettings,
    TextDelta,
)
from services.knowledge.asking import Prepared
from services.knowledge.defaults import KnowledgeDefaults
from services.prompts import PromptDraft, PromptKind
from tests.pages.conftest import Open
from tests.pages.fake_console import EVIDENCE, PASSAGE, FakeConsole, document, endpoint, pair
from ui import passage_view, retrieval_options, retrieval_view

WEAK = Evidence(False, 0.32, 0.2, 0.1)


def said(at: AppTest) -> str:
    return " ".join(str(each.value) for each in at.markdown).replace("\\", "")


def button(at: AppTest, words: str) -> object:
    return next(each for each in at.button if words in each.label.replace("\\", ""))


def ready() -> tuple[FakeConsole, list[AskRequest]]:
    console, asked = FakeConsole(*pair()), []
    console.knowledge.records = [document()]

    def events(request: AskRequest) -> Iterator[AnswerEvent]:
        asked.append(request)
        yield Retrieved((PASSAGE,), EVIDENCE, found=Found((PASSAGE,), rescored=200))
        yield TextDelta("Within 30 days [1].")
        yield Finished("Within 30 days [1].", (Citation(1, PASSAGE),))

    console.knowledge.events = events
    return console, asked


def ask(at: AppTest, question: str) -> None:
    at.chat_input[0].set_value(question).run()
    assert not at.exception


def test_every_setting_of_the_search_goes_along(open_page: Open) -> None:
    console, asked = ready()
    at = open_page("playground/ask", console, "Ask")
    values = {"k": 9, "weight": 1.0, "threshold": 0.3, "floor": 0.2, "diversity": 0.4}
    for name, value in values.items():
        at.slider(f"ask.{name}").set_value(value)
    at.text_input("ask.metadata").set_value("section=Terms; page=3")
    at.multiselect("ask.documents").set_value(["a" * 64])
    ask(at, "When?")
    settings = asked[0].settings
    assert {name: getattr(settings, name) for name in values} == values
    assert settings.mode is SearchMode.HYBRID
    assert settings.metadata == {"section": "Terms", "page": 3}
    assert settings.documents == ("a" * 64,)
    button(at, "Back to the usual").click().run()  # type: ignore[attr-defined]
    assert at.slider("ask.k").value == 5


def test_a_filter_that_cannot_be_read_says_so_under_its_field(open_page: Open) -> None:
    console, _ = ready()
    at = open_page("playground/ask", console, "Ask")
    at.text_input("ask.metadata").set_value("page=three").run()
    assert "page is a number, three is not." in said(at)
    assert retrieval_options.read_metadata("a = b ; c=d=e")[0] == {"a": "b", "c": "d=e"}


def test_a_template_of_ones_own_makes_the_rules_once_it_has_its_values(open_page: Open) -> None:
    console, asked = ready()
    kept = console.prompts.save(PromptDraft("Mine", PromptKind.RAG, "Answer for {{who}}."))
    at = open_page("playground/ask", console, "Ask")
    at.selectbox("ask.prompt").set_value(kept.id).run()
    assert "who has no value." in said(at)
    assert "lacks a value" in at.warning[0].value
    at.text_input(f"ask.prompt.{kept.id}.who").set_value("children").run()
    ask(at, "When?")
    assert asked[0].rules == "Answer for children."


def test_a_refusal_says_what_can_be_done_and_does_it(open_page: Open) -> None:
    console, asked = ready()

    def events(request: AskRequest) -> Iterator[AnswerEvent]:
        asked.append(request)
        yield Retrieved((PASSAGE,), WEAK)
        yield NotInDocuments("No passage comes close enough.", asked=False)

    console.knowledge.events = events
    at = open_page("playground/ask", console, "Ask")
    ask(at, "Where do dragons live?")
    button(at, "Answer all the same").click().run()  # type: ignore[attr-defined]
    assert asked[1].settings.threshold == 0.27
    button(at, "Give it 10 passages").click().run()  # type: ignore[attr-defined]
    assert (asked[2].settings.k, asked[2].question) == (10, "Where do dragons live?")
    assert len(at.chat_message) == 2  # asked anew, not once more
    assert asked[2].history == ()


def test_a_follow_up_shows_what_was_searched_for(open_page: Open) -> None:
    console, _ = ready()

    def events(_: AskRequest) -> Iterator[AnswerEvent]:
        yield Retrieved((PASSAGE,), EVIDENCE, "When are flights refunded? And *trains*?")
        yield TextDelta("Never.")

    console.knowledge.events = events
    at = open_page("playground/ask", console, "Ask")
    ask(at, "And trains?")
    assert "Searched for: When are flights refunded? And *trains*?" in said(at)


def test_a_sentence_that_is_not_in_its_passage_is_marked(open_page: Open) -> None:
    console, _ = ready()

    def events(_: AskRequest) -> Iterator[AnswerEvent]:
        yield Retrieved((PASSAGE,), EVIDENCE)
        yield Finished("In 90 days [1].", (Citation(1, PASSAGE, unfound=("In 90 days.",)),))

    console.knowledge.events = events
    at = open_page("playground/ask", console, "Ask")
    ask(at, "When?")
    assert "Not found in the passage" in said(at)


def test_the_passages_alone_come_with_scores_and_the_prompt(open_page: Open) -> None:
    console, asked = ready()
    at = open_page("playground/ask", console, "Ask")
    at.session_state["ask.view"] = "Only search"
    at.run()
    ask(at, "When?")
    assert asked == []
    assert console.knowledge.prepared[0].question == "When?"
    assert "Evidence 0.80, enough to answer" in said(at)
    at.toggle("ask-search-prompt").set_value(True).run()
    assert "Question: When?" in at.code[-1].value
    assert "NOT IN THE DOCUMENTS" in at.code[-2].value


def test_a_database_without_keyword_index_is_told(open_page: Open) -> None:
    console, _ = ready()
    usual = console.knowledge.prepare

    def prepare(request: AskRequest) -> Prepared:
        return replace(usual(request), found=Found((PASSAGE,), rescored=200))

    console.knowledge.prepare = prepare  # type: ignore[method-assign]
    at = open_page("playground/ask", console, "Ask")
    at.session_state["ask.view"] = "Only search"
    at.run()
    ask(at, "When?")
    assert "no keyword index: words were weighed among the 200 passages" in said(at)


def test_what_an_answer_cost_and_how_it_was_found_is_kept(open_page: Open) -> None:
    console, _ = ready()
    at = open_page("playground/ask", console, "Ask")
    ask(at, "When?")
    kept = console.asked.turns(console.asked.conversations()[0].id)
    assert kept[0].rescored == 200
    assert kept[0].usd is not None
    assert "price unknown" not in said(at)


def test_a_conversation_is_there_again_after_a_reload_with_its_settings(open_page: Open) -> None:
    console, _ = ready()
    at = open_page("playground/ask", console, "Ask")
    at.slider("ask.k").set_value(7)
    ask(at, "When?")
    conversation = console.asked.conversations()[0].id
    assert at.query_params["conversation"] in (conversation, [conversation])
    again = open_page("playground/ask", console, "Ask", conversation=conversation)
    assert "Within 30 days" in said(again)
    assert again.slider("ask.k").value == 7


def test_a_question_is_edited_and_what_followed_it_goes(open_page: Open) -> None:
    console, asked = ready()
    at = open_page("playground/ask", console, "Ask")
    ask(at, "First?")
    ask(at, "Second?")
    at.session_state["ask.again"] = (0, "Another?")
    at.run()
    assert asked[-1].question == "Another?"
    assert asked[-1].history == ()
    assert [turn.question for turn in console.asked.turns(console.asked.conversations()[0].id)] == ["Another?"]


def test_a_thumb_is_kept(open_page: Open) -> None:
    console, _ = ready()
    at = open_page("playground/ask", console, "Ask")
    ask(at, "When?")
    at.feedback[0].set_value(0).run()
    assert [turn.vote for turn in console.asked.judged()] == [-1]
    at.feedback[0].set_value(1).run()
    assert [turn.vote for turn in console.asked.judged()] == [1]


def test_a_passage_whose_original_is_gone_or_locked_or_edited_says_so() -> None:
    class Gone:
        owner = "me"

        def cached(self, _name: object, _ttl: float, load: object) -> object:
            raise NotFound("It is gone.")

    around, note = passage_view._in_its_page(Gone(), PASSAGE)  # type: ignore[arg-type]
    assert (around, note) == (("", PASSAGE.text, ""), passage_view.GONE)

    class Locked(Gone):
        def cached(self, _name: object, _ttl: float, load: object) -> object:
            return {}, True

    assert passage_view._in_its_page(Locked(), PASSAGE)[1] == passage_view.LOCKED  # type: ignore[arg-type]


def test_a_row_of_a_table_is_marked_where_it_stands_without_its_header() -> None:
    text = "Name,Rent\nAda,900\nBo,800"

    class There:
        owner = "me"

        def cached(self, _name: object, _ttl: float, load: object) -> object:
            return {1: text}, False

    row = replace(PASSAGE, text="Name,Rent\nBo,800", start=18, end=24)
    assert passage_view._in_its_page(There(), row) == (("Name,Rent\nAda,900\n", "Bo,800", ""), "")  # type: ignore[arg-type]


def test_the_section_and_the_label_are_named() -> None:
    held = replace(PASSAGE, metadata={"section": "Terms › Rent", "label": "Slide 3"})
    assert passage_view.place(held) == "travel.md, Slide 3, Terms › Rent"


def test_a_reranker_in_service_is_offered_and_its_score_shown(open_page: Open) -> None:
    console = FakeConsole(*pair(), endpoint("sorter", "rerank"))
    console.knowledge.records = [document()]
    at = open_page("playground/ask", console, "Ask")
    assert at.selectbox("ask.rerank").options == ["none", "sorter"]
    at.selectbox("ask.rerank").set_value("sorter").run()
    at.session_state["ask.view"] = "Only search"
    at.run()
    ask(at, "When?")
    assert console.knowledge.prepared[0].settings.rerank == "sorter"
    assert ("Rerank", 0.7) in retrieval_view.scores(replace(PASSAGE, rerank=0.7))


@pytest.mark.parametrize("value", ["²", "-1", "1.5", "9" * 400, "three"])
def test_a_page_that_is_no_number_is_said_and_filters_nothing(value: str) -> None:
    found, wrong = retrieval_options.read_metadata(f"section=Terms; page={value}")
    assert found == {}
    assert "is a number" in wrong


def test_settings_from_the_command_line_beyond_the_sliders_open_the_page_all_the_same(open_page: Open) -> None:
    console, _ = ready()
    beyond = SearchSettings(k=50, weight=9.5, threshold=1.0, diversity=1.0, floor=2.0)
    chosen = KnowledgeDefaults(search=beyond, origin="a test")
    console.knowledge_defaults = SimpleNamespace(read=lambda: chosen)
    at = open_page("playground/ask", console, "Ask")
    assert not at.exception
    assert next(each for each in at.slider if each.label == "Weight of words").value == 2.0
    assert next(each for each in at.slider if each.label == "Passages given to the model").value == 20


def test_documents_to_choose_from_are_named_as_they_are_called(open_page: Open) -> None:
    console, _ = ready()
    at = open_page("playground/ask", console, "Ask")
    (chosen,) = (each for each in at.multiselect if each.label == "Documents")
    assert chosen.options
    assert not any("\\" in each for each in chosen.options)
