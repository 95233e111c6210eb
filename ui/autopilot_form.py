"""The form of an Autopilot job: what is trained and how, how long, how it is checked, and what becomes of the best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot import ProblemKind
from services.autopilot.requesting.known import ALGORITHMS, BASE_MODELS, DEFAULT_BASE_MODEL, default_metric
from services.autopilot.requesting.request import Forecast, LanguageTuning, Tabular
from ui import autopilot_form_more, autopilot_form_series, autopilot_request, autopilot_roles, autopilot_validation
from ui.autopilot_fields import JobFields
from ui.autopilot_request import GENERATED, GIVEN, Draft

if TYPE_CHECKING:
    from services.console import Console
    from ui.autopilot_data import Chosen

_MODES = {
    "AUTO": "Auto",
    "ENSEMBLING": "Ensembling",
    "HYPERPARAMETER_TUNING": "Hyperparameter tuning",
}
_ABOUT = {
    "AUTO": "Ensembling below 100 MB, hyperparameter tuning above.",
    "ENSEMBLING": "Ten trainings, stacked (AutoGluon). Usually the best on tables below 100 MB.",
    "HYPERPARAMETER_TUNING": "Up to 250 trainings in search of the best settings. Linear learner, XGBoost, networks.",
}
USUAL, ANY = "The usual one", "PNG or JPEG"
_IMAGES = {"image/png": "PNG", "image/jpeg": "JPEG"}
METRICS = {
    "Accuracy": "Accuracy: share of right answers",
    "AUC": "AUC: how well the two classes are told apart",
    "BalancedAccuracy": "Balanced accuracy: each class counts alike",
    "F1": "F1: precision and recall together",
    "F1macro": "F1 macro: F1, each class counting alike",
    "Precision": "Precision: how many found are right",
    "PrecisionMacro": "Precision macro",
    "Recall": "Recall: how many of the right are found",
    "RecallMacro": "Recall macro",
    "MSE": "MSE: mean squared error",
    "RMSE": "RMSE: its root, in the target's unit",
    "MAE": "MAE: mean absolute error",
    "R2": "R²: share of the spread explained",
    "MAPE": "MAPE: mean error in per cent",
    "MASE": "MASE: against a naive forecast",
    "WAPE": "WAPE: weighted error in per cent",
    "AverageWeightedQuantileLoss": "Average weighted quantile loss",
}


def show(console: Console, data: Chosen, draft: Draft, fields: JobFields, names: Sequence[str], inferred: str) -> None:
    """Write the form. `names` are the table's columns, `inferred` the problem type that the doctor told."""
    request = draft.request
    at_name = f"name.{autopilot_roles.key_of(data)}"
    fields.ask(
        "Job name", at_name, "name", value=autopilot_request.suggestion(fields, data), help=fields.of("name").words
    )
    match request.settings:
        case Tabular() as settings:
            _training(fields, settings, inferred)
        case Forecast():
            autopilot_form_series.show(fields, names)
        case LanguageTuning() as tuning:
            _language(fields, tuning)
    if fields.kind is ProblemKind.IMAGE:
        fields.one(
            "training.content_type", label="Images are", none=ANY, options=list(_IMAGES), shown=_IMAGES.__getitem__
        )
    if fields.kind not in (ProblemKind.TABULAR, ProblemKind.LANGUAGE):
        _objective(fields, default_metric(fields.kind))
    _limits(fields)
    if fields.kind is not ProblemKind.FORECAST:
        autopilot_validation.show(console, fields)
    _deploy(fields)
    autopilot_form_more.show(console, fields)


def _training(fields: JobFields, settings: Tabular, inferred: str) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        mode = st.segmented_control(
            "Training", list(_MODES), default="AUTO", required=True, key=fields.at("settings.mode"),
            format_func=lambda each: _MODES[each], persist_state="session",
        )  # fmt: skip
        st.markdown(f":gray[:small[{_ABOUT[mode or 'AUTO']}]]")
        fields.under("settings.mode")
    with right:
        _objective(fields, default_metric(ProblemKind.TABULAR, settings.problem_type or inferred))
    if mode and mode != "AUTO":
        fields.many("settings.algorithms", options=ALGORITHMS[mode], placeholder="All of them")


def _objective(fields: JobFields, default: str) -> None:
    fields.one(
        "objective", none=USUAL, options=fields.of("objective").choices, label="Candidates are ranked by",
        shown=lambda each: METRICS.get(each, each),
    )  # fmt: skip
    if default and not fields.text("objective"):
        st.markdown(f":gray[:small[Here: {METRICS.get(default, default)}]]")


def _limits(fields: JobFields) -> None:
    table = fields.kind is ProblemKind.TABULAR
    with st.grid(3, min_column_width=170):
        with st.container():
            fields.figure("limits.job_seconds", at="limits.job_minutes", label="Whole job, minutes at most", step=15,
                          placeholder="30 days")  # fmt: skip
        with st.container():
            fields.figure("limits.training_seconds", at="limits.training_minutes", label="Each training, minutes",
                          step=5, placeholder="no limit of its own")  # fmt: skip
        if table:
            with st.container():
                fields.figure("limits.candidates", label="Candidates at most")


def _deploy(fields: JobFields) -> None:
    on = fields.switch("Deploy the best candidate as soon as the job ends", "deploy", help=fields.of("deploy").words)
    if not on:
        return
    left, right = st.columns([1, 2], gap="medium")
    with left:
        how = st.segmented_control(
            "Endpoint name", [GENERATED, GIVEN], default=GENERATED, required=True, key=fields.at("deploy.how"),
            persist_state="session",
        )  # fmt: skip
    if how == GIVEN:
        with right:
            fields.line("deploy.endpoint_name", label="Name")
    st.markdown(
        ":orange[:material/payments:] :small[It costs by the hour until somebody ends it, beside what the job costs.]"
    )
    fields.under("deploy")


def _language(fields: JobFields, settings: LanguageTuning) -> None:
    with st.grid(2, min_column_width=240):
        with st.container():
            fields.one("settings.base_model", none=f"{DEFAULT_BASE_MODEL} (the usual one)")
        with st.container():
            fields.figure("settings.epochs", placeholder="AWS's own")
        with st.container():
            fields.figure("settings.batch_size", placeholder="AWS's own")
        with st.container():
            fields.fraction("settings.learning_rate")
        with st.container():
            fields.figure("settings.warmup_steps", placeholder="AWS's own")
    model = BASE_MODELS.get(settings.base_model or DEFAULT_BASE_MODEL)
    if model is not None and model.eula:
        st.checkbox(
            f"I have read the licence (EULA) of {model.name} and accept it", value=False,
            key=fields.at("settings.accept_eula"), persist_state="session",
        )  # fmt: skip
    fields.under("settings.accept_eula", empty=not settings.accept_eula)
