"""`sagedeck models`: find a model of the catalogue, and see one of them in full."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from cli.opening import JsonFlag, answering, app, open_console, say
from services.errors import InvalidRequest

if TYPE_CHECKING:
    from services.catalog import CatalogModel, Found, Hit, ModelDetails, Query
    from services.console import Console

MOST = 500


class _FindByDefault(TyperGroup):
    """`sagedeck models llama` is `sagedeck models find llama`: what is no command is something to look for."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command in front of what is looked for."""
        if "--help" not in args and not (args and args[0] in self.commands):
            args = ["find", *args]
        return super().parse_args(ctx, args)


models_app = typer.Typer(
    cls=_FindByDefault,
    no_args_is_help=False,
    help="Find models; `show ID` tells all of one. Its options: models find --help.",
)
app.add_typer(models_app, name="models")


@models_app.command("find")
def find(
    context: typer.Context,
    text: Annotated[list[str] | None, typer.Argument(help="Words of its name, id, provider or task.")] = None,
    task: Annotated[str, typer.Option(help="What it is for, such as text-generation or image-classification.")] = "",
    provider: Annotated[str, typer.Option(help="Who made it.")] = "",
    eula: Annotated[bool | None, typer.Option("--eula/--no-eula", help="With a licence to accept, or without.")] = None,
    gated: Annotated[bool | None, typer.Option("--gated/--not-gated", help="Whether its weights are gated.")] = None,
    max_price: Annotated[float | None, typer.Option(min=0, help="USD an hour of its cheapest instance type.")] = None,
    gpu: Annotated[str, typer.Option(metavar="TYPE", help="Fits the GPU of this instance type.")] = "",
    instance_type: Annotated[str, typer.Option(metavar="TYPE", help="Published for this instance type.")] = "",
    quota: Annotated[bool, typer.Option("--quota", help="Leave out those whose quota is used up.")] = False,
    deployable: Annotated[bool, typer.Option("--deployable", help="Only what can be deployed as it is known.")] = False,
    fine_tunable: Annotated[bool, typer.Option("--fine-tunable", help="Only what can be fine-tuned.")] = False,
    unknown: Annotated[bool, typer.Option("--unknown", help="Also those of which it is not known.")] = False,
    sort: Annotated[str, typer.Option(help="recommended, name, price or size.")] = "recommended",
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many at most.")] = 20,
    refresh: Annotated[bool, typer.Option("--refresh", help="Read the account's list of models anew first.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Find models of JumpStart by words and conditions, with the lowest price here."""
    with answering(as_json):
        from services.catalog import Licence, Query

        query = Query(
            text=" ".join(text or ()),
            task=_task(task),
            provider=provider,
            licence=None if eula is None else Licence.NEEDED if eula else Licence.NONE,
            gated=gated,
            most_usd=max_price,
            fits_quota=quota,
            gpu=_machine(gpu),
            instance_type=instance_type,
            deployable=True if deployable else None,
            fine_tunable=True if fine_tunable else None,
            unknown=unknown,
            order=_order(sort),
        )
        _tell(*_found(open_console(context), query, refresh), limit, as_json)


@models_app.command("show")
def show(context: typer.Context, model_id: str, as_json: JsonFlag = False) -> None:
    """Tell everything known of a model: prices, licence, versions, and what a request looks like."""
    with answering(as_json):
        console = open_console(context)
        details = console.catalog.details(model_id)
        if as_json:
            typer.echo(json.dumps(_details(details, console.catalog.region)))
            return
        typer.echo("\n".join(_lines(details, console)))


def _found(console: Console, query: Query, refresh: bool) -> tuple[Found, str]:
    if refresh:
        problem = console.catalog.refresh_models().problem
        if problem:
            say(f"The account's list could not be read: {problem}")
    left = console.quota_left() if query.fits_quota else None
    return console.catalog.find_models(query, left), console.catalog.listing.source


def _tell(found: Found, source: str, limit: int, as_json: bool) -> None:
    hits = found.hits[:limit]
    if as_json:
        rows = [_row(hit) for hit in hits]
        typer.echo(json.dumps({"models": rows, "found": len(found.hits), "unknown": found.unknown, "source": source}))
        return
    for hit in hits:
        marks = " ".join(_marks(hit.model))
        typer.echo(f"{_price(hit.usd):>14}  {hit.model.id:<64} {hit.model.task:<22} {marks}".rstrip())
    more = f", of which {len(hits)} are shown (--limit)" if len(found.hits) > len(hits) else ""
    say(f"{len(found.hits):,} models{more}; source: {source}.")
    if not hits:
        say("Take a condition away or try another word. Any model of the hub: sagedeck deploy --hub OWNER/NAME.")
    if found.unknown:
        say(f"{found.unknown:,} more might match: something asked for is not known of them (--unknown).")


def _row(hit: Hit) -> dict[str, object]:
    known = bool(hit.model.instances)
    return {**_model(hit.model), "usd_per_hour": hit.usd, "cheapest": hit.cheapest or None,
            "min_gpu_gib": hit.model.min_gpu_gib if known else None, "quota": hit.quota.value}  # fmt: skip


def _model(model: CatalogModel) -> dict[str, object]:
    return {
        "id": model.id, "name": model.name, "provider": model.provider, "task": model.task.value,
        "version": model.version, "licence": model.licence.value, "gated": model.gated,
        "marketplace": model.marketplace, "fine_tunable": model.fine_tunable, "deployable": model.deployable,
        "offered": model.offered, "billions": model.billions or None, "source": model.source,
    }  # fmt: skip


def _details(details: ModelDetails, region: str) -> Mapping[str, object]:
    model = details.model
    return {
        **_model(model),
        "region": region,
        "typical_seconds": model.typical_seconds if model.instances else None,
        "default_instance": model.default_instance or None,
        "instances": [
            {"type": name, "usd_per_hour": price.usd_per_hour, "source": price.source} for name, price in details.offers
        ],
        "versions": list(details.versions),
        "examples": [
            {"title": each.title, "content_type": each.content_type, "accept": each.accept or None,
             "request": each.request, "answer": each.answer or None, "source": each.source}
            for each in details.examples
        ],
        "environment": dict(model.environment),
        "links": dict(details.links),
        "unknown": list(details.unknown),
        "problem": details.problem or None,
    }  # fmt: skip


def _lines(details: ModelDetails, console: Console) -> list[str]:
    model = details.model
    lines = [f"{model.name}  ({model.id})", f"{model.provider or 'provider not known'}, {model.task}, version "
             f"{model.version or 'not known'}, by {model.source}", f"Licence: {model.licence.value}"]  # fmt: skip
    lines += [f"Note: {sentence}" for sentence in (*details.unknown, details.problem) if sentence]
    for name, price in details.offers:
        spec = console.catalog.instance(name)
        lines.append(f"{_price(price.usd_per_hour):>14}  {name:<20} {spec.sentence if spec else ''}".rstrip())
    for example in details.examples[:1]:
        lines += [f"A request ({example.content_type}):", example.request]
    return lines + [f"{label}: {url}" for label, url in details.links]


def _price(usd: float | None) -> str:
    return "price unknown" if usd is None else f"${usd:.3f}/h"


def _marks(model: CatalogModel) -> list[str]:
    told = {"eula": model.eula, "gated": model.gated, "marketplace": model.marketplace, "tunable": model.fine_tunable}
    return [name for name, holds in told.items() if holds]


def _task(name: str) -> str:
    from services.catalog import TASKS

    wanted = name.strip().lower()
    for task, told in TASKS.items():
        if wanted in ("", task.value, told.label.lower()):
            return task.value if wanted else ""
    raise InvalidRequest(f"{name!r} is no task.", "", f"Take one of {', '.join(TASKS)}.")


def _machine(name: str) -> str:
    from services.catalog import instance

    if name and instance(name) is None:
        raise InvalidRequest(f"{name!r} is no instance type that is known here.", "", "Write one such as ml.g5.xlarge.")
    return name


def _order(name: str) -> Any:
    from services.catalog import Order

    if name not in set(Order):
        raise InvalidRequest(f"{name!r} is no order.", "", f"Take one of {', '.join(Order)}.")
    return Order(name)
