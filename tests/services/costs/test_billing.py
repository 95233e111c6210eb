"""What is held, priced."""

from datetime import UTC, datetime

import pytest

from services.catalog import Price, Rate, Use
from services.costs.billing import bill
from services.costs.reckoning import Stretch
from services.resources import Holdings, Key, Kind, Machine, Resource

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
    {"Notebk:VolumeUsage.gp2": 0.14, "TimedStorage-ByteHrs": 0.03},
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


def test_a_serverless_endpoint_stands_in_the_bill_with_nothing_an_hour() -> None:
    serverless = resource(Kind.ENDPOINT, created=NOW, machines=(Machine("", 0, "a", memory_mb=3072, concurrency=5),))
    (line,) = bill(held(serverless), PRICES).lines
    assert (line.usd_per_hour, line.so_far) == (0.0, 0.0)
    assert "by the second" in line.note


def test_what_costs_nothing_is_not_in_the_bill() -> None:
    assert bill(held(resource(Kind.MODEL), resource(Kind.LOG_GROUP, stored=0)), PRICES).lines == ()


def test_a_known_past_goes_before_todays_size() -> None:
    endpoint = resource(Kind.ENDPOINT, created=NOW, machines=(Machine("ml.m5.xlarge"),))
    past = (Stretch(datetime(2026, 11, 10, tzinfo=UTC), 1.0, datetime(2026, 11, 10, 6, tzinfo=UTC)),)
    (line,) = bill(held(endpoint), PRICES, lambda _: past).lines
    assert line.so_far == pytest.approx(6.0)


def test_sums_are_by_owner_kind_and_tag() -> None:
    tags = {"sagedeck:owner": "ana", "team": "legal"}
    mine = resource(Kind.ENDPOINT, "a", created=NOW, machines=(Machine("ml.m5.xlarge"),), tags=tags)
    other = resource(Kind.NOTEBOOK, "b", created=NOW, machines=(Machine("ml.t3.medium"),))
    found = bill(held(mine, other), PRICES)
    assert [(each.name, round(each.usd_per_hour, 2)) for each in found.by_owner()] == [("ana", 0.23), ("", 0.05)]
    assert [each.name for each in found.by_kind()] == ["endpoint", "notebook instance"]
    assert [each.name for each in found.by_tag("team")] == ["legal", ""]
    assert found.tag_keys() == ("sagedeck:owner", "team")
