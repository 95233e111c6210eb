"""What all formats share: which there are, what a plan that creates nothing answers, and that no secret gets out."""

from __future__ import annotations

import pytest

from services.errors import InvalidRequest
from services.plans import Format, export, to_boto3
from tests.services.plans.exports.samples import ALL, TOKEN, hard, only_deleting, pair

DESCRIBING = [each for each in Format if each is not Format.BOTO3]


def test_the_script_is_one_of_the_formats() -> None:
    found = export(pair(), Format.BOTO3, region="eu-west-1")
    assert found.text == to_boto3(pair(), region="eu-west-1")
    assert (found.file, found.language) == ("plan.py", "python")


@pytest.mark.parametrize("form", DESCRIBING)
def test_a_plan_that_only_deletes_is_refused_with_the_way_out(form: Format) -> None:
    with pytest.raises(InvalidRequest) as refused:
        export(only_deleting(), form)
    assert "creates nothing" in refused.value.why
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
