"""`sagedeck cleanup`: removes what an account holds and nobody needs, in order and with proof; or only its plan."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from cli.following import follow_run, print_plan
from cli.opening import JsonFlag, YesFlag, answering, app, open_console, say
from services.errors import InvalidRequest

if TYPE_CHECKING:
    from services.cleanup import Cleanup, CleanupRequest
    from services.console import Console
    from services.resources import Holdings, Key

Several = list[str] | None
MOST_TOLD = 25  # lines of what stays, once a run has ended


@app.command()
def cleanup(
    context: typer.Context,
    kind: Annotated[Several, typer.Option(help="Only this kind: endpoint, model, bucket …")] = None,
    name: Annotated[Several, typer.Option(help="Only this exact name, or a pattern with * and ?.")] = None,
    owner: Annotated[Several, typer.Option(help="Only of this owner.")] = None,
    tag: Annotated[Several, typer.Option(help="Only with this tag: key, or key=value.")] = None,
    older_than: Annotated[float, typer.Option(min=0, help="Only what was made at least so many days ago.")] = 0.0,
    orphans: Annotated[bool, typer.Option("--orphans", help="Only what nothing refers to.")] = False,
    others: Annotated[bool, typer.Option("--others", help="Also what this console did not make for you.")] = False,
    keep: Annotated[Several, typer.Option(help="Leave this exact name or pattern whatever else is said.")] = None,
    also: Annotated[
        Several, typer.Option(help="KIND:NAME that may go though its tags are not known or it holds files.")
    ] = None,
    studio: Annotated[
        str, typer.Option(help="A Studio domain, by id or name, with all in it; --keep takes file-system and bucket.")
    ] = "",
    protect: Annotated[Several, typer.Option(help="A further tag that protects.")] = None,
    region: Annotated[Several, typer.Option(help="Look there too; the connection's only when left out.")] = None,
    most: Annotated[int, typer.Option(min=1, help="How many things may go in this run.")] = 50,
    confirm: Annotated[str, typer.Option(help="The account's alias or number, as it would be typed.")] = "",
    seconds: Annotated[float, typer.Option(min=0, help="How long to look into everything at most.")] = 600.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan and change nothing.")] = False,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Remove what the filters mean, in the order that what uses what demands; what is in use or protected stays."""
    with answering(as_json):
        if dry_run and yes:
            raise InvalidRequest("A dry run changes nothing.", "", "Take --dry-run or --yes, not both.")
        console = open_console(context)
        request = console.cleaning.request(
            kinds=frozenset(_kind(each) for each in kind or ()), names=tuple(name or ()), owners=tuple(owner or ()),
            tags=dict(_tag(each) for each in tag or ()), older_than=timedelta(days=older_than), orphans=orphans,
            others=others, keep=tuple(keep or ()), regions=tuple(region or ()), most=most,
            protection=("sagedeck:protected", *(protect or ())),
        )  # fmt: skip
        request = _with_ticks(console, request, also or [])
        request = _of_studio(console, studio, request, seconds) if studio else request
        _clean(console, request, confirm, seconds, dry_run, yes, as_json)


def _clean(
    console: Console, request: CleanupRequest, confirm: str, seconds: float, dry_run: bool, yes: bool, as_json: bool
) -> None:
    from services.cleanup.telling import document, lines, outcome
    from services.plans.records import report_of

    found = console.cleaning.settled(request, seconds, _told_of)
    if dry_run or not (yes or sys.stdin.isatty()):
        if as_json:
            typer.echo(json.dumps(document(found, console.connection.identity.partition), default=str))
        else:
            _print(found)
        return
    kept = document(found, console.connection.identity.partition)["keeps"]
    if not found.going:
        if as_json:
            typer.echo(json.dumps({"status": "nothing", "gone": [], "left": [], "keeps": kept}, default=str))
        else:
            typer.echo("Nothing is to go.")
            _stays(found, MOST_TOLD)
        return
    _agree(found, confirm, yes)
    run = console.runs.start(found.plan)
    view = follow_run(console, run)
    console.cleaning.forget()
    if as_json:
        typer.echo(json.dumps(outcome(view, console.owner) | {"keeps": kept}, default=str))
    else:
        typer.echo("\n".join(lines(report_of(view, console.owner))))
        _stays(found, MOST_TOLD)
    if view.status != "done":
        say(f"`sagedeck resume-run {run[:8]}` goes on with what is left.")
        raise typer.Exit(1)


def _agree(found: Cleanup, confirm: str, yes: bool) -> None:
    """Have the account named, unless `--yes` says that it was; a name that was given is compared either way."""
    if confirm and not found.confirmed_by(confirm):
        raise InvalidRequest(
            f"This connection is to the account {found.confirmation}.", f"{confirm} is another.", "Nothing was changed."
        )
    if yes or confirm:
        return
    _print(found)
    typed = typer.prompt(f"Type {found.confirmation} to remove {len(found.going)} things", err=True)
    if not found.confirmed_by(typed):
        raise InvalidRequest("That is not this account's name.", "", "Nothing was changed.")


def _print(found: Cleanup) -> None:
    for gap in found.gaps:
        say(f"! {gap}")
    print_plan(found.plan, as_json=False)
    _stays(found)
    saved = found.saved_per_month
    typer.echo(
        f"{len(found.going)} go, {len(found.staying)} stay"
        + (f"; saves ${saved:,.2f} a month (an estimate)." if saved is not None else "; what it saves is not known.")
    )
    for each in found.going:
        typer.echo(f"  {each.key.kind:<24} {each.key.name}  {each.why}")


def _stays(found: Cleanup, most: int = 0) -> None:
    """Say what was meant and stays, with why; of more than `most` the number, where there is such a limit."""
    for each in found.staying[: most or None]:
        say(f"  stays  {each.key.kind:<24} {each.key.name}  {each.why}")
    if most and len(found.staying) > most:
        say(f"  … {len(found.staying) - most} more stay; --dry-run lists them.")


def _told_of(held: Holdings) -> bool:
    if held.reading and held.reading % 250 == 0:
        say(f"Still looking into {held.reading} of {len(held.resources)} things.")
    return False


def _kind(text: str) -> object:
    from services.resources import Kind

    wanted = text.strip().casefold().replace("-", " ").replace("_", " ")
    for kind in Kind:
        if kind.casefold() == wanted:
            return kind
    raise InvalidRequest(f"There is no kind {text}.", "", f"Choose one of {', '.join(Kind)}.")


def _tag(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key, value


def _with_ticks(console: Console, request: CleanupRequest, also: list[str]) -> CleanupRequest:
    """The request with what was named by kind and exact name, in the regions that are looked at."""
    from dataclasses import replace

    from services.resources import Key

    regions = ("", *(request.regions or (console.connection.identity.region,)))
    ticked: set[Key] = set()
    for each in also:
        kind, _, name = each.partition(":")
        if not name:
            raise InvalidRequest(f"{each} names no thing.", "", "Write it as KIND:NAME, such as bucket:my-bucket.")
        ticked |= {Key(_kind(kind), name, region) for region in regions}  # type: ignore[arg-type]
    return replace(request, also=frozenset(ticked))


def _of_studio(console: Console, studio: str, request: CleanupRequest, seconds: float) -> CleanupRequest:
    """What asks for a domain with everything in it but what is kept and what that cannot do without."""
    from dataclasses import replace

    from services.cleanup.domains import domain_of, kept_of, studio_request, with_used

    tree = domain_of(console.resources.settled(seconds, request.regions), studio)
    removed = {each.key for each in tree.parts()} - with_used(tree, kept_of(tree, request.keep))
    asked = studio_request(tree, removed, request.owner)
    return replace(asked, protection=request.protection, also=request.also)
