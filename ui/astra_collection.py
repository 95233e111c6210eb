"""The collection in Astra DB that documents go to: there already, or made by a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError
from services.knowledge import CollectionRequest, StoreKind
from ui import diagnosis_box, error_box, plan_review, run_progress
from ui.escape import code

if TYPE_CHECKING:
    from services.console import Console

KEPT_SECONDS = 15.0


def ready(console: Console, embedding: str, collection: str) -> bool:
    """Whether the collection exists; where it does not, the plan that makes it is written."""
    try:
        request = console.cached(
            ("collection-of", console.owner, embedding, collection), KEPT_SECONDS,
            lambda: _wanted(console, embedding, collection),
        )  # fmt: skip
        found = console.cached(
            ("collections", console.owner, "astra", "names"), KEPT_SECONDS,
            lambda: console.knowledge.collections(StoreKind.ASTRA),
        )  # fmt: skip
    except SagedeckError as error:
        error_box.show(error)
        diagnosis_box.of_problem(console, error)
        return False
    if any(each.name == request.name for each in found):
        return True
    words = f"The collection {code(request.name)} is not in this database yet. This plan makes it."
    st.info(words, icon=":material/database:")
    run = plan_review.show(
        console, console.knowledge.plan_collection(request), key="collection", verb="Make the collection"
    )
    if run:
        run_progress.follow(run)
    return False


def _wanted(console: Console, embedding: str, collection: str) -> CollectionRequest:
    """The collection that is named, or the usual one of this embedding model (`KnowledgeService.place`)."""
    request = console.knowledge.place(StoreKind.ASTRA, embedding)
    return replace(request, name=collection) if collection else request
