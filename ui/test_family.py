"""How an endpoint wants to be called: said with how that is known, asked again, or chosen by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.inference import Contract, EndpointFacts, Family
from ui import endpoint_picker, error_box
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail

WORDS = {
    Family.TGI: "text generation (TGI)",
    Family.LMI: "text generation (DJL LMI)",
    Family.MESSAGES: "chat messages (OpenAI’s)",
    Family.LLAMA2_DIALOG: "dialogs (Llama 2 of JumpStart)",
    Family.JUMPSTART_TEXT: "text generation (JumpStart)",
    Family.TEI: "embeddings (TEI)",
    Family.JS_EMBEDDING: "embeddings (JumpStart)",
    Family.JS_SENTENCE_SIMILARITY: "embeddings (JumpStart, sentence similarity)",
    Family.TEXT_LIST: "embeddings (a list of texts)",
    Family.OPENAI_EMBEDDINGS: "embeddings (OpenAI’s)",
}
_ORIGINS = {
    "tag": "from its tag",
    "image": "from its image",
    "environment": "from its environment",
    "name": "from its model’s name",
    "probe": "found by asking",
    "chosen": "chosen by hand",
}
_TASKS = {"tabular": "rows as CSV", "matrix": "rows as JSON"}
_NONE = "Neither: I write the request myself"


def show(console: Console, detail: EndpointDetail, facts: EndpointFacts, task: str) -> Contract | None:
    """Write what is known, with the ways to know better; None where nothing is."""
    with st.container(horizontal=True, vertical_alignment="center"):
        said = st.container(width="stretch")
        with st.popover("Change", icon=":material/edit:"):
            if not detail.asynchronous:
                _ask(console, detail, facts)
            contract = console.inference.known_contract(facts)
            _choose(console, facts, contract)
    said.markdown(_sentence(contract, task, detail.asynchronous))
    return contract


def _sentence(contract: Contract | None, task: str, asynchronous: bool) -> str:
    if contract is None and task:
        return f"For :blue-badge[{literal(_TASKS.get(task, task))}] :gray[:small[told by its image or tags]]"
    if contract is None:
        more = "" if asynchronous else ", or ask it"
        return f"Speaks :gray-badge[an unknown family] :gray[:small[Write the request yourself{more}.]]"
    more = f", vectors of {contract.dimension}" if contract.dimension else ""
    why = _ORIGINS.get(contract.origin, contract.origin)
    return f"Speaks :blue-badge[{literal(WORDS[contract.family])}] :gray[:small[{literal(why + more)}]]"


def _ask(console: Console, detail: EndpointDetail, facts: EndpointFacts) -> None:
    part = facts.inference_component or ""
    if st.button(
        "Ask it", icon=":material/contact_support:", disabled=not detail.ready, key=f"test.{detail.name}.{part}.ask",
        help="Sends at most seven tiny requests, most often one or two, and remembers what answers.",
    ):  # fmt: skip
        with error_box.shown(), st.spinner("Asking…"):
            found = console.inference.ask_contract(facts)
            endpoint_picker.use(detail.name, found.kind)


def _choose(console: Console, facts: EndpointFacts, contract: Contract | None) -> None:
    words = {family.value: text for family, text in WORDS.items()}
    key = f"test.{facts.name}.{facts.inference_component or ''}.family"
    st.session_state[key] = contract.family.value if contract else ""

    def keep() -> None:
        chosen = str(st.session_state[key])
        if chosen:
            console.inference.choose(facts, Family(chosen))
        else:
            console.inference.forget(facts)

    st.selectbox(
        "Payload family", ["", *words], format_func=lambda each: words.get(each, _NONE), key=key, on_change=keep,
        help="It is kept for this endpoint as long as its configuration stays.",
    )  # fmt: skip
