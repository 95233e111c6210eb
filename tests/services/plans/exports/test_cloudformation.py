"""A plan as a CloudFormation template: cfn-lint has nothing to say, and it refers rather than repeats."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.plans import Format, Plan, export
from tests.services.plans.exports.samples import ALL, TOKEN, classic, hard, pair, single


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """YAML with CloudFormation's short functions, as {"Ref": …} and {"GetAtt": …}."""


_Loader.add_multi_constructor("!", lambda loader, name, node: {name: loader.construct_scalar(node)})


def template(plan: Plan) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(export(plan, Format.CLOUDFORMATION).text, _Loader)
    return found


@pytest.fixture(scope="module")
def linted(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What cfn-lint says of all of them."""
    folder = tmp_path_factory.mktemp("templates")
    for name, plan in ALL.items():
        text = export(plan(), Format.CLOUDFORMATION, region="us-east-1").text
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-W", "ignore", "-m", "cfnlint", "--format", "parseable", "--regions", "us-east-1", "--"]
    files = [str(path) for path in sorted(folder.iterdir())]
    done = subprocess.run([*command, *files], capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).replace(str(folder), "")


@pytest.mark.parametrize("name", list(ALL))
def test_cfn_lint_has_nothing_to_say(linted: str, name: str) -> None:
    assert [line for line in linted.splitlines() if line.strip(":") and f"{name}.yaml" in line] == []
    assert "Traceback" not in linted


def test_what_is_created_is_referred_to_and_waited_for() -> None:
    resources = template(pair())["Resources"]
    model = resources["ModelTalk"]
    assert model["Properties"]["ExecutionRoleArn"] == {"GetAtt": "RoleSagedeckExecutionUsEast1.Arn"}
    policy = next(name for name, each in resources.items() if each["Type"] == "AWS::IAM::RolePolicy")
    assert model["DependsOn"] == [policy]
    assert resources[policy]["Properties"]["RoleName"] == {"Ref": "RoleSagedeckExecutionUsEast1"}
    (variant,) = resources["EndpointConfigTalk"]["Properties"]["ProductionVariants"]
    assert variant["ModelName"] == {"GetAtt": "ModelTalk.ModelName"}
    endpoint = resources["EndpointTalk"]
    assert "DependsOn" not in endpoint
    assert endpoint["Properties"]["EndpointConfigName"] == {"GetAtt": "EndpointConfigTalk.EndpointConfigName"}
    assert {"Key": "sagedeck:owner", "Value": "ada"} in endpoint["Properties"]["Tags"]


def test_a_secret_is_a_parameter_that_is_not_echoed_and_a_role_by_arn_stays_one() -> None:
    found = template(single())
    assert found["Parameters"]["DemoHfToken"]["NoEcho"] is True
    properties = found["Resources"]["ModelDemo"]["Properties"]
    assert properties["PrimaryContainer"]["Environment"]["HF_TOKEN"] == {"Ref": "DemoHfToken"}
    assert properties["PrimaryContainer"]["Environment"]["GREETING"] == 'a "quoted" ${word}: %{x}'
    assert properties["ExecutionRoleArn"] == "arn:aws:iam::123456789012:role/Mine"


def test_managed_policies_belong_to_the_role_they_are_attached_to() -> None:
    resources = template(classic())["Resources"]
    role = resources["RoleSagedeckExecutionUsEast1"]["Properties"]
    assert next(arn.rpartition("/")[2] for arn in role["ManagedPolicyArns"]) == "AmazonSageMakerFullAccess"
    assert len(resources) == 4


def test_what_it_cannot_do_or_know_is_said_and_no_secret_is_in_it() -> None:
    text = export(hard(), Format.CLOUDFORMATION).text
    assert TOKEN not in text
    for said in (
        "Do remove. (sagemaker.delete_endpoint: takes something away; do it before)",
        "Do send. (s3.put_object: sends a file of this machine)",
        "Do collection. (astra.create_collection: not an AWS call)",
        "Do update. (sagemaker.update_endpoint: changes what is there already)",
        "Do wait. (sagemaker.describe_endpoint: a wait;",
        "Tomorrow of demo: AWS::SageMaker::Endpoint does not know it.",
        "Do orphan. A policy can be attached only to a role that is created here.",
        "Note: Careful.",
    ):
        assert f"# {said}" in text or f"#   - {said}" in text, said
    found = template(hard())
    assert found["Parameters"]["CollectionName"]["Description"].startswith("name of the step collection")
    container = found["Resources"]["ModelDemo"]["Properties"]["PrimaryContainer"]
    assert container["Image"] == {"Sub": "1.dkr/${CollectionName}"}
    assert container["Environment"]["NAME"] == {"Sub": "of ${!x} ${TopicDone}"}


def test_a_name_that_is_used_twice_is_told_apart(tmp_path: Path) -> None:
    names = [*template(hard())["Resources"], *template(hard())["Parameters"]]
    assert len(names) == len(set(names))
    assert all(name.isalnum() for name in names)
