"""What can be wrong with the lease of a deployment, its end, and what of it is kept in a file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from services.deploy import Components
from services.deploy.saved import load, save
from services.deploy.setting_problems import lease_problems
from services.plans.leasing import moment
from tests.services.deploy.worlds import asked, service

WRONG: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("lease_hours", {"lease_hours": -1.0}, "0.25 to 8,784 hours"),
    ("lease_hours", {"lease_hours": 0.1}, "0.25 to 8,784 hours"),
    ("lease_hours", {"lease_hours": 9_000.0}, "0.25 to 8,784 hours"),
    ("lease_hours", {"lease_hours": float("nan")}, "0.25 to 8,784 hours"),
    ("lease_ends", {"lease_hours": 8.0, "lease_ends": "tomorrow"}, "no time such as"),
    ("lease_ends", {"lease_hours": 8.0, "lease_ends": "2026-12-01T18:00:00+01:00"}, "no time such as"),
    ("lease_then", {"lease_then": "explode"}, "delete or pause"),
    ("lease_reason", {"lease_reason": "x" * 201}, "201 characters"),
    ("tags", {"lease_hours": 8.0, "tags": tuple((f"k{n}", "") for n in range(41))}, "40 are allowed"),
)


@pytest.mark.parametrize(("field", "changes", "word"), WRONG)
def test_what_is_wrong_is_told_at_its_field(field: str, changes: dict[str, Any], word: str) -> None:
    told = [(each.field, each.words) for each in service().problems(asked(**changes))]
    assert [words for where, words in told if where == field and word in words], told
    assert {where for where, _ in told} == {field}, "and nowhere else"


def test_what_is_put_onto_an_endpoint_has_the_endpoints_own_lease() -> None:
    request = asked(mode=Components(name="part", onto=True), lease_hours=8.0)
    assert "there already" in next(lease_problems(request)).words


@pytest.mark.parametrize("changes", [{}, {"lease_hours": 0.25}, {"lease_hours": 8784, "lease_then": "pause"}])
def test_what_is_right_has_no_problem(changes: dict[str, Any]) -> None:
    assert service().problems(asked(**changes)) == ()


def test_the_end_is_told_once_and_a_file_says_how_long_not_until_when() -> None:
    request = service().dated(asked(lease_hours=8.0, lease_reason="A trial"))
    ends = moment(request.lease_ends)
    assert ends is not None
    assert 7.9 < (ends - datetime.now(UTC)).total_seconds() / 3600 <= 8
    assert service().dated(request) == request
    text = save([request])
    assert "lease_ends" not in json.dumps(json.loads(text))
    (again,) = load(text)
    assert (again.lease_hours, again.lease_ends, again.lease_reason) == (8.0, "", "A trial")
    assert service().dated(asked()).lease_ends == ""
