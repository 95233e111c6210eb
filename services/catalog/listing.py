"""The list of models: the snapshot, and what JumpStart says it offers in this region, read from the account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.catalog import jumpstart
from services.catalog.jumpstart import CatalogModel
from services.catalog.tasks import Task, task_named

LONGEST_NAME = 63  # characters: the hub does not list what is longer
MOST_LISTED = 20_000  # rows of a list that are looked at: JumpStart has some 10,000 versions


@dataclass(frozen=True, slots=True)
class Listing:
    """Which models there are, and who says so.

    read_at   Unix time at which the account was asked; 0.0 is the snapshot alone
    new       how many models the snapshot does not know
    problem   why the account's list could not be read when it was last asked for, "" it could or was not
    """

    models: tuple[CatalogModel, ...]
    source: str
    read_at: float = 0.0
    new: int = 0
    problem: str = ""


def bundled(problem: str = "") -> Listing:
    """The snapshot alone."""
    return Listing(tuple(jumpstart.models().values()), f"snapshot of {jumpstart.as_of()}", problem=problem)


def numbers(version: str) -> tuple[int, ...]:
    """A version as something that can be compared: 4.10.2 comes after 4.9.0."""
    return tuple(int(part) if part.isdigit() else 0 for part in version.removeprefix("v").split("."))


def of_manifest(entries: Iterable[Mapping[str, Any]], *, sold: bool) -> list[dict[str, Any]]:
    """JumpStart's manifest, a row for each model and version, as one row for each model with its newest version."""
    newest: dict[str, str] = {}
    for entry in entries:
        model_id, version = str(entry["model_id"]), str(entry["version"])
        if model_id and (model_id not in newest or numbers(version) > numbers(newest[model_id])):
            newest[model_id] = version
    return [{"id": model_id, "version": version, "marketplace": sold} for model_id, version in newest.items()]


def of_hub(contents: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The public hub's contents as rows; task and provider are in its search keywords ("@task:…")."""
    rows = []
    for content in contents:
        told = [str(word) for word in content.get("keywords", ())]
        row = {"id": content["id"], "version": content["version"], "name": content.get("name", "")}
        for word in told:
            for mark in ("task", "provider"):
                if word.startswith(f"@{mark}:"):
                    row[mark] = word.partition(":")[2]
        row["marketplace"] = any("marketplace" in word.lower() for word in told)
        rows.append(row)
    return rows


def merged(rows: Sequence[Mapping[str, Any]], *, source: str, read_at: float) -> Listing:
    """The account's rows over the snapshot: new models appear, versions are the account's.

    A model of the snapshot that the list does not name is not offered here any more, and says so.
    """
    listed = {str(row["id"]): row for row in rows[:MOST_LISTED]}
    known = jumpstart.models()
    found = [_known(each, listed.get(each.id), source) for each in known.values()]
    new = [_new(row, source) for model_id, row in listed.items() if model_id not in known]
    return Listing((*found, *new), source, read_at, len(new))


def _known(model: CatalogModel, row: Mapping[str, Any] | None, source: str) -> CatalogModel:
    if row is not None:
        return replace(model, version=str(row["version"]) or model.version, source=source)
    if model.marketplace or len(model.id) > LONGEST_NAME:
        return model
    return replace(model, offered=False, source=f"{model.source}; not named by {source}")


def _new(row: Mapping[str, Any], source: str) -> CatalogModel:
    told = str(row.get("task", "")).lower().replace(" ", "-")
    task = task_named(told) if told else None
    return jumpstart.new_model(
        str(row["id"]),
        name=str(row.get("name", ""))[:120],
        task=None if task is Task.OTHER else task,
        provider=str(row.get("provider", ""))[:60],
        version=str(row.get("version", "")),
        marketplace=bool(row.get("marketplace")),
        source=source,
    )
