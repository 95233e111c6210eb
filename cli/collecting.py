"""Commands about collections: list them, make one, empty one, delete one."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.following import PlanFlag, Script, ScriptFormat, WithScript, carry_out, only_shown
from cli.opening import JsonFlag, YesFlag, answering, app, open_console, say
from services.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.console import Console
    from services.knowledge import Collection, CollectionRequest, StoreKind
    from services.plans import Plan

group = typer.Typer(help="Collections of documents: list, create, empty, delete.")
app.add_typer(group, name="collections")
StoreOption = Annotated[str, typer.Option("--store", help="local (this machine) or astra.")]


@group.callback(invoke_without_command=True)
def every(
    context: typer.Context,
    store: Annotated[str, typer.Option("--store", help="local or astra; both when left out.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """List collections: dimension, metric, passages, embedding model, made here or not, documents of others."""
    if context.invoked_subcommand is None:
        _list(context, store, as_json)


@group.command(name="list")
def list_collections(
    context: typer.Context,
    store: Annotated[str, typer.Option("--store", help="local or astra; both when left out.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """List collections: dimension, metric, passages, embedding model, made here or not, documents of others."""
    _list(context, store, as_json)


def _list(context: typer.Context, store: str, as_json: bool) -> None:
    from services.knowledge import StoreKind

    with answering(as_json):
        console = open_console(context)
        asked = (
            [_store(store)] if store else [StoreKind.LOCAL, *([StoreKind.ASTRA] if console.connection.astra else [])]
        )
        found = [each for kind in asked for each in console.knowledge.survey(kind)]
        if as_json:
            typer.echo(json.dumps([asdict(each) for each in found]))
        else:
            lines = [_line(each) for each in found]
            typer.echo("\n".join(lines) or "No collections. The first document makes one; so does `create`.")


def _line(each: Collection) -> str:
    count = "?" if each.passages is None else f"{'>= ' if each.at_least else ''}{each.passages:,}"
    whose = "made here" if each.made_here else "made elsewhere"
    others = ", with documents of others" if each.others else ""
    model = ", ".join(each.models) or "any model"
    return (
        f"{each.store:<6} {each.name:<40} {each.dimension:>5} {each.metric:<12} {count:>10}  {model}  ({whose}{others})"
    )


@group.command(cls=WithScript)
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Left out: the usual name of its dimension and metric.")] = "",
    dimension: Annotated[int, typer.Option(min=0, help="Numbers a vector has; --embedding knows it.")] = 0,
    metric: Annotated[str, typer.Option(help="cosine, dot_product or euclidean.")] = "cosine",
    embedding: Annotated[str, typer.Option(help="Endpoint whose model the collection is bound to.")] = "",
    store: StoreOption = "local",
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Make a collection; any model of its dimension may fill it first, unless --embedding binds it."""
    with answering(as_json):
        console = open_console(context)
        wanted = _request(console, name, dimension, metric, embedding, _store(store))
        _run(console, lambda: console.knowledge.plan_collection(wanted), wanted.name, show_plan, script, yes, as_json)


def _request(
    console: Console, name: str, dimension: int, metric: str, embedding: str, store: StoreKind
) -> CollectionRequest:
    from services.knowledge import CollectionRequest
    from services.knowledge.checks import checked_metric, checked_name
    from services.knowledge.holding import usual_collection

    model = ""
    if embedding:
        held, known = console.embedding(embedding).known()
        model = held.model
        if dimension not in (0, known):
            raise InvalidRequest(f"{embedding} gives vectors of {known} numbers, not {dimension}.", "", "Leave it out.")
        dimension = known
    if not dimension:
        raise InvalidRequest("The collection's dimension is missing.", "", "Give --dimension, or --embedding.")
    usual = usual_collection(dimension, checked_metric(metric))
    return CollectionRequest(
        checked_name(name or console.knowledge.home(store, usual, model)), dimension, store, metric, model
    )


@group.command(cls=WithScript)
def empty(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The collection.")],
    store: StoreOption = "local",
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Remove your documents from a collection; it stays, and so does what others put into it."""
    with answering(as_json):
        console, kind = open_console(context), _store(store)
        plan = lambda: console.knowledge.plan_empty_collection(kind, name)  # noqa: E731
        _run(console, plan, name, show_plan, script, yes, as_json)


@group.command(cls=WithScript)
def delete(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The collection.")],
    store: StoreOption = "local",
    show_plan: PlanFlag = False,
    script: Script = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Remove a collection with your documents in it; refused while something in it is not yours."""
    with answering(as_json):
        console, kind = open_console(context), _store(store)
        plan = lambda: console.knowledge.plan_delete_collection(kind, name)  # noqa: E731
        _run(console, plan, name, show_plan, script, yes, as_json)


def _run(
    console: Console,
    plan: Callable[[], Plan],
    name: str,
    show_plan: bool,
    script: ScriptFormat | None,
    yes: bool,
    as_json: bool,
) -> None:
    planned = plan()
    if only_shown(console, planned, show_plan=show_plan, script=script, as_json=as_json):
        return
    for warning in planned.warnings:
        say(f"  ! {warning}")
    view = carry_out(console, planned, yes, replan=plan)
    result: dict[str, Any] = {"collection": name, "status": str(view.status), "run": view.id}
    typer.echo(json.dumps(result) if as_json else f"{planned.title}: {view.status}")


def _store(word: str) -> StoreKind:
    from services.knowledge import StoreKind

    try:
        return StoreKind(word)
    except ValueError:
        raise InvalidRequest(f"There is no store {word}.", "", "Choose local or astra.") from None
