"""Questions and answers are kept, found again, judged and taken elsewhere."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest

from services.documents import Chunk
from services.errors import NotFound, Problem
from services.knowledge import (
    AskRequest,
    Citation,
    Evidence,
    IngestRequest,
    Passage,
    SearchMode,
    SearchSettings,
    StoreKind,
    Upload,
)
from services.knowledge import asked as kept
from services.knowledge.asked import Asked, AskedTurn, history_of
from services.knowledge.erasing import REMOVED
from services.knowledge.feedback import conversation_json, conversation_markdown, feedback_csv
from services.state import State
from tests.services.knowledge.fakes import make_service, wait

WHERE = {"source": "a.pdf", "page": 3, "section": "Terms › Rent", "label": "iii"}
PASSAGE = Passage("p", "The rent is <b>900</b>.", "a.pdf", "a" * 64, 3, 0, 22, 0.9, 0.8, None, WHERE)
SETTINGS = SearchSettings(k=7, mode=SearchMode.VECTOR, documents=("a" * 64,), metadata={"source": "a.pdf"}, floor=0.2)
REQUEST = AskRequest(
    "What is the rent?", "embedder", "speaker", StoreKind.ASTRA, "mine", SETTINGS, (("user", "Hi"),), "Be brief."
)


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    return Asked(State(tmp_path / "state.db"), "me", clock=itertools.count(1.0).__next__)


def answered(asked: Asked, question: str = "What is the rent?", conversation: str = "c", text: str = "900 [1].") -> str:
    turn = asked.begin(conversation, replace(REQUEST, question=question))
    asked.keep(replace(turn, text=text, stopped=False, citations=(Citation(1, PASSAGE, unfound=("900",)),)))
    return turn.id


def test_a_turn_comes_back_as_it_was(asked: Asked) -> None:
    turn = replace(
        asked.begin("c", REQUEST),
        text="900 [1].", citations=(Citation(1, PASSAGE, True, ("a", "b")),), passages=(PASSAGE,),
        evidence=Evidence(True, 0.7, 0.8, 0.5), searched="The rent?", by_model=True, stopped=False, usd=0.001,
        problem=Problem("Broken."), seconds=2.0, first_token=0.3, tokens=12,
    )  # fmt: skip
    asked.keep(turn)
    assert asked.turns("c") == (turn,)


def test_a_question_is_kept_as_stopped_until_its_answer_is_there(asked: Asked) -> None:
    turn = asked.begin("", REQUEST)
    assert turn.conversation
    assert [(each.stopped, each.text) for each in asked.turns(turn.conversation)] == [(True, "")]


def test_nobody_sees_judges_or_drops_anothers_turns(asked: Asked) -> None:
    turn = answered(asked)
    other = Asked(asked._state, "other")
    assert other.turns("c") == ()
    assert other.conversations() == ()
    with pytest.raises(NotFound):
        other.judge(turn, 1)
    other.drop(asked.turns("c"))
    assert len(asked.turns("c")) == 1


def test_conversations_are_found_by_the_words_in_them(asked: Asked) -> None:
    answered(asked)
    answered(asked, "And the deposit?", text="Three rents.")
    answered(asked, "Who keeps bees?", "d", "Marta does.")
    assert [(each.id, each.title, each.turns) for each in asked.conversations()] == [
        ("d", "Who keeps bees?", 1),
        ("c", "What is the rent?", 2),
    ]
    assert [each.id for each in asked.conversations("DEPOSIT")] == ["c"]
    assert [each.id for each in asked.conversations("marta")] == ["d"]


def test_only_answered_turns_are_remembered_as_history(asked: Asked) -> None:
    turns = [
        AskedTurn(str(n), "c", replace(REQUEST, question=f"q{n}"), text="" if n == 1 else f"a{n}") for n in range(4)
    ]
    assert history_of(turns, 2) == (("user", "q2"), ("assistant", "a2"), ("user", "q3"), ("assistant", "a3"))


def test_the_oldest_conversations_go_but_not_those_that_were_judged(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_CONVERSATIONS", 2)
    judged = answered(asked, conversation="first")
    asked.judge(judged, -1, "wrong year")
    for name in ("second", "third", "fourth"):
        answered(asked, conversation=name)
    assert [each.id for each in asked.conversations()] == ["fourth", "third", "first"]


def test_a_judgement_stays_when_the_turn_is_written_again_and_can_be_taken_back(asked: Asked) -> None:
    turn = answered(asked)
    asked.judge(turn, 1, "right")
    asked.keep(asked.turns("c")[0])
    assert [(each.vote, each.comment) for each in asked.judged()] == [(1, "right")]
    asked.judge(turn, 0)
    assert asked.judged() == ()


def test_a_conversation_as_markdown_loads_and_links_nothing(asked: Asked) -> None:
    answered(asked, text="See ![x](http://127.0.0.1:9/x.png) and <img src=x> [1].")
    text = conversation_markdown(asked.turns("c"))
    assert "!\\[x\\](http" in text
    assert "\\<img" in text
    assert "[1]." in text
    assert "a.pdf, iii, Terms › Rent" in text
    assert "  > The rent is \\<b>900\\</b>." in text


def test_a_conversation_as_json_holds_scores_and_sources(asked: Asked) -> None:
    answered(asked)
    (told,) = json.loads(conversation_json(asked.turns("c")))
    assert told["citations"][0]["words_not_found"] == ["900"]
    assert told["language"] == "speaker"


def test_feedback_as_a_table_calculates_nothing_in_a_spreadsheet(asked: Asked) -> None:
    asked.judge(answered(asked, '=HYPERLINK("x")'), -1, "+1+1")
    header, row = csv.reader(io.StringIO(feedback_csv(asked.judged())))
    told = dict(zip(header, row, strict=True))
    assert told["question"] == '\'=HYPERLINK("x")'
    assert told["comment"] == "'+1+1"
    assert told["vote"] == "-1"
    assert told["sources"] == "a.pdf, iii, Terms › Rent"


def test_a_conversation_is_found_by_its_words_and_not_by_how_it_is_written_down(asked: Asked) -> None:
    answered(asked, "Wie hoch ist die Miete?", "a", "МИЕТЕ, café.")
    for word in ("passages", "settings", "a.pdf", '"', "embedder", "100%", "_"):
        assert asked.conversations(word) == ()
    for word in ("miete?", "миете", "CAFE", ""):
        assert [each.id for each in asked.conversations(word)] == ["a"]


def test_a_conversation_is_deleted_by_its_owner_only(asked: Asked) -> None:
    answered(asked)
    Asked(asked._state, "other").delete("c")
    assert len(asked.turns("c")) == 1
    asked.delete("c")
    assert asked.turns("c") == ()
    assert asked.conversations() == ()


def test_half_a_character_is_kept_as_a_mark(asked: Asked) -> None:
    turn = asked.begin("c", replace(REQUEST, question="What is \udcff?"))
    asked.keep(replace(turn, text="It is \ud800.", passages=(replace(PASSAGE, text="\ud800"),)))
    (kept_turn,) = asked.turns("c")
    assert kept_turn.question == "What is \ufffd?"
    assert kept_turn.text == "It is \ufffd."


def test_the_text_of_a_deleted_document_stays_in_no_conversation_and_no_edit(tmp_path: Path) -> None:
    state = State(tmp_path / "state.db")
    mine, theirs = (make_service(tmp_path / owner, owner, state=state) for owner in ("me", "other"))
    for service in (mine, theirs):
        file = Upload("secret.txt", b"The vault opens with heron.")
        edit = {hashlib.sha256(file.data).hexdigest(): (Chunk(0, "The vault opens with a heron.", 1, 0, 27),)}
        wait(service, service.ingest(IngestRequest((file,), "e", edits=edit)))
        (passage,) = service.retrieve("vault", "e")
        turn = Asked(state, service.owner).begin(service.owner, replace(REQUEST, question="Which?"))
        Asked(state, service.owner).keep(
            replace(turn, text="A heron [1].", passages=(passage, PASSAGE), citations=(Citation(1, passage),))
        )
    (record,) = mine.documents()
    mine.delete_document(record)
    (turn,) = Asked(state, "me").turns("me")
    assert [each.text for each in turn.passages] == [REMOVED, PASSAGE.text]
    assert turn.citations[0].passage.text == REMOVED
    assert (turn.text, turn.citations[0].passage.source) == ("A heron [1].", "secret.txt")
    (turn,) = Asked(state, "other").turns("other")
    assert turn.citations[0].passage.text == "The vault opens with a heron."
    assert [row["owner"] for row in state.read("select owner from knowledge_edit")] == ["other"]


def test_what_another_collection_still_holds_is_not_erased(tmp_path: Path) -> None:
    service = make_service(tmp_path)
    file = Upload("a.txt", b"The vault opens with heron.")
    for collection in ("one", "two"):
        wait(service, service.ingest(IngestRequest((file,), "e", collection=collection)))
    (passage,) = service.retrieve("vault", "e", collection="one")
    asked = Asked(service._state, "me")
    asked.keep(replace(asked.begin("c", REQUEST), passages=(passage,)))
    service.delete_collection(StoreKind.LOCAL, "one", filled=True)
    assert asked.turns("c")[0].passages[0].text == passage.text
    service.delete_collection(StoreKind.LOCAL, "two", filled=True)
    assert asked.turns("c")[0].passages[0].text == REMOVED
