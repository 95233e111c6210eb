"""Which store and collection: the embedded one on this machine, or the Astra database the connection names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError, StoreProblem
from services.knowledge import StoreKind
from services.knowledge.checks import check_model
from services.knowledge.holding import usual_collection
from ui.escape import literal

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from services.console import Console

KEPT_SECONDS = 10.0
NAMES = {StoreKind.LOCAL: "This machine", StoreKind.ASTRA: "Astra DB"}
_NEXT = "library.next"  # the store and collection to be shown from the next page on
_KEY = "library"  # of the pages that share what is chosen here


def use(store: StoreKind, collection: str, dimension: int) -> None:
    """Have this store and collection chosen on the next page that is drawn, such as Ask for some documents only."""
    st.session_state[_NEXT] = (store, "" if collection == usual_collection(dimension) else collection)


def show(console: Console, *, key: str) -> tuple[StoreKind, str, DeltaGenerator]:
    """The store, the collection's name (empty: the usual one), and the place under its field for `check`.

    Astra is offered only where the connection has a database.
    """
    newest = next(iter(console.knowledge.documents()), None)
    offered = [StoreKind.LOCAL, *([StoreKind.ASTRA] if console.connection.astra else [])]
    usual = newest.store if newest and newest.store in offered else StoreKind.LOCAL
    wanted = st.session_state.pop(_NEXT, None) if key == _KEY else None
    if wanted is not None and wanted[0] in offered:
        st.session_state[f"{key}.store"], st.session_state[f"{key}.collection"] = wanted
    store = st.segmented_control(
        "Store", offered, default=None if f"{key}.store" in st.session_state else usual, required=True,
        key=f"{key}.store", format_func=NAMES.__getitem__, persist_state="session",
        help="Astra DB is offered once Settings name a database.",
    )  # fmt: skip
    collection = st.text_input(
        "Collection", key=f"{key}.collection", placeholder="the usual one", max_chars=48, persist_state="session",
        validate=(r"^([A-Za-z][A-Za-z0-9_]*)?$", "Letters, digits and underscores, beginning with a letter."),
        help="Empty: the usual collection of this embedding model.",
    )  # fmt: skip
    return store or StoreKind.LOCAL, (collection or "").strip(), st.empty()


def check(console: Console, store: StoreKind, collection: str, model: str, place: DeltaGenerator) -> bool:
    """Whether a collection takes the passages of this embedding model; why not is said under its field."""
    if not collection:
        return True

    def bound() -> tuple[str, ...]:
        return tuple(console.knowledge.models(store, collection))

    try:
        key = ("bound", console.owner, str(store), collection)
        check_model(collection, console.cached(key, KEPT_SECONDS, bound), model)
    except StoreProblem as problem:
        place.markdown(f":red[:material/error: :small[{literal(problem.what)}]]")
        return False
    except SagedeckError:  # a database that does not answer says so where it is used
        return True
    return True
