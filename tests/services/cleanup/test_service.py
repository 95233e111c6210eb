from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.access import AccessService
from services.access.gateway import AccessGateway
from services.catalog import CatalogService
from services.cleanup import CleanupService
from services.cleanup.gateway import CleanupGateway
from services.endpoints import EndpointsService
from services.endpoints.gateway import EndpointsGateway
from services.errors import StoreProblem, Throttled
from services.knowledge import LibraryState
from tests.services.catalog.stubbed import ACCOUNT, StubbedClients

HEAD = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}"
WHEN = datetime(2026, 11, 20, tzinfo=UTC)
NEWEST = {"SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 100}
ADAS = [{"Key": "sagedeck:made-by", "Value": "sagedeck"}, {"Key": "sagedeck:owner", "Value": "Ada-s"}]


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> StubbedClients:
    for room in ("cleanup.gateway.SIDE_BY_SIDE", "endpoints.service._SIDE_BY_SIDE"):
        monkeypatch.setattr(f"services.{room}", 1)  # a Stubber wants its calls in order
    return StubbedClients("sagemaker", "iam", "resourcegroupstaggingapi")


def _broken_library() -> LibraryState:
    raise StoreProblem("Astra does not answer.")


def _service(clients: StubbedClients, library: Any = LibraryState) -> CleanupService:
    endpoints = EndpointsService(EndpointsGateway(clients), CatalogService("us-east-1", offline=True))
    access = AccessService(AccessGateway(clients), region="us-east-1", account=ACCOUNT)
    return CleanupService(CleanupGateway(clients), endpoints, access, owner="Ada's", library=library)


def _one_leftover(clients: StubbedClients, tags: list[dict[str, str]]) -> None:
    name, arn = "old", f"{HEAD}:endpoint-config/old"
    clients.answer("sagemaker", "list_endpoints", {"Endpoints": []}, NEWEST)
    row = {"EndpointConfigName": name, "EndpointConfigArn": arn, "CreationTime": WHEN}
    clients.answer("sagemaker", "list_endpoint_configs", {"EndpointConfigs": [row]}, NEWEST)
    variant = {"VariantName": "v", "ModelName": "old"}
    described = row | {"ProductionVariants": [variant]}
    clients.answer("sagemaker", "describe_endpoint_config", described, {"EndpointConfigName": name})
    clients.answer("sagemaker", "list_tags", {"Tags": tags}, {"ResourceArn": arn})
    model = {"ModelName": "old", "ModelArn": f"{HEAD}:model/old", "CreationTime": WHEN}
    clients.answer("sagemaker", "list_models", {"Models": [model]}, NEWEST)
    role = {"ExecutionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/Mine"}
    clients.answer("sagemaker", "describe_model", model | role, {"ModelName": "old"})
    clients.answer("sagemaker", "list_tags", {"Tags": tags}, {"ResourceArn": f"{HEAD}:model/old"})


def _topics(clients: StubbedClients, *names: str) -> None:
    tags = [
        {"Key": "sagedeck:made-by", "Values": ["sagedeck"]},
        {"Key": "sagedeck:owner", "Values": ["Ada-s"]},
    ]
    rows = [{"ResourceARN": f"arn:aws:sns:us-east-1:{ACCOUNT}:{name}"} for name in names]
    asked = {"TagFilters": tags, "ResourceTypeFilters": ["sns"]}
    clients.answer("resourcegroupstaggingapi", "get_resources", {"ResourceTagMappingList": rows}, asked)


def _no_role(clients: StubbedClients, times: int) -> None:
    for _ in range(times):
        clients.refuse("iam", "get_role", "NoSuchEntity", "The role cannot be found.")


def test_what_is_found_by_its_tags_makes_the_plan(clients: StubbedClients) -> None:
    _one_leftover(clients, ADAS)
    _topics(clients, "told", "told:1234abcd-subscription")
    _no_role(clients, 2)
    with clients.active():
        down = _service(clients).plan_take_down()
    operations = ["delete_endpoint_config", "delete_model", "delete_topic"]
    assert [step.operation for step in down.plan] == operations
    assert down.confirmation == "take down 3 items"


def test_untagged_things_are_left_alone(clients: StubbedClients) -> None:
    _one_leftover(clients, [])
    _topics(clients)
    _no_role(clients, 1)
    with clients.active():
        assert _service(clients).plan_take_down().items == ()


def test_a_library_that_does_not_answer_stops_nothing_else_and_is_named(clients: StubbedClients) -> None:
    _one_leftover(clients, ADAS)
    _topics(clients)
    _no_role(clients, 2)
    with clients.active():
        down = _service(clients, _broken_library).plan_take_down()
    assert len(down.plan.steps) == 2
    assert "Astra does not answer." in down.plan.warnings[0]


def test_a_role_that_cannot_be_looked_at_stays_and_is_named(clients: StubbedClients) -> None:
    _one_leftover(clients, ADAS)
    _topics(clients)
    for _ in range(2):
        clients.refuse("iam", "get_role", "AccessDenied", "not authorized to perform: iam:GetRole")
    with clients.active():
        down = _service(clients).plan_take_down()
    assert all(step.service == "sagemaker" for step in down.plan)
    assert "could not be looked at" in down.plan.warnings[0]


def test_topics_that_cannot_be_looked_at_stay_and_are_named(clients: StubbedClients) -> None:
    _one_leftover(clients, ADAS)
    denied = "not authorized to perform: tag:GetResources"
    clients.refuse("resourcegroupstaggingapi", "get_resources", "AccessDeniedException", denied)
    _no_role(clients, 2)
    with clients.active():
        down = _service(clients).plan_take_down()
    assert len(down.plan.steps) == 2
    assert "Topics could not be looked at" in down.plan.warnings[0]


def test_an_answer_that_is_missing_is_an_error_and_not_an_empty_account(clients: StubbedClients) -> None:
    clients.answer("sagemaker", "list_endpoints", {"Endpoints": []}, NEWEST)
    clients.refuse("sagemaker", "list_endpoint_configs", "ThrottlingException", "Rate exceeded")
    with clients.active(), pytest.raises(Throttled):
        _service(clients).state()
