"""`sagedeck refresh`: renew what the console knows of prices, quotas, models and images, each on its own."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from cli.opening import JsonFlag, answering, app, open_console, say
from services.errors import InvalidRequest

if TYPE_CHECKING:
    from services.catalog.refreshing import Renewal, Standing

Named = TypeVar("Named", bound=StrEnum)
_NAMES = "prices, rates, quotas, models, images"


@app.command()
def refresh(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help=f"Of {_NAMES}; all of them where none is named.")] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            help="Take what would be refused: `fewer` for more than a quarter fewer rows, `jumps` for prices that"
            " moved by more than half. May be given twice."
        ),
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Only tell source, date and rows of each; ask nobody.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Renew data sets in your own folder; what is refused or fails leaves what was there, and ends with 1."""
    with answering(as_json):
        from services.catalog.plausible import Doubt
        from services.catalog.refreshing import DataSet

        wanted = [_one_of(DataSet, name, "data set") for name in names or list(DataSet)]
        accepted = [_one_of(Doubt, name, "doubt that can be accepted") for name in accept or ()]
        refreshing = open_console(context).refreshing
        if show:
            standings = [refreshing.standing(name) for name in wanted]
            _print([_told(each) for each in standings], [_line(each) for each in standings], as_json)
            return
        renewals = []
        for name in dict.fromkeys(wanted):
            say(f"Reading {name} …")
            renewals.append(refreshing.renew(name, accepted))
            if not as_json:
                _report(renewals[-1])
        if as_json:
            _print([each.as_dict() for each in renewals], [], as_json)
        if not all(each.done for each in renewals):
            raise typer.Exit(1)


def _one_of(kind: type[Named], name: str, what: str) -> Named:
    try:
        return kind(name)
    except ValueError:
        raise InvalidRequest(f"{name} is no {what}.", "", f"There is: {', '.join(kind)}.") from None


def _told(standing: Standing) -> dict[str, Any]:
    return {
        "name": str(standing.name),
        "title": standing.title,
        "region": standing.region,
        "source": standing.source,
        "as_of": standing.as_of,
        "rows": standing.rows,
        "stale": standing.stale,
        "problem": standing.problem.as_dict() if standing.problem else None,
    }


def _line(standing: Standing) -> str:
    return f"{standing.name:<8} {standing.rows:>6,} rows  as of {standing.as_of}  {standing.source}"


def _report(renewal: Renewal) -> None:
    if renewal.problem is not None:
        say(" ".join(filter(None, (renewal.problem.what, renewal.problem.why, renewal.problem.next))))
        if renewal.refused:
            say("To take it all the same: " + " ".join(f"--accept {each}" for each in renewal.refused))
        typer.echo(f"{renewal.name:<8} not renewed; {renewal.before:,} rows stay, as of {renewal.as_of}")
    else:
        typer.echo(
            f"{renewal.name:<8} {renewal.before:,} rows before, {renewal.after:,} now, as of {renewal.as_of}"
            f"  {renewal.source}"
        )


def _print(rows: list[dict[str, Any]], lines: list[str], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"data_sets": rows}))
    else:
        typer.echo("\n".join(lines))
