"""A token where none belongs: it is known by how it is written, refused at its field, and repeated nowhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.access import ExistingRole, RoleRequest
from services.deploy import (
    Advanced,
    Asynchronous,
    CatalogSource,
    Components,
    CustomSource,
    DataCapture,
    DeployRequest,
    ExistingTopic,
    NewTopic,
)
from services.deploy.saved import save
from services.deploy.variables import parse_pairs, set_aside, without_secrets
from services.errors import InvalidRequest
from services.plans import Format, Plan, Step, codec, export
from services.plans.values import conceal
from tests.services.deploy.worlds import CUSTOM, GPU, IMAGE, MISTRAL, asked, planned, service
from tests.services.test_legible import TOKENS

TOKEN = TOKENS[0]
OUT = Asynchronous(output="s3://answers-of-ada/out/")
SIGNED = f"s3://answers-of-ada/out/?X-Amz-Credential={TOKENS[1]}"

PLANTED: dict[str, DeployRequest] = {
    "endpoint_name": asked(endpoint_name=TOKEN),
    "instance_type": asked(CUSTOM, kind=TOKEN),
    "owner": asked(owner=TOKEN),
    "fallbacks": asked(CUSTOM, GPU, fallbacks=(TOKEN,)),
    "environment": asked(environment=((TOKEN, "x"),)),
    "secrets": asked(secrets=(TOKEN,)),
    "tags": asked(tags=(("team", TOKEN),)),
    "role.arn": asked(role=ExistingRole(f"arn:aws:iam::123456789012:role/{TOKEN}")),
    "role.name": asked(role=RoleRequest(name=TOKEN)),
    "source.hub_id": asked(replace(MISTRAL, hub_id=f"ada/{TOKEN}"), GPU),
    "source.revision": asked(replace(MISTRAL, revision=TOKEN), GPU),
    "source.quantization": asked(replace(MISTRAL, quantization=TOKEN), GPU),
    "source.version": asked(replace(MISTRAL, version=TOKEN), GPU),
    "source.image": asked(CustomSource(image=f"{IMAGE}-{TOKEN}")),
    "source.artifact": asked(CustomSource(image=IMAGE, artifact=f"s3://weights/{TOKEN}/")),
    "source.family": asked(CustomSource(image=IMAGE, family=TOKEN)),
    "mode.output": asked(mode=replace(OUT, output=SIGNED)),
    "mode.failure": asked(mode=replace(OUT, failure=f"s3://answers-of-ada/{TOKEN}/")),
    "mode.success.arn": asked(mode=replace(OUT, success=ExistingTopic(TOKEN))),
    "mode.error.name": asked(mode=replace(OUT, error=NewTopic(name=TOKEN))),
    "mode.error.email": asked(mode=replace(OUT, error=NewTopic(name="told", email=f"{TOKEN}@example.org"))),
    "mode.kms_key": asked(mode=replace(OUT, kms_key=f"alias/{TOKEN}")),
    "mode.name": asked(mode=Components(name=TOKEN)),
    "advanced.subnets": asked(advanced=Advanced(subnets=(TOKEN,))),
    "advanced.kms_key": asked(advanced=Advanced(kms_key=TOKEN)),
    "advanced.inference_ami": asked(CUSTOM, GPU, advanced=Advanced(inference_ami=TOKEN)),
    "advanced.capture.destination": asked(advanced=Advanced(capture=DataCapture(destination=f"s3://abc/{TOKEN}/"))),
}


def repeated(*things: Any) -> bool:
    return any(token[4:] in f"{thing!s}{thing!r}" for token in TOKENS for thing in things)


@pytest.mark.parametrize("field", PLANTED)
def test_a_field_that_holds_a_token_is_refused_and_the_token_not_repeated(field: str) -> None:
    problems = service().problems(PLANTED[field])
    assert field in {each.field for each in problems if "looks like a token" in each.words}
    assert not repeated(*problems)
    with pytest.raises(InvalidRequest) as caught:
        planned(PLANTED[field])
    assert not repeated(caught.value)


def test_a_model_id_that_is_a_token_is_not_found_and_not_repeated() -> None:
    problems = service().problems(asked(CatalogSource(model_id=TOKEN)))
    assert [each.field for each in problems] == ["source.model_id"]
    assert not repeated(*problems)


@pytest.mark.parametrize("token", TOKENS, ids=lambda token: token[:4])
def test_an_innocent_variable_with_the_value_of_a_token_is_taken_as_a_secret(token: str) -> None:
    request = asked(environment=(("GREETING", token),))
    problems = service().problems(request)
    assert [each.field for each in problems] == ["environment"]
    assert "GREETING looks like a secret" in problems[0].words
    assert not repeated(*problems)
    with pytest.raises(InvalidRequest) as caught:
        save([request])
    assert not repeated(caught.value)
    assert without_secrets((("GREETING", token), ("A", "b"))) == ((("A", "b"),), ("GREETING",))


@pytest.mark.parametrize("text", [f"A=b\nGREETING={TOKEN}", f'{{"A": "b", "GREETING": "{TOKEN}"}}'])
def test_a_token_that_is_pasted_among_the_variables_is_set_aside(text: str) -> None:
    rest, keys = set_aside(text)
    assert keys == ("GREETING",)
    assert TOKEN not in rest
    assert parse_pairs(rest) == ((("A", "b"),), ())


def test_a_token_in_a_plan_is_concealed_in_print_journal_and_exports_whatever_its_variable_is_called() -> None:
    environment = {"GREETING": TOKEN, "A": "b"}
    container = {"Image": IMAGE, "Environment": environment}
    sent = {"ModelName": "demo", "PrimaryContainer": container}
    plan = _plan(sent)
    assert not repeated(plan)
    for form in Format:
        text = export(plan, form, region="us-east-1").text
        assert TOKEN not in text
        assert "GREETING" in text
    concealed, kept = conceal(plan)
    assert TOKEN in kept.values()
    assert not repeated(*(codec.write(step) for step in concealed))


def _plan(sent: dict[str, Any]) -> Plan:
    return Plan(
        "A plan", (Step(id="m", service="sagemaker", operation="create_model", reason="Why.", parameters=sent),)
    )
