"""How the next turn is asked: system prompt, a prompt template, and the parameters the endpoints take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from services.chats import MOST_ENDPOINTS, Setup
from services.inference import ChatParams
from ui import chat_session, formats
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

_NAMES = {
    "max_new_tokens": "Longest answer (tokens)",
    "temperature": "Temperature",
    "top_p": "Top p",
    "top_k": "Top k",
    "repetition_penalty": "Repetition penalty",
    "stop": "Stop at (one a line)",
    "seed": "Seed",
}


def endpoints(ready: list[str]) -> list[str]:
    """Which endpoints are asked, in the order of their columns."""
    chosen = st.multiselect(
        "Endpoints, side by side", ready, key="chat.endpoints", max_selections=MOST_ENDPOINTS,
        placeholder=f"Choose one to {MOST_ENDPOINTS}", format_func=formats.short,
    )  # fmt: skip
    return [str(name) for name in chosen]


def show(console: Console, names: list[str]) -> Setup:
    """The fields, and the setup they make."""
    _picker(console)
    system = st.text_area("System prompt", key="chat.system", placeholder="You are a helpful assistant.", height=90)
    examples: tuple[tuple[str, str], ...] = st.session_state.get("chat.examples", ())
    if examples:
        _left_out(
            f"{formats.count(len(examples) // 2, 'worked example')} go before the conversation.", "chat.examples", ()
        )
    skip = int(st.session_state.get("chat.skip", 0))
    if skip:
        _left_out(f"The oldest {formats.count(skip, 'message')} are left out.", "chat.skip", 0)
    params = _parameters(console, names)
    return Setup(tuple(names), system or "", params, examples, skip)


def _left_out(words: str, key: str, none: Any) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":gray[{words}]", width="stretch")
        st.button("Undo", key=f"{key}.undo", type="tertiary", on_click=st.session_state.update, args=({key: none},))


def _parameters(console: Console, names: list[str]) -> ChatParams:
    takes = {name: console.chat_parameters(name) for name in names}
    wanted = set().union(*takes.values()) if takes else set(_NAMES)

    def note(parameter: str) -> str | None:
        without = [name for name in names if parameter not in takes[name]]
        return f"Not taken by {literal(', '.join(without))}, and not sent there." if without else None

    made: dict[str, Any] = {}
    draw: dict[str, Any] = {
        "max_new_tokens": lambda label, **how: int(st.number_input(label, 1, 32_768, **how)),
        "temperature": lambda label, **how: st.slider(label, 0.0, 2.0, **how),
        "top_p": lambda label, **how: st.slider(label, 0.05, 1.0, **how),
        "top_k": lambda label, **how: st.number_input(label, 1, 1000, placeholder="Not sent", **how),
        "repetition_penalty": lambda label, **how: st.number_input(
            label, 0.1, 2.0, step=0.05, placeholder="Not sent", **how
        ),
        "stop": lambda label, **how: tuple(line for line in st.text_area(label, height=70, **how).split("\n") if line),
        "seed": lambda label, **how: st.number_input(label, 0, 2**31 - 1, placeholder="Not sent", **how),
    }
    for parameter, label in _NAMES.items():
        if parameter in wanted:
            made[parameter] = draw[parameter](label, key=f"chat.{parameter}", help=note(parameter))
    return ChatParams(**made)


def _picker(console: Console) -> None:
    """A template whose blanks are filled in here; its request is put where one writes."""
    from services.errors import SagedeckError
    from services.prompts import PromptKind

    templates = [each for each in console.prompts.list() if each.kind is not PromptKind.RAG]
    chosen = st.selectbox(
        "Prompt template", templates, index=None, key="chat.template", placeholder="None",
        format_func=lambda each: each.name,
    )  # fmt: skip
    if chosen is None:
        return
    values = {
        name: st.text_area(literal(name), key=f"chat.template.{chosen.id}.{name}", height=70)
        for name in chosen.variables
    }
    if chosen.draft.note:
        st.markdown(f":gray[:small[{literal(chosen.draft.note)}]]")

    def use() -> None:
        try:
            made = console.prompts.render(chosen, values)
        except SagedeckError as error:
            st.session_state["chat.template.problem"] = f"{error.what} {error.why}"
            return
        st.session_state["chat.system"] = made.system or st.session_state.get("chat.system", "")
        st.session_state["chat.examples"] = tuple(made.turns[:-1])
        st.session_state[chat_session.PENDING] = made.turns[-1][1]
        st.session_state["chat.template"] = None

    st.button("Use it", icon=":material/edit_note:", on_click=use, width="stretch")
    if problem := st.session_state.pop("chat.template.problem", ""):
        st.error(literal(problem), icon=":material/error:")
