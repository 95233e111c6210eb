"""One model to deploy: what runs, how it answers, on what, for how much, under which name, and its licence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from services.deploy import (
    CatalogSource,
    DeployRequest,
    HubSource,
    Problem,
    RealTime,
    Serverless,
    Source,
    suggest_name,
)
from ui import (
    form_advanced,
    form_environment,
    form_lease,
    form_machine,
    form_mode,
    form_role,
    form_scaling,
    form_source,
)
from ui.escape import literal
from ui.field import Fields

if TYPE_CHECKING:
    from services.console import Console

ROLE_KEY, ONE_KEY = "deploy", "deploy.one"
TITLES = {form_source.ANY: "JumpStart model", form_source.HUB: "Hugging Face model"}
SCALING, ENVIRONMENT, NETWORK = "Scaling", "Environment", "Network"
STORAGE, RECORDS = "Storage, time", "Capture, tags"
# Which part holds the field of a problem, by how its name begins.
_PARTS = {
    "scaling": SCALING,
    "environment": ENVIRONMENT,
    "secrets": ENVIRONMENT,
    "advanced.subnets": NETWORK,
    "advanced.security_groups": NETWORK,
    "advanced.isolated": NETWORK,
    "advanced.kms_key": NETWORK,
    "advanced.capture": RECORDS,
    "advanced": STORAGE,
    "tags": RECORDS,
}
_IN_MORE = ("endpoint_name", "count", "lease_hours", "lease_then", "lease_reason", "fallbacks", *_PARTS)
_HUB_LIMITS = ("revision", "version", "most_input_tokens", "most_total_tokens", "quantization", "gpus", "weights_gib")
_MODE_MORE = ("mode.success", "mode.error", "mode.concurrency", "mode.kms_key")


@dataclass(frozen=True, slots=True)
class Card:
    """One form: what kind of model, and under which key its fields live. A pair's answer in real time."""

    kind: str
    key: str
    alone: bool = True

    def fields(self, problems: tuple[Problem, ...] = ()) -> Fields:
        """Its fields; of a model alone, what is said of the endpoint holds for whatever kind is chosen."""
        return Fields(self.key, shared=ONE_KEY if self.alone else "", problems=problems)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form says as it stands, and what is wrong with it."""

    request: DeployRequest
    problems: tuple[Problem, ...]


def read(console: Console, card: Card) -> Draft:
    """The request that the form makes as it stands. Asks nobody but the bundled catalogue."""
    fields = card.fields()
    source = form_source.read(console, fields, card.kind)
    mode = form_mode.read(fields) if card.alone else RealTime()
    environment, secrets = form_environment.read(fields)
    gated = isinstance(source, HubSource) and source.gated
    request = DeployRequest(
        source=source,
        endpoint_name=form_mode.endpoint_of(fields) if form_mode.endpoint_wanted(mode) else _name(card, source),
        instance_type="",
        role=form_role.read(console, Fields(ROLE_KEY)),
        owner=console.owner,
        mode=mode,
        count=fields.number("count"),
        environment=environment,
        secrets=tuple(dict.fromkeys((*secrets, *(("HF_TOKEN",) if gated else ())))),
        tags=form_advanced.tags(fields),
        scaling=form_scaling.read(fields, mode),
        advanced=form_advanced.read(fields),
        **({} if form_mode.endpoint_wanted(mode) else form_lease.read(console, fields)),
    )
    if _has_machine(request):
        chosen = fields.text(_machine_name(console, card, request)) or _usual(console, card, request)
        request = replace(request, instance_type=chosen, fallbacks=fields.several("fallbacks"))
        request = replace(request, mode=form_mode.with_accelerators(console, fields, request))
    unread = (*form_environment.problems(fields), *form_advanced.problems(fields))
    return Draft(request, (*unread, *console.deploy.problems(request)))


def _has_machine(request: DeployRequest) -> bool:
    return not (isinstance(request.mode, Serverless) or form_mode.endpoint_wanted(request.mode))


def _usual(console: Console, card: Card, request: DeployRequest) -> str:
    settings = console.settings
    embedding = card.kind == form_source.EMBEDDING
    configured = settings.embedding_instance_type if embedding else settings.language_instance_type
    return form_machine.usual(request, form_machine.offers(console, request), configured)


def _machine_name(console: Console, card: Card, request: DeployRequest) -> str:
    """The field's name: another model's choice of machine is another choice."""
    if isinstance(request.source, CatalogSource):
        return f"instance.{request.source.model_id}"
    return f"instance.{'hub' if isinstance(request.source, HubSource) else 'own'}.{_usual(console, card, request)}"


def _name_field(source: Source) -> str:
    if isinstance(source, CatalogSource):
        return f"name.{source.model_id}"
    return f"name.{'hub' if isinstance(source, HubSource) else 'own'}"


def _suggestion(card: Card, source: Source) -> str:
    now = st.session_state.setdefault(f"{card.key}.asked_at", datetime.now(UTC))  # a name holds the time of asking
    return suggest_name(source, now)


def _name(card: Card, source: Source) -> str:
    typed = st.session_state.get(card.fields().at(_name_field(source)))
    if typed is None or not (typed.strip() or isinstance(source, CatalogSource)):
        return _suggestion(card, source)
    return str(typed).strip()


def forget_names() -> None:
    """Suggest new names: those that were suggested are taken by what was deployed under them."""
    for key in [str(key) for key in st.session_state]:
        if key.startswith("deploy.") and (".name." in key or key.endswith(".asked_at")):
            del st.session_state[key]


def show(console: Console, card: Card) -> None:
    """Write the form of one model: a card, and beside it how the endpoint answers where that can be chosen."""
    draft = read(console, card)
    request, fields = draft.request, card.fields(draft.problems)
    if not card.alone:
        _what_runs(console, card, fields, request)
        return
    # the same places as a pair's, so that a browser keeps what is on the screen when one becomes the other
    left, right = st.columns(2, gap="medium")
    with right, st.container(border=True, key=f"{ONE_KEY}-mode", height="stretch", gap="small"):
        form_mode.choose(fields)
        form_mode.show(console, fields, request)
    with left:
        _what_runs(console, card, fields, request)


def _what_runs(console: Console, card: Card, fields: Fields, request: DeployRequest) -> None:
    with st.container(border=True, key=f"{card.key}-card", height="stretch", gap="small"):
        st.subheader(TITLES.get(card.kind, card.kind), anchor=False)
        form_source.show(console, fields, card.kind)
        if _has_machine(request):
            form_machine.show(console, fields, request, _machine_name(console, card, request))
        _more(console, card, fields, request)
        form_source.licence(console, fields, card.kind)
        fields.rest()


def _more(console: Console, card: Card, fields: Fields, request: DeployRequest) -> None:
    """What has a good default already. Drawn once it is opened."""
    more = st.expander("Name, count, further settings", type="compact", key=fields.at("more"), on_change="rerun")
    if not more.open:
        return
    with more:
        if not form_mode.endpoint_wanted(request.mode):
            _name_and_count(card, fields, request)
            form_lease.show(console, fields)
        if _has_machine(request):
            form_machine.fallbacks(console, fields, request)
        if card.kind in form_source.TASKS:
            fields.switch("Choose from the whole catalogue", "every", help="Otherwise only a small first choice.")
        parts = st.tabs(
            [SCALING, ENVIRONMENT, NETWORK, STORAGE, RECORDS], key=fields.at("parts"), on_change="rerun"
        )  # fmt: skip
        scaling, environment, network, storage, records = parts
        with scaling:
            if scaling.open:
                form_scaling.show(fields, request)
        with environment:
            if environment.open:
                form_environment.show(fields)
        with network:
            if network.open:
                form_advanced.network(fields)
        with storage:
            if storage.open:
                form_advanced.storage(fields)
        with records:
            if records.open:
                form_advanced.records(fields)


def _name_and_count(card: Card, fields: Fields, request: DeployRequest) -> None:
    left, right = st.columns([3, 1])
    suggestion = _suggestion(card, request.source)
    with left:
        if isinstance(request.source, CatalogSource):
            fields.ask("Endpoint name", _name_field(request.source), "endpoint_name", value=suggestion)
        else:  # what it is named after is still being typed
            fields.ask("Endpoint name", _name_field(request.source), placeholder=suggestion)
            fields.under("endpoint_name")
    with right:
        if _has_machine(request):
            fields.whole("Count", "count", "count")


def unfold(card: Card, problems: tuple[Problem, ...]) -> None:
    """Open what is folded over the fields that have to be mended; for a button's callback."""
    fields = card.fields()
    for problem in reversed(problems):  # the first of them is seen in the end
        name = problem.field
        if any(name == each or name.startswith(f"{each}.") for each in _IN_MORE):
            st.session_state[fields.at("more")] = True
        part = next((part for each, part in _PARTS.items() if name == each or name.startswith(f"{each}.")), None)
        if part:
            st.session_state[fields.at("parts")] = part
        if name.removeprefix("source.") in _HUB_LIMITS:
            st.session_state[fields.at("hub.limits")] = True
        if name in _MODE_MORE:
            st.session_state[fields.at("mode.more")] = True


def sentence(console: Console, request: DeployRequest) -> str:
    """What is asked for, in a line of Markdown."""
    name = literal(console.deploy.describe(request).name)
    return f"**{name}** {literal(form_mode.place_of(request))}"
