"""One model in a drawer: what it is, what it runs on and costs, what a request looks like, the way to deploy it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.catalog import TASKS, Licence, Task
from ui import catalogue_table, error_box, formats, navigation, plain_table
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.catalog import CatalogModel, ModelDetails
    from services.console import Console

MOST_MACHINES, MOST_VERSIONS = 12, 12
MODEL, SOURCE = "deploy.model", "deploy.source"  # what the Deploy page begins with
_LICENCES = {
    Licence.NEEDED: "a licence (EULA) has to be accepted",
    Licence.NONE: "nothing to accept",
    Licence.UNKNOWN: "not known",
}


def open_detail(console: Console, model: CatalogModel) -> None:
    """The drawer that a row opens."""
    drawer = st.dialog(literal(model.name), width=760, position="right", icon=":material/network_intelligence:")
    drawer(_detail)(console, model.id)


def open_shared(console: Console) -> None:
    """The drawer of the model that the address names (`?model=…`), once. Raises NotFound."""
    model_id = str(st.query_params.pop("model", ""))
    if model_id:
        open_detail(console, console.catalog.describe_model(model_id))


def _detail(console: Console, model_id: str) -> None:
    with error_box.shown():
        with st.spinner("Reading what is known of it…"):
            details = console.catalog.details(model_id)
        _head(details.model)
        _actions(details)
        for sentence in (*details.unknown, details.problem):
            if sentence:
                st.markdown(f":orange[:material/help:] {literal(sentence)}")
        plain_table.facts(_facts(details), key="model")
        _machines(console, details)
        _requests(details)
        _rest(details)


def deploy(model_id: str) -> None:
    """Carry a model of the catalogue to the Deploy page."""
    st.session_state[MODEL] = model_id
    st.session_state[SOURCE] = "catalog"
    st.switch_page(navigation.DEPLOY)


def deploy_other(source: str) -> None:
    """To the Deploy page with another source: "hub" (a Hugging Face model by id) or "custom" (a container)."""
    st.session_state.pop(MODEL, None)
    st.session_state[SOURCE] = source
    st.switch_page(navigation.DEPLOY)


def _head(model: CatalogModel) -> None:
    told = TASKS[model.task]
    marks = [f":{catalogue_table.BADGES[name]}-badge[{name}]" for name in catalogue_table.badges(model)]
    st.markdown(" ".join([f":blue-badge[:material/{told.icon}: {told.label}]", *marks]))


def _actions(details: ModelDetails) -> None:
    model = details.model
    with st.container(horizontal=True):
        ready = model.deployable
        if st.button(
            "Deploy", type="primary", icon=":material/rocket_launch:", key="models.deploy", disabled=not ready,
            help=None if ready else "Not from here as it is known now: see below.",
        ):  # fmt: skip
            deploy(model.id)
        if ready and model.fine_tunable and model.task == Task.CHAT:
            st.page_link(
                navigation.FINE_TUNE, label="Fine-tune", icon=":material/model_training:",
                query_params={"model": model.id},
            )  # fmt: skip
        for label, url in details.links:
            st.link_button(label, url, icon=":material/open_in_new:", type="tertiary")


def _facts(details: ModelDetails) -> dict[str, str]:
    model = details.model
    start = formats.duration(model.typical_seconds) if model.instances else "not known"
    sizes = {"Parameters": literal(catalogue_table.size(model))} if model.billions else {}
    return {
        "Id": code(model.id),
        "Provider": literal(model.provider or "not known"),
        "Version": literal(model.version or "not known"),
        **sizes,
        "GPU memory": literal(catalogue_table.gpu(model) if model.instances else "not known"),
        "Licence": "its Marketplace terms" if model.marketplace else _LICENCES[model.licence],
        "Until it answers": literal(f"{start}, as a rule" if model.instances else start),
        "Fine-tuning": "possible" if model.fine_tunable else "no",
        "Source": literal(model.source),
    }


def _machines(console: Console, details: ModelDetails) -> None:
    if not details.offers:
        return
    st.markdown("**Runs on**")
    rows = []
    for instance_type, price in details.offers[:MOST_MACHINES]:
        spec = console.catalog.instance(instance_type)
        usual = " :gray[(usual)]" if instance_type == details.model.default_instance else ""
        rows.append(
            {
                "Instance type": f"{code(instance_type)}{usual}",
                "Machine": literal(spec.sentence if spec else "newer than the list"),
                "Price": literal(formats.per_hour(price.usd_per_hour)),
            }
        )
    plain_table.show(rows, key="machines")
    more = len(details.offers) - MOST_MACHINES
    st.markdown(
        f":gray[:small[{f'and {more} more; ' if more > 0 else ''}prices: {literal(details.offers[0][1].source)}]]"
    )


def _requests(details: ModelDetails) -> None:
    for number, example in enumerate(details.examples):
        with st.expander(f"{literal(example.title)} · {literal(example.content_type)}", expanded=number == 0):
            json = "json" if "json" in example.content_type else None
            st.code(example.request, language=json, wrap_lines=True)
            if example.answer:
                st.markdown(":gray[Answer]")
                st.code(example.answer, language="json", wrap_lines=True)
            accept = f"Accept: {example.accept}; " if example.accept else ""
            st.markdown(f":gray[:small[{literal(accept + example.source)}]]")


def _rest(details: ModelDetails) -> None:
    if details.model.environment:
        with st.expander("Environment of its container"):
            plain_table.facts({literal(k): code(v) for k, v in details.model.environment}, key="model-environment")
    if len(details.versions) > 1:
        with st.expander(f"{len(details.versions)} versions"):
            st.markdown(" · ".join(literal(each) for each in details.versions[:MOST_VERSIONS]))
