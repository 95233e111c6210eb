"""The most a job can cost follows from its limits and prices; what is not known stays unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.autopilot import AutoDeploy, AutopilotRequest, LanguageTuning, Limits, ProblemKind, Tabular
from services.autopilot.launching.ceiling import Ceiling, ceiling
from services.catalog import Price, Use
from tests.services.autopilot.launching.samples import EMR, full, plain, seen_of, verdict_of


def machine(kind: str, use: Use) -> Price:
    """Every machine costs a dollar an hour."""
    return Price("us-east-1", kind, 1.0, "observed")


def unknown(kind: str, use: Use) -> Price:
    return Price("us-east-1", kind, None, "unknown")


def most(request: AutopilotRequest, size: int = 40_000) -> Ceiling:
    seen = {"training": replace(seen_of(request)["training"], size=size)}
    return ceiling(request, seen, machine)


def test_ten_machines_for_the_time_of_the_job_and_one_beside_them_are_the_most_of_an_ensemble() -> None:
    found = most(plain(limits=Limits(job_seconds=3600)))
    assert found.usd_most == pytest.approx(11.0)
    assert found.seconds_most == 3600
    assert "assumed" in found.basis


def test_short_trainings_and_few_candidates_lower_it() -> None:
    whole = most(plain(limits=Limits(job_seconds=7200))).usd_most
    short = most(plain(limits=Limits(job_seconds=7200, training_seconds=360))).usd_most
    few = most(plain(limits=Limits(job_seconds=7200, training_seconds=360, candidates=2))).usd_most
    assert whole is not None
    assert short == pytest.approx(1.0 + 2.0)
    assert few == pytest.approx(0.2 + 2.0)
    assert whole > 3.0


def test_without_a_limit_it_is_what_thirty_days_cost_and_that_is_said() -> None:
    found = most(plain())
    assert found.usd_most == pytest.approx(30 * 24 * 11)
    assert "No time limit is set" in found.basis
    assert found.seconds_most == 30 * 86_400


def test_the_mode_follows_the_size_and_both_are_reckoned_where_it_is_not_known() -> None:
    limits = Limits(job_seconds=3600)
    assert most(plain(limits=limits), 10**6).instance_type == "ml.m5.12xlarge"
    assert most(plain(limits=limits), 10**9).instance_type == "ml.m5.4xlarge"
    both = ceiling(plain(limits=limits), {}, machine)
    assert both.usd_most == pytest.approx(11.0)
    assert both.usd_likely is None


@pytest.mark.parametrize("kind", list(ProblemKind))
def test_the_likely_is_no_more_than_the_most_and_grows_with_the_data(kind: ProblemKind) -> None:
    request = full(kind, emr_role="")
    small, large = (ceiling(request, {"training": _of_rows(request, rows)}, machine) for rows in (500, 5_000))
    assert small.usd_likely is not None
    assert large.usd_likely is not None
    assert small.usd_most is not None
    assert 0 < small.usd_likely <= small.usd_most
    assert small.usd_likely <= large.usd_likely <= (large.usd_most or 0)


def _of_rows(request: AutopilotRequest, rows: int):  # type: ignore[no-untyped-def]
    seen = seen_of(request)["training"]
    verdict = verdict_of(seen.columns, rows=rows, target=request.target) if seen.verdict else None
    return replace(seen, verdict=verdict, objects=rows if seen.verdict is None else 1)


def test_an_unknown_price_makes_it_unknown_and_never_nothing() -> None:
    found = ceiling(plain(deploy=AutoDeploy()), seen_of(plain()), unknown)
    assert (found.usd_most, found.usd_likely, found.usd_per_hour_after) == (None, None, None)
    assert any("not known" in each for each in found.besides)


def test_the_endpoint_of_an_automatic_deployment_is_told_by_the_hour() -> None:
    assert most(plain(deploy=AutoDeploy())).usd_per_hour_after == 1.0
    assert most(plain()).usd_per_hour_after == 0.0
    assert ceiling(full(ProblemKind.LANGUAGE), {}, machine).usd_per_hour_after is None


def test_emr_serverless_makes_it_unknown_only_where_it_takes_over() -> None:
    small, large = (most(plain(emr_role=EMR), size) for size in (10**6, 6 * 10**9))
    assert small.usd_most is not None
    assert large.usd_most is None
    assert ceiling(plain(emr_role=EMR), {}, machine).usd_most is None


def test_describing_candidates_trains_nothing() -> None:
    table = Tabular(target="Churn?", mode="HYPERPARAMETER_TUNING", definitions_only=True)
    found = most(plain(settings=table, limits=Limits(job_seconds=3600)))
    assert found.usd_most == pytest.approx(1.0)


def test_a_language_model_is_tuned_for_72_hours_at_most_on_a_machine_after_its_size() -> None:
    small = most(full(ProblemKind.LANGUAGE, settings=LanguageTuning(), limits=Limits()))
    large = most(full(ProblemKind.LANGUAGE, settings=LanguageTuning(base_model="Falcon40B"), limits=Limits()))
    assert small.usd_most == pytest.approx(72 + 74)
    assert (small.instance_type, large.instance_type) == ("ml.g5.12xlarge", "ml.g5.48xlarge")
