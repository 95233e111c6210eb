"""What pages are said to need is what their plans declare: the two are written apart and held together here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest

from services.access import PAGES, Access, RoleState, UserRequest, UserState, plan_execution_role, plan_user
from services.plans import Plan
from tests.services.batch.samples import brought, removed, stopped
from tests.services.deploy.samples import NEW_ROLE
from tests.services.plans.exports import samples

PLANS: Mapping[str, tuple[Callable[[], Plan], ...]] = {
    "deploy": (samples.pair, samples.single, samples.sleeping, samples.shared, samples.by_request, samples.careful),
    "batch": (brought, stopped, removed),
    "access": (
        lambda: plan_execution_role(NEW_ROLE, RoleState(region="us-east-1", account="123456789012")),
        lambda: plan_user(UserRequest(name="ada"), UserState(region="us-east-1", account="123456789012")),
        lambda: plan_execution_role(
            replace(NEW_ROLE, access=Access.CLASSIC), RoleState(region="us-east-1", account="123456789012")
        ),
    ),
}


def _declared(plan: Plan) -> Iterator[str]:
    for step in plan:
        for each in (step, *step.undo):
            yield from (permission.action for permission in each.permissions)


@pytest.mark.parametrize("page", sorted(PLANS))
def test_a_page_needs_what_its_plans_declare(page: str) -> None:
    needs = PAGES[page]
    said = {action for group in (needs.looking, needs.doing) for actions in group.values() for action in actions}
    declared = {action for make in PLANS[page] for action in _declared(make())}
    assert declared
    assert declared <= said, sorted(declared - said)
