"""`sagedeck logs`: what the containers of an endpoint wrote, searched or followed."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from cli.following import ended_as_by_hand
from cli.opening import JsonFlag, answering, app, open_console, say
from services.errors import InvalidRequest, PermissionDenied, SagedeckError, Throttled
from services.logs import Filter, Level, LogGroup, LogLine, component, endpoint, select
from services.logs.filters import at_least
from services.logs.live import MOST_SECONDS, SECONDS
from services.logs.models import Outcome
from services.logs.searching import moment

if TYPE_CHECKING:
    from services.console import Console

DAY = 86_400.0
USUAL = 7 * DAY  # that are searched where nothing is said
MOST = 100_000
_COLOURS = {Level.ERROR: typer.colors.RED, Level.WARNING: typer.colors.YELLOW, Level.DEBUG: typer.colors.BRIGHT_BLACK}


@app.command()
def logs(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The endpoint.")],
    component_name: Annotated[str, typer.Option("--component", help="An inference component on it.")] = "",
    since: Annotated[str, typer.Option(help="How far back to search: 20m, 1h, 7d. Without it, the newest lines.")] = "",
    level: Annotated[str, typer.Option(help="error, warning, info or debug: that one and graver.")] = "",
    text: Annotated[str, typer.Option(help="Only lines with this in them; case does not count.")] = "",
    regex: Annotated[str, typer.Option(help="Only lines that fit this expression (RE2).")] = "",
    stream: Annotated[str, typer.Option(help="Only streams that begin so: a variant, or variant/instance.")] = "",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as lines come; Ctrl-C ends it.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="Lines at most, the newest.")] = 200,
    as_json: JsonFlag = False,
) -> None:
    """What the containers of an endpoint wrote, oldest first; with --follow --json one line of JSON for each."""
    with answering(as_json):
        wanted = Filter(text, regex, at_least(_level(level)) if level else frozenset(), stream)
        wanted.check()
        span = _span(since)
        console = open_console(context)
        group = component(component_name) if component_name else endpoint(name)
        if follow:
            with ended_as_by_hand():
                _follow(console, name, group, wanted, span, limit, as_json)
        else:
            _once(console, name, group, wanted, span, limit, as_json)


def _level(text: str) -> Level:
    known = {"error": Level.ERROR, "warning": Level.WARNING, "warn": Level.WARNING, "info": Level.INFO}
    found = (known | {"debug": Level.DEBUG}).get(text.lower())
    if found is None:
        raise InvalidRequest(f"{text!r} is no level.", "", "Take error, warning, info or debug.")
    return found


def _span(text: str) -> float | None:
    """A span of time in seconds, None where none is given."""
    if not text:
        return None
    found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?)\s*([smhdw])", text.strip())
    if not found or not float(found[1]):
        raise InvalidRequest(f"{text!r} is no span of time.", "", "Write 90s, 20m, 3h, 7d or 2w.")
    return float(found[1]) * {"s": 1, "m": 60, "h": 3600, "d": DAY, "w": 7 * DAY}[found[2]]


def _once(
    console: Console, name: str, group: LogGroup, wanted: Filter, span: float | None, limit: int, as_json: bool
) -> None:
    met, lines, note = _read(console, group, wanted, span, limit)
    _refuse(met, group)
    if not met.there:
        note = _absent(console, name, group)
    if as_json:
        typer.echo(json.dumps({"group": group.name, "there": met.there, "lines": [each.as_dict() for each in lines]}))
    else:
        _print(lines, as_json=False)
    if note:
        say(note)


def _absent(console: Console, name: str, group: LogGroup) -> str:
    """Why there is no log. Raises NotFound where it is the endpoint that is not there."""
    parts = console.detail(name).components
    if parts and group == endpoint(name):
        return f"Its containers are those of its components: add --component {', or '.join(parts)}."
    return f"Nothing has been written to {group.name} yet: it appears with the first line of a container."


def _read(
    console: Console, group: LogGroup, wanted: Filter, span: float | None, limit: int
) -> tuple[Outcome, tuple[LogLine, ...], str]:
    if span is None and wanted.empty:
        page = console.logs.tail(group, limit=limit)
        more = (
            f"{page.more_streams} older streams are not shown; search them with --since." if page.more_streams else ""
        )
        return page, page.lines[-limit:], more
    found = console.logs.search(
        group, text=wanted.text, regex=wanted.pattern, levels=wanted.levels, begins=wanted.begins, limit=limit,
        since=console.connection.now() - (span or USUAL),
    )  # fmt: skip
    note = "" if found.lines or not found.there else f"No line fits of the {found.seen:,} since {moment(found.since)}."
    if not found.complete:
        note = f"{note} There is more before {moment(found.since)}: narrow the search, or raise --limit.".strip()
    return found, found.lines, note


def _follow(
    console: Console, name: str, group: LogGroup, wanted: Filter, span: float | None, limit: int, as_json: bool
) -> None:
    """Print what is there, then what comes, until somebody ends it."""
    cursor, every, waiting, began = None, SECONDS, False, console.connection.now() - (span or float("inf"))
    try:
        while True:
            page = console.logs.tail(group, cursor=cursor, limit=max(limit, 200))
            if page.slowed:
                every = min(every * 2, MOST_SECONDS)
                say(f"CloudWatch asks to slow down; the next look is in {every:.0f} s.")
            else:
                _refuse(page, group)
                every = SECONDS
            if not page.there and not waiting:
                say(f"{_absent(console, name, group)} Waiting for it.")
                waiting = True
            if page.known and page.there:
                lines = [each for each in select(page.lines, wanted) if each.at >= began]
                _print(lines if cursor else lines[-limit:], as_json)
                cursor = page.cursor
            time.sleep(every)
    except KeyboardInterrupt:
        say("Ended.")


def _refuse(met: Outcome, group: LogGroup) -> None:
    """Raises what stood in the way of reading."""
    if met.denied:
        raise PermissionDenied(
            f"The log {group.name} may not be read.",
            f"The identity in use lacks the permission {met.denied}.",
            "Ask whoever manages permissions for it; `sagedeck policy` prints a whole one.",
            action=met.denied,
        )
    if met.slowed:
        raise Throttled("CloudWatch asks to slow down.", "", "Wait a moment and try again.")
    if met.problem:
        raise SagedeckError(f"The log {group.name} cannot be read.", met.problem)


def _print(lines: Iterable[LogLine], as_json: bool) -> None:
    for line in lines:
        if as_json:
            typer.echo(json.dumps(line.as_dict()))
            continue
        head = f"{moment(line.at)} {line.level.kind.upper():<7} {line.stream}"
        cut = f"… ({line.cut:,} more characters)" if line.cut else ""
        typer.echo(typer.style(f"{head}  {line.text}{cut}", fg=_COLOURS.get(line.level)))
