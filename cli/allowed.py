"""Commands about what one may do: the check of each page, and ready policies to hand on."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from cli.opening import JsonFlag, answering, app, open_console
from services.errors import InvalidRequest

policy = typer.Typer(no_args_is_help=True, help="Ready IAM policies, as JSON.")
app.add_typer(policy, name="policy")


@app.command()
def allowed(
    context: typer.Context,
    page: Annotated[str, typer.Argument(help="A page (deploy, endpoints, …); every page when left out.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Ask IAM what you may do; exits with 1 when something is missing. Changes nothing."""
    from services.access import PAGES, Verdict, policy_of

    with answering(as_json):
        if page and page not in PAGES:
            raise InvalidRequest(f"There is no page {page}.", f"Pages are {', '.join(PAGES)}.", "Name one of them.")
        console = open_console(context)
        arn = console.connection.identity.arn
        rows: list[dict[str, Any]] = []
        missing = []
        for name in [page] if page else PAGES:
            for need, verdict in console.access.check_page(arn, name):
                asked = need.permission
                row = {"page": name, "for": need.what, "action": asked.action, "resource": asked.resource}
                rows.append(row | {"verdict": str(verdict.verdict), "why": verdict.why})
                if verdict.verdict is Verdict.DENIED:
                    missing.append(asked)
        answer = {"identity": arn, "permissions": rows, "policy": policy_of(missing) if missing else None}
        if as_json:
            typer.echo(json.dumps(answer))
        for row in [] if as_json else rows:
            typer.echo(f"{row['page']:<10} {row['verdict']:<8} {row['action']:<50} {row['for']}")
        if missing and not as_json:
            typer.echo(f"\nThis would allow what is missing:\n{json.dumps(answer['policy'], indent=1)}")
        if missing:
            raise typer.Exit(1)


@policy.command("viewer")
def viewer(context: typer.Context) -> None:
    """What looking needs, and nothing that changes, calls or costs."""
    from services.access import viewer_policy

    with answering(True):
        typer.echo(json.dumps(viewer_policy(*_here(context)), indent=1))


@policy.command("operator")
def operator(context: typer.Context) -> None:
    """What deploying, calling and deleting needs, under an execution role that is there."""
    from services.access import operator_policy

    with answering(True):
        typer.echo(json.dumps(operator_policy(*_here(context)), indent=1))


@policy.command("role-maker")
def role_maker(context: typer.Context) -> None:
    """What making the execution role needs beside: only for who may have every right."""
    from services.access import role_maker_policy

    with answering(True):
        typer.echo(json.dumps(role_maker_policy(*_here(context)), indent=1))


@policy.command("execution")
def execution(context: typer.Context) -> None:
    """What SageMaker itself needs while a model runs."""
    from services.access import least_policy

    with answering(True):
        console = open_console(context)
        typer.echo(json.dumps(least_policy(console.access.request(), console.access.place()), indent=1))


@policy.command("call")
def call(context: typer.Context, endpoint: str) -> None:
    """What a program needs to call one endpoint, and nothing else."""
    with answering(True):
        console = open_console(context)
        typer.echo(json.dumps(console.caller_policy(endpoint), indent=1))


def _here(context: typer.Context) -> tuple[str, str, str]:
    where = open_console(context).connection.identity
    return where.region, where.account, where.partition
