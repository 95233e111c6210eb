"""What a candidate's reports show: figures, confusion matrix, curves, residuals, column impact, forecasts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot.watching.report_parsing import MOST_LABELS
from ui import autopilot_report_charts as drawn
from ui import formats, plain_table
from ui.escape import literal

if TYPE_CHECKING:
    from services.autopilot import Job
    from services.autopilot.watching.report_models import Forecasts, Impact, Quality, Reports

_FIGURES = {
    "accuracy": "Accuracy", "precision": "Precision", "recall": "Recall", "auc": "AUC", "f1": "F1", "f0_5": "F0.5",
    "f2": "F2", "mae": "MAE", "mse": "MSE", "rmse": "RMSE", "r2": "R2", "true_positive_rate": "True positive rate",
    "true_negative_rate": "True negative rate", "false_positive_rate": "False positive rate",
    "false_negative_rate": "False negative rate", "weighted_recall": "Recall, weighted",
    "weighted_precision": "Precision, weighted", "weighted_f1": "F1, weighted", "weighted_f0_5": "F0.5, weighted",
    "weighted_f2": "F2, weighted",
}  # fmt: skip
_CONSTANT = ("_best_constant_classifier", "_best_constant_predictor")
MOST_IMPACT = 20


def show(reports: Reports, job: Job, key: str) -> None:
    """Write what is there; what is not, and what could not be read, is said."""
    for problem in reports.problems:
        st.warning(f"**{literal(problem.what)}**  \n{literal(problem.why)} {literal(problem.next)}",
                   icon=":material/lock:" if problem.kind == "PermissionDenied" else ":material/warning:")  # fmt: skip
    if reports.quality is not None:
        _quality(reports.quality, key)
    if reports.forecasts is not None:
        _forecasts(reports.forecasts, key)
    if reports.impact is not None:
        _impact(reports.impact, key)
    if reports.missing:
        when = "" if not job.status.moving else " Reports of the best candidate come last."
        st.markdown(f":gray[This candidate has no {literal(_and(reports.missing))}.{when} "
                    "AWS writes most of them for the best candidate only.]")  # fmt: skip


def _and(names: tuple[str, ...]) -> str:
    return f"{', no '.join(names[:-1])} and no {names[-1]}" if len(names) > 1 else names[0]


def _quality(quality: Quality, key: str) -> None:
    st.subheader("How good it is", anchor=False)
    rows = f"on {formats.count(quality.rows, 'row')}" if quality.rows is not None else ""
    on = f"({quality.measured_on.lower()})" if quality.measured_on else ""
    if rows or on:
        st.markdown(f":gray[Measured {literal(f'{rows} {on}'.strip())}.]")
    left, right = st.columns(2)
    with left:
        if quality.confusion is not None:
            drawn.confusion(quality.confusion, f"{key}.confusion")
            if quality.confusion.left_out:
                st.markdown(f":gray[:small[{MOST_LABELS} of its classes; {quality.confusion.left_out:,} more "
                            "are in the file.]]")  # fmt: skip
        if quality.residuals is not None:
            drawn.predicted(quality.residuals, f"{key}.predicted")
    with right:
        if quality.roc is not None:
            drawn.roc(quality.roc, f"{key}.roc")
        if quality.precision_recall is not None:
            drawn.precision_recall(quality.precision_recall, f"{key}.pr")
        if quality.residuals is not None:
            drawn.residuals(quality.residuals, f"{key}.residuals")
    if quality.problem == "Regression" and quality.residuals is None:
        st.markdown(":gray[This report has no residuals as figures; where AWS draws them, they are in its PDF below.]")
    _figures(quality)
    if quality.note:
        st.markdown(f":gray[:small[{literal(quality.note)}]]")


def _figures(quality: Quality) -> None:
    told = {each.name: each for each in quality.figures}
    rows = []
    for name, figure in told.items():
        if name.endswith(_CONSTANT):
            continue
        plain = next((told[name + end] for end in _CONSTANT if name + end in told), None)
        rows.append(
            {
                "Figure": literal(_FIGURES.get(name, name)),
                "Value": formats.measure(figure.value),
                "± between folds": f"{figure.spread:.2g}" if figure.spread is not None else "",
                "Of always the same answer": formats.measure(plain.value) if plain is not None else "",
            }
        )
    if rows:
        with st.expander("All figures of the report", type="compact"):
            plain_table.show(rows, key="autopilot-figures")


def _impact(impact: Impact, key: str) -> None:
    st.subheader("What matters to it", anchor=False)
    place = 0
    if len(impact.labels) > 1:
        chosen = st.selectbox("Class", impact.labels, key=f"{key}.label")
        place = impact.labels.index(chosen) if chosen in impact.labels else 0
    columns = impact.columns[place]
    drawn.impact(columns[:MOST_IMPACT], f"{key}.impact")
    if len(columns) > MOST_IMPACT:
        st.markdown(f":gray[The {MOST_IMPACT} that matter most of {formats.count(len(columns), 'column')}.]")
    note = impact.note or "Mean absolute SHAP values: how far a column moves the prediction, on average."
    st.markdown(f":gray[:small[{literal(note)}]]")


def _forecasts(forecasts: Forecasts, key: str) -> None:
    st.subheader("What it forecast of what came", anchor=False)
    items = [each.item for each in forecasts.series]
    if not items:
        st.markdown(":gray[The backtest holds no series.]")
        return
    chosen = st.selectbox("Series", items, key=f"{key}.item", filter_mode="contains") if len(items) > 1 else items[0]
    series = next((each for each in forecasts.series if each.item == chosen), forecasts.series[0])
    drawn.forecast(series, f"{key}.forecast")
    if forecasts.left_out:
        st.markdown(f":gray[{forecasts.left_out:,} further series are in the file.]")
