"""What preflight found, as lines of a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from cli.opening import say
from services.errors import InvalidRequest

if TYPE_CHECKING:
    from services.console import Console
    from services.deploy import DeployRequest
    from services.plans import Plan
    from services.preflight import Fix, Line, Preflight, Request

_MARKS = {"stop": "STOP", "warning": "!", "unknown": "?", "ok": "ok"}


def as_one(wanted: Sequence[DeployRequest]) -> Request:
    """One request, or the pair that two make. Raises InvalidRequest."""
    from services.deploy import RagPairRequest

    if len(wanted) == 1:
        return wanted[0]
    if len(wanted) == 2:
        return RagPairRequest(embedding=wanted[0], language=wanted[1])
    raise InvalidRequest("One or two models can be deployed at a time.", "", "Two make a pair: embedding, language.")


def say_stops(console: Console, wanted: Sequence[DeployRequest], plan: Plan) -> None:
    """Tell what would make a deployment fail, before anybody confirms it; nothing when nothing is known to."""
    for line in console.preflight.check(as_one(wanted), plan=plan).stops:
        say(f"  {sentence(line)}")


def sentence(line: Line) -> str:
    """A line as one of a terminal, with the place where it is mended."""
    about = f"{line.about}: " if line.about else ""
    urls = " ".join(fix.url for fix in line.fixes if fix.url)
    return " ".join(part for part in (f"{_MARKS[line.verdict]:<5}{about}{line.words}", line.detail, urls) if part)


def as_dict(found: Preflight, request: Request) -> dict[str, Any]:
    """All of it as one JSON value."""
    rows = [
        {
            "topic": str(line.topic),
            "verdict": str(line.verdict),
            "words": line.words,
            "detail": line.detail,
            "about": line.about,
            "fixes": [_fix(fix, request) for fix in line.fixes],
        }
        for line in found.lines
    ]
    return {"stops": len(found.stops), "took_seconds": round(found.took_seconds, 3), "lines": rows}


def _fix(fix: Fix, request: Request) -> dict[str, Any]:
    change = _changed(request, fix.change) if fix.change is not None else {}
    given = {"words": fix.words, "url": fix.url, "page": fix.page, "change": change}
    return {name: value for name, value in given.items() if value}


def _changed(before: Any, after: Any) -> dict[str, Any]:
    """The values that differ, by the dotted name of their field; a role is told by its name or ARN."""
    found: dict[str, Any] = {}
    for field in fields(after):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old == new:
            continue
        if type(old) is type(new) and hasattr(new, "__dataclass_fields__"):
            found |= {f"{field.name}.{name}": value for name, value in _changed(old, new).items()}
        else:
            found[field.name] = getattr(new, "name", None) or getattr(new, "arn", None) or new
    return found
