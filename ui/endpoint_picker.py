"""Which endpoints answer: the newest that fit, or those a person chose in this session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.catalog import Task
from services.inference import Kind, SmokeResult
from ui import endpoint_reads

if TYPE_CHECKING:
    from services.console import Console

_CHOSEN = {Task.EMBEDDING: "chosen.embedding", Task.CHAT: "chosen.chat"}
_LABELS = {Task.EMBEDDING: "Embedding endpoint", Task.CHAT: "Language endpoint"}


def embedding(console: Console) -> str:
    """The embedding endpoint in use; empty when none is in service."""
    return _in_use(console, Task.EMBEDDING)


def chat(console: Console) -> str:
    """The language endpoint in use; empty when none is in service."""
    return _in_use(console, Task.CHAT)


def pair(console: Console) -> tuple[str, str]:
    """Both."""
    return embedding(console), chat(console)


def choose_embedding(console: Console) -> str:
    """A select box of the embedding endpoints in service."""
    return _choose(console, Task.EMBEDDING)


def choose_chat(console: Console) -> str:
    """A select box of the language endpoints in service."""
    return _choose(console, Task.CHAT)


def use(name: str, kind: Kind) -> None:
    """Make this the endpoint in use for its kind."""
    endpoint_reads.remember_kind(name, kind)
    st.session_state[_CHOSEN[Task.EMBEDDING if kind is Kind.EMBEDDING else Task.CHAT]] = name


def smoke_sentence(result: SmokeResult) -> str:
    """What a test call gave, in a sentence."""
    if result.kind is Kind.EMBEDDING:
        norm = f", norm {result.norm:.3f}" if result.norm is not None else ""
        return f"Answers with vectors of {result.dimension} numbers{norm}, in {result.milliseconds:.0f} ms."
    text = " ".join(result.text.split())
    said = text if len(text) <= 120 else f"{text[:120]}…"
    speed = f", {result.tokens_per_second:.1f} tokens a second" if result.tokens_per_second else ""
    return f"Answers in {result.milliseconds:.0f} ms{speed}: “{said}”"


def _in_use(console: Console, task: Task) -> str:
    ready = endpoint_reads.ready_for(console, task)
    chosen = str(st.session_state.get(_CHOSEN[task]) or _usual(console, task))
    return chosen if chosen in ready else (ready[0] if ready else "")


def _usual(console: Console, task: Task) -> str:
    """The endpoint that an evaluation made usual, "" without one."""
    chosen = console.knowledge_defaults.read()
    return {Task.EMBEDDING: chosen.embedding, Task.CHAT: chosen.chat}.get(task, "")


def forget() -> None:
    """Begin anew with the usual endpoints."""
    for key in _CHOSEN.values():
        st.session_state.pop(key, None)
        st.session_state.pop(f"{key}.box", None)


def _choose(console: Console, task: Task) -> str:
    ready = endpoint_reads.ready_for(console, task)
    if not ready:
        return ""
    current = _in_use(console, task)
    name = st.selectbox(_LABELS[task], ready, index=ready.index(current), key=f"{_CHOSEN[task]}.box")
    st.session_state[_CHOSEN[task]] = name or current
    return str(name or current)
