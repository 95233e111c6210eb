"""The collection in Astra DB that documents go to: there already, or made by a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError
from services.knowledge import CollectionRequest, StoreKind
from services.knowledge.holding import usual_collection
from ui import diagnosis_box, error_box, plan_review, run_progress
from ui.escape import code

if TYPE_CHECKING:
    from services.console import Console

KEPT_SECONDS = 15.0


def ready(console: Console, embedding: str, collection: str) -> bool:
    """Whether the collection exists; where it does not, the plan that makes it is written."""
    dimension = console.cached(("dimension", embedding), KEPT_SECONDS, lambda: console.embedding(embedding).known()[1])
    name = collection or usual_collection(dimension)
    try:
        found = console.cached(
            ("collections", "astra"), KEPT_SECONDS, lambda: console.knowledge.collections(StoreKind.ASTRA)
        )
    except SagedeckError as error:
        error_box.show(error)
        diagnosis_box.of_problem(console, error)
        return False
    if any(each.name == name for each in found):
        return True
    st.info(f"The collection {code(name)} is not in this database yet. This plan makes it.", icon=":material/database:")
    request = CollectionRequest(name, dimension, StoreKind.ASTRA)
    run = plan_review.show(
        console, console.knowledge.plan_collection(request), key="collection", verb="Make the collection"
    )
    if run:
        run_progress.follow(run)
    return False
