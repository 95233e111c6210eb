"""Beside the form of a template: how it looks filled in, its versions, who sees it, and it as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.knowledge.prompt import ALWAYS
from services.prompts import PromptDraft, PromptKind, PromptTemplate, preview, value_faults, variables
from services.prompts.variables import MOST_VARIABLES
from ui import error_box, formats
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console


def filled_in(draft: PromptDraft, *, key: str) -> None:
    """The variables with a field each, and what the model would get."""
    names = variables(draft)[:MOST_VARIABLES]
    if not names:
        st.markdown(":gray[:small[It has no variables; write {{name}} where something is to be filled in.]]")
    given = {name: str(st.text_area(literal(name), key=f"{key}.value.{name}", height=68) or "") for name in names}
    shown = preview(draft, given)
    st.markdown("**What the model gets**")
    for role, text in shown.messages:
        st.markdown(f":gray[:small[{literal(role)}]]")
        st.code(text or " ", language=None, wrap_lines=True)
    if draft.kind is PromptKind.RAG:
        st.markdown(":gray[:small[These rules always follow it:]]")
        st.code(ALWAYS, language=None, wrap_lines=True)
    missing = [each.field for each in value_faults(draft, given)]
    if missing:
        st.markdown(f":gray[:small[Without a value: {literal(', '.join(missing))}]]")


def versions(console: Console, template: PromptTemplate) -> None:
    """Every version with its time, what changed to the newest, and a way back to it."""
    kept = console.prompts.versions(template.id)
    if len(kept) < 2:
        st.markdown(":gray[There is one version. Every save makes another.]")
        return
    older = st.selectbox(
        "Compare with", [each.version for each in kept[1:]], key=f"prompt.{template.id}.older",
        format_func=lambda number: f"Version {number} · {_when(kept, number)}",
    )  # fmt: skip
    older = older or kept[1].version
    change = console.prompts.compare(template.id, older, template.version)
    st.code(change or "Nothing changed.", language="diff", wrap_lines=True)
    if template.mine:
        st.button(f"Make version {older} the newest", icon=":material/history:", key=f"prompt.{template.id}.restore",
                  on_click=_restore, args=(console, template.id, older))  # fmt: skip


def _restore(console: Console, id: str, version: int) -> None:
    console.prompts.restore(id, version)


def _when(kept: tuple[PromptTemplate, ...], number: int) -> str:
    return next((formats.moment(each.saved) for each in kept if each.version == number), "")


def sharing(console: Console, template: PromptTemplate) -> None:
    """Who sees a template, and it as a file for elsewhere."""
    if template.built_in:
        st.markdown("It comes with the console. Save a copy to change it.")
    elif not template.mine:
        st.markdown(f"{literal(template.owner)} shares it. Save a copy to change it.")
    else:
        key = f"prompt.{template.id}.shared"
        st.toggle(
            "Shared with everybody on this machine", value=template.shared, key=key,
            on_change=_share, args=(console, template.id, key),
            help="Others can use and copy it; only you can change it.",
        )  # fmt: skip
    with st.container(horizontal=True, gap="small"), error_box.shown():
        st.download_button("JSON", console.prompts.export(template.id), "prompt.json", "application/json",
                           icon=":material/download:", on_click="ignore", key=f"prompt.{template.id}.json")  # fmt: skip
        st.download_button("Markdown", console.prompts.export(template.id, markdown=True), "prompt.md",
                           "text/markdown", icon=":material/download:", on_click="ignore",
                           key=f"prompt.{template.id}.md")  # fmt: skip


def _share(console: Console, id: str, key: str) -> None:
    console.prompts.share(id, bool(st.session_state.get(key)))
