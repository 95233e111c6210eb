"""What all formats share: which there are, what a plan that creates nothing answers, and that no secret gets out."""

from __future__ import annotations

import ast

import hcl2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.errors import InvalidRequest
from services.plans import Format, Plan, Step, export, to_boto3
from tests.services.plans.exports.samples import ALL, TOKEN, hard, only_deleting, pair
from tests.services.plans.exports.test_cloudformation import template

DESCRIBING = [each for each in Format if each is not Format.BOTO3]


def test_the_script_is_one_of_the_formats() -> None:
    found = export(pair(), Format.BOTO3, region="eu-west-1")
    assert found.text == to_boto3(pair(), region="eu-west-1")
    assert (found.file, found.language) == ("plan.py", "python")


@pytest.mark.parametrize("form", DESCRIBING)
def test_a_plan_that_only_deletes_is_refused_with_the_way_out(form: Format) -> None:
    with pytest.raises(InvalidRequest) as refused:
        export(only_deleting(), form)
    assert "None of its steps creates" in refused.value.why
    assert "boto3" in refused.value.next
    assert "delete_endpoint" in export(only_deleting(), Format.BOTO3).text


@pytest.mark.parametrize("form", list(Format))
def test_no_secret_gets_into_any_format(form: Format) -> None:
    assert TOKEN not in export(hard(), form, region="us-east-1").text


@pytest.mark.parametrize("form", DESCRIBING)
@pytest.mark.parametrize("name", list(ALL))
def test_the_head_says_every_reason_of_the_plan(form: Format, name: str) -> None:
    plan = ALL[name]()
    text = export(plan, form).text
    assert [step.reason for step in plan if step.reason not in text] == []


@pytest.mark.parametrize("form", DESCRIBING)
def test_the_same_plan_gives_the_same_text(form: Format) -> None:
    assert export(pair(), form).text == export(pair(), form).text


@settings(max_examples=60, deadline=None)
@given(value=st.text(max_size=40), title=st.text(max_size=20))
def test_any_text_comes_through_whole(value: str, title: str) -> None:
    environment = {"GREETING": f"x{value}"}
    parameters = {"ModelName": "demo", "PrimaryContainer": {"Image": "i", "Environment": environment}}
    model = Step(id="m", service="sagemaker", operation="create_model", reason=f"Why: {value}", parameters=parameters)
    plan = Plan(title, (model,))
    (resource,) = template(plan)["Resources"].values()
    assert resource["Properties"]["PrimaryContainer"]["Environment"] == environment
    tree = ast.parse(export(plan, Format.CDK).text)
    assert f"x{value}" in [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert "GREETING" in str(hcl2.loads(export(plan, Format.TERRAFORM).text))
