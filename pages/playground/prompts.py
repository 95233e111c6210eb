"""Prompt templates: write, fill in, save with versions, share, take elsewhere."""

import streamlit as st

from services.prompts import PromptKind
from ui import error_box, navigation, page_head, prompt_detail, prompt_form, prompt_list, session

console = session.console()
with page_head.show("Prompts", "Templates with variables, for chats and for answers from documents."):
    prompt_list.head(console)
prompt_list.deleted(console)
id = prompt_list.choose(console)
template = console.prompts.get(id) if id else None
if template is not None:
    told = [f"version {template.version}"] if not template.built_in else []
    told += ["shared"] if template.shared else []
    if told:
        st.markdown(f":gray[:small[{' · '.join(told)}]]")
write, look, versions, share = st.tabs(["Write", "Fill in", "Versions", "Share and export"])
with write, error_box.shown():
    draft = prompt_form.show(console, template)
with look, error_box.shown():
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
    where = navigation.ASK if template.kind is PromptKind.RAG else navigation.CHAT
    st.page_link(where, label="Use it: choose it under Options", icon=":material/arrow_forward:")
