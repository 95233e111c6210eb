"""The Console's chats in the sandbox: real answers, limits that are known there, and nothing limited unless asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.chats import AnswerStatus, Setup
from services.connection import sandbox_at
from services.console import Console
from services.endpoints import ModelFacts
from services.errors import RateLimited, RequestTooLong
from services.inference import ChatParams, Message
from services.sandbox_control import SandboxControl
from tests.sandbox.server import start_sandbox

LEFT, RIGHT = "support-chat-llama", "contracts-chat"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_sandbox("--speed", "3000") as address:
        SandboxControl(address).seed("demo", "us-east-1")
        yield address


@pytest.fixture
def console(url: str, home: Path) -> Console:
    return Console(sandbox_at(url, owner="ana"), folder=home)


def test_two_endpoints_of_the_sandbox_answer_and_are_measured_and_one_that_is_not_there_says_so(
    console: Console,
) -> None:
    asking = console.chats.ask("Who are you?", Setup((LEFT, RIGHT, "nobody"), params=ChatParams(64, seed=7, top_k=5)))
    left, right, nobody = asking.finish(60)
    for each in (left, right):
        assert (each.status, "sandbox" in each.text) == (AnswerStatus.DONE, True)
        assert each.figures.first_token_ms is not None
        assert each.figures.tokens_out
        assert each.figures.usd
    assert nobody.status is AnswerStatus.FAILED
    assert nobody.problem is not None
    assert nobody.problem.kind == "NotFound"


def test_in_the_sandbox_there_is_no_limit_unless_it_was_set(
    console: Console, url: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert console.settings.requests_per_minute == 60
    assert console.inference.rate.per_minute == 0
    monkeypatch.setenv("SAGEDECK_REQUESTS_PER_MINUTE", "1")
    limited = Console(sandbox_at(url, owner="ana"), folder=home)
    limited.chats.ask("One", Setup((LEFT,))).finish(60)
    with pytest.raises(RateLimited):
        limited.chats.ask("Two", Setup((LEFT,)))
    assert len(limited.chats.list()) == 1


def test_a_conversation_over_the_context_of_a_container_is_refused_with_nothing_sent(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    detail = console.detail(LEFT)
    small = ModelFacts(
        name="m", arn="", image=detail.image, artifact="", environment=(("MAX_TOTAL_TOKENS", "300"),), role_arn=""
    )
    monkeypatch.setattr(console, "detail", lambda name: replace(detail, models=(small,)))
    with pytest.raises(RequestTooLong, match="room for 300"):
        console.check_chat(LEFT, [Message("user", "one two three " * 100)], ChatParams(100))
    with pytest.raises(RequestTooLong):
        next(console.stream(LEFT, [Message("user", "one two three " * 100)], ChatParams(100)))
    console.check_chat(LEFT, [Message("user", "one two three")], ChatParams(100))


def test_a_family_offers_what_its_containers_take(console: Console) -> None:
    assert {"seed", "top_k", "stop"} <= console.chat_parameters(LEFT)
    assert console.chat_parameters("nobody")
