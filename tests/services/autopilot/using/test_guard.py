"""A file is held against the training table before a row of it is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.autopilot.using.guard import matched
from services.errors import InvalidRequest
from tests.services.autopilot.using import samples

ROW = ["30", "pro", "2024-05-15", "some words about a bill", "yes"]


def test_columns_in_another_order_are_put_in_order_and_the_target_is_kept_aside() -> None:
    names = ["Churn?", "note", "plan", "age", "joined"]
    found = matched(samples.churn(), names, [["yes", "words", "pro", "30", "2024-05-15"]])
    assert found.row(["yes", "words", "pro", "30", "2024-05-15"]) == ["30", "pro", "2024-05-15", "words"]
    assert found.target == 0
    assert any("another order" in each for each in found.notes)
    assert any("target Churn?" in each for each in found.notes)


def test_a_file_that_lacks_columns_is_refused_by_their_names() -> None:
    with pytest.raises(InvalidRequest) as refused:
        matched(samples.churn(), ["age", "joined"])
    assert "plan, note" in refused.value.what
    assert "age, joined" in refused.value.why


def test_columns_the_model_does_not_know_are_named_and_not_sent() -> None:
    found = matched(samples.churn(), [*samples.COLUMNS[:4], "colour"], [[*ROW[:4], "red"]])
    assert found.ignored == ("colour",)
    assert found.target is None
    assert found.row([*ROW[:4], "red"]) == ROW[:4]


def test_a_name_in_other_letters_is_taken_for_its_column_where_only_one_is_like_it() -> None:
    found = matched(samples.churn(), ["AGE", " plan", "Joined", "note"], [ROW[:4]])
    assert found.order == (0, 1, 2, 3)
    assert any("“AGE” is taken for age" in each for each in found.notes)
    with pytest.raises(InvalidRequest, match="The row lacks columns"):
        matched(samples.churn(), ["age"], [["30"]], of="row")
    with pytest.raises(InvalidRequest, match="lacks the column age"):
        matched(samples.churn(), ["AGE", "Age", "plan", "joined", "note"])


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="two columns called age"):
        matched(samples.churn(), ["age", "age", "plan", "joined", "note"])


def test_cells_of_another_kind_are_told_and_many_of_them_refused() -> None:
    few = matched(samples.churn(), samples.COLUMNS, [ROW] * 9 + [["thirty", *ROW[1:]]])
    assert [(each.column, each.count, each.of, each.example) for each in few.misfits] == [("age", 1, 10, "thirty")]
    with pytest.raises(InvalidRequest, match="age cannot be what the model was trained on"):
        matched(samples.churn(), samples.COLUMNS, [["pro", "30", *ROW[2:]]] * 3)


def test_values_that_were_never_seen_are_told_and_not_refused() -> None:
    found = matched(samples.churn(), samples.COLUMNS, [["30", "gold", *ROW[2:]]] * 3)
    assert [each.words for each in found.misfits] == ["plan: 3 of 3 cells are not seen in training (“gold”)."]


def test_missing_cells_fit_everywhere() -> None:
    assert matched(samples.churn(), samples.COLUMNS, [["", "NA", "", "", ""]] * 3).misfits == ()


def test_numbers_with_a_comma_are_rewritten() -> None:
    rows = [[f"{place},5", "Ulm"] for place in range(40)]
    found = matched(samples.prices(), ["area", "town"], rows)
    assert found.row(["12,5", "Ulm"]) == ["12.5", "Ulm"]
    assert any("rewritten: area" in each for each in found.notes)


def test_without_a_header_the_places_count_where_their_number_is_right() -> None:
    made_up = [f"column_{place}" for place in range(4)]
    assert matched(samples.churn(), made_up, [ROW[:4]], header=False).order == (0, 1, 2, 3)
    assert matched(samples.churn(), [*made_up, "column_4"], [ROW], header=False).target == 4
    with pytest.raises(InvalidRequest, match="no header, and another number of columns"):
        matched(samples.churn(), made_up[:2], [ROW[:2]], header=False)
    with pytest.raises(InvalidRequest, match="cannot be what the model was trained on"):
        matched(samples.churn(), made_up, [["pro", "30", "2024-05-15", "words"]] * 3, header=False)


def test_a_forecast_needs_its_target_as_history() -> None:
    assert matched(samples.demand(), ["sold", "item", "day"], [["1", "tea", "2025-01-01"]]).target is None
    with pytest.raises(InvalidRequest, match="lacks the column sold"):
        matched(samples.demand(), ["item", "day"])


def test_a_target_with_a_comma_is_a_number_too() -> None:
    rows = [[f"{place},5", "Ulm", f"{place}0,25"] for place in range(1, 40)]
    found = matched(samples.prices(), ["area", "town", "price"], rows)
    assert found.truth(["12,5", "Ulm", "120,25"]) == "120.25"


def test_one_column_stands_for_no_two_of_the_models() -> None:
    schema = samples.prices()
    both = replace(schema, features=(*schema.features, replace(schema.features[1], name="TOWN ")))
    with pytest.raises(InvalidRequest, match="lacks the column"):
        matched(both, ["area", "Town"])
