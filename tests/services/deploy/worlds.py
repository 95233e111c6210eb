"""Requests of every source, and the world they are planned for: an account in which nothing stands yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.access import RoleState
from services.access.models import RoleRequest
from services.catalog import CatalogService
from services.deploy import (
    CatalogSource,
    CustomSource,
    DeployRequest,
    DeployService,
    DeployState,
    FoundComponent,
    FoundEndpoint,
    HubSource,
    Place,
    Server,
    Source,
    plan_deploy,
)
from services.plans import Plan, check, undeclared
from tests.services.deploy.samples import LLAMA, MINILM, ROLE

PLACE = Place("us-east-1", "123456789012")
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/my-server:1.0"
ARCHIVE = "s3://weights-of-ada/my-model/model.tar.gz"
TEI = HubSource(hub_id="BAAI/bge-small-en-v1.5", server=Server.TEI)
MISTRAL = HubSource(hub_id="mistralai/Mistral-7B-Instruct-v0.3")
CUSTOM = CustomSource(image=IMAGE, artifact=ARCHIVE, family="tei")
SMALL = CatalogSource(model_id=MINILM)
GATED = CatalogSource(model_id=LLAMA, accept_eula=True)
GPU, CPU = "ml.g5.2xlarge", "ml.c6i.xlarge"


class Nobody:
    """An access service and a gateway in an account in which nothing stands but what is given."""

    def __init__(self, found: FoundEndpoint | None = None, region: str = "us-east-1") -> None:
        self._found = found
        self._component: FoundComponent | None = None
        self.region, self.account, self.partition = region, "123456789012", "aws"

    def state(self, _: RoleRequest) -> RoleState:
        return RoleState(region=self.region, account=self.account)

    def endpoint(self, _: str) -> FoundEndpoint | None:
        return self._found

    host = endpoint

    def component(self, _: str) -> FoundComponent | None:
        return self._component


def service(nobody: Any = None, region: str = "us-east-1") -> DeployService:
    there: Any = nobody or Nobody(region=region)
    return DeployService(there, CatalogService(region, offline=True), there, owner="ada")


def asked(source: Source = SMALL, kind: str = CPU, **changes: Any) -> DeployRequest:
    start = DeployRequest(source=source, endpoint_name="demo", instance_type=kind, role=ROLE, owner="ada")
    return replace(start, **changes)


def world(request: DeployRequest, **changes: Any) -> DeployState:
    return replace(service().state(request), **changes)


def planned(request: DeployRequest, **changes: Any) -> Plan:
    return plan_deploy(request, world(request, **changes))


def config(plan: Plan) -> Any:
    return plan.step("create-config-demo").parameters


def variant(plan: Plan) -> Any:
    return config(plan)["ProductionVariants"][0]


def sound(plan: Plan) -> Plan:
    """The plan, after the service model took every call of it and its permissions were found declared."""
    assert check(plan) == ()
    assert undeclared(plan) == ()
    return plan
