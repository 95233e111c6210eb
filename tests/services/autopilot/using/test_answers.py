"""What containers answer, as CSV, as JSON, and as Python writes a list."""

from __future__ import annotations

import pytest

from services.autopilot.using.answers import answer_of, read_answers, read_forecasts
from services.autopilot.using.candidates import OUTPUTS
from services.errors import UnknownAnswer


@pytest.mark.parametrize("line", [
    'yes,0.8,"[0.2, 0.8]","[""no"", ""yes""]"',
    "yes,0.8,\"[0.2, 0.8]\",\"['no', 'yes']\"",
])  # fmt: skip
def test_lists_in_a_cell_are_read_in_both_spellings(line: str) -> None:
    (found,) = read_answers(f"{line}\n".encode(), "text/csv; charset=utf-8", OUTPUTS, 1)
    assert (found.label, found.probability, found.scores) == ("yes", 0.8, (("no", 0.2), ("yes", 0.8)))


def test_the_probability_of_the_winner_is_told_where_the_containers_is_the_positive_classs() -> None:
    (found,) = read_answers(b'no,0.2,"[0.8, 0.2]","[""no"", ""yes""]"\n', "text/csv", OUTPUTS, 1)
    assert found.certainty == 0.8


def test_an_endpoint_that_says_less_than_it_was_thought_to_is_understood() -> None:
    found = read_answers(b"yes\nno\n", "text/csv", OUTPUTS, 2)
    assert [each.label for each in found] == ["yes", "no"]
    assert read_answers(b"yes,0.7\n", "text/csv", OUTPUTS, 1)[0].probability == 0.7


def test_json_is_read_as_rows_or_under_predictions() -> None:
    body = b'{"predictions": [{"predicted_label": "yes", "probability": 0.8}]}'
    assert read_answers(body, "application/json", OUTPUTS, 1)[0].label == "yes"
    assert read_answers(b"[1.5, 2]", "application/json", OUTPUTS, 2)[0].number == 1.5


@pytest.mark.parametrize("body", [b"", b"yes\nno\n", b"a,b,c,d,e\n", b'yes,much,"[0]","[1]"\n', b'yes,1,"[[[[","x"\n'])
def test_another_answer_is_no_prediction(body: bytes) -> None:
    with pytest.raises(UnknownAnswer):
        read_answers(body, "text/csv", OUTPUTS, 1)


def test_a_transform_jobs_cells_are_an_answer() -> None:
    assert answer_of(["yes", "0.8", "[0.2, 0.8]", '["no", "yes"]'], OUTPUTS).certainty == 0.8
    with pytest.raises(UnknownAnswer):
        answer_of(["yes", "0.8", "[", "["], OUTPUTS)


def test_a_forecast_is_read_by_its_header() -> None:
    body = b"item,day,mean,p10\ntea,2025-01-01,5,4\ntea,2025-01-02,6,5\nmate,2025-01-01,1,0\n"
    tea, mate = read_forecasts(body, "item", "day")
    assert (tea.item, tea.moments) == ("tea", ("2025-01-01", "2025-01-02"))
    assert dict(tea.values) == {"mean": (5.0, 6.0), "p10": (4.0, 5.0)}
    assert mate.item == "mate"
    for other in (b"", b"day,mean\n1,2\n", b"item,day,mean\ntea,1,much\n"):
        with pytest.raises(UnknownAnswer):
            read_forecasts(other, "item", "day")
