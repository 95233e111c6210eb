from __future__ import annotations

from typing import Any

import pytest

from services.access import PAGES, AccessService, Verdict, needs_of
from services.access.checking import Question, questions
from services.access.models import ExecutionRole
from services.errors import PermissionDenied, Unreachable
from services.plans import Permission

ACCOUNT = "123456789012"
USER = f"arn:aws:iam::{ACCOUNT}:user/ada"
PASSED = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}


class Simulator:
    """A gateway that allows everything but what is named."""

    def __init__(self, **decisions: str) -> None:
        self.decided = {name.replace("_", ":", 1): decision for name, decision in decisions.items()}
        self.asked: list[tuple[str, Question]] = []
        self.known: ExecutionRole | None = None
        self.problem: Exception | None = None

    def role(self, name: str) -> ExecutionRole | None:
        if self.known is None:
            raise PermissionDenied("No.", action="iam:GetRole")
        return self.known

    def decisions(self, principal: str, question: Question) -> dict[str, str]:
        if self.problem is not None:
            raise self.problem
        self.asked.append((principal, question))
        return {action: self.decided.get(action, "allowed") for action in question.actions}


def _service(gateway: Any) -> AccessService:
    return AccessService(gateway, region="eu-west-1", account=ACCOUNT, owner="ada")


def test_actions_on_one_resource_are_one_question() -> None:
    asked = questions([Permission("a:B"), Permission("a:C"), Permission("a:D", "arn:aws:a:::x")])
    assert asked == (Question(("a:B", "a:C"), "*", ()), Question(("a:D",), "arn:aws:a:::x", ()))


def test_a_condition_is_asked_with_a_value_that_fulfils_it() -> None:
    (asked,) = questions([Permission("iam:PassRole", "*", PASSED)])
    assert asked.context == (("iam:PassedToService", "sagemaker.amazonaws.com"),)


def test_no_question_has_more_actions_than_a_request_takes() -> None:
    asked = questions([Permission(f"a:B{number}") for number in range(120)])
    assert [len(each.actions) for each in asked] == [50, 50, 20]


def test_each_decision_of_iam_is_told_as_it_is() -> None:
    gateway = Simulator(a_No="implicitDeny", a_Never="explicitDeny", a_New="somethingElse")
    wanted = [Permission(f"a:{name}") for name in ("Yes", "No", "Never", "New")]
    told = _service(gateway).check(USER, wanted)
    assert [each.verdict for each in told] == [Verdict.ALLOWED, Verdict.DENIED, Verdict.DENIED, Verdict.UNKNOWN]
    assert told[1].why == "No policy allows it."
    assert "outright" in told[2].why


@pytest.mark.parametrize(
    "problem", [PermissionDenied("No.", action="iam:SimulatePrincipalPolicy"), Unreachable("Away.")]
)
def test_what_cannot_be_asked_is_unknown_and_says_why(problem: Exception) -> None:
    gateway = Simulator()
    gateway.problem = problem
    (told,) = _service(gateway).check(USER, [Permission("a:B")])
    assert told.verdict is Verdict.UNKNOWN
    assert told.why in ("Your identity may not ask IAM (iam:SimulatePrincipalPolicy).", "Away.")


def test_a_session_is_asked_about_by_its_role_with_the_path_iam_knows() -> None:
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/Analyst/ada"
    gateway = Simulator()
    _service(gateway).check(session, [Permission("a:B")])
    gateway.known = ExecutionRole(name="Analyst", arn=f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/Analyst")
    _service(gateway).check(session, [Permission("a:B")])
    assert [principal for principal, _ in gateway.asked] == [
        f"arn:aws:iam::{ACCOUNT}:role/Analyst",
        f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/Analyst",
    ]


@pytest.mark.parametrize("who", [f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:sts::{ACCOUNT}:federated-user/x", ""])
def test_whom_the_simulator_does_not_know_is_not_asked_about(who: str) -> None:
    gateway = Simulator()
    (told,) = _service(gateway).check(who, [Permission("a:B")])
    assert (told.verdict, gateway.asked) == (Verdict.UNKNOWN, [])


@pytest.mark.parametrize("page", sorted(PAGES))
def test_every_need_of_a_page_names_an_action_and_a_resource_of_the_account(page: str) -> None:
    needs = needs_of(page, region="eu-west-1", account=ACCOUNT)
    assert needs
    for need in needs:
        service, _, action = need.permission.action.partition(":")
        assert service
        assert action[:1].isupper()
        resource = need.permission.resource
        buckets = ("arn:aws:s3:::jumpstart-", f"arn:aws:s3:::sagedeck-eu-west-1-{ACCOUNT}")
        assert resource == "*" or f":{ACCOUNT}:" in resource or resource.startswith(buckets)


def test_a_page_without_needs_asks_nothing() -> None:
    gateway = Simulator()
    assert _service(gateway).check_page(USER, "sandbox") == ()
    assert gateway.asked == []
