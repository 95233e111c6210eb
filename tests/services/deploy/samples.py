"""Requests for deployments, and the world they are planned for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.access import ExistingRole, RoleRequest, RoleState
from services.catalog import CatalogService
from services.deploy import CatalogSource, DeployRequest, DeployState, HostedModel, plan_deploy
from services.plans import Plan

MINILM = "huggingface-sentencesimilarity-all-MiniLM-L6-v2"
FALCON = "huggingface-llm-falcon-7b-instruct-bf16"
LLAMA = "meta-textgeneration-llama-3-1-8b-instruct"
ROLE = ExistingRole("arn:aws:iam::123456789012:role/Mine")
NEW_ROLE = RoleRequest(name="sagedeck-execution-us-east-1", owner="ada")


def request_for(model_id: str = FALCON, *, accept_eula: bool = False, **changes: Any) -> DeployRequest:
    kind = {MINILM: "ml.c6i.xlarge", FALCON: "ml.g5.2xlarge", LLAMA: "ml.g5.4xlarge"}[model_id]
    source = CatalogSource(model_id=model_id, accept_eula=accept_eula)
    start = DeployRequest(source=source, endpoint_name="demo", instance_type=kind, role=ROLE, owner="ada")
    return replace(start, **changes)


def state_for(request: DeployRequest, region: str = "us-east-1", **changes: Any) -> DeployState:
    catalog = CatalogService(region, offline=True)
    assert isinstance(request.source, CatalogSource)
    model = catalog.describe_model(request.source.model_id)
    partition = "aws-cn" if region.startswith("cn-") else "aws"
    start = DeployState(
        model=HostedModel.of_catalog(model, region),
        container=catalog.container(
            model.id, model.default_instance if not model.deployable else request.instance_type
        ),
        price=catalog.price(request.instance_type),
        role=RoleState(region=region, account="123456789012", partition=partition),
    )
    return replace(start, **changes)


def plan_for(request: DeployRequest, **changes: Any) -> Plan:
    return plan_deploy(request, state_for(request, **changes))
