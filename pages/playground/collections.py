"""Collections: where passages and their vectors are kept, for which embedding model, how many, and whose."""

import streamlit as st

from services.knowledge import StoreKind
from ui import collection_cards, collection_form, page_head, run_progress, session, store_picker

KEPT_SECONDS = 30.0

console = session.console()
with page_head.show("Collections", "Where passages and vectors are kept, each bound to an embedding model."):
    if st.button("Look again", icon=":material/refresh:"):
        console.refresh()
    if run_progress.current():
        st.button("Close the run", icon=":material/close:", on_click=run_progress.leave)

if run_progress.current():
    run_progress.show(console, run_progress.current())

offered = [StoreKind.LOCAL, *([StoreKind.ASTRA] if console.connection.astra else [])]
store = StoreKind.LOCAL
if len(offered) > 1:
    store = st.segmented_control(
        "Store", offered, default=offered[0], required=True, key="collections.store", persist_state="session",
        format_func=store_picker.NAMES.__getitem__,
    ) or StoreKind.LOCAL  # fmt: skip
with st.spinner("Looking at the collections…"):
    found = console.cached(
        ("collections", console.owner, str(store)), KEPT_SECONDS, lambda: console.knowledge.survey(store)
    )
if not run_progress.current():
    collection_form.show(console, store)
collection_cards.show(console, store, found)
if store is StoreKind.ASTRA:
    st.markdown(
        ":gray[:small[Every owner of this console shares these collections, each seeing only their own passages. "
        "The server counts to 1,000 and no further.]]"
    )
