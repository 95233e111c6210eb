"""A new collection: its name, dimension and metric, and the embedding model it is for; then the plan that makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError
from services.knowledge import CollectionRequest, StoreKind
from services.knowledge.holding import usual_collection
from services.knowledge.places import METRICS
from ui import collection_cards, endpoint_picker, error_box, plan_review, run_progress

if TYPE_CHECKING:
    from services.console import Console

KEPT_SECONDS = 60.0
MOST_NUMBERS = 4096  # of a vector, in Astra; ours follow
ANY = "Any model of this dimension"


def show(console: Console, store: StoreKind) -> None:
    """Write the form and, below it, the plan; nothing is made before that is confirmed."""
    with st.expander("New collection", icon=":material/add:", key="collection.new", on_change="rerun") as opened:
        if not opened.open:
            return
        request = _form(console, store)
    if request is None:
        return
    with error_box.shown():
        run = plan_review.show(
            console, console.knowledge.plan_collection(request), key="collection-make", verb="Make the collection"
        )
        if run:
            run_progress.follow(run)


def _form(console: Console, store: StoreKind) -> CollectionRequest | None:
    model, known = _model(console)
    left, right = st.columns(2)
    with left:
        if known:
            dimension = known
            st.text_input("Numbers a vector has", str(known), disabled=True, key="collection.known")
        else:
            dimension = int(st.number_input("Numbers a vector has", 1, MOST_NUMBERS, 384, key="collection.dimension"))
    with right:
        metric = st.selectbox(
            "Metric", METRICS, format_func=lambda one: collection_cards.METRICS[one], key="collection.metric",
            help="Vectors are scaled to length one before they are stored, so all three order passages alike and what"
            " is shown is the cosine. A database computes dot products fastest.",
        )  # fmt: skip
    name = st.text_input(
        "Name", placeholder=usual_collection(dimension, metric), key="collection.name", max_chars=48,
        validate=(r"^([A-Za-z][A-Za-z0-9_]*)?$", "Letters, digits and underscores, beginning with a letter."),
        help="Empty: the usual one of this dimension and metric. A database has room for about ten.",
    )  # fmt: skip
    name = (name or "").strip() or console.knowledge.home(store, usual_collection(dimension, metric), model)
    return CollectionRequest(name, dimension, store, metric, model)


def _model(console: Console) -> tuple[str, int]:
    """The model it is for and its dimension; "" and 0 where it is for any."""
    endpoint = endpoint_picker.embedding(console)
    if not endpoint:
        return "", 0

    def known() -> tuple[str, int]:
        held, dimension = console.embedding(endpoint).known()
        return held.model, dimension

    try:
        model, dimension = console.cached(("embedding-model", endpoint), KEPT_SECONDS, known)
    except SagedeckError as problem:
        error_box.show(problem)
        return "", 0
    chosen = st.selectbox("For the embedding model", [model, ANY], key="collection.model")
    return (model, dimension) if chosen == model else ("", 0)
