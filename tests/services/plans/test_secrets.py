"""Secrets go where they are sent, and nowhere else: not into the journal, a repr, a view, a log."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.errors import InvalidRequest
from services.plans import (
    Json,
    Plan,
    Ref,
    Runs,
    RunStatus,
    Secret,
    Step,
    StepStatus,
    Text,
    looks_secret,
    secret_names,
    shown,
)
from services.plans.secrecy import holds_secret, scrub
from tests.services.plans.world import SECONDS, Refused, World, making, plan, proof

GIVEN, LITERAL, MADE = "given-secret/42%", "literal-secret-value", "made-secret-value"
ENVIRONMENT = {"HF_TOKEN": LITERAL, "MAX_INPUT_TOKENS": "1024"}


@pytest.fixture
def world() -> World:
    world = World()
    world.special["create_key"] = lambda _: {"Key": {"Id": "key-1", "Secret": MADE}, "Note": f"keep {MADE}"}
    return world


def a_plan() -> Plan:
    key = Step(
        id="key",
        service="library",
        operation="create_key",
        reason="Make a key.",
        secret_results=("Key.Secret",),
    )
    sent = {
        "Environment": ENVIRONMENT,
        "Header": Text(("Bearer ", Secret("token"))),
        "Document": Json({"password": Secret("token"), "key": Ref("key", "Key.Secret")}),
        "KeyId": Ref("key", "Key.Id"),
        "Note": Ref("key", "Note"),
    }
    return plan(key, making("a", "key", parameters=sent))


def everything_on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_secrets_reach_the_call_and_leave_no_trace(
    runs: Runs, world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    run_id = runs.start(a_plan(), secrets={"token": GIVEN})
    view = runs.wait(run_id, SECONDS)
    assert view.status is RunStatus.DONE
    thing = world.things["a"]
    assert thing["Environment"]["HF_TOKEN"] == LITERAL
    assert thing["Header"] == f"Bearer {GIVEN}"
    assert f'"{MADE}"' in thing["Document"]
    disk = everything_on_disk(tmp_path)
    assert b"key-1" in disk
    for secret in (GIVEN, LITERAL, MADE):
        assert secret.encode() not in disk
        assert secret not in repr(a_plan()) + repr(view) + repr(runs) + caplog.text
        assert secret.encode() not in pickle.dumps(view)


def test_a_secret_result_is_handed_over_once(runs: Runs) -> None:
    run_id = runs.start(a_plan(), secrets={"token": GIVEN})
    runs.wait(run_id, SECONDS)
    assert runs.take_secrets(run_id) == {"key.Key.Secret": MADE}
    assert runs.take_secrets(run_id) == {}


def test_an_error_that_echoes_a_secret_is_shown_without_it(runs: Runs, world: World, tmp_path: Path) -> None:
    echo = Refused("ValidationException", f"wrong header Bearer {GIVEN} with {MADE} and {LITERAL}")
    world.errors["create_thing a"] = [echo]
    view = runs.wait(runs.start(a_plan(), secrets={"token": GIVEN}), SECONDS)
    problem = view.steps[1].problem
    assert problem is not None
    assert "wrong header Bearer *** with *** and ***" in problem.why
    disk = everything_on_disk(tmp_path)
    assert not any(secret.encode() in disk for secret in (GIVEN, MADE, LITERAL))


def test_a_clash_does_not_show_the_secret_it_compared(runs: Runs, world: World) -> None:
    world.things["a"] = {"Environment": {"HF_TOKEN": "another-ones-secret"}}
    step = making("a", parameters={"Environment": ENVIRONMENT}, proof=proof("a", Environment=ENVIRONMENT))
    view = runs.wait(runs.start(plan(step)), SECONDS)
    problem = view.steps[0].problem
    assert problem is not None
    assert problem.kind == "NameTaken"
    assert LITERAL not in str(problem)
    assert "another-ones-secret" not in str(problem)


def test_resuming_names_the_secrets_it_needs_again(runs: Runs, world: World) -> None:
    world.errors["create_thing a"] = [Refused("ResourceLimitExceeded", "quota")]
    step = making("a", parameters={"Environment": ENVIRONMENT, "T": Secret("token")})
    run_id = runs.start(plan(step), secrets={"token": GIVEN})
    runs.wait(run_id, SECONDS)
    assert runs.needs(run_id) == ("HF_TOKEN", "token")
    with pytest.raises(InvalidRequest, match="HF_TOKEN, token"):
        runs.resume(run_id)
    runs.resume(run_id, secrets={"token": GIVEN, "HF_TOKEN": LITERAL})
    assert runs.wait(run_id, SECONDS).status is RunStatus.DONE
    assert world.things["a"]["T"] == GIVEN


def test_a_secret_result_that_was_not_kept_is_said_when_it_is_needed_again(runs: Runs, world: World) -> None:
    world.errors["create_thing a"] = [Refused("ResourceLimitExceeded", "quota")]
    run_id = runs.start(a_plan(), secrets={"token": GIVEN})
    runs.wait(run_id, SECONDS)
    runs.resume(run_id, secrets={"token": GIVEN, "HF_TOKEN": LITERAL})
    step = runs.wait(run_id, SECONDS).steps[1]
    assert step.status is StepStatus.FAILED
    assert step.problem is not None
    assert "Key.Secret" in step.problem.what
    assert "not kept" in step.problem.why


def test_secrets_given_win_over_literals_and_names_do_not_clash(runs: Runs, world: World) -> None:
    first = making("a", parameters={"Environment": {"HF_TOKEN": "token-of-a"}})
    second = making("b", parameters={"Environment": {"HF_TOKEN": "token-of-b"}})
    runs.wait(runs.start(plan(first, second)), SECONDS)
    assert world.things["a"]["Environment"]["HF_TOKEN"] == "token-of-a"
    assert world.things["b"]["Environment"]["HF_TOKEN"] == "token-of-b"


def test_what_is_shown_hides_secrets_and_names_later_values() -> None:
    sent = a_plan().steps[1].parameters
    assert shown(sent) == {
        "Name": "a",
        "Environment": {"HF_TOKEN": "***", "MAX_INPUT_TOKENS": "1024"},
        "Header": "Bearer ***",
        "Document": {"password": "***", "key": "‹key.Key.Secret›"},
        "KeyId": "‹key.Key.Id›",
        "Note": "‹key.Note›",
    }
    assert shown({"Environment": {"API_KEY": "x"}, "Key": "folder/object"}) == {
        "Environment": {"API_KEY": "***"},
        "Key": "folder/object",
    }


def test_the_secrets_a_plan_needs_are_listed() -> None:
    assert secret_names(a_plan()) == ("token",)


@pytest.mark.parametrize(
    ("key", "value", "secret"),
    [
        ("HF_TOKEN", "x", True),
        ("HUGGING_FACE_HUB_TOKEN", "x", True),
        ("OPENAI_API_KEY", "x", True),
        ("apiKey", "x", True),
        ("AWS_SECRET_ACCESS_KEY", "x", True),
        ("DB_PASSWORD", "12345678", True),
        ("MAX_INPUT_TOKENS", "1024", False),
        ("MAX_BATCH_PREFILL_TOKENS", 4096, False),
        ("TOKENIZERS_PARALLELISM", "false", False),
        ("SM_NUM_GPUS", "1", False),
        ("KEYBOARD", "x", False),
    ],
)
def test_environment_keys_are_secret_by_their_words(key: str, value: Any, secret: bool) -> None:
    assert looks_secret(key, value) is secret


def test_scrubbing_finds_every_spelling() -> None:
    secret = 'a"b/c d'
    for spelling in (secret, 'a\\"b/c d', "a%22b/c%20d", "a%22b%2Fc%20d"):
        assert scrub(f"<{spelling}>", (secret,)) == "<***>"
    assert holds_secret({"x": [f"in {secret} side"]}, (secret,))
    assert not holds_secret({"x": ["nothing"]}, (secret,))


def test_plans_with_a_literal_secret_still_compare_by_value() -> None:
    def made(token: str) -> Mapping[str, Any]:
        return making("a", parameters={"Environment": {"HF_TOKEN": token}}).parameters

    assert made("one") == made("one")
    assert made("one") != made("two")
    same = plan(making("a", parameters={"Environment": {"HF_TOKEN": "one"}}))
    assert pickle.loads(pickle.dumps(same)) == same
    assert same.same_work(replace(same))
