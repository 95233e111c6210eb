"""The forms that change an endpoint in place: how many instances, which machine, which model, and how it moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.endpoints import NewModel, Rollout, ScaleRequest, Shift, UpdateRequest
from services.errors import NotFound
from ui import formats
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.catalog import CatalogModel
    from services.console import Console
    from services.endpoints import EndpointDetail, Variant

AS_NOW = "as now"
_SHIFTS = {
    Shift.ALL_AT_ONCE: "All requests at once, from a second fleet",
    Shift.CANARY: "A part first, the rest after a wait",
    Shift.LINEAR: "Part by part",
    Shift.ROLLING: "Batch by batch, without a second fleet",
}


def scale(console: Console, detail: EndpointDetail) -> ScaleRequest | None:
    """Another count or weight; the request once the person asks for its plan."""
    with st.container(border=True, key="scale-form"):
        st.subheader(f"Scale {literal(detail.name)}", anchor=False)
        variant = _variant(detail, "scale")
        with st.container(horizontal=True):
            count = st.number_input(
                "Instances", 1, _most(console, variant), max(variant.desired, 1),
                key=f"scale.count.{detail.name}.{variant.name}", disabled=not variant.instance_type,
            )  # fmt: skip
            weight = st.number_input(
                "Weight", 0.0, None, variant.weight, key=f"scale.weight.{detail.name}.{variant.name}",
                disabled=len(detail.variants) == 1, help="Share of the requests, against the other variants.",
            )  # fmt: skip
        _prices(console, detail, variant, variant.instance_type, int(count))
        if not st.button("Show the plan", type="primary", icon=":material/checklist:", key="scale.plan"):
            return None
        return ScaleRequest(
            name=detail.name, variant=variant.name, count=int(count) if variant.instance_type else None,
            weight=weight if len(detail.variants) > 1 else None,
        )  # fmt: skip


def update(console: Console, detail: EndpointDetail) -> UpdateRequest | None:
    """Another machine, count or model; the request once the person asks for its plan."""
    with st.container(border=True, key="update-form"):
        st.subheader(f"Update {literal(detail.name)}", anchor=False)
        variant = _variant(detail, "update")
        key = f"{detail.name}.{variant.name}"
        kinds = _kinds(console, detail, variant)
        with st.container(horizontal=True):
            kind = st.selectbox(
                "Instance type", kinds, key=f"update.type.{key}", accept_new_options=True,
                disabled=not variant.instance_type, format_func=lambda each: _priced(console, each),
            )  # fmt: skip
            count = st.number_input(
                "Instances", 1, _most(console, variant), max(variant.desired, 1), key=f"update.count.{key}",
                disabled=not variant.instance_type,
            )  # fmt: skip
        model = st.selectbox(
            "Model", [AS_NOW, *(each for each in console.changes.list_model_names() if each != variant.model_name)],
            key=f"update.model.{key}", accept_new_options=True, disabled=not variant.model_name,
            help="A model of this account, or type the id of one of the catalogue.",
        )  # fmt: skip
        known = _of_catalogue(console, str(model or AS_NOW))
        licence = _licence(console, known, key)
        rollout = _rollout(key)
        _prices(console, detail, variant, str(kind or ""), int(count))
        if not st.button("Show the plan", type="primary", icon=":material/checklist:", key="update.plan"):
            return None
        chosen = str(kind or "")
        return UpdateRequest(
            name=detail.name, config_name=console.changes.suggest_config_name(detail.name), variant=variant.name,
            instance_type=chosen if chosen != variant.instance_type else "",
            count=int(count) if variant.instance_type and count != variant.desired else 0,
            model=_model(console, str(model or AS_NOW), known, chosen, licence), rollout=rollout,
        )  # fmt: skip


def _most(console: Console, variant: Variant) -> int:
    """The cap of this console, or what runs already where that is more."""
    return max(console.changes.most_instances, variant.desired, 1)


def _variant(detail: EndpointDetail, key: str) -> Variant:
    if len(detail.variants) == 1:
        return detail.variants[0]
    named = {each.name: each for each in detail.variants}
    return named[st.selectbox("Production variant", list(named), key=f"{key}.variant.{detail.name}")]


def _kinds(console: Console, detail: EndpointDetail, variant: Variant) -> list[str]:
    """The present type first, then what its model is published for, cheapest first."""
    found = [variant.instance_type]
    try:
        if detail.model_id:
            offers = console.catalog.offers(console.catalog.describe_model(detail.model_id))
            found += [kind for kind, _ in offers if kind != variant.instance_type]
    except NotFound:
        pass  # not of the catalogue: any type may be typed
    return found


def _priced(console: Console, kind: str) -> str:
    return f"{kind} · {formats.per_hour(console.catalog.price(kind).usd_per_hour)}" if kind else "serverless"


def _of_catalogue(console: Console, model: str) -> CatalogModel | None:
    try:
        return None if model == AS_NOW else console.catalog.describe_model(model)
    except NotFound:
        return None


def _licence(console: Console, model: CatalogModel | None, key: str) -> bool:
    if model is None or not model.eula:
        return False
    st.markdown(f"{literal(model.name)} comes under a licence: {code(model.eula_url(console.catalog.region))}")
    return st.checkbox("I have read and accept the licence (EULA)", key=f"update.eula.{key}.{model.id}")


def _model(console: Console, name: str, known: CatalogModel | None, kind: str, licence: bool) -> str | NewModel:
    if name == AS_NOW:
        return ""
    return console.changes.catalogue_model(known.id, kind, accept_eula=licence) if known else name


def _rollout(key: str) -> Rollout:
    with st.expander("How it moves", icon=":material/swap_horiz:"):
        shift = st.selectbox("Requests move", list(_SHIFTS), format_func=lambda each: _SHIFTS[each], key=f"roll.{key}")
        if shift is Shift.ALL_AT_ONCE:
            percent, wait = 10, 300
        else:
            with st.container(horizontal=True):
                least = 5 if shift is Shift.ROLLING else 1
                percent = st.number_input("Percent at a time", least, 50, 10, key=f"roll.percent.{key}")
                wait = st.number_input("Seconds between", 0, 3600, 300, key=f"roll.wait.{key}")
        named = st.text_input(
            "CloudWatch alarms that take it back", key=f"roll.alarms.{key}", placeholder="none",
            help="Names, separated by commas. When one of them is in ALARM, AWS goes back to what was before.",
        )  # fmt: skip
    alarms = tuple(each.strip() for each in (named or "").split(",") if each.strip())
    if shift is Shift.ALL_AT_ONCE and not alarms:
        return Rollout()
    return Rollout(shift=shift, percent=int(percent), wait=int(wait), alarms=alarms)


def _prices(console: Console, detail: EndpointDetail, variant: Variant, kind: str, count: int) -> None:
    """What it costs now and would cost, before a plan is made."""
    if not variant.instance_type:
        st.markdown(":gray[Billed by the request, before and after.]")
        return
    now, mine = detail.usd_per_hour, variant.usd_per_hour
    new = console.catalog.price(kind).total(count)
    then = None if now is None or mine is None or new is None else now - mine + new
    before, after = formats.per_hour(now), formats.per_hour(then)
    words = f"Costs {before} now" + (f", **{after}** then" if after != before else ", and as much then")
    st.markdown(words.replace("$", "\\$"))
