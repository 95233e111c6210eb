"""How long a lease is, as it is typed: 8h, 30m, 2d, 1w, or a number of hours; and what `deploy` is told of one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from services.errors import InvalidRequest

if TYPE_CHECKING:
    from cli.deploy_options import Options
    from services.console import Console
    from services.deploy import DeployRequest

_UNITS = {"m": 1 / 60, "h": 1.0, "d": 24.0, "w": 168.0}
_LENGTH = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*([mhdw]?)", re.ASCII)


def hours_of(text: str) -> float:
    """The hours of "8h", "90m", "2d", "1w" or "8". Raises InvalidRequest."""
    found = _LENGTH.fullmatch(text.strip().lower())
    if found is None:
        raise InvalidRequest(f"“{text[:30]}” is no length of time.", "", "Write it like 8h, 30m, 2d or 1w.")
    return float(found[1]) * _UNITS[found[2] or "h"]


def leased(console: Console, request: DeployRequest, options: Options) -> DeployRequest:
    """The request with its lease: as the options say, else as the file or the setting does, its end from now."""
    hours = request.lease_hours or float(console.settings.lease_hours)
    if options.lease is not None:
        hours = hours_of(options.lease)
    if options.onto and options.lease is None:
        hours = 0.0  # the endpoint is there already
    told = replace(
        request, lease_hours=hours, lease_reason=options.lease_reason or request.lease_reason,
        lease_then=options.lease_then or request.lease_then,
    )  # fmt: skip
    return console.deploy.dated(told)
