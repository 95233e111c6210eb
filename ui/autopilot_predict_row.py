"""One row, filled in as the training table had its columns; the answer, and what changes when one value is changed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot.using.answers import Answer
from services.autopilot.using.predicting import Asked
from services.autopilot.using.schema import CATEGORICAL, DATETIME, NUMERIC, TEXT, Feature, Schema
from services.errors import InvalidRequest
from services.legible import legible
from ui import autopilot_answer, autopilot_what_if, error_box, field, formats
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

MOST_FIELDS = 24  # drawn at first; of a wide table a person chooses what to fill in
MOST_ODD = 8
LARGEST_PICTURE = 5 * 1024 * 1024


def show(console: Console, schema: Schema, asked: Asked, key: str) -> None:
    """Write the form, the answer, and what-if."""
    chosen = _chosen(schema, key)
    if schema.examples and len(schema.features) > 1:
        st.button(
            "Fill in another row of the training table", icon=":material/shuffle:", key=f"{key}.fill",
            on_click=_fill, args=(schema, key),
        )  # fmt: skip
    with st.form(f"{key}.row", border=True):
        with st.grid(3, min_column_width=200):
            for place, feature in enumerate(schema.features):
                if feature.name in chosen:
                    with st.container():
                        _field(feature, f"{key}.f{place}")
        pressed = st.form_submit_button("Predict", type="primary", icon=":material/play_arrow:", key=f"{key}.go")
    row = _row(schema, key)
    if pressed:
        with error_box.shown():
            before = st.session_state.get(f"{key}.answer")
            answer = console.predictions.ask(asked, [row])[0]
            st.session_state[f"{key}.before"] = before
            st.session_state[f"{key}.answer"] = (asked.endpoint, row, answer)
    _answered(schema, asked, key)
    if len(schema.features) > 1:
        autopilot_what_if.show(console, schema, asked, row, key)


def _chosen(schema: Schema, key: str) -> set[str]:
    """Which columns are drawn; the others keep what was usual in training."""
    names = list(schema.names)
    if len(names) <= MOST_FIELDS:
        return set(names)
    return set(
        st.multiselect(
            "Columns to fill in",
            names,
            default=names[:MOST_FIELDS],
            key=f"{key}.columns",
            persist_state="session",
            help="The others are sent with what was usual in training: the median, or the most frequent value.",
        )
    )


def _field(feature: Feature, at: str) -> None:
    st.session_state.setdefault(at, _begin(feature))
    label, hint = literal(feature.name), _hint(feature)
    if feature.kind == NUMERIC:
        st.text_input(label, key=at, autocomplete="off", placeholder="missing", help=hint, persist_state="session")
    elif feature.kind == CATEGORICAL and feature.choices:
        st.selectbox(
            label, list(feature.choices), key=at, accept_new_options=True, placeholder="missing", help=hint,
            persist_state="session",
        )  # fmt: skip
    elif feature.kind == DATETIME and _dated(feature.example):
        st.date_input(label, key=at, help=hint, min_value=date(1900, 1, 1), max_value=date(2100, 12, 31),
                      persist_state="session")  # fmt: skip
    elif feature.kind == TEXT:
        st.text_area(label, key=at, height=110, persist_state="session")
    else:
        st.text_input(label, key=at, autocomplete="off", placeholder="missing", help=hint, persist_state="session")


def _begin(feature: Feature) -> object:
    if feature.kind == DATETIME and _dated(feature.example):
        return date.fromisoformat(feature.example)
    if feature.kind == CATEGORICAL and feature.choices:
        return feature.usual or None
    return feature.usual


def _dated(example: str) -> bool:
    try:
        date.fromisoformat(example)
    except ValueError:
        return False
    return True


def _hint(feature: Feature) -> str | None:
    """What was seen in training, in a sentence."""
    gaps = f" Missing in {feature.gaps:.0%} of the rows." if feature.gaps >= 0.005 else ""
    if feature.kind == NUMERIC and feature.quantiles:
        low, high = (formats.figure(feature.at(share) or 0.0) for share in (0.25, 0.75))
        least, most = (formats.figure(feature.at(share) or 0.0) for share in (0.0, 1.0))
        return literal(f"Half of the rows had {low} to {high}; {least} to {most} were seen.{gaps}")
    if feature.choices:
        return literal(f"{formats.count(len(feature.choices), 'value was', 'values were')} seen.{gaps}")
    return literal(f"Such as {feature.example[:80]}.{gaps}") if feature.example else None


def _fill(schema: Schema, key: str) -> None:
    """Put the next of the rows that were read into the form."""
    turn = st.session_state.get(f"{key}.turn", 0)
    st.session_state[f"{key}.turn"] = turn + 1
    for place, (feature, text) in enumerate(
        zip(schema.features, schema.examples[turn % len(schema.examples)], strict=True)
    ):
        value: object = text
        if feature.kind == DATETIME and _dated(feature.example):
            value = date.fromisoformat(text) if _dated(text) else None
        elif feature.kind == CATEGORICAL and feature.choices:
            value = text.strip() or None
        st.session_state[f"{key}.f{place}"] = value


def _row(schema: Schema, key: str) -> list[str]:
    """The row as the form stands."""
    row = []
    for place, feature in enumerate(schema.features):
        value = st.session_state.get(f"{key}.f{place}", feature.usual)
        row.append("" if value is None else str(value).strip() if feature.kind != TEXT else str(value))
    return row


def _answered(schema: Schema, asked: Asked, key: str) -> None:
    found = st.session_state.get(f"{key}.answer")
    if not found or found[0] != asked.endpoint:
        return
    _, row, answer = found
    before: tuple[str, list[str], Answer] | None = st.session_state.get(f"{key}.before")
    with st.container(border=True, key="app-answer"):
        autopilot_answer.show(schema, answer)
        odd = [unusual(feature, text) for feature, text in zip(schema.features, row, strict=True)]
        for words in list(filter(None, odd))[:MOST_ODD]:
            field.wrong(words)
        if before and before[0] == asked.endpoint and len(before[1]) == len(row):
            autopilot_answer.moved(schema, (before[1], before[2]), (row, answer))


def unusual(feature: Feature, text: str) -> str:
    """What the model has not met in training, in a sentence; "" nothing."""
    from services.tables.numerals import is_number, missing

    shown = legible(text, 40)
    if missing(text):
        return f"{feature.name} is empty, and was never empty in training." if not feature.gaps else ""
    if feature.kind == NUMERIC:
        if not is_number(text):
            return f"{feature.name}: “{shown}” is no number; the model takes it for missing."
        least, most = feature.at(0.0), feature.at(1.0)
        if least is not None and most is not None and not least <= float(text) <= most:
            return f"{feature.name}: {shown} lies outside what was seen in training, {least:g} to {most:g}."
    if feature.kind == CATEGORICAL and feature.choices and text not in feature.choices:
        return f"{feature.name}: “{shown}” was not among the rows of the training table that were read."
    return ""


def picture(console: Console, asked: Asked, key: str) -> None:
    """Write the choice of a picture and what it shows."""
    given = st.file_uploader("Picture", type=["png", "jpg", "jpeg"], key=f"{key}.picture")
    if given is None:
        return
    content = given.getvalue()
    if len(content) > LARGEST_PICTURE:
        raise InvalidRequest("The picture is too large.", "5 MB can be sent at once.", "Make it smaller.")
    st.image(content, width=240)
    if st.button("Predict", type="primary", icon=":material/play_arrow:", key=f"{key}.go"):
        kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
        st.session_state[f"{key}.seen"] = console.predictions.picture(asked, content, kind)
    if f"{key}.seen" in st.session_state:
        with st.container(border=True, key="app-answer"):
            autopilot_answer.show(None, st.session_state[f"{key}.seen"])
