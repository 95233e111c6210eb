"""Whatever a request holds: it is refused in sentences at its fields, or its plan is one that AWS takes."""

from __future__ import annotations

import ast
import contextlib

import hcl2
import pytest
from hypothesis import HealthCheck, given, settings

from services.deploy import Components, DeployRequest, FoundEndpoint
from services.deploy.models import LONGEST_WORDS
from services.errors import NotFound, SagedeckError
from services.plans import Format, Plan, check, codec, export, undeclared
from tests.services.deploy.anything import gone_wrong, requests
from tests.services.deploy.worlds import Nobody, service
from tests.services.plans.exports.test_cloudformation import template

HOST = FoundEndpoint("demo", "InService", "demo", "Shared", "ml.g5.12xlarge", 2, 2, takes_components=True)
EMPTY, HOSTING = service(), service(Nobody(HOST))
FEW = settings(max_examples=100, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MANY = settings(max_examples=600, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def planned(request: DeployRequest) -> Plan:
    onto = isinstance(request.mode, Components) and request.mode.onto
    return (HOSTING if onto else EMPTY).plan_deploy(request)


def accepted(plan: Plan) -> None:
    """AWS's models take every call, the permissions are declared, it can be written down and exported."""
    assert check(plan) == ()
    assert undeclared(plan) == ()
    for step in plan:
        codec.read(codec.write(step))
    texts = {form: export(plan, form, region="us-east-1").text for form in Format}
    for text in texts.values():
        text.encode()
    constants = [_constants(texts[form]) for form in (Format.BOTO3, Format.CDK)]
    model = next(step for step in plan if step.operation == "create_model")
    for value in model.parameters["PrimaryContainer"]["Environment"].values():
        assert not isinstance(value, str) or all(value in found for found in constants), "whole, and a string"
    (made,) = (each for each in template(plan)["Resources"].values() if each["Type"] == "AWS::SageMaker::Model")
    assert made["Properties"]["ModelName"] == model.parameters["ModelName"]
    assert hcl2.loads(texts[Format.TERRAFORM])


def _constants(code: str) -> set[object]:
    return {node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)}


def sound(request: DeployRequest) -> None:
    assert EMPTY.problems(request) == ()
    accepted(planned(request))


def told_or_sound(request: DeployRequest) -> None:
    problems = EMPTY.problems(request)
    for problem in problems:
        assert problem.field
        assert problem.words.endswith((".", "…")), problem
        assert problem.words.isprintable(), problem
        assert len(problem.words) <= LONGEST_WORDS
    if problems:
        with pytest.raises(SagedeckError):
            planned(request)
        return
    with contextlib.suppress(NotFound):  # what only the world can tell: the endpoint to be put onto
        accepted(planned(request))


@FEW
@given(requests())
def test_what_a_person_may_ask_for_makes_a_plan_that_aws_takes_and_four_exports(request: DeployRequest) -> None:
    sound(request)


@FEW
@given(gone_wrong())
def test_what_is_wrong_is_told_at_its_field_or_makes_a_sound_plan(request: DeployRequest) -> None:
    told_or_sound(request)


@pytest.mark.slow
@pytest.mark.timeout(900)
@MANY
@given(requests())
def test_hundreds_of_requests_make_plans_that_aws_takes(request: DeployRequest) -> None:
    sound(request)


@pytest.mark.slow
@pytest.mark.timeout(900)
@MANY
@given(gone_wrong())
def test_hundreds_of_wrong_requests_are_told_or_sound(request: DeployRequest) -> None:
    told_or_sound(request)
