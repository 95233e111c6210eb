"""Faults set, told and cleared over HTTP."""

import json
from typing import Any

import pytest

from sandbox.faults import Kind
from tests.sandbox.conftest import Running
from tests.sandbox.server import ask


def sent(sandbox: Running, method: str, body: Any = None, query: str = "") -> tuple[int, Any]:
    raw = None if body is None else json.dumps(body).encode()
    status, _, answer = ask(f"{sandbox.url}/_sandbox/faults{query}", method, raw)
    return status, json.loads(answer)


def test_a_fault_is_set_told_and_cleared(sandbox: Running) -> None:
    assert sent(sandbox, "GET")[1]["set"] == []
    status, made = sent(sandbox, "POST", {"kind": "throttling", "service": "sagemaker", "rate": 0.3, "left": 5})
    assert status == 200
    assert made["id"] == "throttling sagemaker * *"
    (told,) = sent(sandbox, "GET")[1]["set"]
    assert told == made
    assert (told["rate"], told["left"], told["operation"]) == (0.3, 5, "*")
    assert sent(sandbox, "DELETE", query="?id=throttling%20sagemaker%20*%20*") == (200, {"cleared": 1})
    assert sent(sandbox, "GET")[1]["set"] == []


def test_kinds_are_told_with_what_can_be_said_of_each(sandbox: Running) -> None:
    kinds = {each["kind"]: each for each in sent(sandbox, "GET")[1]["kinds"]}
    assert set(kinds) == set(Kind)
    assert kinds["server-error"]["value"] == 500
    assert kinds["throttling"]["value_is"] == ""


def test_clearing_a_kind_leaves_others_and_clearing_all_none(sandbox: Running) -> None:
    for kind in ("throttling", "server-error", "no-capacity"):
        sent(sandbox, "POST", {"kind": kind})
    assert sent(sandbox, "DELETE", query="?id=throttling")[1] == {"cleared": 1}
    assert sent(sandbox, "DELETE")[1] == {"cleared": 2}


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"kind": "flood"},
        {"kind": "throttling", "rate": 0},
        {"kind": "throttling", "rate": 2},
        {"kind": "throttling", "rate": "often"},
        {"kind": "throttling", "value": 3},
        {"kind": "astra-hibernated", "rate": 0.5},
        {"kind": "server-error", "value": -1},
        {"kind": "throttling", "left": 0},
        {"kind": "throttling", "left": 1.5},
        {"kind": "throttling", "service": ""},
        {"kind": "throttling", "service": 3},
        {"kind": "throttling", "surprise": 1},
        "throttling",
    ],
)
def test_what_is_no_fault_is_refused_with_a_reason(sandbox: Running, body: Any) -> None:
    status, answer = sent(sandbox, "POST", body)
    assert status == 400
    assert answer["error"]
    assert sent(sandbox, "GET")[1]["set"] == []


def test_rubbish_is_refused(sandbox: Running) -> None:
    for raw in (b"{", b"[" * 100_000, b"\xff"):
        assert ask(f"{sandbox.url}/_sandbox/faults", "POST", raw)[0] == 400


def test_faults_go_with_a_reset(sandbox: Running) -> None:
    sent(sandbox, "POST", {"kind": "throttling"})
    sandbox.app.reset()
    assert sent(sandbox, "GET")[1]["set"] == []
