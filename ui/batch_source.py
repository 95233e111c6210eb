"""Which model answers: the one behind an endpoint, one of the account, or a model package."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from services.errors import PermissionDenied, SagedeckError
from ui import endpoint_reads, error_box
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.batch import HostedModel, ModelName
    from services.console import Console

KEPT_SECONDS = 30.0
ENDPOINT, MODEL, PACKAGE = "An endpoint's", "A model", "A model package"
KEY = "batch.source"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What answers: a model, or a package of which one is made; `held` is what is known of the model."""

    name: str
    package: str = ""
    held: HostedModel | None = None


def show(console: Console) -> Chosen | None:
    """Write the choice; None while nothing is chosen."""
    kind = st.segmented_control(
        "What answers", [ENDPOINT, MODEL, PACKAGE], default=ENDPOINT, required=True, key=f"{KEY}.kind",
        persist_state="session",
        help="A job starts machines of its own: an endpoint need not run, and notices nothing.",
    )  # fmt: skip
    try:
        if kind == PACKAGE:
            return _package(console)
        name = _behind(console) if kind == ENDPOINT else _model(console)
        if not name:
            return None
        held = console.cached(("batch", "model", name), KEPT_SECONDS, partial(console.batch.model, name))
    except SagedeckError as error:
        error_box.show(error)
        return None
    image = held.image.rpartition("/")[2]
    st.markdown(f"{code(held.name)} · {code(image)}" if image else code(held.name))
    return Chosen(name, held=held)


def _behind(console: Console) -> str:
    names = [each.name for each in endpoint_reads.listed(console)]
    if not names:
        st.caption("There is no endpoint. Choose a model of the account, or deploy one first.")
        return ""
    asked = str(st.query_params.get("endpoint", ""))
    first = names.index(asked) if asked in names else 0
    endpoint = st.selectbox("Endpoint", names, index=first, key=f"{KEY}.endpoint", filter_mode="contains")
    found = console.cached(
        ("batch", "behind", str(endpoint)), KEPT_SECONDS, partial(console.batch.models_of, str(endpoint))
    )
    if not found:
        st.caption(
            f"{literal(endpoint)} holds inference components or none: choose a model of the account instead."
        )  # fmt: skip
        return ""
    return found[0] if len(found) == 1 else str(st.selectbox("Its model", found, key=f"{KEY}.variant"))


def _model(console: Console) -> str:
    try:
        found: tuple[ModelName, ...] = console.cached(("batch", "models"), KEPT_SECONDS, console.batch.models)
    except PermissionDenied as error:
        st.markdown(f"The models may not be listed ({code(error.action or 'sagemaker:ListModels')}): type a name.")
        found = ()
    chosen = st.selectbox(
        "Model", [each.name for each in found], index=None, key=f"{KEY}.model", accept_new_options=True,
        filter_mode="contains", placeholder="Choose a model, or type its name", persist_state="session",
    )  # fmt: skip
    return str(chosen or "").strip()


def _package(console: Console) -> Chosen | None:
    found: tuple[ModelName, ...] = console.cached(("batch", "packages"), KEPT_SECONDS, console.batch.packages)
    names = {each.package: each.name for each in found}
    if not names:
        st.caption("The account has no model package.")
    chosen = st.selectbox(
        "Model package", list(names), index=None, key=f"{KEY}.package", format_func=lambda arn: names.get(arn, arn),
        accept_new_options=True, placeholder="Choose one, or paste its ARN", persist_state="session",
    )  # fmt: skip
    arn = str(chosen or "").strip()
    return Chosen(arn.rpartition("model-package/")[2].replace("/", "-") or arn, package=arn) if arn else None
