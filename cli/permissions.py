"""The command that says which permissions the console needs: docs/permissions.md is its output."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from cli.opening import app

if TYPE_CHECKING:
    from services.endpoints import EndpointDetail
    from services.plans import Plan

REGION, ACCOUNT, OWNER = "eu-west-1", "123456789012", "you"
EMBEDDING, LANGUAGE = "huggingface-sentencesimilarity-all-MiniLM-L6-v2", "huggingface-llm-qwen2-5-7b-instruct"
_ARN = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"

# What pages read. Listing and describing has no resource to narrow it to, but for invoking.
READS = {
    "Who am I": ("sts:GetCallerIdentity",),
    "Endpoints": (
        "sagemaker:ListEndpoints",
        "sagemaker:DescribeEndpoint",
        "sagemaker:DescribeEndpointConfig",
        "sagemaker:DescribeModel",
        "sagemaker:ListTags",
        "sagemaker:ListInferenceComponents",
        "sagemaker:ListEndpointConfigs",
        "sagemaker:ListModels",
    ),
    "Execution roles": ("iam:ListRoles", "iam:GetRole", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies"),
    "IAM users": ("iam:GetUser", "iam:ListAttachedUserPolicies", "iam:ListAccessKeys"),
    "JumpStart's specifications": ("s3:GetObject on arn:aws:s3:::jumpstart-cache-prod-*/*",),
    "Calling endpoints": ("sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"),
}


@app.command()
def permissions() -> None:
    """Print, as Markdown, the IAM permissions that reading and each kind of plan need."""
    typer.echo(document(), nl=False)


def document() -> str:
    """The text of docs/permissions.md: reads as a table, and the policy of an example of each kind of plan."""
    from services.plans import policy

    rows = "\n".join(f"| {what} | {', '.join(f'`{each}`' for each in actions)} |" for what, actions in READS.items())
    parts = [
        "# Permissions",
        "Made by `sagedeck permissions` from the plans themselves; a test fails when it is out of date. A plan shows"
        " its own policy, with the real names, before it runs.",
        "## To look",
        "| what | actions |\n|---|---|\n" + rows,
    ]
    for title, plan in _examples():
        parts += [f"## {title}", f"```json\n{json.dumps(policy(plan), indent=1)}\n```"]
    return "\n\n".join(parts) + "\n"


def _examples() -> Iterator[tuple[str, Plan]]:
    from services.access import RoleRequest, RoleState, default_role_name
    from services.catalog import CatalogService
    from services.deploy import CatalogSource, DeployRequest, DeployState, HostedModel, RagPairRequest, plan_pair
    from services.endpoints import DeleteState, Sharing, plan_delete

    catalog = CatalogService(REGION, offline=True)
    role = RoleRequest(name=default_role_name(REGION), owner=OWNER)

    def request(model: str, name: str) -> DeployRequest:
        instance_type = catalog.describe_model(model).default_instance
        source = CatalogSource(model_id=model)
        return DeployRequest(source=source, endpoint_name=name, instance_type=instance_type, role=role, owner=OWNER)

    def state(asked: DeployRequest) -> DeployState:
        assert isinstance(asked.source, CatalogSource)
        model = asked.source.model_id
        return DeployState(
            model=HostedModel.of_catalog(catalog.describe_model(model), REGION),
            container=catalog.container(model, asked.instance_type),
            price=catalog.price(asked.instance_type),
            role=RoleState(region=REGION, account=ACCOUNT),
        )

    first, second = request(EMBEDDING, "embedding"), request(LANGUAGE, "language")
    pair = RagPairRequest(embedding=first, language=second)
    yield "To deploy a pair, its role included, and to take it back", plan_pair(pair, state(first), state(second))
    yield "To delete an endpoint", plan_delete(DeleteState(detail=_endpoint(), sharing=Sharing()))


def _endpoint() -> EndpointDetail:
    from services.endpoints import EndpointDetail, ModelFacts, Variant

    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return EndpointDetail(
        name="language",
        arn=f"{_ARN}:endpoint/language",
        url="",
        status="InService",
        created=moment,
        modified=moment,
        config_name="language",
        config_arn=f"{_ARN}:endpoint-config/language",
        variants=(
            Variant(name="AllTraffic", model_name="language", instance_type="ml.g5.2xlarge", count=1, desired=1),
        ),
        models=(
            ModelFacts(
                name="language", arn=f"{_ARN}:model/language", image="", artifact="", environment=(), role_arn=""
            ),
        ),
    )
