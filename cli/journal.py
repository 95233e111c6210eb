"""The journal without a browser: every call that was made, a run's report, and runs resumed or taken back."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cli.following import PlanFlag, an_hour, by_yes, follow_run, print_plan
from cli.opening import JsonFlag, YesFlag, answering, app, open_console, say

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import Plan, RunView
    from services.plans.records import Record

MOST_RUNS = 2000
_UNITS = {"m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 7 * 86_400.0}


class ReportFormat(StrEnum):
    """What `journal RUN` can write."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


@app.command()
def journal(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="A run's id, or its beginning: that run's report.")] = "",
    text: Annotated[str, typer.Option(help="Words that all occur in name, call, ARN, request id, reason.")] = "",
    since: Annotated[str, typer.Option(help="Only the last 30m, 12h, 7d or 4w.")] = "",
    status: Annotated[str, typer.Option(help="Only calls that ended so: done, failed, undone…")] = "",
    reads: Annotated[bool, typer.Option("--reads", help="Also the calls that only look.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    form: Annotated[ReportFormat, typer.Option("--format", help="Of a run's report.")] = ReportFormat.TEXT,
    as_json: JsonFlag = False,
) -> None:
    """Every call this console made: when, by whom, its request id, and what it changed of the cost."""
    from services.plans import records as journals

    with answering(as_json):
        console = open_console(context)
        if run:
            _report(console, run, ReportFormat.JSON if as_json else form)
            return
        found = journals.records(console.runs.list(MOST_RUNS), console.owner)
        shown = journals.matching(found, text=text, status=status, since=_since(since), changes=not reads)
        if as_json or as_csv:
            typer.echo(journals.as_json(shown) if as_json else journals.as_csv(shown), nl=as_json)
            return
        for record in reversed(shown):
            _print(record)
        say(f"{len(shown)} of {len(found)} calls.")


@app.command()
def undo(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="A run's id, or its beginning, as `sagedeck journal` shows it.")],
    show_plan: PlanFlag = False,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Take back what a run made and has not taken back yet."""
    with answering(as_json):
        console = open_console(context)
        view = found_run(console, run)
        plan = console.runs.undo_plan(view.id)
        if show_plan or not plan.steps:
            print_plan(plan, as_json)
            return
        if not yes and not _agreed(console, plan):
            raise typer.Exit(1)
        console.runs.undo(view.id, confirmed=plan)
        _ended(console, view.id, as_json)


@app.command()
def resume_run(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="A run's id, or its beginning.")],
    as_json: JsonFlag = False,
) -> None:
    """Go on with a run that failed or was interrupted; what is done is not done again."""
    with answering(as_json):
        console = open_console(context)
        view = found_run(console, run)
        console.runs.resume(view.id)
        _ended(console, view.id, as_json)


def found_run(console: Console, run: str) -> RunView:
    """The run of this id, or the only one whose id begins so. Raises NotFound and InvalidRequest."""
    from services.errors import InvalidRequest, NotFound

    matching = [pulse.id for pulse in console.runs.pulses(MOST_RUNS) if pulse.id.startswith(run)]
    if not matching:
        raise NotFound(f"There is no run {run}.", "", "`sagedeck journal` lists them.")
    if len(matching) > 1 and run not in matching:
        raise InvalidRequest(f"{len(matching)} runs begin with {run}.", "", "Give more of the id.")
    return console.runs.view(run if run in matching else matching[0])


def _agreed(console: Console, plan: Plan) -> bool:
    from services.connection import Mode

    print_plan(plan, as_json=False)
    return console.connection.mode is not Mode.AWS or by_yes(plan)


def _ended(console: Console, run: str, as_json: bool) -> None:
    view = follow_run(console, run)
    _report(console, view.id, ReportFormat.JSON if as_json else ReportFormat.TEXT)
    if view.status in ("failed", "interrupted"):
        raise typer.Exit(1)


def _report(console: Console, run: str, form: ReportFormat) -> None:
    from services.plans.records import report_json, report_markdown, report_of

    report = report_of(found_run(console, run), console.owner)
    if form is ReportFormat.JSON:
        typer.echo(report_json(report))
        return
    if form is ReportFormat.MARKDOWN:
        typer.echo(report_markdown(report), nl=False)
        return
    typer.echo(f"{report.title}: {report.status}")
    for record in report.done:
        _print(record)
    for what, why in report.left:
        typer.echo(f"  left      {what} {why}")
    saved = "not known" if report.saved_per_month is None else f"${report.saved_per_month:,.2f}"
    typer.echo(f"{len(report.gone)} things seen to be gone; no longer bills a month (estimate): {saved}.")


def _print(record: Record) -> None:
    cost = "" if record.usd_per_hour == 0 else f"  {an_hour(record.usd_per_hour)}"
    gone = "  seen gone" if record.gone else ""
    words = f"{record.moment}  {record.run[:8]}  {record.status:<13} {record.call:<40} {record.name or record.what}"
    typer.echo(f"{words}{cost}{gone}  {record.request_id}".rstrip())


def _since(span: str) -> float:
    from services.errors import InvalidRequest

    if not span:
        return 0.0
    number, unit = span[:-1], span[-1:]
    if unit not in _UNITS or not number.isdigit():
        raise InvalidRequest(f"{span} is no span of time.", "", "Write 30m, 12h, 7d or 4w.")
    return time.time() - int(number) * _UNITS[unit]
