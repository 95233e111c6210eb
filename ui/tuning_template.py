"""The template of instruction tuning, with what it makes of a row under it as one types."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from services.tuning import Template, TextReport, rendered
from ui.escape import literal
from ui.tuning_fields import TuningFields

MOST_SHOWN = 1_500  # characters of a rendered prompt


def read(fields: TuningFields, suggestion: Template | None) -> Template | None:
    """The template as the form stands; None where nothing was written and nothing is suggested."""
    prompt, completion = fields.value("prompt"), fields.value("completion")
    if prompt is None and completion is None:
        return suggestion
    first = suggestion or Template("", "")
    return Template(str(first.prompt if prompt is None else prompt),
                    str(first.completion if completion is None else completion))  # fmt: skip


def show(fields: TuningFields, report: TextReport, suggestion: Template | None, *, beside: bool) -> None:
    """Write the two fields and the preview."""
    start = suggestion or Template("", "")
    if beside:
        st.markdown(":gray[:small[A template.json lies beside the text; it is used unless you change it here.]]")
    names = ", ".join(f"{{{name}}}" for name in report.columns[:10])
    st.text_area(
        "What is asked", start.prompt, key=fields.at("prompt"), height=170, persist_state="session",
        help="Columns stand in braces; a brace of the text itself is written twice.",
    )  # fmt: skip
    fields.under("template.prompt")
    st.text_area("What is answered", start.completion, key=fields.at("completion"), height=70, persist_state="session")
    fields.under("template.completion")
    fields.under("template")
    if names:
        st.markdown(f":gray[:small[Columns: {literal(names)}]]")
    _preview(read(fields, suggestion), report.sample)


def _preview(template: Template | None, sample: Sequence[object]) -> None:
    if template is None or not sample:
        return
    place = 1
    if len(sample) > 1:
        place = st.segmented_control(
            "Row", list(range(1, len(sample) + 1)), default=1, required=True, key="tune.preview.row"
        ) or 1  # fmt: skip
    row = sample[min(place, len(sample)) - 1]
    assert isinstance(row, dict)
    try:
        asked, answer = rendered(template.prompt, row), rendered(template.completion, row)
    except KeyError as error:
        st.markdown(f":gray[No preview: this row has no column {literal(error.args[0])}.]")
        return
    except ValueError:
        return  # said at the field
    with st.container(border=True, key="tune-preview"):
        st.markdown(":gray[:small[What the model is asked]]")
        st.text(asked[:MOST_SHOWN] or " ")
        st.markdown(":gray[:small[What it shall answer]]")
        st.text(answer[:MOST_SHOWN] or " ")
