"""What a new execution role is allowed because of what a deployment reads, writes and tells."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.access import least_policy
from services.deploy import Advanced, Asynchronous, DataCapture, DeployRequest, NewTopic, RagPairRequest, plan_pair
from services.deploy.rights import role_for
from services.plans import check, undeclared
from tests.services.deploy.samples import NEW_ROLE
from tests.services.deploy.worlds import CUSTOM, GATED, asked, world

TOPIC = "arn:aws:sns:us-east-1:123456789012:told"
OUT = Asynchronous(output="s3://answers-of-ada/out/")


def _role_of(*requests: DeployRequest) -> dict[str, Any]:
    asked_for = [(each, world(each)) for each in requests]
    statements = least_policy(role_for(NEW_ROLE, *asked_for), asked_for[0][1].role)["Statement"]
    return {each["Sid"]: each for each in statements}


def test_a_new_role_may_do_what_the_settings_need_and_nothing_beyond() -> None:
    plain = _role_of(asked(role=NEW_ROLE))
    assert plain == {each["Sid"]: each for each in least_policy(NEW_ROLE, world(asked()).role)["Statement"]}
    mode = replace(
        OUT, success=NewTopic(name="told", kms_key="alias/mine"), kms_key="1234abcd-12ab-34cd-56ef-1234567890ab"
    )
    advanced = Advanced(
        subnets=("subnet-0123456789abcdef0",),
        security_groups=("sg-0123456789abcdef0",),
        capture=DataCapture(destination="s3://captured"),
    )
    full = _role_of(asked(CUSTOM, role=NEW_ROLE, mode=mode, advanced=advanced))
    assert full["WriteAnswers"]["Resource"] == ["arn:aws:s3:::answers-of-ada/out/*", "arn:aws:s3:::captured/*"]
    assert full["TellTopics"] == {**full["TellTopics"], "Action": ["sns:Publish"], "Resource": [TOPIC]}
    assert "arn:aws:s3:::weights-of-ada" in full["ListArtefacts"]["Resource"]
    assert full["UseAliasKeys"]["Condition"]["ForAnyValue:StringEquals"]["kms:ResourceAliases"] == ["alias/mine"]
    assert full["UseNamedKeys"]["Resource"] == [f"arn:aws:kms:us-east-1:123456789012:key/{mode.kms_key}"]
    assert "ec2:CreateNetworkInterface" in full["UseVpc"]["Action"]


def test_a_pair_shares_one_role_that_may_do_what_both_need() -> None:
    embedding = asked(CUSTOM, endpoint_name="words", role=NEW_ROLE)
    language = asked(GATED, "ml.g5.4xlarge", endpoint_name="talk", role=NEW_ROLE, mode=OUT)
    both = RagPairRequest(embedding=embedding, language=language)
    plan = plan_pair(both, world(embedding), world(language))
    assert check(plan) == ()
    assert undeclared(plan) == ()
    document = plan.step("role-policy").parameters["PolicyDocument"].value
    resources = str(document)
    assert "weights-of-ada" in resources
    assert "answers-of-ada" in resources
    assert [step.operation for step in plan].count("create_role") == 1
