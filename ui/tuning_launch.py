"""The form of a fine-tuning: model and licence, text and what the doctor says, template, settings, what it costs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from services.deploy import Problem
from services.errors import InvalidRequest, SagedeckError
from services.tuning import Format, formats_of
from ui import (
    empty_state,
    error_box,
    field,
    formats,
    navigation,
    polling,
    tuning_form,
    tuning_request,
    tuning_reviewed,
    tuning_template,
    tuning_text,
)
from ui.escape import literal
from ui.tuning_fields import FORMATS, KEY, TuningFields
from ui.tuning_request import Chosen, Draft
from ui.tuning_text import Seen, Text

if TYPE_CHECKING:
    from services.catalog import CatalogModel
    from services.console import Console

_WANTED, _MODEL = "tune.wanted", "model"
MOST_TOLD = 8
_ABOVE = ("accept_eula", "text", "doctor", "format", "template", "template.prompt", "template.completion")


def show(console: Console) -> None:
    """Write the form, as far as it has come."""
    models = {each.id: each for each in console.tuning.models()}
    if not models:
        empty_state.show(
            "model_training", "No model to tune", "The catalogue names none of which a text model can be made.",
            page=navigation.MODELS, label="Look at the models",
        )  # fmt: skip
        return
    with st.container(border=True, key="tune-model"):
        st.subheader("1 · Model", anchor=False)
        model = _model(models)
        with st.spinner("Reading what the model needs…"):
            spec = console.tuning.spec(model.id)
        if spec.problem:
            st.warning(
                f"{literal(spec.problem)} What is shown is typical; to launch, the model's own specification has to be "
                "read.", icon=":material/warning:",
            )  # fmt: skip
        wanted = _format(model, formats_of(spec))
        above = st.container()
    text = tuning_text.chosen(console)
    if text is None:
        with above:
            tuning_form.licence(console, TuningFields(), Chosen(model, spec, wanted, Text()))
        with st.container(border=True, key="tune-pick"):
            st.subheader("2 · Text", anchor=False)
            st.markdown(f":gray[{_EXPECTED[wanted]}]")
            tuning_text.pick(console)
        return
    chosen = Chosen(model, spec, wanted, text)
    with above:
        tuning_form.licence(console, TuningFields(problems=_licence_only(console, chosen)), chosen)
    polling.alone(partial(_rest, console, chosen))


_EXPECTED = {
    Format.INSTRUCTION: "One row a line of JSON, with columns such as question and answer; a table becomes that.",
    Format.DOMAIN: "A text file, or a table whose column \u201ctext\u201d is learned.",
    Format.CHAT: "One dialog a line of JSON: a list of turns, each with role and content.",
}


def _model(models: dict[str, CatalogModel]) -> CatalogModel:
    asked = str(st.query_params.get(_MODEL, ""))
    ids = list(models)
    if asked in models and f"{KEY}.model" not in st.session_state:
        st.session_state[f"{KEY}.model"] = asked

    def shown(model_id: str) -> str:
        each = models[model_id]
        size = f" · {each.billions:g}B" if each.billions else ""
        return f"{each.name}{size}{' · licence' if each.eula else ''}"

    picked = st.selectbox("Model", ids, format_func=shown, key=f"{KEY}.model", persist_state="session")
    model = models[str(picked)]
    st.query_params[_MODEL] = model.id
    st.markdown(f":gray[:small[{literal(model.id)} · {literal(model.provider)}]]")
    return model


def _format(model: CatalogModel, offered: tuple[Format, ...]) -> Format:
    picked = st.segmented_control(
        "What it learns from", list(offered), default=offered[0], required=True, format_func=lambda each: FORMATS[each],
        key=f"{KEY}.format.{len(offered)}", persist_state="session",
    )  # fmt: skip
    return Format(picked) if picked in offered else offered[0]


def _licence_only(console: Console, chosen: Chosen) -> tuple[Problem, ...]:
    """What is wrong with the licence alone; the rest is read once the text was looked at."""
    if not chosen.spec.eula or TuningFields().value(f"eula.{chosen.model.id}"):
        return ()
    return (Problem("accept_eula", f"{chosen.model.name} is tuned only once its licence is accepted."),)


def _seen(console: Console, chosen: Chosen) -> Seen | None:
    """What the doctor says with the template as the form stands."""
    given = tuning_request.given(chosen.spec, chosen.model.id)
    fields = TuningFields(text=chosen.text.id)
    written = tuning_template.read(fields, None) if fields.value("prompt") is not None else None
    look = partial(tuning_text.look, console, chosen.text, chosen.format, written, chosen.spec, given)
    return tuning_text.problem_of(look)


def _rest(console: Console, chosen: Chosen) -> None:
    seen = _seen(console, chosen)
    draft = tuning_request.read(console, chosen, seen)
    fields = TuningFields(text=chosen.text.id, problems=draft.problems)
    _text(console, chosen, fields, seen)
    with st.container(border=True, key="tune-settings"):
        st.subheader("3 · Settings", anchor=False)
        tuning_form.hyperparameters(fields, chosen)
        left, right = st.columns(2, gap="large")
        with left:
            tuning_form.machine(console, fields, chosen, draft)
        with right:
            tuning_form.places(console, fields, draft)
        tuning_form.rest(fields)
    for problem in draft.problems:  # said above, or in the box of the text
        if problem.field in _ABOVE:
            fields.told(problem)
    fields.rest()
    with st.container(border=True, key="tune-cost"):
        st.subheader("4 · What it may cost", anchor=False)
        cost(console, draft)
    _go_on(console, chosen, draft)


def _text(console: Console, chosen: Chosen, fields: TuningFields, seen: Seen | None) -> None:
    with st.container(border=True, key="tune-text"):
        st.subheader("2 · Text", anchor=False)
        tuning_text.line(chosen.text, seen)
        fields.under("text")
        fields.under("format")
        if seen is None:
            return
        tuning_text.verdict(console, chosen.text, seen)
        if chosen.format is Format.INSTRUCTION:
            suggestion = seen.beside or seen.report.suggestion
            tuning_template.show(fields, seen.report, suggestion, beside=seen.beside is not None)


def cost(console: Console, draft: Draft) -> None:
    """Write the ceiling and what is likely."""
    found = console.tuning.ceiling(draft.request, draft.learned)
    with st.grid(3, min_column_width=170):
        st.metric("At most", _amount(found.most), border=True)
        st.metric("Likely (an estimate)", _amount(found.likely), border=True)
        if found.saving is not None:
            st.metric("Spare capacity saves (an estimate)", _amount(found.saving), border=True)
        else:
            st.metric("Likely time (an estimate)", formats.duration(found.seconds), border=True)
    st.markdown(f":gray[:small[{literal(' '.join(found.words))}]]")


def _amount(usd: float | None) -> str:
    return formats.UNKNOWN_PRICE if usd is None else formats.money(usd).replace("$", "\\$")


def _go_on(console: Console, chosen: Chosen, draft: Draft) -> None:
    st.button(
        "Review the plan", type="primary", icon=":material/fact_check:", key="tune.review", on_click=_asked,
    )  # fmt: skip
    if not st.session_state.get(_WANTED):  # kept until it is done: another drawing may overtake this one
        return
    problems = draft.problems or _whole(console, chosen, draft)
    if problems:
        st.session_state.pop(_WANTED, None)
        number = formats.count(len(problems), "thing is", "things are")
        lines = [f"- {literal(field.labelled(each))}" for each in problems[:MOST_TOLD]]
        st.error("\n".join([f"**{number} to be mended, marked red above:**", *lines]), icon=":material/error:")
        return
    try:
        with st.spinner("Planning: container, bucket, role, quota and names are looked up…"):
            tuning_reviewed.review(console, draft.request, draft.learned)
    except SagedeckError as error:
        st.session_state.pop(_WANTED, None)
        error_box.show(error)
        return
    except Exception:
        st.session_state.pop(_WANTED, None)
        raise
    st.session_state.pop(_WANTED, None)
    st.session_state.pop(TuningFields.asked, None)
    st.rerun()


def _whole(console: Console, chosen: Chosen, draft: Draft) -> tuple[Problem, ...]:
    """A long file, of which only the beginning was looked at, is looked at as a whole before it is sent."""
    kept = chosen.text.kept
    if kept is None or kept.size <= tuning_text.CHECK_BYTES:
        return ()
    given = tuning_request.given(chosen.spec, chosen.model.id)
    try:
        with st.spinner("Looking at the whole text…"):
            report = console.tuning.check(
                kept.path, chosen.format, template=draft.request.template, spec=chosen.spec, given=given
            )
    except InvalidRequest as error:
        return (Problem("text", str(error)),)
    return tuple(Problem("text", each.words) for each in report.findings if each.level == "stop")


def _asked() -> None:
    st.session_state[TuningFields.asked] = st.session_state[_WANTED] = True
