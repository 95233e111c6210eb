"""How AWS's price list is read: which row is a price, and which is none."""

from __future__ import annotations

import json

import pytest

from services.catalog.price_list import machines, metered
from services.catalog.prices import Use
from tests.services.catalog.products import Item, machine, offer, usage

HOUR = ("Hrs", "0", {"USD": "0.23"})


def read(*items: Item | str, use: Use = Use.HOSTING, at: str = "") -> tuple[dict[str, float], dict[str, int]]:
    texts = [item if isinstance(item, str) else json.dumps(item) for item in items]
    found = machines(texts, "us-east-1", use, at)
    return {name: usd for name, (usd, _) in found.rows.items()}, dict(found.skipped)


def test_an_instance_hour_is_read_by_its_component_and_its_clean_name() -> None:
    found = machines([json.dumps(machine())], "us-east-1", Use.HOSTING)
    assert found.rows == {"Hosting/ml.m5.xlarge": (0.23, "Hrs")}
    assert found.published == "2026-06-27"


def test_another_use_of_the_same_type_is_not_taken_for_hosting() -> None:
    rows, skipped = read(machine(), machine(usd="0.25", component="Training"))
    assert rows == {"Hosting/ml.m5.xlarge": 0.23}
    assert skipped == {"another use": 1}
    assert read(machine(usd="0.25", component="Training"), use=Use.TRAINING)[0] == {"Training/ml.m5.xlarge": 0.25}
    assert read(machine(component="hosting"))[0] == {"Hosting/ml.m5.xlarge": 0.23}  # its case varies


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ("{not json", "damaged"),
        ('{"product": 7, "terms": []}', "damaged"),
        ("[" * 50_000, "damaged"),
        (json.dumps({"product": {"attributes": {}}, "terms": {}}), "another place"),
        (machine(usd="0"), "price of 0"),
        (machine(usd="NaN"), "damaged"),
        (machine(usd="-3"), "damaged"),
        (machine(usd="1e9"), "damaged"),
        (machine(usd="cheap"), "damaged"),
        (machine(terms={"OnDemand": {"one": offer(("Hrs", "0", {"CNY": "1.6"}))}}), "another currency"),
        (machine(terms={"OnDemand": {"one": offer(("Quantity", "0", {"USD": "1"}))}}), "another unit"),
        (machine(terms={"Reserved": {"one": offer(HOUR)}}), "no on-demand price"),
        (machine(terms={"OnDemand": ["odd"]}), "no on-demand price"),
        (machine(terms={"OnDemand": {"one": {"priceDimensions": None}}}), "no on-demand price"),
        (machine(locationType="AWS Local Zone"), "another place"),
        (machine(region="us-east-2"), "another place"),
        (machine(family="Storage"), "no machine"),
        (machine("m5.xlarge"), "another use"),
    ],
)  # fmt: skip
def test_what_is_damaged_or_no_price_is_left_out_and_counted(item: Item | str, why: str) -> None:
    assert read(item, machine("ml.g5.xlarge", "1.41")) == ({"Hosting/ml.g5.xlarge": 1.41}, {why: 1})


def test_of_several_terms_the_newest_that_holds_already_counts() -> None:
    terms = {
        "OnDemand": {
            "old": offer(("Hrs", "0", {"USD": "0.30"}), since="2025-01-01T00:00:00Z"),
            "now": offer(HOUR, since="2026-06-01T00:00:00Z"),
            "next": offer(("Hrs", "0", {"USD": "0.20"}), since="2027-01-01T00:00:00Z"),
        }
    }
    assert read(machine(terms=terms), at="2026-11-20T21:00:00")[0] == {"Hosting/ml.m5.xlarge": 0.23}
    assert read(machine(terms=terms))[0] == {"Hosting/ml.m5.xlarge": 0.20}


def test_a_price_of_0_beside_another_is_not_the_one() -> None:
    tiers = {"OnDemand": {"one": offer(("Hrs", "0", {"USD": "0"}), ("Hrs", "50", {"USD": "0.23"}))}}
    assert read(machine(terms=tiers))[0] == {"Hosting/ml.m5.xlarge": 0.23}
    assert read(machine(), machine(usd="0.0"))[0] == {"Hosting/ml.m5.xlarge": 0.23}


def test_of_two_prices_for_one_thing_the_dearer_one_is_told() -> None:
    assert read(machine(usd="0.20"), machine())[0] == {"Hosting/ml.m5.xlarge": 0.23}


def test_what_is_not_counted_in_hours_is_named_as_the_console_names_it() -> None:
    own = [
        usage("EU-Host:VolumeUsage.gp2", ("GB-Mo", "0", {"USD": "0.154"}), region="eu-west-1"),
        usage("EU-ProvisionedConcurrency:Usage-2GB", ("seconds", "0", {"USD": "0.00001"}), region="eu-west-1"),
        usage("EU-Hst:Data-Bytes-Out", ("GB", "0", {"USD": "0.016"}), region="eu-west-1"),
        usage("EU-Canvas:Session-Hrs", ("Hrs", "0", {"USD": "1.9"}), region="eu-west-1"),
    ]
    found = metered(own, "eu-west-1")
    assert found.rows == {
        "Host:VolumeUsage.gp2": (0.154, "GB-Mo"),
        "ProvisionedConcurrency:Usage-2GB": (0.00001, "seconds"),
        "Data-Bytes-Out": (0.016, "GB"),
    }
    assert found.skipped == {"not used here": 1}


def test_storage_of_each_service_keeps_its_own_name_and_its_first_tier() -> None:
    tiers = (("GB-Mo", "51200", {"USD": "0.022"}), ("GB-Mo", "0", {"USD": "0.023"}))
    item = usage("TimedStorage-ByteHrs", *tiers)
    assert metered([item], "us-east-1", "AmazonS3").rows == {"S3:TimedStorage-ByteHrs": (0.023, "GB-Mo")}
    assert metered([item], "us-east-1", "AmazonCloudWatch").rows == {"TimedStorage-ByteHrs": (0.023, "GB-Mo")}
    assert metered([item], "us-east-1").rows == {}


def test_requests_that_are_free_at_first_have_the_price_beyond_that() -> None:
    free = usage("Requests-Tier1", ("Requests", "0", {"USD": "0"}), ("Requests", "1000000", {"USD": "0.0000005"}))
    assert metered([free], "us-east-1", "AmazonSNS").rows == {"SNS:Requests-Tier1": (0.0000005, "Requests")}
