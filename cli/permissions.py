"""The command that says which permissions the console needs: docs/permissions.md is its output."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from cli.opening import app

if TYPE_CHECKING:
    from services.endpoints import EndpointDetail, Parts
    from services.plans import Plan

REGION, ACCOUNT, OWNER = "eu-west-1", "123456789012", "you"
EMBEDDING, LANGUAGE = "huggingface-sentencesimilarity-all-MiniLM-L6-v2", "huggingface-llm-qwen2-5-7b-instruct"
_ARN = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"


@app.command()
def permissions() -> None:
    """Print, as Markdown, the IAM permissions that reading and each kind of plan need."""
    typer.echo(document(), nl=False)


def document() -> str:
    """The text of docs/permissions.md: what pages need, ready policies, and the policy of an example of each plan."""
    from services.plans import policy

    parts = [
        "# Permissions",
        "Made by `sagedeck permissions` from the plans and pages themselves; a test fails when it is out of date."
        " A plan shows its own policy, with the real names, before it runs. The page Access, and `sagedeck allowed`,"
        " ask IAM what *you* may do; `sagedeck policy` prints these policies for your account and region.",
        "## What each page needs",
        _pages(),
    ]
    for title, words, document_of in _ready():
        parts += [f"## {title}", words, f"```json\n{json.dumps(document_of, indent=1)}\n```"]
    for title, plan in _examples():
        parts += [f"## {title}", f"```json\n{json.dumps(policy(plan), indent=1)}\n```"]
    return "\n\n".join(parts) + "\n"


def _pages() -> str:
    from services.access import PAGES

    rows = [
        f"| {page.replace('_', ' ')} | {what} | {', '.join(f'`{action}`' for action in actions)} |"
        for page, needs in PAGES.items()
        for group in (needs.looking, needs.doing)
        for what, actions in group.items()
    ]
    return "| page | for | actions |\n|---|---|---|\n" + "\n".join(rows)


def _ready() -> Iterator[tuple[str, str, dict[str, Any]]]:
    from services.access import RoleRequest, RoleState, default_role_name, least_policy, policies

    here = (REGION, ACCOUNT)
    yield "Policy of a viewer", "Sees every page; changes, calls and spends nothing.", policies.viewer_policy(*here)
    yield (
        "Policy of an operator",
        "Deploys, calls, changes and deletes, under an execution role that is there already. Calling and deleting"
        " reach every endpoint of the account: narrow the resources where others work in it too.",
        policies.operator_policy(*here),
    )
    yield (
        "Policy of who makes the execution role",
        "Beside the operator's. Whoever makes roles and hands them over can give themselves every right there is.",
        policies.role_maker_policy(*here),
    )
    yield (
        "Policy of the execution role",
        "What SageMaker takes on while a model runs. A plan adds the buckets and topics it needs.",
        least_policy(RoleRequest(name=default_role_name(REGION)), RoleState(region=REGION, account=ACCOUNT)),
    )
    yield (
        "Policy of a program that calls one endpoint",
        "Nothing else.",
        policies.caller_policy(f"{_ARN}:endpoint/language"),
    )


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
    alone = DeleteState(detail=_endpoint(), sharing=Sharing(), parts=_parts())
    yield "To delete an endpoint that sleeps and wakes up by itself", plan_delete(alone)
    yield "To make an alarm that tells somebody by mail", _alarm()


def _alarm() -> Plan:
    from services.alarms import AlarmRequest, AlarmState, Kind, plan_create

    asked = AlarmRequest(endpoint="language", kind=Kind.ERRORS, threshold=5, share=True, email="you@example.com")
    return plan_create(asked, AlarmState(_endpoint(), OWNER))


def _parts() -> Parts:
    from services.endpoints import AutoScaling, Parts, WakeUp
    from services.plans.scaling import Scaled

    wake = WakeUp(name="sagedeck-wake-language", policy="wake-language")
    return Parts(scalings=(AutoScaling(scaled=Scaled.variant("language"), minimum=0, maximum=2, alarms=(wake,)),))


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
