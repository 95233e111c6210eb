"""The tab Test of an asynchronous endpoint: submitted, followed, read."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.pages.fake_calls import CHAT, EVIL, Runtime, TestConsole, area, button, chatting, opened, written


@pytest.fixture
def client() -> Runtime:
    return Runtime(lambda _: CHAT.encode())


def test_an_asynchronous_request_is_submitted_followed_and_read(client: Runtime) -> None:
    detail = replace(chatting(), asynchronous=True, output="s3://bucket-a/out/")
    at = opened(TestConsole(detail, client), detail)
    button(at, "Submit").click().run()
    assert not at.exception
    assert "Under way" in written(at)
    client.objects["out/1.out"] = CHAT.encode()
    at.run()
    assert [each.value for each in at.code if EVIL in each.value]
    assert client.requests[0]["InferenceId"]
    again = opened(TestConsole(detail, client), detail)
    assert [each.value for each in again.code if EVIL in each.value], "a page loaded anew finds it"


def test_a_failure_of_an_asynchronous_request_is_read_too(client: Runtime) -> None:
    detail = replace(chatting(), asynchronous=True)
    client.objects["bad/1.out"] = b"CUDA out of memory"
    at = opened(TestConsole(detail, client), detail)
    button(at, "Submit").click().run()
    assert not at.exception
    assert "CUDA out of memory" in "".join(each.value for each in at.error)


def test_what_cannot_go_along_is_said_at_the_field(client: Runtime) -> None:
    detail = replace(chatting(), asynchronous=True)
    at = opened(TestConsole(detail, client), detail)
    area(at).set_value(json.dumps({"messages": "x" * 130_000})).run()
    assert "128,000" in written(at).replace("\\", "")
    assert button(at, "Submit").disabled
    at.text_input(key="test.talker.source").set_value("s3://bucket-a/in.json").run()
    button(at, "Submit").click().run()
    assert client.requests[0]["InputLocation"] == "s3://bucket-a/in.json"
    at.text_input(key="test.talker.source").set_value("https://nowhere").run()
    assert "no place in S3" in written(at)
    assert not at.exception
