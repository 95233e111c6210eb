"""Conversations: asked of several endpoints, branched, kept while they come, found again, taken elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from services.chats import AnswerStatus, ChatsService, Setup, Vote, summarise
from services.errors import InvalidRequest, ModelFailed, NotFound, RequestTooLong, StreamBroken
from services.inference import ChatParams, Message
from services.state import State
from tests.services.chats.answers import END, Endpoints

BOTH = Setup(("left", "right"), "Be kind.", ChatParams(64))
ONE = Setup(("left",))


@pytest.fixture
def state(home: Path) -> State:
    return State(home / "state.db")


@pytest.fixture
def endpoints() -> Endpoints:
    return Endpoints(usd={"left": 3.6})


@pytest.fixture
def chats(state: State, endpoints: Endpoints) -> ChatsService:
    return endpoints.service(state)


def said(chats: ChatsService, words: str, setup: Setup = ONE, conversation: str = "") -> str:
    asking = chats.ask(words, setup, conversation)
    asking.finish()
    return asking.conversation


def test_a_turn_is_asked_of_every_endpoint_at_once_and_measured(chats: ChatsService, endpoints: Endpoints) -> None:
    gate = threading.Event()
    endpoints.says = {"left": ("Both ", gate, "began.", END), "right": ("I ", gate, "too.", END)}
    asking = chats.ask("Hello there", BOTH)
    changes = 0
    while sorted(live.answer.text for live in asking.lives) != ["Both ", "I "]:
        changes = asking.wait(changes, 20)
    gate.set()
    left, right = asking.finish()
    assert (left.text, right.text, left.status) == ("Both began.", "I too.", AnswerStatus.DONE)
    assert (left.figures.first_token_ms, left.figures.tokens_per_second) == (120.0, 44.0)
    assert (left.figures.tokens_in, left.figures.tokens_out, left.figures.seconds) == (12, 5, 0.9)
    assert left.figures.usd is not None
    assert left.figures.usd > 0
    assert right.figures.usd is None
    kept = chats.open(asking.conversation)
    assert kept.title == "Hello there"
    assert [each.text for each in kept.path()[0].shown] == ["Both began.", "I too."]
    assert kept.turns[0].shown[0].params.max_new_tokens == 64


def test_each_endpoint_sees_its_own_earlier_answers(chats: ChatsService, endpoints: Endpoints) -> None:
    chat = said(chats, "First", BOTH)
    said(chats, "Second", BOTH, chat)
    assert endpoints.last("right") == [
        ("system", "Be kind."), ("user", "First"), ("assistant", "Yes, says right."), ("user", "Second")
    ]  # fmt: skip
    said(chats, "Third", Setup(("late",)), chat)
    assert endpoints.last("late")[1] == ("assistant", "Yes, says left.")


def test_one_that_fails_says_why_and_the_others_go_on(chats: ChatsService, endpoints: Endpoints) -> None:
    endpoints.says = {"left": (ModelFailed("The model of left failed (500).", "It says: out of memory", "Look."),)}
    left, right = chats.ask("Hello", BOTH).finish()
    assert left.status is AnswerStatus.FAILED
    assert left.problem is not None
    assert (left.problem.why, left.problem.kind) == ("It says: out of memory", "ModelFailed")
    assert (right.status, right.text) == (AnswerStatus.DONE, "Yes, says right.")


def test_a_stream_that_breaks_keeps_what_had_come(chats: ChatsService, endpoints: Endpoints) -> None:
    endpoints.says = {"left": ("Half an ", StreamBroken("The answer broke off."))}
    (answer,) = chats.ask("Hello", ONE).finish()
    assert (answer.text, answer.status) == ("Half an ", AnswerStatus.FAILED)


def test_stop_keeps_what_came_of_each_and_closes_the_connections(chats: ChatsService, endpoints: Endpoints) -> None:
    gate = threading.Event()
    endpoints.says = {"left": ("Half", gate, " lost", END), "right": (gate, "never", END)}
    asking = chats.ask("Hello", BOTH)
    while not any(live.answer.text for live in asking.lives):
        asking.wait(0, 20)
    asking.stop()
    assert asking.ended
    gate.set()
    for live in asking.lives:
        live.thread.join(20)
    assert sorted(endpoints.closed) == ["left", "right"]
    kept = chats.open(asking.conversation).turns[0].shown
    assert [(each.text, each.status) for each in kept] == [
        ("Half", AnswerStatus.STOPPED), ("", AnswerStatus.STOPPED)
    ]  # fmt: skip


def test_what_has_come_is_kept_while_it_comes_and_a_console_that_went_away_left_it_stopped(
    state: State, endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.chats.asking.KEEP_SECONDS", 0.01)
    gate, now = threading.Event(), [1000.0]
    endpoints.says = {"left": ("What came", gate, END)}
    asking = endpoints.service(state, clock=lambda: now[0]).ask("Hello", ONE)
    elsewhere = endpoints.service(State(state.path), clock=lambda: now[0])
    looks = 0
    while elsewhere.open(asking.conversation).turns[0].answers[0].text != "What came":
        looks = asking.wait(looks, 0.05)
    assert elsewhere.open(asking.conversation).turns[0].answers[0].status is AnswerStatus.RUNNING
    later = endpoints.service(State(state.path), clock=lambda: 1100.0)
    (answer,) = later.open(asking.conversation).turns[0].answers
    assert (answer.status, answer.text) == (AnswerStatus.STOPPED, "What came")
    assert "console ended" in answer.note
    gate.set()
    asking.finish()


def test_a_page_that_is_loaded_anew_finds_the_answer_under_way(
    chats: ChatsService, state: State, endpoints: Endpoints
) -> None:
    gate = threading.Event()
    endpoints.says = {"left": (gate, END)}
    asking = chats.ask("Hello", ONE)
    assert endpoints.service(state).under_way(asking.conversation) is asking
    assert endpoints.service(state, "bob").under_way(asking.conversation) is None
    gate.set()
    asking.finish()


def test_editing_makes_a_branch_and_the_old_one_stays(chats: ChatsService, endpoints: Endpoints) -> None:
    chat = said(chats, "First")
    said(chats, "Second", ONE, chat)
    second = chats.open(chat).path()[1]
    chats.edit(chat, second.id, "Second, otherwise", ONE).finish()
    known = chats.open(chat)
    assert [each.words for each in known.path()] == ["First", "Second, otherwise"]
    assert endpoints.last("left")[-1] == ("user", "Second, otherwise")
    assert [each.words for each in known.siblings(known.path()[1])] == ["Second", "Second, otherwise"]
    said(chats, "Third", ONE, chat)
    chats.choose_branch(chat, second.id)
    assert [each.words for each in chats.open(chat).path()] == ["First", "Second"]
    other = next(each for each in chats.open(chat).turns if each.words == "Second, otherwise")
    chats.choose_branch(chat, other.id)
    assert [each.words for each in chats.open(chat).path()] == ["First", "Second, otherwise", "Third"]


def test_regenerating_one_keeps_the_attempt_before_and_the_other_endpoint(
    chats: ChatsService, endpoints: Endpoints
) -> None:
    chat = said(chats, "Hello", BOTH)
    turn = chats.open(chat).turns[0]
    endpoints.says = {"right": ("Better.", END)}
    chats.regenerate(chat, turn.id, ["right"]).finish()
    again = chats.open(chat).turns[0]
    assert [each.text for each in again.shown] == ["Yes, says left.", "Better."]
    assert [each.text for each in again.attempts("right")] == ["Yes, says right.", "Better."]
    chats.choose_attempt(chat, again.attempts("right")[0])
    assert [each.text for each in chats.open(chat).turns[0].shown] == ["Yes, says left.", "Yes, says right."]


def test_forking_copies_what_was_said_up_to_a_turn(chats: ChatsService) -> None:
    chat = said(chats, "First", BOTH)
    said(chats, "Second", BOTH, chat)
    fork = chats.fork(chat, chats.open(chat).path()[0].id)
    said(chats, "Another way", BOTH, fork)
    assert [each.words for each in chats.open(fork).path()] == ["First", "Another way"]
    assert [each.words for each in chats.open(chat).path()] == ["First", "Second"]
    assert chats.open(fork).title == "First (fork)"


def test_the_history_is_searched_without_accents_renamed_pinned_and_deleted_with_a_way_back(
    chats: ChatsService, endpoints: Endpoints
) -> None:
    endpoints.says = {"left": ("In der Straße von Orléans.", END)}
    first = said(chats, "Wo ist das Café?")
    endpoints.says = {}
    second = said(chats, "Something else")
    assert [each.id for each in chats.list()] == [second, first]
    assert [each.id for each in chats.list("cafe ORLEANS strasse")] == [first]
    assert "Orléans" in chats.list("orleans")[0].excerpt
    assert chats.list("cafe nowhere") == ()
    assert [each.id for each in chats.list("100%_")] == []
    chats.pin(first, True)
    chats.rename(first, "Ça va")
    assert [(each.title, each.pinned) for each in chats.list()] == [("Ça va", True), ("Something else", False)]
    assert [each.id for each in chats.list("ca va")] == [first]
    chats.delete(first)
    assert [each.id for each in chats.list()] == [second]
    with pytest.raises(NotFound):
        chats.open(first)
    chats.restore(first)
    assert chats.open(first).title == "Ça va"


def test_what_was_deleted_a_day_ago_is_gone_for_good(state: State, endpoints: Endpoints) -> None:
    now = [1000.0]
    chats = endpoints.service(state, clock=lambda: now[0])
    first, second = said(chats, "One"), said(chats, "Two")
    chats.delete(first)
    now[0] += 2 * 86_400
    chats.delete(second)
    assert [row["words"] for row in state.read("select words from chat_turns")] == ["Two"]
    assert len(state.read("select 1 from chat_answers")) == 1


def test_another_owner_sees_finds_and_changes_nothing(chats: ChatsService, state: State, endpoints: Endpoints) -> None:
    chat = said(chats, "A secret plan")
    bob = endpoints.service(state, "bob")
    turn = chats.open(chat).turns[0]
    assert (bob.list(), bob.list("secret"), bob.ratings()) == ((), (), ())
    for change in (
        lambda: bob.open(chat), lambda: bob.delete(chat), lambda: bob.fork(chat), lambda: bob.export(chat),
        lambda: bob.ask("And?", ONE, chat), lambda: bob.regenerate(chat, turn.id),
        lambda: bob.edit(chat, turn.id, "x", ONE),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            change()
    bob.rename(chat, "Mine")
    bob.pin(chat, True)
    bob.vote(turn.answers[0].id, Vote.DOWN)
    bob.prefer(turn.answers[0])
    known = chats.open(chat)
    assert (known.title, known.pinned) == ("A secret plan", False)
    assert (known.turns[0].answers[0].vote, known.turns[0].answers[0].preferred) == (Vote.NONE, False)


@pytest.mark.parametrize(
    ("words", "names"), [("  ", ("left",)), ("Hi", ()), ("Hi", ("a", "b", "c", "d", "e")), ("Hi", ("a", "a"))]
)
def test_nothing_to_say_and_a_wrong_number_of_endpoints_are_refused(
    chats: ChatsService, words: str, names: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidRequest):
        chats.ask(words, Setup(names))
    assert chats.list() == ()


def test_what_would_be_refused_is_neither_sent_nor_kept_and_skipping_the_oldest_mends_it(
    state: State, endpoints: Endpoints
) -> None:
    def check(endpoint: str, messages: Sequence[Message], params: ChatParams) -> None:
        if len(messages) > 3:
            raise RequestTooLong("Too long.", drop=len(messages) - 3)

    chats = endpoints.service(state, check=check)
    chat = said(chats, "First")
    said(chats, "Second", ONE, chat)
    with pytest.raises(RequestTooLong) as refused:
        chats.ask("Third", ONE, chat)
    assert len(chats.open(chat).turns) == 2
    said(chats, "Third", Setup(("left",), skip=refused.value.drop), chat)
    assert endpoints.last("left") == [("user", "Second"), ("assistant", "Yes, says left."), ("user", "Third")]


def test_votes_and_wins_are_counted_and_medians_compared(chats: ChatsService, endpoints: Endpoints) -> None:
    chat = said(chats, "Hello", BOTH)
    left, right = chats.open(chat).turns[0].shown
    chats.vote(left.id, Vote.DOWN)
    chats.vote(right.id, Vote.UP)
    chats.prefer(left)
    chats.prefer(right)
    one, two = summarise(chats.open(chat))
    assert (one.endpoint, one.down, one.wins) == ("left", 1, 0)
    assert (two.endpoint, two.up, two.wins, two.first_token_ms, two.tokens_per_second) == ("right", 1, 1, 120.0, 44.0)
    assert one.usd is not None
    assert two.usd is None
    chats.prefer(right, False)
    assert summarise(chats.open(chat))[1].wins == 0
