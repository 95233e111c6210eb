"""How the next turn is asked: system prompt, a prompt template, and the parameters the endpoints take."""

from __future__ import annotations

from dataclasses import replace
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
        select_all=False,
        placeholder=f"Choose one to {MOST_ENDPOINTS}", format_func=formats.short,
    )  # fmt: skip
    return [str(name) for name in chosen]


def show(console: Console, names: list[str]) -> Setup:
    """The fields, and the setup they make."""
    before, key = chat_session.base(), f"chat.{chat_session.round_()}"
    system = st.text_area(
        "System prompt", before.system, key=f"{key}.system", placeholder="You are a helpful assistant.", height=90
    )
    params = _parameters(console, names, before.params, key)
    setup = Setup(tuple(names), system or "", params, before.examples, before.skip)
    if setup.examples:
        count = formats.count(len(setup.examples) // 2, "worked example")
        _left_out(f"Before the conversation: {count}.", f"{key}.examples", replace(setup, examples=()))
    if setup.skip:
        count = formats.count(setup.skip, "message")
        _left_out(f"The oldest {count} are left out.", f"{key}.skip", replace(setup, skip=0))
    _picker(console, setup)
    return setup


def _left_out(words: str, key: str, without: Setup) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":gray[{words}]", width="stretch")
        st.button("Undo", key=key, type="tertiary", on_click=chat_session.load, args=(without,))


def _parameters(console: Console, names: list[str], before: ChatParams, key: str) -> ChatParams:
    takes = {name: console.chat_parameters(name) for name in names}
    wanted = set().union(*takes.values()) if takes else set(_NAMES)

    def note(parameter: str) -> str | None:
        without = [name for name in names if parameter not in takes[name]]
        return f"Not taken by {literal(', '.join(without))}, and not sent there." if without else None

    made: dict[str, Any] = {}
    for parameter, label in _NAMES.items():
        if parameter in wanted:
            how: dict[str, Any] = {"key": f"{key}.{parameter}", "help": note(parameter)}
            made[parameter] = _field(parameter, label, getattr(before, parameter), how)
    return ChatParams(**made)


def _field(parameter: str, label: str, value: Any, how: dict[str, Any]) -> Any:
    """The field of one parameter, and what stands in it."""
    if parameter == "stop":
        text = st.text_area(label, "\n".join(value), height=70, **how)
        return tuple(line for line in text.split("\n") if line)
    if parameter == "max_new_tokens":
        return int(st.number_input(label, 1, 32_768, min(max(value, 1), 32_768), **how))
    if parameter in ("temperature", "top_p"):
        least, most = (0.0, 2.0) if parameter == "temperature" else (0.05, 1.0)
        return st.slider(label, least, most, min(max(float(value), least), most), **how)
    if parameter == "repetition_penalty":
        value = None if value is None else min(max(float(value), 0.1), 2.0)
        return st.number_input(label, 0.1, 2.0, value, step=0.05, placeholder="Not sent", **how)
    least, most = (1, 1000) if parameter == "top_k" else (0, 2**31 - 1)
    value = None if value is None else min(max(int(value), least), most)  # the command line takes any
    return st.number_input(label, least, most, value, placeholder="Not sent", **how)


def _picker(console: Console, setup: Setup) -> None:
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
        chat_session.load(replace(setup, system=made.system or setup.system, examples=tuple(made.turns[:-1])))
        st.session_state[chat_session.PENDING] = made.turns[-1][1]
        st.session_state["chat.template"] = None

    st.button("Use it", icon=":material/edit_note:", on_click=use, width="stretch")
    if problem := st.session_state.pop("chat.template.problem", ""):
        st.error(literal(problem), icon=":material/error:")
