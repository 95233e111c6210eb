"""A template being written: its fields with what is wrong about each, saved as a version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError
from services.prompts import Example, Fault, PromptDraft, PromptKind, PromptTemplate, faults
from services.prompts.variables import MOST_EXAMPLES, MOST_NAME, MOST_NOTE, MOST_TEXT
from ui import error_box, prompt_list
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

BEGINNING = "You answer questions from numbered passages."
_ERROR, _ASKED = "prompts.error", "prompts.asked"
_LABELS = {
    PromptKind.ZERO_SHOT: "Request",
    PromptKind.FEW_SHOT: "Request, with {{input}} where an example's input goes",
    PromptKind.RAG: "Rules",
}


def show(console: Console, template: PromptTemplate | None) -> PromptDraft:
    """The fields of a template (None: a new one), the buttons under them, and the draft as it stands."""
    key = f"prompt.{template.id}.{template.version}" if template else "prompt.new"
    before = template.draft if template else PromptDraft("", text="")
    name = st.text_input("Name", value=before.name, key=f"{key}.name", max_chars=MOST_NAME)
    at_name = st.empty()
    kind = st.segmented_control(
        "Kind", list(PromptKind), default=before.kind, required=True, key=f"{key}.kind",
        format_func=prompt_list.KINDS.__getitem__,
        help="A request stands alone; examples show the model how it is done; rules say how documents are answered.",
    )  # fmt: skip
    kind = kind or PromptKind.ZERO_SHOT
    system = ""
    if kind is not PromptKind.RAG:
        system = st.text_area("System prompt", value=before.system, key=f"{key}.system", height=90, max_chars=MOST_TEXT)
    at_system = st.empty()
    text = st.text_area(
        _LABELS[kind], value=before.text, key=f"{key}.text", height=200, max_chars=MOST_TEXT,
        placeholder=BEGINNING if kind is PromptKind.RAG else "Translate into {{language}}: {{text}}",
        help="{{name}} is a variable: whoever uses the prompt gives its value.",
    )  # fmt: skip
    at_text = st.empty()
    examples = _examples(before.examples, key) if kind is PromptKind.FEW_SHOT else ()
    at_examples = st.empty()
    note = st.text_input("What it is for", value=before.note, key=f"{key}.note", max_chars=MOST_NOTE)
    draft = PromptDraft((name or "").strip(), kind, text or "", system or "", examples, (note or "").strip())
    wrong = faults(draft)
    places = {"name": at_name, "system": at_system, "text": at_text, "examples": at_examples}
    _say(wrong, places, asked=bool(template) or st.session_state.get(_ASKED) == key)
    _buttons(console, template, draft, wrong, key)
    return draft


def _say(wrong: tuple[Fault, ...], places: dict[str, st.delta_generator.DeltaGenerator], *, asked: bool) -> None:
    """Each fault under its field; what is merely empty is not held against who has only begun."""
    for field, place in places.items():
        said = [each.sentence for each in wrong if each.field == field]
        if said and (asked or any("{{" in sentence or "}}" in sentence for sentence in said)):
            place.markdown(f":red[:material/error: :small[{literal(' '.join(said))}]]")


def _examples(before: tuple[Example, ...], key: str) -> tuple[Example, ...]:
    rows = st.data_editor(
        [{"Input": each.input, "Output": each.output} for each in before] or [{"Input": "", "Output": ""}],
        num_rows="dynamic", key=f"{key}.examples", width="stretch", hide_index=True,
        column_config={"Input": st.column_config.TextColumn(width="medium"),
                       "Output": st.column_config.TextColumn(width="medium")},
    )  # fmt: skip
    told = [(str(row.get("Input") or ""), str(row.get("Output") or "")) for row in rows]
    return tuple(Example(*pair) for pair in told if any(part.strip() for part in pair))[: MOST_EXAMPLES + 1]


def _buttons(
    console: Console, template: PromptTemplate | None, draft: PromptDraft, wrong: tuple[Fault, ...], key: str
) -> None:
    error = st.session_state.pop(_ERROR, None)
    if error is not None:
        error_box.show(error)
    mine = template is not None and template.mine
    changed = template is None or draft != template.draft
    with st.container(horizontal=True, gap="small"):
        if mine or template is None:
            st.button(
                "Save" if template is None else f"Save as version {template.version + 1}", type="primary",
                icon=":material/save:", key=f"{key}.save", disabled=not changed or (bool(wrong) and mine),
                on_click=_save, args=(console, draft, template.id if template else "", bool(wrong), key),
            )  # fmt: skip
        if template is not None:
            st.button(
                "Save a copy", icon=":material/content_copy:", key=f"{key}.copy", disabled=bool(wrong),
                on_click=_save, args=(console, draft, "", False, key),
            )  # fmt: skip
        if mine and template is not None:
            st.button("Delete", icon=":material/delete:", key=f"{key}.delete", on_click=prompt_list.delete,
                      args=(console, template.id), help="It can be brought back right after.")  # fmt: skip


def _save(console: Console, draft: PromptDraft, id: str, wrong: bool, key: str) -> None:
    st.session_state[_ASKED] = key
    if wrong:
        return
    try:
        kept = console.prompts.save(draft, id)
    except SagedeckError as error:
        st.session_state[_ERROR] = error
        return
    for name in [str(each) for each in st.session_state if str(each).startswith("prompt.new.")]:
        del st.session_state[name]
    st.session_state.pop(_ASKED, None)
    st.session_state[prompt_list.CHOSEN] = kept.id
