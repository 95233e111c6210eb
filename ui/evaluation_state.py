"""Where a person is in an evaluation: the step, the question set, the run; all of it in the address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from services.console import Console
    from services.evaluation import Source

QUESTIONS, SETTINGS, RUN, RESULTS = "Questions", "Settings", "Run", "Results"
STEPS = (QUESTIONS, SETTINGS, RUN, RESULTS)
_STEP = "evaluation.step"


def step() -> str:
    """The step to show, chosen in a row of buttons."""
    if _STEP not in st.session_state:
        named = str(st.query_params.get("step", ""))
        st.session_state[_STEP] = named if named in STEPS else (RUN if "run" in st.query_params else QUESTIONS)
    chosen = st.segmented_control(
        "Step", STEPS, key=_STEP, required=True, label_visibility="collapsed", width="stretch"
    )  # fmt: skip
    st.query_params["step"] = chosen or QUESTIONS
    return chosen or QUESTIONS


def go(step: str, **named: str) -> None:
    """Go to a step; for a button's callback. `named` go into the address (`set`, `run`)."""
    st.session_state[_STEP] = step
    for name, value in named.items():
        st.query_params[name] = value


def set_id(console: Console) -> str:
    """The question set in hand: the one the address names, else the newest; "" when there is none."""
    return _named("set", [each.id for each in console.evaluation.sets()])


def run_id(console: Console) -> str:
    """The run in hand: the one the address names, else the newest; "" when there is none."""
    return _named("run", [each.id for each in console.evaluation.runs()])


def _named(what: str, there: list[str]) -> str:
    named = str(st.query_params.get(what, ""))
    return named if named in there else (there[0] if there else "")


def sources(console: Console, key: str) -> tuple[Source, ...]:
    """The documents to be asked, all of the library unless some are chosen."""
    offered = {each.sha256: each for each in console.evaluation.sources()}
    chosen = st.multiselect(
        "Documents", list(offered), key=key, format_func=lambda which: offered[which].name,
        placeholder=f"all {len(offered)} of them",
    )  # fmt: skip
    return tuple(offered[which] for which in chosen if which in offered) or tuple(offered.values())
