"""The tab Test: what is asked, what came of it, and that nothing typed is lost and nothing answered acts."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from services.endpoints import Variant
from services.inference import EndpointFacts
from tests.pages.fake_calls import CHAT, EVIL, Runtime, TestConsole, area, button, chatting, opened, written
from tests.pages.fake_console import endpoint


@pytest.fixture
def client() -> Runtime:
    return Runtime(lambda _: CHAT.encode())


def test_a_request_is_sent_as_it_is_written_and_the_answer_does_not_act(client: Runtime) -> None:
    detail = chatting()
    at = opened(TestConsole(detail, client), detail)
    assert "from its tag" in written(at)
    area(at).set_value('{"messages": [{"role": "user", "content": "Mine"}]}').run()
    button(at, "Send").click().run()
    assert not at.exception
    assert json.loads(client.requests[0]["Body"])["messages"][0]["content"] == "Mine"
    assert [each.value for each in at.code if EVIL in each.value], "the answer stands in a block of code"
    assert "evil.example" not in written(at)
    assert "200" in written(at)
    assert "4 tokens made" in written(at)


def test_a_mistake_is_told_by_line_and_column_and_nothing_can_be_sent(client: Runtime) -> None:
    detail = chatting()
    at = opened(TestConsole(detail, client), detail)
    area(at).set_value('{\n  "messages": oops\n}').run()
    assert "Line 2, column 15" in written(at).replace("\\", "")
    assert button(at, "Send").disabled
    assert area(at).value == '{\n  "messages": oops\n}'
    assert not at.exception


def test_fields_rewrite_the_text_and_follow_it(client: Runtime) -> None:
    detail = chatting()
    at = opened(TestConsole(detail, client), detail)
    at.number_input[0].set_value(99).run()
    assert json.loads(area(at).value)["max_tokens"] == 99
    at.number_input[1].set_value(0.5).run()
    assert json.loads(area(at).value)["temperature"] == 0.5
    area(at).set_value(area(at).value.replace("99", "7")).run()
    assert at.number_input[0].value == 7
    area(at).set_value(area(at).value.replace('"max_tokens": 7', '"max_tokens": "many"')).run()
    assert not at.exception
    assert '"many"' in area(at).value


def test_each_template_keeps_what_was_written_in_it(client: Runtime) -> None:
    detail = chatting()
    at = opened(TestConsole(detail, client), detail)
    area(at).set_value('{"mine": 1}').run()
    at.selectbox(key="test.talker..template").select("completion").run()
    assert "prompt" in area(at).value
    at.selectbox(key="test.talker..template").select("chat").run()
    assert area(at).value == '{"mine": 1}'
    button(at, "Begin anew").click().run()
    assert "messages" in area(at).value


def test_a_stream_is_written_as_it_comes_and_asked_for_in_the_request() -> None:
    first, last = (f'data: {{"choices": [{{"delta": {{"content": "{word}"}}}}]}}\n\n' for word in ("Ha", "llo"))
    client = Runtime(lambda _: b"", [first.encode(), f"{last}data: [DONE]\n\n".encode()])
    detail = chatting()
    at = opened(TestConsole(detail, client), detail)
    at.toggle(key="test.talker..chat.stream").set_value(True).run()
    assert json.loads(area(at).value)["stream"] is True
    button(at, "Send").click().run()
    for _ in range(100):  # it is read beside the page
        if any(each.label == "Again" for each in at.button):
            break
        at.run()
    assert not at.exception
    assert "Hallo" in [each.value for each in at.code]


def test_a_stream_that_is_stopped_keeps_what_had_come() -> None:
    go_on = threading.Event()

    def parts() -> Iterator[bytes]:
        yield b'data: {"choices": [{"delta": {"content": "Half"}}]}\n\n'
        go_on.wait(30)
        yield b'data: {"choices": [{"delta": {"content": " more"}}]}\n\n'

    client, detail = Runtime(lambda _: b""), chatting()
    client.parts = parts()  # type: ignore[assignment]
    at = opened(TestConsole(detail, client), detail)
    at.toggle(key="test.talker..chat.stream").set_value(True).run()
    button(at, "Send").click().run()
    assert "Half" in [each.value for each in at.code]
    button(at, "Stop").click().run()
    go_on.set()
    at.run()
    assert not at.exception
    assert "Stopped" in written(at)
    assert "Half" in [each.value for each in at.code]
    assert "Half more" not in [each.value for each in at.code]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b'{"choices": []}', "empty list of choices"),
        (b'{"error": "CUDA out of memory"}', "CUDA out of memory"),
        (b'{"choices": [{"message": {"content": null}, "finish_reason": "length"}]}', "without a text"),
        (b"<html>", "did not answer with JSON"),
    ],
)
def test_what_is_no_answer_says_why_and_keeps_the_request(answer: bytes, words: str) -> None:
    detail = chatting()
    at = opened(TestConsole(detail, Runtime(lambda _: answer)), detail)
    before = area(at).value
    button(at, "Send").click().run()
    assert not at.exception
    assert words in "".join(each.value for each in at.error).replace("\\", "")
    assert area(at).value == before


def test_calls_of_before_are_shown_and_put_back_into_the_form(client: Runtime) -> None:
    detail = chatting()
    at = opened(TestConsole(detail, client), detail)
    for words in ("one", "two"):
        area(at).set_value(json.dumps({"messages": [{"role": "user", "content": words}]})).run()
        button(at, "Send").click().run()
    at.selectbox(key="test.talker.shown").select_index(1).run()
    button(at, "Again").click().run()
    assert not at.exception
    assert "one" in area(at).value


def test_each_component_has_a_family_and_drafts_of_its_own(client: Runtime) -> None:
    detail = replace(chatting(), components=("words", "vectors"))
    facts = {
        "words": EndpointFacts("talker", image="x/vllm:1", inference_component="words"),
        "vectors": EndpointFacts("talker", image="x/huggingface-tei:1", inference_component="vectors"),
    }
    at = opened(TestConsole(detail, client, facts), detail)
    assert "messages" in area(at).value
    at.selectbox(key="test.talker.component").select("vectors").run()
    assert "inputs" in area(at).value
    assert "TEI" in written(at)
    client.answer = lambda _: b"[[3.0, 4.0], [1.0, 0.0]]"
    button(at, "Send").click().run()
    assert client.requests[0]["InferenceComponentName"] == "vectors"
    assert "2 vectors of 2 numbers" in written(at)


def test_an_unknown_family_is_asked_once_and_remembered() -> None:
    client = Runtime(lambda request: CHAT.encode() if b"messages" in request["Body"] else b"{}")
    detail = replace(endpoint("talker", ""), tags=())
    at = opened(TestConsole(detail, client), detail)
    assert "unknown family" in written(at)
    assert client.requests == [], "looking at the page calls nobody"
    button(at, "Ask it").click().run()
    assert not at.exception
    assert "found by asking" in written(at)
    assert 0 < len(client.requests) <= 7
    asked = len(client.requests)
    again = opened(TestConsole(detail, client), detail)
    assert "found by asking" in written(again)
    assert len(client.requests) == asked


def test_a_family_can_be_chosen_and_unchosen(client: Runtime) -> None:
    detail = replace(endpoint("talker", ""), tags=())
    at = opened(TestConsole(detail, client), detail)
    at.selectbox(key="test.talker..family").select("tei").run()
    assert "chosen by hand" in written(at)
    assert "inputs" in area(at).value
    at.selectbox(key="test.talker..family").select("").run()
    assert "unknown family" in written(at)


def test_variants_can_be_called_one_by_one(client: Runtime) -> None:
    two = tuple(
        Variant(name=name, model_name=name, instance_type="ml.m5.large", count=1, desired=1) for name in ("a", "b")
    )
    detail = replace(chatting(), variants=two)
    at = opened(TestConsole(detail, client), detail)
    button(at, "Send").click().run()
    at.selectbox(key="test.talker.variant").select("b").run()
    button(at, "Send").click().run()
    assert [each.get("TargetVariant") for each in client.requests] == [None, "b"]


def test_code_of_every_language_is_shown(client: Runtime) -> None:
    detail = chatting()
    at = opened(TestConsole(detail, client), detail)
    at.session_state["test.talker.code"] = True
    at.run()
    assert not at.exception
    shown = "\n".join(each.value for each in at.code)
    for words in ("invoke_endpoint(", "ChatSagemakerEndpoint", "from sagemaker.core.resources", "--aws-sigv4"):
        assert words in shown


def test_an_endpoint_that_is_not_ready_says_so(client: Runtime) -> None:
    detail = replace(chatting(), status="Creating")
    at = opened(TestConsole(detail, client), detail)
    assert "once it is in service" in written(at)
    assert button(at, "Send").disabled


def test_an_endpoint_of_two_components_is_offered_for_what_each_of_them_does(client: Runtime) -> None:
    from services.catalog import Task
    from ui import endpoint_reads

    detail = replace(endpoint("both", "text-generation"), components=("words", "vectors"))
    facts = {
        "words": EndpointFacts("both", image="x/vllm:1", inference_component="words"),
        "vectors": EndpointFacts("both", image="x/huggingface-tei:1", inference_component="vectors"),
    }
    console: Any = TestConsole(detail, client, facts)
    assert endpoint_reads.ready_for(console, Task.CHAT) == ["both"]
    assert endpoint_reads.ready_for(console, Task.EMBEDDING) == ["both"]
