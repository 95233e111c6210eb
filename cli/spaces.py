"""`sagedeck studio …`: domains listed or made, people, spaces made, run, opened, stopped, deleted."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.following import PlanFlag, Script, WithScript, usd
from cli.notebooks import UrlFlag
from cli.opening import JsonFlag, YesFlag, answering, open_console, say
from cli.workspace_group import Way, asked_for, hand_over, held, run, studio

if TYPE_CHECKING:
    from services.console import Console
    from services.studio import Domain, Space

DomainName = Annotated[str, typer.Option("--domain", help="Domain, by id or name; the only one when left out.")]
TypeName = Annotated[str, typer.Option(help="Instance type of the app.")]


@studio.command("list")
def list_domains(context: typer.Context, as_json: JsonFlag = False) -> None:
    """List the domains of the region with their people, spaces and apps, and what each costs."""
    from services.resources import Kind

    with answering(as_json):
        console = open_console(context)
        found = held(console)
        domains = console.studio.list_domains(found)
        if as_json:
            typer.echo(json.dumps([_document(each) for each in domains]))
            return
        for gap in found.gaps:
            if gap.kind in (Kind.DOMAIN, Kind.USER_PROFILE, Kind.SPACE, Kind.APP):
                say(f"! {gap.kind}: {gap.why}")
        for domain in domains:
            typer.echo(f"{domain.name} ({domain.id}) {domain.status}  {usd(domain.usd_now)}/h")
            for person in domain.profiles:
                typer.echo(f"  person  {person.name:<38} {person.status}")
            for space in domain.spaces:
                machine = f"{space.app.kind} on {space.app.instance_type}" if space.app else ""
                words = f"{space.status_words:<10} of {space.owner or 'nobody':<20} {space.volume_gb:>6} GB"
                typer.echo(f"  space   {space.name:<38} {words}  {usd(space.usd_now)}/h  {machine}")
        if not domains:
            typer.echo("No Studio domain. `sagedeck studio domain NAME` makes one in the quick way.")


@studio.command(cls=WithScript)
def domain(
    context: typer.Context,
    name: str,
    profile: Annotated[str, typer.Option(help="First user profile; yours when left out.")] = "",
    idle_minutes: Annotated[int, typer.Option(help="AWS stops idle apps after so many; 0: never.")] = 120,
    vpc: Annotated[str, typer.Option(help="VPC; the default one when left out.")] = "",
    subnet: Annotated[list[str] | None, typer.Option(help="Subnet of the VPC; may be repeated.")] = None,
    role: Annotated[str, typer.Option(help="ARN of a role that exists; the console's own when left out.")] = "",
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Make a domain in the quick way, with its first user profile, and wait for both: about five minutes."""
    from services.access import ExistingRole
    from services.studio import DomainRequest, profile_name

    with answering(as_json):
        console = open_console(context)
        if vpc:
            request = DomainRequest(
                name=name, profile=profile or profile_name(console.owner), role=console.studio.usual_role(),
                vpc_id=vpc, subnets=tuple(subnet or ()), idle_minutes=idle_minutes, owner=console.owner,
            )  # fmt: skip
        else:
            request = console.studio.quick_request(name, profile, idle_minutes=idle_minutes)
        if role:
            from dataclasses import replace

            request = replace(request, role=ExistingRole(role))
        plan_of = partial(console.studio.plan_domain, request)
        run(console, name, "made", plan_of, Way(show_plan, script, yes, as_json))


@studio.command(cls=WithScript)
def profile(
    context: typer.Context,
    name: str,
    of: DomainName = "",
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Make a user profile: whoever works in a domain does so as one."""
    from services.studio import ProfileRequest

    with answering(as_json):
        console = open_console(context)
        request = ProfileRequest(domain=of, name=name, owner=console.owner)
        plan_of = partial(console.studio.plan_profile, request)
        run(console, name, "made", plan_of, Way(show_plan, script, yes, as_json))


@studio.command(cls=WithScript)
def space(
    context: typer.Context,
    name: str,
    of: DomainName = "",
    profile: Annotated[str, typer.Option(help="Whose it is; you when left out.")] = "",
    kind: Annotated[str, typer.Option(help="JupyterLab or CodeEditor.")] = "JupyterLab",
    instance_type: TypeName = "ml.t3.medium",
    volume_gb: Annotated[int, typer.Option(help="5 to 16384.")] = 5,
    idle_minutes: Annotated[int, typer.Option(help="AWS stops it when idle; 0: as the domain says.")] = 0,
    no_run: Annotated[bool, typer.Option("--no-run", help="Only make it.")] = False,
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Make a space for JupyterLab or Code Editor and run it."""
    from services.studio import SpaceRequest, profile_name

    with answering(as_json):
        console = open_console(context)
        here = console.studio.domain(of)
        mine = profile or profile_name(console.owner)
        request = SpaceRequest(
            domain=here.id, profile=mine if profile or mine in {each.name for each in here.profiles}
            else next((each.name for each in here.profiles), ""), name=name, kind=kind, instance_type=instance_type,
            volume_gb=volume_gb, idle_minutes=idle_minutes, run=not no_run, owner=console.owner,
        )  # fmt: skip
        plan_of = partial(console.studio.plan_space, request)
        run(console, name, "made", plan_of, Way(show_plan, script, yes, as_json))


@studio.command("run", cls=WithScript)
def run_space(
    context: typer.Context,
    name: str,
    of: DomainName = "",
    instance_type: TypeName = "ml.t3.medium",
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Run a space: its app is made on a machine, and waited for."""
    with answering(as_json):
        console = open_console(context)
        plan_of = partial(console.studio.plan_run, console.studio.domain(of).id, name, instance_type)
        run(console, name, "runs", plan_of, Way(show_plan, script, yes, as_json))


@studio.command(cls=WithScript)
def grow(
    context: typer.Context,
    name: str,
    of: DomainName = "",
    volume_gb: Annotated[int, typer.Option(help="Its new size; a volume can only grow.")] = 0,
    idle_minutes: Annotated[int, typer.Option(help="AWS stops it after so many idle minutes.")] = 0,
    leave_stopped: Annotated[bool, typer.Option("--leave-stopped", help="What ran is not run again.")] = False,
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Give a space a larger volume or another idle time, stopping its app meanwhile."""
    from services.studio import SpaceChange

    with answering(as_json):
        console = open_console(context)
        request = SpaceChange(domain=console.studio.domain(of).id, name=name, volume_gb=volume_gb,
                              idle_minutes=idle_minutes, restart=not leave_stopped)  # fmt: skip
        plan_of = partial(console.studio.plan_change, request)
        run(console, name, "changed", plan_of, Way(show_plan, script, yes, as_json))


@studio.command(cls=WithScript)
def stop(
    context: typer.Context,
    name: str,
    of: DomainName = "",
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Stop what runs in a space: its files stay, and its volume goes on to cost."""
    with answering(as_json):
        console = open_console(context)
        plan_of = partial(console.studio.plan_stop, console.studio.domain(of).id, name)
        run(console, name, "stopped", plan_of, Way(show_plan, script, yes, as_json))


@studio.command(cls=WithScript)
def delete(
    context: typer.Context,
    name: str,
    of: DomainName = "",
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Delete a space with every file in it, stopping first what runs; a whole domain: `sagedeck cleanup --studio`."""
    with answering(as_json):
        console = open_console(context)
        plan_of = partial(console.studio.plan_delete, console.studio.domain(of).id, name)
        run(console, name, "deleted", plan_of, Way(show_plan, script, yes, as_json))


@studio.command("open")
def open_space(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A space that runs; Studio itself when left out.")] = "",
    of: DomainName = "",
    profile: Annotated[str, typer.Option(help="As whom; the space's owner, or you, when left out.")] = "",
    url: UrlFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Print a link that signs in to a space or to Studio, for five minutes."""
    with answering(as_json):
        asked_for(url, as_json)
        console = open_console(context)
        here = console.studio.domain(of)
        opened = console.studio.open(here.id, name, profile or _me(console, here))
        more = {"domain": here.id, "space": name, "profile": opened.profile}
        hand_over(opened.url, opened.seconds, as_json=as_json, more=more)


def _me(console: Console, here: Domain) -> str:
    from services.studio import profile_name

    names = [each.name for each in here.profiles]
    mine = profile_name(console.owner)
    return mine if mine in names or not names else names[0]


def _document(each: Domain) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.name,
        "status": each.status,
        "usd_per_hour": each.usd_now,
        "files_gb": each.files_gb,
        "profiles": [{"name": one.name, "status": one.status} for one in each.profiles],
        "spaces": [_space(one) for one in each.spaces],
    }


def _space(one: Space) -> dict[str, Any]:
    return {
        "name": one.name,
        "status": one.status,
        "state": one.status_words,
        "owner": one.owner,
        "volume_gb": one.volume_gb,
        "usd_per_hour": one.usd_now,
        "usd_per_hour_stopped": one.usd_stored,
        "can": [str(act) for act in one.acts],
        "apps": [
            {"type": app.kind, "name": app.name, "status": app.status, "instance_type": app.instance_type}
            for app in one.apps
        ],
    }
