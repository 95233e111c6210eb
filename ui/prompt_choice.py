"""Which template to use, and the values of its variables: for asking documents (rules) and for a chat (messages)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.prompts import PromptKind, PromptTemplate, preview, value_faults
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

OURS = ""
MOST_VALUE = 20_000  # characters of one value


def choose(console: Console, kinds: tuple[PromptKind, ...], *, key: str, none: str) -> PromptTemplate | None:
    """A select box of the templates of these kinds; None: none of them, which is called `none`."""
    offered = {each.id: each for each in console.prompts.list() if each.kind in kinds}
    if st.session_state.get(key, OURS) not in offered:
        st.session_state[key] = OURS
    chosen = st.selectbox(
        "Prompt template", [OURS, *offered], key=key, persist_state="session",
        format_func=lambda id: f"{offered[id].name}{_mark(offered[id])}" if id in offered else none,
        help="Templates are written, shared and compared under Prompts.",
    )  # fmt: skip
    return offered.get(chosen or OURS)


def _mark(template: PromptTemplate) -> str:
    return "" if template.mine or template.built_in else " · shared"


def values(template: PromptTemplate, *, key: str) -> tuple[dict[str, str], bool]:
    """A field for each variable of a template, what they hold, and whether all of them hold something."""
    found: dict[str, str] = {}
    for name in template.variables:
        field = st.text_area if name in ("text", "input", "proposal") else st.text_input
        found[name] = str(field(literal(name), key=f"{key}.{template.id}.{name}", max_chars=MOST_VALUE,
                                persist_state="session") or "")  # fmt: skip
    missing = value_faults(template.draft, found)
    if missing:
        st.markdown(f":red[:material/error: :small[{literal(' '.join(each.sentence for each in missing))}]]")
    return found, not missing


def rules(console: Console, *, key: str) -> tuple[str, bool]:
    """The rules answers from documents follow, "" ours; and whether they can be used as they stand."""
    template = choose(console, (PromptKind.RAG,), key=key, none="the usual rules")
    if template is None:
        return "", True
    given, ready = values(template, key=key)
    st.markdown(":gray[:small[The rules on citing, refusing and quoting stay in force.]]")
    return preview(template.draft, given).system, ready
