"""What is held, priced."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.catalog import Price, Rate, Use
from services.costs.billing import bill, gone
from services.costs.models import Worked
from services.costs.past import Life
from services.costs.reckoning import Stretch
from services.resources import Gap, Holdings, Key, Kind, Machine, Resource

NOW = datetime(2026, 11, 11, tzinfo=UTC)  # ten days, 240 hours, into a month of 720


class Known:
    """Prices of a test: what is not named is unknown."""

    def __init__(self, machines: dict[tuple[str, Use], float], rates: dict[str, float]) -> None:
        self._machines, self._rates = machines, rates

    def machine(self, instance_type: str, use: Use, region: str = "") -> Price:
        return Price(region, instance_type, self._machines.get((instance_type, use)), "observed")

    def rate(self, usage: str, region: str = "") -> Rate:
        return Rate(usage, self._rates.get(usage), "GB-Mo", "observed")


PRICES = Known(
    {("ml.m5.xlarge", Use.HOSTING): 0.23, ("ml.g5.2xlarge", Use.HOSTING): 1.515, ("ml.t3.medium", Use.NOTEBOOK): 0.05},
    {
        "Notebk:VolumeUsage.gp2": 0.14,
        "TimedStorage-ByteHrs": 0.03,
        "Host:VolumeUsage.gp2": 0.154,
        "ServerlessInf:Mem-3GB": 0.00006,
    },
)


def held(*resources: Resource) -> Holdings:
    return Holdings("123456789012", "aws", ("us-east-1",), resources, NOW)


def resource(kind: Kind, name: str = "demo", **values: object) -> Resource:
    return Resource(key=Key(kind, name, "us-east-1"), described=True, **values)  # type: ignore[arg-type]


def test_an_endpoint_of_two_variants_costs_both() -> None:
    machines = (Machine("ml.m5.xlarge", 2, "a"), Machine("ml.g5.2xlarge", 1, "b"))
    created = datetime(2026, 11, 10, 12, 30, tzinfo=UTC)  # 11.5 hours
    found = bill(held(resource(Kind.ENDPOINT, created=created, machines=machines)), PRICES)
    (line,) = found.lines
    assert line.usd_per_hour == pytest.approx(1.975)
    assert line.so_far == pytest.approx(1.975 * 11.5)
    assert line.month_end == pytest.approx(1.975 * (11.5 + 480))
    assert dict(line.parts) == {"2 x ml.m5.xlarge": pytest.approx(0.46), "1 x ml.g5.2xlarge": pytest.approx(1.515)}


def test_a_stopped_notebook_costs_its_volume() -> None:
    notebook = resource(Kind.NOTEBOOK, status="Stopped", created=datetime(2026, 10, 1, tzinfo=UTC), volume_gb=100.0)
    (line,) = bill(held(notebook), PRICES).lines
    assert line.stopped
    assert line.usd_per_hour == pytest.approx(100 * 0.14 / 730)
    assert line.so_far == pytest.approx(240 * 100 * 0.14 / 730)


def test_an_unknown_price_is_unknown_and_counted_as_such() -> None:
    endpoint = resource(Kind.ENDPOINT, created=NOW, machines=(Machine("ml.z9.large"),))
    found = bill(held(endpoint, resource(Kind.LOG_GROUP, "logs", stored=10 * 1024**3)), PRICES)
    assert [line.usd_per_hour for line in found.lines] == [pytest.approx(0.3 / 730), None]
    assert found.total.unknown == 1
    assert found.total.usd_per_hour == pytest.approx(0.3 / 730)


def serverless() -> Resource:
    machine = Machine("", 0, "a", memory_mb=3072, concurrency=5)
    return resource(Kind.ENDPOINT, created=NOW - timedelta(days=5), machines=(machine,))


def test_a_serverless_endpoint_whose_work_is_not_known_is_not_called_free() -> None:
    (line,) = bill(held(serverless()), PRICES).lines
    assert (line.usd_per_hour, line.so_far, line.month_end) == (0.0, None, None)
    assert "by the second" in line.note


def test_a_serverless_endpoint_costs_the_seconds_it_worked() -> None:
    (line,) = bill(held(serverless()), PRICES, worked=lambda _: Worked(1000, 7200.0)).lines
    assert line.so_far == pytest.approx(7200 * 0.00006)
    assert line.month_end == pytest.approx(7200 * 0.00006 * 3)  # ten days of thirty
    assert line.requests == 1000
    assert not line.exact


def test_volumes_of_an_endpoint_are_billed_beside_its_machines() -> None:
    endpoint = resource(
        Kind.ENDPOINT, created=NOW - timedelta(hours=100), changed=NOW - timedelta(hours=100),
        machines=(Machine("ml.m5.xlarge", 2),), volume_gb=60.0,
    )  # fmt: skip
    (line,) = bill(held(endpoint), PRICES).lines
    assert line.usd_per_hour == pytest.approx(0.46 + 60 * 0.154 / 730)
    assert line.so_far == pytest.approx(100 * (0.46 + 60 * 0.154 / 730))
    assert (line.stopped, line.exact) == (False, True)


def test_what_changed_this_month_is_an_estimate_and_says_so() -> None:
    created = datetime(2026, 10, 1, tzinfo=UTC)
    late = resource(Kind.ENDPOINT, created=created, changed=NOW, machines=(Machine("ml.m5.xlarge"),))
    old = resource(Kind.ENDPOINT, "old", created=created, changed=created + timedelta(days=2),
                   machines=(Machine("ml.m5.xlarge"),))  # fmt: skip
    lines = {line.key.name: line for line in bill(held(late, old), PRICES).lines}
    assert not lines["demo"].exact
    assert "an estimate" in lines["demo"].note
    assert lines["old"].exact
    assert not lines["old"].note
    assert lines["old"].so_far == pytest.approx(240 * 0.23)


def test_a_notebook_is_billed_for_machines_since_its_last_start_and_for_its_volume_since_it_was_made() -> None:
    notebook = resource(
        Kind.NOTEBOOK, created=datetime(2026, 11, 1, tzinfo=UTC), changed=NOW - timedelta(hours=3, minutes=30),
        machines=(Machine("ml.t3.medium"),), volume_gb=50.0,
    )  # fmt: skip
    (line,) = bill(held(notebook), PRICES).lines
    assert line.so_far == pytest.approx(3.5 * 0.05 + 240 * 50 * 0.14 / 730)
    assert not line.exact
    assert "not counted" in line.note


def test_a_job_is_billed_from_when_its_machines_began() -> None:
    machine = Machine("ml.m5.xlarge", 2, since=NOW - timedelta(minutes=90))
    job = resource(Kind.TRAINING_JOB, created=NOW - timedelta(hours=9), machines=(machine,))
    prices = Known({("ml.m5.xlarge", Use.TRAINING): 0.3}, {})
    (line,) = bill(held(job), prices).lines
    assert line.so_far == pytest.approx(1.5 * 0.6)


def test_an_endpoint_that_cannot_be_looked_into_stays_on_the_bill_as_unknown() -> None:
    hidden = replace(resource(Kind.ENDPOINT, created=NOW), described=False, problem="It may not be looked at.")
    (line,) = bill(held(hidden), PRICES).lines
    assert (line.usd_per_hour, line.so_far, line.note) == (None, None, "It may not be looked at.")


def test_a_volume_in_use_is_not_called_stopped() -> None:
    prices = Known({("ml.t3.medium", Use.STUDIO): 0.05}, {"Studio:VolumeUsage.gp3": 0.112})
    space = resource(Kind.SPACE, "d-1/lab", created=NOW, volume_gb=5.0)
    app = resource(
        Kind.APP, "d-1/lab/JupyterLab/default", created=NOW, machines=(Machine("ml.t3.medium"),), uses=(space.key,)
    )
    assert not any(line.stopped for line in bill(held(space, app), prices).lines)
    assert [line.stopped for line in bill(held(space), prices).lines] == [True]


def test_an_alarm_costs_by_the_month() -> None:
    (line,) = bill(held(resource(Kind.ALARM)), Known({}, {"CW:AlarmMonitorUsage": 0.1})).lines
    assert line.usd_per_hour == pytest.approx(0.1 / 730)
    assert not line.stopped


def test_what_ran_this_month_and_is_gone_is_told_from_the_journal() -> None:
    key, began = Key(Kind.ENDPOINT, "gone", "us-east-1"), datetime(2026, 10, 31, 20, tzinfo=UTC)
    over = datetime(2026, 11, 2, 6, tzinfo=UTC)
    life = Life((Stretch(began, 2.0, over), Stretch(over, 0.0)), began, over)
    (line,) = gone({key: life}, held())
    assert line.so_far == pytest.approx(60.0)  # 30 hours of November
    assert (line.usd_per_hour, line.gone) == (0.0, True)
    assert gone({key: life}, held(resource(Kind.ENDPOINT, "gone"))) == ()
    blind = replace(held(), gaps=(Gap(Kind.ENDPOINT, "us-east-1", "denied", "sagemaker:ListEndpoints"),))
    assert gone({key: life}, blind) == ()


def test_what_costs_nothing_is_not_in_the_bill() -> None:
    assert bill(held(resource(Kind.MODEL), resource(Kind.LOG_GROUP, stored=0)), PRICES).lines == ()


def test_a_known_past_goes_before_todays_size() -> None:
    endpoint = resource(Kind.ENDPOINT, created=NOW, machines=(Machine("ml.m5.xlarge"),))
    six = datetime(2026, 11, 10, 6, tzinfo=UTC)
    past = (Stretch(datetime(2026, 11, 10, tzinfo=UTC), 1.0, six), Stretch(six, 0.23))
    (line,) = bill(held(endpoint), PRICES, lambda _: past).lines
    assert line.so_far == pytest.approx(6.0 + 18 * 0.23)
    assert line.exact


def test_a_past_that_does_not_end_with_what_stands_is_not_believed() -> None:
    endpoint = resource(Kind.ENDPOINT, created=NOW, machines=(Machine("ml.m5.xlarge", 2),))
    past = (Stretch(datetime(2026, 11, 10, tzinfo=UTC), 0.23),)
    (line,) = bill(held(endpoint), PRICES, lambda _: past).lines
    assert line.so_far == 0.0


def test_sums_are_by_owner_kind_and_tag() -> None:
    tags = {"sagedeck:owner": "ana", "team": "legal"}
    mine = resource(Kind.ENDPOINT, "a", created=NOW, machines=(Machine("ml.m5.xlarge"),), tags=tags)
    other = resource(Kind.NOTEBOOK, "b", created=NOW, machines=(Machine("ml.t3.medium"),))
    found = bill(held(mine, other), PRICES)
    assert [(each.name, round(each.usd_per_hour, 2)) for each in found.by_owner()] == [("ana", 0.23), ("", 0.05)]
    assert [each.name for each in found.by_kind()] == ["endpoint", "notebook instance"]
    assert [each.name for each in found.by_tag("team")] == ["legal", ""]
    assert found.tag_keys() == ("sagedeck:owner", "team")
