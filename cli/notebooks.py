"""`sagedeck notebooks …`: notebook instances listed, made, started, opened, stopped, changed, deleted."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.following import PlanFlag, Script, WithScript, usd
from cli.lease_words import hours_of
from cli.opening import JsonFlag, YesFlag, answering, open_console, say
from cli.workspace_group import Way, asked_for, hand_over, held, notebooks, run

if TYPE_CHECKING:
    from services.console import Console
    from services.notebooks import NotebookInstance

HoursOption = Annotated[str, typer.Option(help="Stops by itself so long from now: 8h, 30m, 2d, 1w.")]
ReasonOption = Annotated[str, typer.Option(help="What it is for, until it stops.")]
UrlFlag = Annotated[bool, typer.Option("--url", help="Print the link also into a pipe or JSON: it is a secret.")]


@notebooks.command("list")
def list_notebooks(context: typer.Context, as_json: JsonFlag = False) -> None:
    """List the notebook instances of the region with state, machine and cost."""
    from services.resources import Kind

    with answering(as_json):
        console = open_console(context)
        found = held(console)
        console.resources.settled(60.0, until=lambda now: all(each.described for each in now.of(Kind.NOTEBOOK)))
        rows = [_row(each) for each in console.notebooks.list_notebooks(console.resources.held())]
        if as_json:
            typer.echo(json.dumps(rows))
            return
        for gap in found.gaps:
            if gap.kind is Kind.NOTEBOOK:
                say(f"! {gap.why}")
        for row in rows:
            typer.echo(
                f"{row['name']:<40} {row['status']:<12} {row['instance_type']:<18} {row['volume_gb']:>6} GB  "
                f"{usd(row['usd_per_hour'])}/h running, {usd(row['usd_per_hour_stopped'])}/h stopped"
            )
        if not rows:
            typer.echo("No notebook instances. `sagedeck notebooks create NAME` makes one.")


@notebooks.command()
def show(context: typer.Context, name: str, as_json: JsonFlag = False) -> None:
    """Show one with its settings, what can be done with it, and why it failed where it did."""
    with answering(as_json):
        console = open_console(context)
        now = console.notebooks.describe_notebook(name)
        row = _row(now) | {
            "role": now.role_arn, "platform": now.platform, "root": now.root, "internet": now.internet,
            "subnet": now.subnet, "security_groups": list(now.groups), "lifecycle": now.lifecycle, "imds": now.imds,
            "failure": now.failure, "can": [str(each) for each in now.state.acts], "means": now.state.words,
        }  # fmt: skip
        if now.failure:
            row["diagnosis"] = console.diagnosis(now.failure, operation="CreateNotebookInstance").as_dict()
        if as_json:
            typer.echo(json.dumps(row))
            return
        told = row.pop("diagnosis", None)
        for key, value in row.items():
            typer.echo(f"{key:<22} {', '.join(value) if isinstance(value, list) else value}".rstrip())
        if told:
            typer.echo(f"{'what to do':<22} {told['fix']}")


@notebooks.command(cls=WithScript)
def create(
    context: typer.Context,
    name: str,
    instance_type: Annotated[str, typer.Option(help="Instance type, such as ml.t3.medium.")] = "ml.t3.medium",
    volume_gb: Annotated[int, typer.Option(help="5 to 16384.")] = 5,
    role: Annotated[str, typer.Option(help="ARN of a role that exists; the console's own when left out.")] = "",
    platform: Annotated[str, typer.Option(help="Such as notebook-al2023-v1.")] = "",
    lifecycle: Annotated[str, typer.Option(help="Lifecycle configuration, whose scripts run as root.")] = "",
    no_root: Annotated[bool, typer.Option("--no-root", help="Nobody in it becomes root.")] = False,
    no_internet: Annotated[bool, typer.Option("--no-internet", help="Only through its subnet.")] = False,
    subnet: Annotated[str, typer.Option(help="Subnet of a VPC of yours.")] = "",
    group: Annotated[list[str] | None, typer.Option(help="Security group; may be repeated.")] = None,
    kms_key: Annotated[str, typer.Option(help="Key of the volume.")] = "",
    repository: Annotated[str, typer.Option(help="Git repository that is there when it opens.")] = "",
    imds: Annotated[str, typer.Option(help="Least version of the metadata service, 1 or 2.")] = "2",
    tag: Annotated[list[str] | None, typer.Option(help="KEY=VALUE; may be repeated.")] = None,
    hours: HoursOption = "",
    reason: ReasonOption = "",
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Make a notebook instance and wait until it can be opened; its role is found or made."""
    from services.access import ExistingRole
    from services.notebooks import NotebookRequest

    with answering(as_json):
        console = open_console(context)
        pairs = tuple((key, value) for key, _, value in (each.partition("=") for each in tag or ()))
        request = NotebookRequest(
            name=name, instance_type=instance_type, volume_gb=volume_gb,
            role=ExistingRole(role) if role else console.notebooks.usual_role(vpc=bool(subnet)),
            platform=platform, lifecycle=lifecycle, root=not no_root, internet=not no_internet, subnet=subnet,
            groups=tuple(group or ()), kms_key=kms_key, repository=repository, imds=imds, tags=pairs,
            owner=console.owner, lease_ends=_ends(console, hours), lease_reason=reason,
        )  # fmt: skip
        run(
            console, name, "made", partial(console.notebooks.plan_create, request), Way(show_plan, script, yes, as_json)
        )


@notebooks.command(cls=WithScript)
def start(
    context: typer.Context,
    name: str,
    hours: HoursOption = "",
    reason: ReasonOption = "",
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Start one that stands still, and wait until it can be opened."""
    with answering(as_json):
        console = open_console(context)
        ends = _ends(console, hours)
        plan_of = partial(console.notebooks.plan_start, name, lease_ends=ends, lease_reason=reason)
        run(console, name, "runs", plan_of, Way(show_plan, script, yes, as_json))


@notebooks.command(cls=WithScript)
def stop(
    context: typer.Context,
    name: str,
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Stop one: its machine costs nothing then, its volume goes on to cost."""
    with answering(as_json):
        console = open_console(context)
        run(console, name, "stopped", partial(console.notebooks.plan_stop, name), Way(show_plan, script, yes, as_json))


@notebooks.command(cls=WithScript)
def grow(
    context: typer.Context,
    name: str,
    volume_gb: Annotated[int, typer.Option(help="Its new size; a volume can only grow.")] = 0,
    instance_type: Annotated[str, typer.Option(help="Another instance type.")] = "",
    leave_stopped: Annotated[bool, typer.Option("--leave-stopped", help="What ran is not started again.")] = False,
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Give one a larger volume or another machine, stopping it meanwhile where it runs."""
    from services.notebooks import ChangeRequest

    with answering(as_json):
        console = open_console(context)
        request = ChangeRequest(name=name, volume_gb=volume_gb, instance_type=instance_type, restart=not leave_stopped)
        plan_of = partial(console.notebooks.plan_change, request)
        run(console, name, "changed", plan_of, Way(show_plan, script, yes, as_json))


@notebooks.command(cls=WithScript)
def delete(
    context: typer.Context,
    name: str,
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Stop one where it runs, and delete it with its volume and every file on it."""
    with answering(as_json):
        console = open_console(context)
        run(
            console, name, "deleted", partial(console.notebooks.plan_delete, name), Way(show_plan, script, yes, as_json)
        )


@notebooks.command("open")
def open_notebook(
    context: typer.Context,
    name: str,
    classic: Annotated[bool, typer.Option("--classic", help="Jupyter rather than JupyterLab.")] = False,
    url: UrlFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Print a link that signs in to one that runs, for five minutes."""
    with answering(as_json):
        asked_for(url, as_json)
        console = open_console(context)
        opened = console.notebooks.open(name, lab=not classic)
        hand_over(opened.url, opened.seconds, as_json=as_json, more={"name": name})


def _ends(console: Console, hours: str) -> str:
    """When it is to stop by itself, as requests take it: by the option, else by the setting. Raises InvalidRequest."""
    return console.notebooks.ends(hours_of(hours) if hours else float(console.settings.lease_hours))


def _row(each: NotebookInstance) -> dict[str, Any]:
    return {
        "name": each.name,
        "status": each.status,
        "instance_type": each.instance_type,
        "volume_gb": each.volume_gb,
        "usd_per_hour": each.usd_per_hour,
        "usd_per_hour_stopped": each.usd_stored,
        "usd_per_hour_now": each.usd_now,
        "created": each.created.isoformat() if each.created else "",
        "price_source": each.price_source,
    }
