"""The role people work with in notebooks and Studio, and the rights of the pages where one works."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from services.access import PAGES, RoleRequest, RoleState, least_policy, needs_of, work_role_name
from services.notebooks import (
    ChangeRequest,
    NotebookInstance,
    NotebookRequest,
    NotebookState,
    plan_change,
    plan_create,
    plan_delete,
    plan_start,
    plan_stop,
)
from services.plans.models import Plan
from services.studio import (
    App,
    DomainRequest,
    ProfileRequest,
    Space,
    SpaceChange,
    SpaceRequest,
    StudioState,
    plan_domain,
    plan_profile,
    plan_run,
    plan_space,
)
from services.studio import plan_change as plan_space_change
from services.studio import plan_delete as plan_space_delete
from services.studio import plan_stop as plan_space_stop

REGION, ACCOUNT = "us-east-1", "123456789012"
STATE = RoleState(region=REGION, account=ACCOUNT)
ROLE = RoleRequest(name=work_role_name(REGION), owner="ada", work=True)


def actions(*sids: str) -> set[str]:
    statements = least_policy(ROLE, STATE)["Statement"]
    return {action for each in statements if not sids or each["Sid"] in sids for action in each["Action"]}


def test_it_calls_endpoints_and_uses_the_consoles_own_bucket_and_deploys_nothing() -> None:
    assert "sagemaker:InvokeEndpoint" in actions("CallEndpoints")
    (bucket,) = [each for each in least_policy(ROLE, STATE)["Statement"] if each["Sid"] == "UseOwnBucket"]
    assert bucket["Resource"] == [f"arn:aws:s3:::sagedeck-{REGION}-{ACCOUNT}/*"]
    made = {each for each in actions() if each.startswith("sagemaker:Create")}
    assert made == {"sagemaker:CreateApp", "sagemaker:CreatePresignedDomainUrl"}
    assert not any(each.startswith("iam:") for each in actions())


def test_apps_of_a_private_space_are_its_owners_alone() -> None:
    statements = {each["Sid"]: each for each in least_policy(ROLE, STATE)["Statement"]}
    assert "sagemaker:OwnerUserProfileArn" in statements["RunOwnApps"]["Condition"]["ArnLike"]
    assert statements["RunSharedApps"]["Condition"] == {"Null": {"sagemaker:OwnerUserProfileArn": "true"}}


def test_a_role_for_models_has_nothing_of_it() -> None:
    plain = least_policy(RoleRequest(name="models"), STATE)["Statement"]
    assert not {"CallEndpoints", "SeeStudio", "UseOwnBucket"} & {each["Sid"] for each in plain}


def _notebook_plans() -> Iterable[Plan]:
    now = NotebookInstance(name="a", status="InService", instance_type="ml.t3.medium", volume_gb=5)
    request = NotebookRequest(
        name="a", instance_type="ml.t3.medium", role=ROLE, subnet="subnet-1", groups=("sg-1",), kms_key="alias/a"
    )
    yield plan_create(request, NotebookState(region=REGION, account=ACCOUNT, role=STATE))
    yield plan_change(now, ChangeRequest(name="a", volume_gb=9), usd_per_hour=None, usd_stored=None)
    yield from (plan_stop(now), plan_delete(now))
    yield plan_start(NotebookInstance(name="a", status="Stopped"))


def _studio_plans() -> Iterable[Plan]:
    state = StudioState(region=REGION, account=ACCOUNT, role=STATE)
    app = App(kind="JupyterLab", status="InService", instance_type="ml.t3.medium")
    still = Space(domain="d-1", name="a", status="InService", kind="JupyterLab", owner="ada", volume_gb=5)
    runs = Space(domain="d-1", name="a", status="InService", kind="JupyterLab", owner="ada", volume_gb=5, apps=(app,))
    yield plan_domain(DomainRequest(name="a", profile="ada", role=ROLE, vpc_id="vpc-1", subnets=("subnet-1",)), state)
    yield plan_profile(ProfileRequest(domain="d-1", name="bo"), state)
    yield plan_space(SpaceRequest(domain="d-1", profile="ada", name="a"), state)
    yield plan_run(still, "ml.t3.medium", state)
    yield plan_space_change(runs, SpaceChange(domain="d-1", name="a", volume_gb=9), state)
    yield from (plan_space_stop(runs, state), plan_space_delete(runs, state))


@pytest.mark.parametrize(("page", "plans"), [("notebooks", _notebook_plans()), ("spaces", _studio_plans())])
def test_a_page_names_every_right_that_its_plans_and_their_undoing_need(page: str, plans: Iterable[Plan]) -> None:
    named = {action for group in (*PAGES[page].looking.values(), *PAGES[page].doing.values()) for action in group}
    needed = {
        permission.action
        for plan in plans
        for step in (*plan.steps, *(each for step in plan.steps for each in step.undo))
        for permission in step.permissions
    }
    assert needed <= named


def test_the_rights_are_asked_for_the_role_people_work_with() -> None:
    needs = {each.permission.action: each.permission for each in needs_of("spaces", region=REGION, account=ACCOUNT)}
    assert needs["iam:PassRole"].resource.endswith(f"role/{work_role_name(REGION)}")
    assert needs["iam:CreateServiceLinkedRole"].resource.endswith("aws-service-role/sagemaker.amazonaws.com/*")
