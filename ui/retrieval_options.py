"""How passages are looked for: the settings of a search, each with what it does, in the session under "ask.…"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from services.catalog import Task
from services.knowledge import DocumentRecord, SearchMode, SearchSettings, StoreKind
from ui import document_names, endpoint_reads
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

USUAL = SearchSettings()
MODES = {SearchMode.HYBRID: "Both", SearchMode.VECTOR: "Meaning", SearchMode.KEYWORD: "Words"}
MOST_K, MOST_WEIGHT = 20, 2.0
LARGEST = 9  # digits of a page
_NUMBERS = ("page",)  # metadata that is no text
_KEPT: Any = {"persist_state": "session"}


def use(settings: SearchSettings) -> None:
    """Make these the settings of the page; to be called before its fields are drawn, or from a callback."""
    told = {
        "k": min(MOST_K, max(1, settings.k)),
        "mode": settings.mode,
        "weight": _within(settings.weight, MOST_WEIGHT),
        "threshold": _within(settings.threshold),
        "floor": _within(settings.floor),
        "diversity": _within(settings.diversity),
        "rerank": settings.rerank,
        "documents": list(settings.documents),
        "metadata": "; ".join(f"{name}={value}" for name, value in settings.metadata.items()),
    }
    for name, value in told.items():
        st.session_state[f"ask.{name}"] = value


def _within(value: float, most: float = 1.0) -> float:
    """A value as its slider can show it: one chosen on the command line may be beyond."""
    return min(most, max(0.0, float(value)))


def show(console: Console, documents: tuple[DocumentRecord, ...]) -> SearchSettings:
    """The fields, and the settings as they stand. `documents` are those of the store and collection in use."""
    use_missing()
    mode = st.segmented_control(
        "Search by", list(MODES), required=True, key="ask.mode", format_func=MODES.__getitem__,
        help="Meaning compares vectors, words compares rare words; both is their weighted sum.", **_KEPT,
    )  # fmt: skip
    k = st.slider("Passages given to the model", 1, MOST_K, key="ask.k", **_KEPT)
    threshold = st.slider(
        "Evidence needed", 0.0, 1.0, key="ask.threshold",
        help="Below this the answer is “not in the documents”, and the model is not asked.", **_KEPT,
    )  # fmt: skip
    with st.expander("Ranking", type="compact"):
        weight, floor, diversity = _ranking(mode or SearchMode.HYBRID)
        rerank = _reranker(console)
    with st.expander("Where to look", type="compact"):
        chosen, metadata = _where(documents)
    st.button("Back to the usual settings", type="tertiary", icon=":material/restart_alt:", on_click=use, args=(USUAL,))
    return SearchSettings(
        k=k, mode=mode or SearchMode.HYBRID, weight=weight, threshold=threshold, documents=chosen, metadata=metadata,
        floor=floor, diversity=diversity, rerank=rerank,
    )  # fmt: skip


def use_missing() -> None:
    """Give every field that has no value yet its usual one."""
    if "ask.k" not in st.session_state:
        use(USUAL)


def _ranking(mode: SearchMode) -> tuple[float, float, float]:
    weight = st.slider(
        "Weight of words", 0.0, MOST_WEIGHT, step=0.05, key="ask.weight", disabled=mode is not SearchMode.HYBRID,
        help="Of the sum: nearness in meaning + weight × rare words shared.", **_KEPT,
    )  # fmt: skip
    floor = st.slider(
        "Least nearness in meaning", 0.0, 1.0, step=0.05, key="ask.floor", disabled=mode is SearchMode.KEYWORD,
        help="Passages farther than this are left out. 0 leaves none out.", **_KEPT,
    )  # fmt: skip
    diversity = st.slider(
        "Diversity", 0.0, 1.0, step=0.05, key="ask.diversity",
        help="0 takes the best passages. Above, each next one must also differ from those already taken.", **_KEPT,
    )  # fmt: skip
    return weight, floor, diversity


def rerankers(console: Console) -> list[str]:
    """The reranking endpoints that take requests now, as far as they are known; waits for none that is still read."""
    found = endpoint_reads.looked(console)
    ready = (found.details[each.name] for each in found.summaries if each.ready and each.name in found.details)
    return [each.name for each in ready if endpoint_reads.task_of(each) == Task.RERANK and not each.asynchronous]


def _reranker(console: Console) -> str:
    offered = ["", *rerankers(console)]
    if st.session_state.get("ask.rerank") not in offered:
        st.session_state["ask.rerank"] = ""
    chosen = st.selectbox(
        "Reranking endpoint", offered, key="ask.rerank", format_func=lambda name: name or "none",
        disabled=len(offered) == 1, **_KEPT,
        help="A reranker reads question and passage together and orders the best anew. None is in service here."
        if len(offered) == 1 else "It reads question and passage together and orders the best candidates anew.",
    )  # fmt: skip
    return str(chosen or "")


def _where(documents: tuple[DocumentRecord, ...]) -> tuple[tuple[str, ...], dict[str, Any]]:
    names = {record.document: record.name for record in documents}
    held = st.session_state.get("ask.documents", [])
    if any(each not in names for each in held):
        st.session_state["ask.documents"] = [each for each in held if each in names]
    chosen = st.multiselect(
        "Documents", list(names), key="ask.documents", placeholder="all of them",
        format_func=lambda each: document_names.plain(names.get(str(each), str(each))), **_KEPT,
    )  # fmt: skip
    text = st.text_input(
        "Metadata", key="ask.metadata", placeholder="section=Terms; page=3", max_chars=400,
        help="Only passages whose metadata are these: source, page, section, label, or what the store holds besides.",
        **_KEPT,
    )  # fmt: skip
    metadata, wrong = read_metadata(text or "")
    if wrong:
        st.markdown(f":red[:material/error: :small[{literal(wrong)}]]")
    return tuple(chosen), metadata


def read_metadata(text: str) -> tuple[dict[str, Any], str]:
    """A filter out of "name=value; name=value", and what is wrong with it; what is wrong filters nothing."""
    found: dict[str, Any] = {}
    for part in (each.strip() for each in text.split(";") if each.strip()):
        name, sign, value = (each.strip() for each in part.partition("="))
        if not (name and sign and value):
            return {}, f"“{part[:60]}” is no name=value; several are parted by semicolons."
        if name in _NUMBERS and not (value.isdecimal() and len(value) <= LARGEST):
            return {}, f"{name} is a number, {value[:40]} is not."
        found[name] = int(value) if name in _NUMBERS else value
    return found, ""


def of_collection(
    records: tuple[DocumentRecord, ...], model: str, store: StoreKind, collection: str
) -> tuple[DocumentRecord, ...]:
    """The documents that can be asked with this embedding model in this store; all its collections if none is named."""
    fits = (each for each in records if each.model == model and each.store is store)
    return tuple(each for each in fits if not collection or each.collection == collection)
