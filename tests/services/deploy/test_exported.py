"""What a template describes is what the console makes: both walked, property by property, against the sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.access import Access
from services.connection import Connection, sandbox_at
from services.deploy import RagPairRequest, plan_pair
from services.plans import AwsOperator, Plan, Runs, RunStatus
from services.state import State
from tests.sandbox.server import start_sandbox
from tests.services.deploy.samples import LLAMA, MINILM, NEW_ROLE, request_for, state_for
from tests.services.plans.exports.test_cloudformation import template

_DESCRIBED = {
    "AWS::SageMaker::Model": ("describe_model", "ModelName", "ModelArn"),
    "AWS::SageMaker::EndpointConfig": ("describe_endpoint_config", "EndpointConfigName", "EndpointConfigArn"),
    "AWS::SageMaker::Endpoint": ("describe_endpoint", "EndpointName", "EndpointArn"),
}
SECRET = "hf_of_nobody"


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    with start_sandbox("--speed", "600") as url:
        yield sandbox_at(url, owner="ada")


def a_pair(access: Access) -> Plan:
    role = replace(NEW_ROLE, name=f"sagedeck-{access}", access=access)
    language = request_for(LLAMA, endpoint_name=f"talk-{access}", role=role, accept_eula=True, secrets=("HF_TOKEN",))
    embedding = request_for(MINILM, endpoint_name=f"embed-{access}", role=role, count=2)
    both = RagPairRequest(embedding=embedding, language=language)
    return plan_pair(both, state_for(embedding), state_for(language))


def run(connection: Connection, plan: Plan, folder: Path) -> None:
    operator = AwsOperator(connection.clients)
    runs = Runs(State(folder / "state.db"), lambda _: operator, owner="ada", worker="test")
    secrets = {f"{step.parameters['ModelName']}/HF_TOKEN": SECRET for step in plan if step.operation == "create_model"}
    view = runs.wait(runs.start(plan, secrets=secrets), 60)
    assert view.status is RunStatus.DONE, [(step.id, step.problem) for step in view.steps]


def found(connection: Connection, kind: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """A resource as AWS describes it, in the shape of its template."""
    iam, sagemaker = (connection.clients.get(name) for name in ("iam", "sagemaker"))
    if kind in _DESCRIBED:
        operation, named, arn = _DESCRIBED[kind]
        answer = getattr(sagemaker, operation)(**{named: properties[named]})
        return {**answer, "Tags": sagemaker.list_tags(ResourceArn=answer[arn])["Tags"]}
    role = properties["RoleName"]
    if kind == "AWS::IAM::RolePolicy":
        return dict(iam.get_role_policy(RoleName=role, PolicyName=properties["PolicyName"]))
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    return {**iam.get_role(RoleName=role)["Role"], "ManagedPolicyArns": [each["PolicyArn"] for each in attached]}


def differences(wanted: Any, there: Any, where: str = "") -> list[str]:
    """The places where `there` lacks or contradicts what the template wants."""
    if isinstance(wanted, Mapping):
        there = there if isinstance(there, Mapping) else {}
        return [line for key, item in wanted.items() for line in differences(item, there.get(key), f"{where}.{key}")]
    if isinstance(wanted, list) and isinstance(there, list) and len(wanted) == len(there):
        rows = zip(*(sorted(each, key=json.dumps) for each in (wanted, there)), strict=True)
        return [line for mine, theirs in rows for line in differences(mine, theirs, f"{where}[]")]
    return [] if wanted == there else [f"{where}: {wanted!r} is {there!r}"]


def settled(value: Any, resources: Mapping[str, Any], arns: Mapping[str, str]) -> Any:
    """`value` with its references settled as CloudFormation would."""
    if isinstance(value, list):
        return [settled(each, resources, arns) for each in value]
    if not isinstance(value, Mapping):
        return value
    if set(value) == {"GetAtt"}:
        label, _, attribute = value["GetAtt"].partition(".")
        return arns[label] if attribute == "Arn" else resources[label]["Properties"][attribute]
    if set(value) == {"Ref"}:
        return resources[value["Ref"]]["Properties"]["RoleName"] if value["Ref"] in resources else SECRET
    return {key: settled(item, resources, arns) for key, item in value.items()}


@pytest.mark.parametrize("access", list(Access))
def test_the_template_describes_exactly_what_the_console_made(
    connection: Connection, access: Access, tmp_path: Path
) -> None:
    plan = a_pair(access)
    run(connection, plan, tmp_path)
    resources = template(plan)["Resources"]
    arns = {
        label: f"arn:aws:iam::123456789012:role/{each['Properties']['RoleName']}"
        for label, each in resources.items()
        if each["Type"] == "AWS::IAM::Role"
    }
    wrong = []
    for each in resources.values():
        wanted = settled(each["Properties"], resources, arns)
        there = json.loads(json.dumps(found(connection, each["Type"], wanted), default=str))
        wrong += [f"{each['Type']}{line}" for line in differences(wanted, there)]
    assert wrong == []
    creating = [step for step in plan if not step.operation.startswith(("describe_", "attach_"))]
    assert len(resources) == len(creating)
