"""The chat page: several endpoints at once, branches, votes, history, and why something was not sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.chats import Setup, Vote
from services.errors import ModelFailed, RateLimited, RequestTooLong
from services.inference import ChatParams, Delta, Message, Timing, Usage
from services.prompts import PromptDraft
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole, endpoint

EVIL = "![x](http://127.0.0.1:9/x.png) <img src=x> :red[forged]"


class Talking(FakeConsole):
    """Two language models, each saying its name; `fails` and `refuses` are raised."""

    def __init__(self) -> None:
        super().__init__(endpoint("left", "text-generation"), endpoint("right", "text-generation", usd=None))
        self.sent: list[tuple[str, list[Message], ChatParams]] = []
        self.fails: dict[str, Exception] = {}
        self.refuses: list[Exception] = []

    def stream(self, name: str, messages: Sequence[Message], params: ChatParams | None = None) -> Iterator[Delta]:
        self.sent.append((name, list(messages), params or ChatParams()))
        if name in self.fails:
            raise self.fails[name]
        yield Delta(f"I am {name}. {messages[-1].content}")
        yield Delta(done=True, usage=Usage(9, 5), timing=Timing(500.0, 120.0, 44.0))

    def check_chat(self, name: str, messages: Sequence[Message], params: ChatParams) -> None:
        if self.refuses:
            raise self.refuses.pop()


def said(at: AppTest) -> str:
    return " ".join(str(each.value) for each in at.markdown).replace("\\", "")


def button(at: AppTest, key: str) -> Any:
    return next(each for each in at.button if str(each.key or "").startswith(key) or each.label == key)


def labelled(found: Any, label: str) -> Any:
    return next(each for each in found if each.label == label)


def chat_of(at: AppTest) -> str:
    found = at.query_params["chat"]
    return found if isinstance(found, str) else found[0]


def talk(at: AppTest, words: str, *names: str) -> AppTest:
    if names:
        at.multiselect[0].set_value(list(names)).run()
    at.chat_input[0].set_value(words).run()
    assert not at.exception
    return at


def test_two_endpoints_answer_side_by_side_with_their_figures(open_page: Open) -> None:
    console = Talking()
    at = talk(open_page("playground/chat", console, "Chat"), "Hello", "left", "right")
    assert "I am left. Hello" in said(at)
    assert "I am right. Hello" in said(at)
    assert said(at).count("first token 120 ms · 44.0 tokens/s · 9 in, 5 out · 0.5 s") == 2
    assert "≈ $0." in said(at)
    assert "price unknown" in said(at)
    assert {name for name, _, _ in console.sent} == {"left", "right"}


def test_one_that_fails_shows_its_diagnosis_and_the_other_answers(open_page: Open) -> None:
    console = Talking()
    console.fails["left"] = ModelFailed("The model of left failed (500).", "It says: CUDA out of memory.", "Look.")
    at = talk(open_page("playground/chat", console, "Chat"), "Hello", "left", "right")
    assert "The model of left failed" in at.error[0].value.replace("\\", "")
    assert "Cause:" in at.info[0].value
    assert "I am right. Hello" in said(at)


def test_a_conversation_opens_again_by_its_address_and_only_for_its_owner(open_page: Open) -> None:
    console = Talking()
    at = talk(open_page("playground/chat", console, "Chat"), "Remember me")
    again = open_page("playground/chat", console, "Chat", chat=chat_of(at))
    assert "Remember me" in [each.value for each in again.text]
    other = FakeConsole(endpoint("left", "text-generation"))
    gone = open_page("playground/chat", other, "Chat", chat=chat_of(at))
    assert "no such conversation" in gone.error[0].value
    assert not gone.chat_message


def test_an_earlier_message_is_edited_and_the_old_branch_is_one_click_away(open_page: Open) -> None:
    at = talk(open_page("playground/chat", Talking(), "Chat"), "First")
    next(each for each in at.menu_button if each.label == "More").click("Edit").run()
    next(each for each in at.text_area if each.label == "Your message").set_value("Second")
    button(at, "Send").click().run()
    assert not at.exception
    assert [each.value for each in at.text] == ["Second"]
    assert "Version 2 of 2" in said(at)
    button(at, "‹").click().run()
    assert [each.value for each in at.text] == ["First"]


def test_regenerating_one_answer_keeps_the_attempt_before(open_page: Open) -> None:
    console = Talking()
    at = talk(open_page("playground/chat", console, "Chat"), "Hello", "left", "right")
    button(at, "chat.again.").click().run()
    assert not at.exception
    assert "Attempt 2 of 2" in said(at)
    assert [name for name, _, _ in console.sent].count("left") == 2
    assert [name for name, _, _ in console.sent].count("right") == 1


def test_votes_and_the_best_answer_are_kept(open_page: Open) -> None:
    console = Talking()
    at = talk(open_page("playground/chat", console, "Chat"), "Hello", "left", "right")
    at.feedback[1].set_value(1).run()
    button(at, "chat.best.").click().run()
    assert not at.exception
    left, right = console.chats.open(chat_of(at)).turns[0].shown
    assert (left.preferred, right.vote) == (True, Vote.UP)


def test_what_is_too_long_is_said_at_the_input_and_sent_without_the_oldest(open_page: Open) -> None:
    console = Talking()
    at = talk(open_page("playground/chat", console, "Chat"), "First")
    console.refuses = [RequestTooLong("This conversation is too long for left.", "It has 900 tokens.", drop=2)]
    at.chat_input[0].set_value("Second").run()
    assert "too long for left" in at.error[0].value
    assert len(console.sent) == 1
    button(at, "Send without the oldest 2 messages").click().run()
    assert not at.exception
    assert [each.content for each in console.sent[-1][1]] == ["Second"]
    assert not at.error


@pytest.mark.parametrize("which", ["Again", "Ask all again"])
def test_an_answer_asked_again_past_the_limit_is_mended_where_it_stands(open_page: Open, which: str) -> None:
    console = Talking()
    at = talk(open_page("playground/chat", console, "Chat"), "First")
    talk(at, "Second")
    console.refuses = [RequestTooLong("Too long for left.", "It has 900 tokens.", drop=2, answer_tokens=40)]
    if which == "Again":
        [*_, last] = [each for each in at.button if (each.key or "").startswith("chat.again.")]
        last.click().run()
    else:
        [*_, more] = [each for each in at.menu_button if each.label == "More"]
        more.click(which).run()
    assert [each.value.count("Too long for left") for each in at.error] == [1]
    assert len(console.sent) == 2
    button(at, "Send, with 40 tokens for the answer").click().run()
    assert not at.exception
    assert not at.error
    assert (len(console.sent), console.sent[-1][2].max_new_tokens) == (3, 40)
    assert "Attempt 2 of 2" in said(at)


def test_a_question_edited_past_the_limit_keeps_its_words_and_is_sent_without_the_oldest(open_page: Open) -> None:
    console = Talking()
    at = talk(open_page("playground/chat", console, "Chat"), "First")
    talk(at, "Second")
    [*_, more] = [each for each in at.menu_button if each.label == "More"]
    more.click("Edit").run()
    console.refuses = [RequestTooLong("Too long for left.", "It has 900 tokens.", drop=2)]
    next(each for each in at.text_area if each.label == "Your message").set_value("Otherwise")
    button(at, "Send").click().run()
    assert [each.value.count("Too long for left") for each in at.error] == [1]
    assert next(each for each in at.text_area if each.label == "Your message").value == "Otherwise"
    button(at, "Send without the oldest 2 messages").click().run()
    assert not at.exception
    assert not at.error
    assert [each.content for each in console.sent[-1][1]] == ["Otherwise"]
    assert [each.value for each in at.text] == ["First", "Otherwise"]


def test_a_person_over_the_limit_reads_when_to_go_on_and_sends_again_with_a_click(open_page: Open) -> None:
    console = Talking()
    console.refuses = [RateLimited("One too many for left.", "", "Ask again in 3 seconds.", seconds=3)]
    at = talk(open_page("playground/chat", console, "Chat"), "Hello")
    assert "Ask again in 3 seconds" in at.error[0].value
    assert console.sent == []
    button(at, "Send again").click().run()
    assert "I am left. Hello" in said(at)


def test_only_the_parameters_the_family_takes_are_offered_and_all_of_them_are_sent(open_page: Open) -> None:
    console = Talking()
    at = open_page("playground/chat", console, "Chat")
    labelled(at.number_input, "Seed").set_value(7)
    labelled(at.number_input, "Top k").set_value(40)
    labelled(at.text_area, "Stop at (one a line)").set_value("END\n\nSTOP")
    labelled(at.text_area, "System prompt").set_value("Be brief.")
    talk(at, "Hello")
    (_, messages, params) = console.sent[0]
    assert (params.seed, params.top_k, params.stop) == (7, 40, ("END", "STOP"))
    assert (messages[0].role, messages[0].content) == ("system", "Be brief.")
    console.chat_parameters = lambda name: frozenset({"max_new_tokens", "temperature", "top_p"})  # type: ignore[method-assign]
    at.run()
    assert [each.label for each in at.number_input] == ["Longest answer (tokens)"]


def test_a_conversation_begun_elsewhere_with_parameters_beyond_the_fields_opens_all_the_same(open_page: Open) -> None:
    console = Talking()
    beyond = ChatParams(10_000_000, 99.0, 0.0, 50.0, (), 1_000_000, 2**62)
    asking = console.chats.ask("Hello", Setup(("left",), params=beyond))
    asking.finish()
    at = open_page("playground/chat", console, "Chat", chat=asking.conversation)
    assert not at.exception
    assert labelled(at.number_input, "Top k").value == 1000
    assert labelled(at.number_input, "Seed").value == 2**31 - 1
    assert labelled(at.number_input, "Repetition penalty").value == 2.0
    assert labelled(at.number_input, "Longest answer (tokens)").value == 32_768


def test_a_template_fills_the_system_prompt_the_examples_and_the_words(open_page: Open) -> None:
    console = Talking()
    console.prompts.save(PromptDraft("Greet", text="Say hello to {{name}}.", system="You are warm."))
    at = open_page("playground/chat", console, "Chat")
    template = next(each for each in console.prompts.list() if each.name == "Greet")
    box = at.selectbox(key="chat.template")
    box.set_value(template).run()
    at.text_area(key=f"chat.template.{template.id}.name").set_value("Ana").run()
    button(at, "Use it").click().run()
    assert not at.exception
    assert labelled(at.text_area, "System prompt").value == "You are warm."


def test_the_history_renames_pins_forks_deletes_and_brings_back(open_page: Open) -> None:
    console = Talking()
    at = talk(open_page("playground/chat", console, "Chat"), "First words")
    chat = chat_of(at)

    def act(what: str) -> None:
        next(each for each in at.menu_button if each.key == f"chat.action.{chat}").click(what).run()
        assert not at.exception

    act("Pin")
    assert console.chats.list()[0].pinned
    act("Rename")
    next(each for each in at.text_input if each.label == "Title").set_value("Better words")
    button(at, "Rename").click().run()
    assert console.chats.open(chat).title == "Better words"
    act("Fork")
    assert chat_of(at) != chat
    act("Delete")
    assert [each.title for each in console.chats.list()] == ["Better words (fork)"]
    button(at, "Undo").click().run()
    assert chat_of(at) == chat


def test_words_of_people_models_and_titles_stay_words(open_page: Open) -> None:
    console = Talking()
    at = talk(open_page("playground/chat", console, "Chat"), EVIL)
    shown = [str(each.value) for each in at.markdown if "127.0.0.1:9" in str(each.value)]
    assert shown
    assert all("![x](" not in each and "<img" not in each.replace("\\<", "") for each in shown)
    labels = [each.label for each in at.button if "127.0.0.1:9" in each.label]
    assert labels
    assert all("![x](" not in each and ":red[" not in each for each in labels)


def test_new_begins_an_empty_conversation_with_the_same_endpoints(open_page: Open) -> None:
    console = Talking()
    at = talk(open_page("playground/chat", console, "Chat"), "Hello", "left", "right")
    button(at, "New").click().run()
    assert "chat" not in at.query_params
    assert not at.chat_message
    assert at.multiselect[0].value == ["left", "right"]


def test_without_an_endpoint_what_was_said_can_still_be_read(open_page: Open) -> None:
    console = FakeConsole()
    asking = console.chats.ask("Long ago", Setup(("gone",)))
    asking.finish()
    at = open_page("playground/chat", console, "Chat", chat=asking.conversation)
    assert "Long ago" in [each.value for each in at.text]
    assert at.chat_input[0].disabled
    assert "No endpoint is chosen" in at.error[0].value
    assert "No language model yet" in said(open_page("playground/chat", FakeConsole(), "Chat"))
