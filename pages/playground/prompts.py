"""Prompt templates: write, fill in, save with versions, share, take elsewhere."""

import streamlit as st

from ui import error_box, navigation, page_head, prompt_detail, prompt_form, prompt_list, session
from ui.escape import literal

console = session.console()
page_head.show("Prompts", "Templates with variables, for chats and for answers from documents.")
prompt_list.deleted(console)
listed, chosen = st.columns([1, 3], gap="large")
with listed, error_box.shown():
    id = prompt_list.choose(console)
with chosen, error_box.shown():
    template = console.prompts.get(id) if id else None
    if template is None:
        st.subheader("New prompt", anchor=False)
    else:
        st.subheader(literal(template.name), anchor=False)
        state = "with the console" if template.built_in else f"version {template.version}"
        shared = " · shared" if template.shared else ""
        st.markdown(f":gray[{prompt_list.KINDS[template.kind]} · {state}{shared}]")
    write, look, versions, share = st.tabs(["Write", "Fill in", "Versions", "Share and export"])
    with write:
        draft = prompt_form.show(console, template)
    with look:
        prompt_detail.filled_in(draft, key=f"prompt.{id or 'new'}")
    with versions, error_box.shown():
        if template is None:
            st.markdown(":gray[Save it first.]")
        else:
            prompt_detail.versions(console, template)
    with share, error_box.shown():
        if template is None:
            st.markdown(":gray[Save it first.]")
        else:
            prompt_detail.sharing(console, template)
    if template is not None:
        where = navigation.ASK if template.kind == "rag" else navigation.CHAT
        st.page_link(where, label="Use it: choose it under Options", icon=":material/arrow_forward:")
