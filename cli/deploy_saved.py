"""Requests kept in a file: written by `--save-request`, deployed by `--request`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from services.console import Console
    from services.deploy import DeployRequest


def load_requests(console: Console, path: Path, *, accept_eula: bool) -> list[DeployRequest]:
    """The requests of a file, for whoever deploys them now. Raises InvalidRequest, and OSError for an unreadable file.

    A licence is accepted by who deploys, never by a file.
    """
    from services.deploy import CatalogSource
    from services.deploy.saved import load

    found = []
    for request in load(path.read_text(encoding="utf-8", errors="replace")):
        source = request.source
        if isinstance(source, CatalogSource):
            source = replace(source, accept_eula=accept_eula)
        found.append(replace(request, source=source, owner=console.owner))
    return found


def save_requests(requests: Sequence[DeployRequest], path: Path, as_json: bool) -> None:
    """Write the requests into a file, anew where it exists."""
    from services.deploy.saved import save

    path.write_text(save(requests), encoding="utf-8")
    names = [each.endpoint_name for each in requests]
    typer.echo(json.dumps({"saved": str(path), "endpoints": names}) if as_json else f"{path}: {', '.join(names)}")
