from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.access import caller_policy, operator_policy, policy_of, role_maker_policy, viewer_policy
from services.plans import Permission

REGION, ACCOUNT = "eu-west-1", "123456789012"
ENDPOINT = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/demo"


def _allowed(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for statement in document["Statement"]:
        assert statement["Effect"] == "Allow"
        actions, resources = statement["Action"], statement["Resource"]
        for action in [actions] if isinstance(actions, str) else actions:
            for resource in [resources] if isinstance(resources, str) else resources:
                yield action, resource


def _actions(document: dict[str, Any]) -> set[str]:
    return {action for action, _ in _allowed(document)}


def test_a_viewer_changes_calls_and_hands_over_nothing() -> None:
    verbs = {action.partition(":")[2] for action in _actions(viewer_policy(REGION, ACCOUNT))}
    assert verbs
    reading = ("List", "Describe", "Get", "View", "Simulate", "FilterLogEvents", "LookupEvents")
    assert all(verb.startswith(reading) for verb in verbs), verbs


def test_an_operator_may_do_more_than_look_but_makes_no_roles_and_no_users() -> None:
    allowed = _actions(operator_policy(REGION, ACCOUNT))
    assert allowed > _actions(viewer_policy(REGION, ACCOUNT))
    assert {"sagemaker:CreateEndpoint", "sagemaker:DeleteEndpoint", "iam:PassRole"} <= allowed
    harmless = {"iam:PassRole", "iam:CreateServiceLinkedRole"}  # held by a condition; of AWS's own role
    changing = {action for action in allowed if action.startswith("iam:")} - harmless
    assert all(action.startswith(("iam:Get", "iam:List", "iam:Simulate")) for action in changing), changing


def test_only_the_consoles_own_roles_are_handed_over_to_sagemaker_and_those_of_leases_to_the_scheduler() -> None:
    statements = [
        each for each in operator_policy(REGION, ACCOUNT)["Statement"] if "iam:PassRole" in str(each["Action"])
    ]
    handed = {each["Resource"]: each["Condition"]["StringEquals"]["iam:PassedToService"] for each in statements}
    assert handed == {
        f"arn:aws:iam::{ACCOUNT}:role/sagedeck-*": "sagemaker.amazonaws.com",
        f"arn:aws:iam::{ACCOUNT}:role/sagedeck-leases-*": "scheduler.amazonaws.com",
    }


def test_no_ready_policy_names_an_example() -> None:
    for document in (
        viewer_policy(REGION, ACCOUNT),
        operator_policy(REGION, ACCOUNT),
        role_maker_policy(REGION, ACCOUNT),
    ):
        assert "example" not in str(document)


def test_who_makes_roles_makes_only_the_consoles_own() -> None:
    allowed = list(_allowed(role_maker_policy(REGION, ACCOUNT)))
    assert ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/sagedeck-*") in allowed
    assert {resource for _, resource in allowed} == {f"arn:aws:iam::{ACCOUNT}:role/sagedeck-*"}


def test_a_caller_may_call_this_endpoint_and_nothing_else() -> None:
    calls = ("sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream")
    assert set(_allowed(caller_policy(ENDPOINT))) == {(call, ENDPOINT) for call in calls}
    component = ENDPOINT.replace("endpoint/demo", "inference-component/part")
    assert set(_allowed(caller_policy(ENDPOINT, components=[component]))) == {
        (call, resource) for call in calls for resource in (ENDPOINT, component)
    }


def test_a_caller_of_an_asynchronous_endpoint_also_reads_its_answers() -> None:
    allowed = set(_allowed(caller_policy(ENDPOINT, asynchronous="s3://mine/answers/")))
    assert allowed == {
        ("sagemaker:InvokeEndpointAsync", ENDPOINT),
        ("s3:GetObject", "arn:aws:s3:::mine/answers/*"),
        ("s3:ListBucket", "arn:aws:s3:::mine"),
    }


def test_the_partition_of_an_endpoint_is_that_of_its_policy() -> None:
    foreign = ENDPOINT.replace("arn:aws:", "arn:aws-cn:")
    assert ("s3:GetObject", "arn:aws-cn:s3:::mine/a/*") in set(
        _allowed(caller_policy(foreign, asynchronous="s3://mine/a/"))
    )


def test_a_policy_of_permissions_keeps_their_conditions() -> None:
    condition = {"StringEquals": {"a:b": "c"}}
    (statement,) = policy_of([Permission("s3:GetObject", "*", condition)])["Statement"]
    assert statement["Condition"] == condition
