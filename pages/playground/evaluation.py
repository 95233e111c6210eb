"""Evaluation: find out by measurement which cut, model and search are best for these documents."""

import streamlit as st

from ui import (
    empty_state,
    endpoint_picker,
    error_box,
    evaluation_questions,
    evaluation_results,
    evaluation_run,
    evaluation_settings,
    evaluation_state,
    inventory_line,
    navigation,
    page_head,
    session,
)

console = session.console()
page_head.show("Evaluation", "Which cut, model and search answer your documents best, measured on questions.")
if begun := st.session_state.pop("evaluation.begun", ""):
    evaluation_state.go(evaluation_state.RUN, run=begun)

if not endpoint_picker.embedding(console) and not console.evaluation.runs():
    if not inventory_line.wait(console, lambda: bool(endpoint_picker.embedding(console))):
        empty_state.show(
            "rocket_launch", "No embedding model yet", "Searching documents needs an embedding model in service.",
            page=navigation.DEPLOY, label="Deploy a pair",
        )  # fmt: skip
    st.stop()
if not console.evaluation.sources() and not console.evaluation.runs():
    empty_state.show(
        "description", "No documents yet", "Add the documents that are to be asked, then measure what finds best.",
        page=navigation.DOCUMENTS, label="Add documents",
    )  # fmt: skip
    st.stop()

step = evaluation_state.step()
with error_box.shown():
    if step == evaluation_state.QUESTIONS:
        evaluation_questions.show(console)
    elif step == evaluation_state.SETTINGS:
        evaluation_settings.show(console)
    elif step == evaluation_state.RUN:
        evaluation_run.show(console)
    else:
        evaluation_results.show(console)
