"""A request after its failure: the one value changed that made it fail, and no other; nothing much dearer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.catalog import CatalogService, Price
from services.deploy import corrected, name_problem
from services.deploy.correction import MOST_DEARER, next_name
from services.diagnosis import Cause, diagnose
from tests.services.deploy.samples import FALCON, LLAMA, request_for

CATALOG = CatalogService("us-east-1", offline=True)
CAPACITY = diagnose("Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error.")
TAKEN = diagnose('Cannot create already existing endpoint "arn:aws:sagemaker:us-east-1:123456789012:endpoint/demo".')


def offers(**usd: float | None) -> tuple[tuple[str, Price], ...]:
    kinds = {f"ml.{name.replace('_', '.', 1)}": price for name, price in usd.items()}
    return tuple((kind, Price("us-east-1", kind, price, "observed")) for kind, price in kinds.items())


def test_a_taken_name_becomes_the_next_one() -> None:
    request = request_for()
    assert corrected(request, TAKEN, ()) == replace(request, endpoint_name="demo-2")


@pytest.mark.parametrize(
    ("name", "after"), [("demo", "demo-2"), ("demo-2", "demo-3"), ("demo-99", "demo-100"), ("x-100", "x-100-2")]
)
def test_names_count_on(name: str, after: str) -> None:
    assert next_name(name) == after


@pytest.mark.parametrize("name", ["a" * 63, "a" * 60 + "-9", "a" * 60 + "--b", "1"])
def test_the_next_name_is_one_that_sagemaker_takes(name: str) -> None:
    assert name_problem(next_name(name)) == ""
    assert next_name(name) != name


def test_no_capacity_leads_to_the_nearest_price_the_cheaper_first() -> None:
    request = request_for()  # on ml.g5.2xlarge
    there = offers(g5_2xlarge=1.5, g5_xlarge=1.4, g4dn_xlarge=0.7, g5_4xlarge=1.6)
    better = corrected(request, CAPACITY, there)
    assert better == replace(request, instance_type="ml.g5.xlarge", endpoint_name="demo-2")


def test_nothing_much_dearer_or_of_unknown_price_is_proposed() -> None:
    request = request_for()
    assert corrected(request, CAPACITY, offers(g5_2xlarge=1.5, g5_48xlarge=20.0, g6_xlarge=None)) is None
    assert corrected(request, CAPACITY, offers(g5_2xlarge=None, g5_xlarge=1.0)) is None
    dearer = corrected(request, CAPACITY, offers(g5_2xlarge=1.5, g5_4xlarge=1.5 * MOST_DEARER))
    assert dearer is not None
    assert dearer.instance_type == "ml.g5.4xlarge"


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause not in ("name_taken", "quota", "capacity")])
def test_what_a_person_has_to_decide_is_left_to_them(cause: Cause) -> None:
    """A licence is never accepted for anybody, nor a larger machine rented for want of memory."""
    prices = CATALOG.offers(CATALOG.describe_model(LLAMA))
    assert corrected(request_for(LLAMA), replace(CAPACITY, cause=cause), prices) is None


def test_a_model_of_the_catalogue_has_another_type_to_try() -> None:
    request = request_for()
    prices = dict(CATALOG.offers(CATALOG.describe_model(FALCON)))
    better = corrected(request, CAPACITY, tuple(prices.items()))
    assert better is not None
    assert better.instance_type in prices
    assert better.instance_type != request.instance_type
