"""Commands about alarms: list them, make one, delete some; the alarm on cost is a budget of the account."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from cli import cost
from cli.following import PlanFlag, Script, ScriptFormat, WithScript, carry_out, only_shown, usd
from cli.opening import JsonFlag, YesFlag, answering, app, open_console, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.alarms import Alarm, AlarmRequest, Kind
    from services.console import Console
    from services.endpoints import EndpointDetail
    from services.plans import Plan


class Named(TyperGroup):
    """`sagedeck alarms NAME` lists the alarms of an endpoint."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        known = bool(args) and (args[0] in self.commands or args[0].startswith("-"))
        return super().resolve_command(ctx, args if known else ["list", *args])


group = typer.Typer(help="Alarms of endpoints: NAME or list, create, delete.")
app.add_typer(group, name="alarms")


@group.callback(cls=Named, invoke_without_command=True)
def every(context: typer.Context, as_json: JsonFlag = False) -> None:
    """List the alarms of the account's endpoints, whoever made them."""
    if context.invoked_subcommand is None:
        _list(context, "", as_json)


@group.command(name="list")
def list_alarms(
    context: typer.Context,
    endpoint: Annotated[str, typer.Argument(help="Of this endpoint alone.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """List alarms, those that fire first."""
    _list(context, endpoint, as_json)


def _list(context: typer.Context, endpoint: str, as_json: bool) -> None:
    from services.alarms import of

    with answering(as_json):
        console = open_console(context)
        found = console.alarms.list_alarms()
        if endpoint:
            found = of(console.detail(endpoint), found)
        ordered = sorted(found, key=lambda each: (not each.firing, each.name))
        budgets = () if endpoint else cost.listed(console)
        if as_json:
            typer.echo(json.dumps([*map(_packed, ordered), *map(cost.packed, budgets)]))
        else:
            lines = [*map(_line, ordered), *map(cost.line, budgets)]
            typer.echo("\n".join(lines) or "No alarms. `sagedeck alarms create` makes one.")


def _packed(alarm: Alarm) -> dict[str, Any]:
    told = asdict(alarm)
    for hidden in ("sent", "measures", "expression"):
        del told[hidden]
    return {**told, "firing": alarm.firing, "made_here": alarm.made_here}


def _line(alarm: Alarm) -> str:
    state = "FIRING" if alarm.firing else str(alarm.state)
    return f"{state:<18} {alarm.endpoint or alarm.place:<32} {alarm.kind:<8} {alarm.name}  {alarm.says}"


@group.command(cls=WithScript)
def create(
    context: typer.Context,
    kind: Annotated[str, typer.Option(help="errors, latency, idle or backlog; cost is the account's.")],
    endpoint: Annotated[str, typer.Argument(help="The endpoint; of cost the budget's name, or nothing.")] = "",
    limit: Annotated[float | None, typer.Option(help="Of cost: USD a month; left out, a fifth above now.")] = None,
    threshold: Annotated[
        float | None,
        typer.Option(help="Percent or count of failures, ms, hours or requests; the last week suggests one."),
    ] = None,
    count: Annotated[bool, typer.Option("--count", help="Failures are counted, not a share of all requests.")] = False,
    place: Annotated[str, typer.Option(help="Variant or component, where there are several.")] = "",
    times: Annotated[int, typer.Option(min=0, help="Times 5 minutes it lasts; 0 takes what is usual.")] = 0,
    email: Annotated[str, typer.Option(help="Who is asked to be told; of cost several, with commas.")] = "",
    topic: Annotated[str, typer.Option(help="ARN of an SNS topic that is told.")] = "",
    kms_key: Annotated[str, typer.Option(help="Key of your own that encrypts the new topic.")] = "",
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Make an alarm, or change the one of its kind; --email makes a topic and asks for a confirmation by mail."""
    from services.alarms import AlarmRequest, Kind, alarm_name

    with answering(as_json):
        wanted = _kind(kind)
        console = open_console(context)
        if wanted is Kind.COST:
            budget, told = cost.asked_for(console, endpoint, limit, email)
            _run(console, lambda: console.alarms.plan_budget(budget), told, show_plan, script, yes, as_json)
            return
        detail = console.detail(_named(endpoint))
        share = wanted is Kind.ERRORS and not count and not detail.asynchronous
        request = AlarmRequest(
            endpoint=endpoint, kind=wanted, place=place, share=share, email=email, topic=topic, kms_key=kms_key,
            threshold=_suggested(console, detail, wanted, place, share) if threshold is None else threshold,
            periods=times or (3 if wanted in (Kind.LATENCY, Kind.BACKLOG) else 1),
        )  # fmt: skip
        _refuse(request, detail)
        done = {"alarm": alarm_name(request), "threshold": request.threshold}
        _run(console, lambda: console.alarms.plan_create(request), done, show_plan, script, yes, as_json)


@group.command(cls=WithScript)
def delete(
    context: typer.Context,
    names: list[str],
    kind: Annotated[str, typer.Option(help="cost, where these are budgets.")] = "",
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Delete alarms by name; what they told stays. With --kind cost, budgets."""
    with answering(as_json):
        console = open_console(context)
        done = {"deleted": names}
        budgets = kind == "cost"
        plan_of = console.alarms.plan_delete_budgets if budgets else console.alarms.plan_delete
        _run(console, lambda: plan_of(names), done, show_plan, script, yes, as_json)


def _named(endpoint: str) -> str:
    from services.errors import InvalidRequest

    if not endpoint:
        raise InvalidRequest("Name the endpoint.", "Only an alarm on cost is of none.", "See `sagedeck endpoints`.")
    return endpoint


def _kind(text: str) -> Kind:
    from services.alarms import Kind
    from services.errors import InvalidRequest

    made = [each for each in Kind if each not in (Kind.OTHER, Kind.SCALING)]
    if text not in made:
        raise InvalidRequest(f"There is no alarm on {text}.", "", f"Take one of {', '.join(made)}.")
    return Kind(text)


def _suggested(console: Console, detail: EndpointDetail, kind: Kind, place: str, share: bool) -> float:
    from services.alarms import suggest

    week = console.metrics.week(detail)
    found = suggest(kind, week.get(place) or next(iter(week.values()), {}), share=share)
    say(found.words)
    return found.threshold


def _refuse(request: AlarmRequest, detail: EndpointDetail) -> None:
    from services.alarms import alarm_problems
    from services.errors import InvalidRequest

    wrong = alarm_problems(request, detail)
    if wrong:
        raise InvalidRequest("This alarm cannot be made.", " ".join(each.words for each in wrong), "Correct it.")


def _run(
    console: Console,
    plan_of: Callable[[], Plan],
    done: dict[str, Any],
    show_plan: bool,
    script: ScriptFormat | None,
    yes: bool,
    as_json: bool,
) -> None:
    plan = plan_of()
    if only_shown(console, plan, show_plan=show_plan, script=script, as_json=as_json):
        return
    view = carry_out(console, plan, yes, replan=plan_of, confirmed=_agreed)
    if as_json:
        typer.echo(json.dumps({**done, "run": view.id, "status": str(view.status)}))
        return
    typer.echo(f"{plan.title}: {view.status}")
    for warning in plan.warnings:
        say(warning)


def _agreed(plan: Plan) -> bool:
    monthly = (plan.estimate.usd_per_hour or 0.0) * 730
    return typer.confirm(f"Run this for {usd(monthly)} a month?", err=True)
