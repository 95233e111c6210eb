"""Models: find one among all that JumpStart offers, see what it takes and costs, and carry it to Deploy."""

import streamlit as st

from ui import (
    catalogue_detail,
    catalogue_filters,
    catalogue_table,
    empty_state,
    formats,
    page_head,
    polling,
    session,
)
from ui.escape import literal

console = session.console()
with page_head.show("Models", "Find one, see what it takes and costs, deploy it. Or bring another."):
    if st.button("Hugging Face model by id", icon=":material/hub:"):
        catalogue_detail.deploy_other("hub")
    if st.button("Your own container", icon=":material/deployed_code:"):
        catalogue_detail.deploy_other("custom")


def found() -> None:
    """The filters, what they find, and the drawer of the one that is opened. Drawn again on its own."""
    query = catalogue_filters.query()
    quotas = None
    if query.fits_quota:
        with st.spinner("Reading the quotas of this account…", show_time=True):
            quotas = console.quota_left()
    result = console.catalog.find_models(query, quotas)
    choices = st.container()  # filled last: what was asked for is there before the other counts are
    hits = result.hits[: catalogue_filters.shown()]
    unknown = (
        f" · {result.unknown:,} more might match: something asked for is not known of them" if result.unknown else ""
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":gray[{formats.count(len(result.hits), 'model')}{unknown}]", width="content")
        st.button(
            "Clear", icon=":material/close:", type="tertiary", on_click=catalogue_filters.clear,
            disabled=not query.narrowed, key="models.clear",
        )  # fmt: skip
    opened = catalogue_table.show(hits, quotas=quotas is not None) if hits else None
    if not hits:
        more = f" Of {result.unknown:,} it is not known: “{catalogue_filters.UNKNOWN}” shows them." if unknown else ""
        words = "Take a condition away, or try another word. Any other model can be deployed by its Hugging Face id."
        empty_state.show("search_off", "No model matches", f"{words}{more}")
        st.button("Clear all filters", icon=":material/close:", on_click=catalogue_filters.clear, key="models.empty")
    if len(result.hits) > len(hits):
        further = min(catalogue_filters.STEP, len(result.hits) - len(hits))
        st.button(f"Show {further} more", on_click=catalogue_filters.show_more, key="models.more")
    with choices:
        catalogue_filters.show(console, result)
    catalogue_filters.to_address()
    if opened:
        catalogue_detail.open_detail(console, opened)
    else:
        catalogue_detail.open_shared(console)


polling.alone(found)

listing = console.catalog.listing
with st.container(horizontal=True, vertical_alignment="center"):
    st.markdown(f":gray[:small[{len(listing.models):,} models, source: {literal(listing.source)}]]", width="stretch")
    if st.button("Refresh from the account", icon=":material/refresh:", type="tertiary"):
        with st.spinner("Reading JumpStart's list…"):
            listing = console.catalog.refresh_models()
        if not listing.problem:
            st.rerun()
if listing.problem:
    st.warning(literal(f"The account's list could not be read: {listing.problem}"), icon=":material/warning:")
