"""Things whose absence is an empty list, and calls that put right what they find (docs/decisions/0008)."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from services.plans import ErrorMatch, Plan, Proof, Read, Ref, Runs, Step, check, to_boto3
from services.plans.codec import read, write
from services.plans.script_parts import PARTS
from tests.services.plans.world import SECONDS, Cut, Refused, World, making, plan, statuses

LISTING = Read("library", "list_targets", {"Name": "a"})
PROOF = Proof(LISTING, found="Targets", expect={"Targets[0].Most": 3}, replaces=True)


@pytest.fixture
def targets(world: World) -> list[dict[str, Any]]:
    """What stands; put_target puts, delete_target takes away."""
    held: list[dict[str, Any]] = []

    def put(sent: Mapping[str, Any]) -> Mapping[str, Any]:
        held[:] = [{"Most": sent["Most"]}]
        return {"Arn": "arn:put"}

    def delete(_sent: Mapping[str, Any]) -> Mapping[str, Any]:
        if not held:
            raise Refused("ObjectNotFoundException", "No scalable target")
        held.clear()
        return {}

    world.special = {
        "list_targets": lambda _: {"Targets": list(held)},
        "put_target": put,
        "delete_target": delete,
    }
    return held


def putting(**more: Any) -> Step:
    sent = {"Name": "a", "Most": 3}
    undo = Step(id="delete", service="library", operation="delete_target", reason="Gone.", parameters={"Name": "a"},
                proof=Proof(LISTING, found="Targets", gone=True))  # fmt: skip
    return replace(making("a", parameters=sent, proof=PROOF, undo=(undo,)), operation="put_target", **more)


def test_an_empty_list_is_absence_and_the_thing_is_made(runs: Runs, world: World, targets: list[Any]) -> None:
    assert statuses(runs, runs.start(plan(putting()))) == {"a": "done"}
    assert targets == [{"Most": 3}]


def test_what_is_listed_as_wanted_is_there_already(runs: Runs, world: World, targets: list[Any]) -> None:
    targets.append({"Most": 3})
    assert statuses(runs, runs.start(plan(putting()))) == {"a": "already_there"}
    assert world.changes() == []


def test_what_is_listed_otherwise_is_put_right(runs: Runs, world: World, targets: list[Any]) -> None:
    targets.append({"Most": 8})
    assert statuses(runs, runs.start(plan(putting()))) == {"a": "done"}
    assert targets == [{"Most": 3}]


def test_without_leave_to_replace_it_is_a_clash(runs: Runs, world: World, targets: list[Any]) -> None:
    targets.append({"Most": 8})
    view = runs.wait(runs.start(plan(putting(proof=replace(PROOF, replaces=False)))), SECONDS)
    problem = view.steps[0].problem
    assert problem is not None
    assert problem.kind == "NameTaken"
    assert targets == [{"Most": 8}]


def test_a_lost_answer_is_settled_by_the_list(runs: Runs, world: World, targets: list[Any]) -> None:
    put = world.special["put_target"]

    def lost(sent: Mapping[str, Any]) -> Mapping[str, Any]:
        put(sent)
        raise Cut("the connection was closed")

    world.special["put_target"] = lost
    assert statuses(runs, runs.start(plan(putting()))) == {"a": "done"}


def test_undoing_takes_away_what_is_listed_and_leaves_what_is_gone(
    runs: Runs, world: World, targets: list[Any]
) -> None:
    first = runs.start(plan(putting()))
    runs.wait(first, SECONDS)
    runs.undo(first)
    assert runs.wait(first, SECONDS).status == "undone"
    assert targets == []

    second = runs.start(plan(putting()))
    runs.wait(second, SECONDS)
    targets.clear()  # somebody else took it away
    runs.undo(second)
    assert runs.wait(second, SECONDS).status == "undone"


def test_a_later_step_reads_its_result_from_the_call_or_from_the_list(
    runs: Runs, world: World, targets: list[Any]
) -> None:
    arn = Ref("a", "Arn || Targets[0].Arn")
    step = making("b", "a", parameters={"Source": arn})
    runs.wait(runs.start(plan(putting(), step)), SECONDS)
    assert world.things["b"]["Source"] == "arn:put"
    targets[:] = [{"Most": 3, "Arn": "arn:listed"}]
    runs.wait(runs.start(plan(putting(), making("c", "a", parameters={"Source": arn}))), SECONDS)
    assert world.things["c"]["Source"] == "arn:listed"


def test_the_journal_keeps_both_words_and_reads_plans_from_before_them() -> None:
    assert read(write(PROOF)) == PROOF
    old = write(Proof(LISTING)).replace(',"found":"","replaces":false', "")
    assert "found" not in old
    assert read(old) == Proof(LISTING)


def test_what_is_no_path_is_said_before_the_run() -> None:
    step = replace(putting(), proof=replace(PROOF, found="Targets["))
    assert check(Plan("x", (step,))) == ("a: 'Targets[' is not a JMESPath.",)


def test_a_step_that_creates_may_not_replace() -> None:
    step = replace(putting(), operation="create_thing")
    assert check(Plan("x", (step,))) == ("a: create_thing makes something new; it cannot put right what is there.",)


def _already() -> Callable[..., Any]:
    names: dict[str, Any] = {}
    imports = "import json, sys\nimport jmespath\nfrom botocore.exceptions import ClientError\n"
    exec(compile(imports + PARTS["holds"] + PARTS["already"], "parts", "exec"), names)
    found: Callable[..., Any] = names["already"]
    return found


def test_a_script_looks_likewise() -> None:
    already, wanted = _already(), {"Targets[0].Most": 3}
    assert already(lambda: {"Targets": []}, expect=wanted, found="Targets") is None
    there = {"Targets": [{"Most": 3}]}
    assert already(lambda: there, expect=wanted, found="Targets") == there
    other = {"Targets": [{"Most": 8}]}
    assert already(lambda: other, expect=wanted, found="Targets", replaces=True) is None
    with pytest.raises(SystemExit, match="something else"):
        already(lambda: other, expect=wanted, found="Targets")


def test_a_script_says_both_words() -> None:
    read_targets = Read("application-autoscaling", "describe_scalable_targets", {"ServiceNamespace": "sagemaker"})
    absent = (ErrorMatch("ObjectNotFoundException"),)
    expect = {"ScalableTargets[0].MaxCapacity": 3}
    step = Step(
        id="a",
        service="application-autoscaling",
        operation="register_scalable_target",
        reason="Put.",
        proof=Proof(read_targets, absent, expect, found="ScalableTargets", replaces=True),
    )
    text = to_boto3(Plan("x", (step,)))
    ast.parse(text)
    assert 'found="ScalableTargets",' in text
    assert "replaces=True," in text
