"""Columns, labels and files with names that would act: they are shown, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.autopilot.using.answers import Answer
from services.autopilot.using.predicting import Asked
from services.autopilot.using.schema import Schema, schema_of
from services.autopilot.using.training_facts import Training

EVIL = "![x](http://127.0.0.1:9/leak) <a href='http://127.0.0.1:9'>go</a> :red[mine] $x$"
_ACTS = re.compile(r"(?<!\\)!?\[[^\]]*(?<!\\)\]\(|(?<!\\)<a |(?<!\\):red\[mine")


class _Predictions:
    """Answers with labels as evil as the columns."""

    def ask(self, asked: Asked, rows: Any) -> tuple[Answer, ...]:
        return tuple(Answer(EVIL, scores=((EVIL, 0.75), (f"=cmd{EVIL}", 0.25))) for _ in rows)


@pytest.fixture
def console() -> SimpleNamespace:
    return SimpleNamespace(predictions=_Predictions())


@contextmanager
def _given(console: SimpleNamespace) -> Iterator[AppTest]:
    def page() -> None:
        import streamlit as st

        from ui import autopilot_predict_row

        state = st.session_state
        autopilot_predict_row.show(state["console"], state["schema"], state["asked"], "k")

    at = AppTest.from_function(page, default_timeout=30)
    at.session_state["console"], at.session_state["schema"] = console, _schema()
    at.session_state["asked"] = Asked("e")
    yield at.run()


def _schema() -> Schema:
    names = (EVIL, f"{EVIL} number", f"{EVIL} target")
    rows = [[(EVIL, "plain")[place % 2], str(place), ("yes", EVIL)[place % 2]] for place in range(60)]
    return schema_of(Training(name="j", problem="BinaryClassification", target=names[2]), names, rows)


def _texts(at: AppTest) -> list[str]:
    labelled = (*at.text_input, *at.selectbox, *at.metric, *at.expander)
    values = (*at.markdown, *at.error, *at.warning)
    return [str(each.label) for each in labelled] + [str(each.value) for each in (*values, *at.metric)]


def test_names_and_labels_of_others_stay_text(console: SimpleNamespace) -> None:
    with _given(console) as at:
        assert not at.exception
        next(each for each in at.button if each.label == "Predict").click().run()
        next(each for each in at.text_input if "number" in each.label).set_value("999999")
        next(each for each in at.button if each.label == "Predict").click().run()
        assert not at.exception
        assert any("lies outside what was seen" in each for each in _texts(at))
        assert [each for each in _texts(at) if _ACTS.search(each)] == []


def test_a_chart_shows_names_as_they_are_spelled() -> None:
    from ui import charts

    assert not re.search(r"[<>&$]", charts.plainly(EVIL, 200))


def test_a_file_of_predictions_begins_no_cell_with_a_formula(tmp_path: Path) -> None:
    from services.autopilot.using.predicting import head_of, told

    answer = Answer("=1+1", scores=(("=1+1", 1.0),))
    assert told(answer, ["=1+1"])[0] == "'=1+1"
    assert told(Answer("-2.5"), [])[0] == "-2.5"
    assert head_of(["prediction"], answer, [])[1] == "prediction (predicted)"
