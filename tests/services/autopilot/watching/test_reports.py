"""Reports as AWS writes them, broken in every way, and S3 that refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from services.autopilot import ProblemKind
from services.autopilot.watching.report_models import ReportFile
from services.autopilot.watching.report_parsing import MOST_LABELS, MOST_POINTS, forecasts, impact, quality
from services.autopilot.watching.reports import download, job_files, left, reports
from services.catalog.rates import Rate
from services.errors import LimitExceeded, NotFound, PermissionDenied
from services.objects import Entry, Uri
from services.objects.models import Listing
from tests.services.autopilot.watching.samples import job, trained

# Shaped as the statistics.json of SageMaker Model Monitor's model quality container.
PRICE = Rate("S3", 0.023)
BINARY: dict[str, Any] = {
    "version": 0.0,
    "dataset": {"item_count": 8},
    "binary_classification_metrics": {
        "confusion_matrix": {"0": {"0": 3, "1": 1}, "1": {"0": 2, "1": 2}},
        "recall": {"value": 0.5, "standard_deviation": "NaN"},
        "accuracy": {"value": 0.625, "standard_deviation": 0.02},
        "receiver_operating_characteristic_curve": {
            "false_positive_rates": [0.0, 0.25, 1.0], "true_positive_rates": [0.0, 0.5, 1.0],
        },
        "precision_recall_curve": {"precisions": [1.0, 0.5], "recalls": [0.0, 1.0]},
    },
}  # fmt: skip
SHAP = {"version": "1.0", "explanations": {"kernel_shap": {
    "label0": {"global_shap_values": {"age": 0.1, "plan": -0.4}, "expected_value": 0.3},
    "label1": {"global_shap_values": {"age": 0.2}},
}}}  # fmt: skip
BACKTEST = (
    "item_id,timestamp,target_value,backtestwindow_start_time,backtestwindow_end_time,p10,p50,p90\n"
    "tea,2026-01-02T00:00:00,5,2026-01-01T00:00:00,2026-01-02T00:00:00,3,4,6\n"
    "tea,2026-01-01T00:00:00,,2026-01-01T00:00:00,2026-01-02T00:00:00,1,2,\n"
    "coffee,2026-01-01T00:00:00,9,2026-01-01T00:00:00,2026-01-02T00:00:00,7,8,9\n"
)


class Shelves:
    """Stands for S3: objects by address; `refused` are operations that are denied."""

    def __init__(self, files: Mapping[str, bytes], refused: tuple[str, ...] = ()) -> None:
        self.files, self.refused = files, refused

    def below(self, prefix: Uri | str, most: int = 20_000) -> Listing:
        if "list" in self.refused:
            raise PermissionDenied("Not allowed while listing.", "s3:ListBucket is missing.", action="s3:ListBucket")
        fitting = [at for at in self.files if at.startswith(str(prefix))]
        entries = (Entry(Uri.parse(at).name, Uri.parse(at), size=len(self.files[at])) for at in fitting[:most])
        return Listing(tuple(entries), len(fitting) <= most)

    def read(self, uri: Uri | str, at_most: int = 1 << 26) -> bytes:
        if "read" in self.refused:
            raise PermissionDenied("Not allowed while reading.", "s3:GetObject is missing.", action="s3:GetObject")
        if str(uri) not in self.files:
            raise NotFound("It is not there.")
        if len(self.files[str(uri)]) > at_most:
            raise LimitExceeded("It is too large.", "It has many bytes.")
        return self.files[str(uri)]


REPORTED = trained(
    "t1", 0.6, insights="s3://lab/out/churn/documentation/model_monitor/output/t1",
    explainability="s3://lab/out/churn/documentation/explainability/output/t1",
)  # fmt: skip
FILES = {
    f"{REPORTED.insights}/statistics.json": json.dumps(BINARY).encode(),
    f"{REPORTED.insights}/report.pdf": b"%PDF",
    f"{REPORTED.insights}0/statistics.json": b"of a neighbour",
    f"{REPORTED.explainability}/analysis.json": json.dumps(SHAP).encode(),
}


def test_a_quality_report_is_read_with_its_matrix_curves_and_spreads() -> None:
    found = quality(json.dumps(BINARY).encode())
    assert found.confusion is not None
    assert (found.confusion.labels, found.confusion.counts) == (("0", "1"), ((3, 1), (2, 2)))
    assert found.roc is not None
    assert (found.roc.x, found.roc.y) == ((0.0, 0.25, 1.0), (0.0, 0.5, 1.0))
    assert found.precision_recall is not None
    assert found.precision_recall.x == (0.0, 1.0)
    assert {each.name: each.spread for each in found.figures} == {"recall": None, "accuracy": 0.02}
    assert (found.rows, found.residuals) == (8, None)


def test_a_regression_has_residuals_where_the_report_has_them() -> None:
    told = {"regression_metrics": {"mae": {"value": 1.5}, "residuals": {"actual": [1, 2], "predicted": [1.5, 2.5]}}}
    found = quality(json.dumps(told).encode())
    assert found.residuals is not None
    assert found.residuals.predicted == (1.5, 2.5)
    assert found.confusion is None


@pytest.mark.parametrize(
    "metrics",
    [
        {},
        {"confusion_matrix": {"a": 3}, "auc": {"value": "NaN"}, "f1": {"value": True}},
        {"receiver_operating_characteristic_curve": {"false_positive_rates": [0, "x"], "true_positive_rates": [0, 1]}},
        {"receiver_operating_characteristic_curve": {"false_positive_rates": [0], "true_positive_rates": [0, 1]}},
        {"receiver_operating_characteristic_curve": None, "precision_recall_curve": [1, 2]},
    ],
)
def test_what_is_not_shaped_as_expected_is_left_out(metrics: dict[str, Any]) -> None:
    found = quality(json.dumps({"binary_classification_metrics": metrics}).encode())
    assert (found.confusion, found.roc, found.precision_recall, found.figures) == (None, None, None, ())


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"\xff\xfe", b"{}", b"[" * 5000, b'{"binary_classification_metrics": 1}']
)
def test_what_is_no_report_says_so(content: bytes) -> None:
    for parse in (quality, impact):
        with pytest.raises(ValueError, match="it "):
            parse(content)


def test_very_many_classes_and_points_are_bounded_and_the_rest_counted() -> None:
    labels = [f"c{n}" for n in range(MOST_LABELS + 5)]
    points = [n / 20_000 for n in range(20_001)]
    told = {"multiclass_classification_metrics": {
        "confusion_matrix": {row: dict.fromkeys(labels, 1) for row in labels},
        "precision_recall_curve": {"precisions": points, "recalls": points},
    }}  # fmt: skip
    found = quality(json.dumps(told).encode())
    assert found.confusion is not None
    assert (len(found.confusion.labels), found.confusion.left_out) == (MOST_LABELS, 5)
    assert found.precision_recall is not None
    assert len(found.precision_recall.x) <= MOST_POINTS + 1
    assert found.precision_recall.x[-1] == 1.0


def test_columns_are_told_by_class_the_one_that_matters_most_first() -> None:
    found = impact(json.dumps(SHAP).encode())
    assert found.labels == ("label0", "label1")
    assert found.columns[0] == (("plan", -0.4), ("age", 0.1))


def test_forecasts_are_told_item_by_item_in_the_order_of_time() -> None:
    tea, coffee = forecasts(BACKTEST.encode()).series
    assert (tea.item, coffee.item) == ("tea", "coffee")
    assert tea.moments == ("2026-01-01T00:00:00", "2026-01-02T00:00:00")
    assert tea.actual == (None, 5.0)
    assert dict(tea.quantiles)["p90"] == (None, 6.0)
    assert [name for name, _ in tea.quantiles] == ["p10", "p50", "p90"]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b'timestamp,target_value\n"' + b"x" * 200_000])
def test_a_table_that_is_no_backtest_says_so(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"it (has no columns|is no CSV)"):
        forecasts(content)


def test_a_candidate_has_the_reports_under_its_own_prefix_and_not_its_neighbours() -> None:
    found = reports(Shelves(FILES), job(), REPORTED)
    assert found.quality is not None
    assert found.impact is not None
    assert [each.uri.name for each in found.files] == ["statistics.json", "report.pdf", "analysis.json"]
    assert (found.missing, found.problems) == ((), ())


def test_a_candidate_without_reports_says_which() -> None:
    assert reports(Shelves({}), job(), trained("t2", 0.5)).missing == ("quality report", "explainability report")
    empty = reports(Shelves({}), job(kind=ProblemKind.FORECAST), REPORTED)
    assert empty.missing == ("quality report", "explainability report", "backtest of its forecasts")


def test_one_broken_report_hides_no_other() -> None:
    broken = FILES | {f"{REPORTED.insights}/statistics.json": b"{"}
    found = reports(Shelves(broken), job(), REPORTED)
    assert found.impact is not None
    assert [each.what for each in found.problems] == ["The quality report cannot be shown."]


def test_who_may_not_list_still_sees_reports_whose_names_are_known() -> None:
    found = reports(Shelves(FILES, ("list",)), job(), REPORTED)
    assert found.quality is not None
    assert found.impact is not None
    assert [each.why for each in found.problems] == ["s3:ListBucket is missing."]


def test_who_may_not_read_is_told_which_permission_is_missing() -> None:
    found = reports(Shelves(FILES, ("read",)), job(), REPORTED)
    assert (found.quality, found.impact) == (None, None)
    assert [each.why for each in found.problems] == ["s3:GetObject is missing."]
    assert len(found.files) == 3


def test_what_a_job_left_is_counted_by_folder_and_priced() -> None:
    found = left(Shelves(FILES | {"s3://lab/out/churn2/x": b"1"}), job(), PRICE)
    assert found is not None
    assert found.prefix == "s3://lab/out/churn/"
    assert {name: count for name, count, _ in found.folders} == {
        "documentation/model_monitor": 3, "documentation/explainability": 1,
    }  # fmt: skip
    assert found.count == 4
    assert found.usd_per_month == pytest.approx(found.size / 2**30 * 0.023)


def test_an_unknown_price_stays_unknown_and_a_job_without_output_left_nothing_that_is_known() -> None:
    found = left(Shelves(FILES), job(), Rate("S3", None))
    assert found is not None
    assert found.usd_per_month is None
    assert left(Shelves(FILES), job(output=""), PRICE) is None


def test_a_file_too_large_for_a_browser_comes_with_the_line_that_fetches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.autopilot.watching.reports.MOST_DOWNLOAD", 2)
    at = f"{REPORTED.insights}/report.pdf"
    with pytest.raises(LimitExceeded) as refused:
        download(Shelves(FILES), ReportFile("Report", Uri.parse(at)))
    assert refused.value.next == f"Fetch it with: aws s3 cp {at} ."


def test_notebooks_whose_address_is_none_are_left_out() -> None:
    found = job_files(job(notebooks=(("one", "s3://lab/a.ipynb"), ("two", "https://evil.example/b"))))
    assert [each.what for each in found] == ["one"]
