"""The best price there is: AWS's own where it was read, the snapshot until then, nothing that cannot be believed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber

from services.catalog import CatalogService, Query, Use, price
from services.catalog.book import PriceBook
from services.catalog.plausible import Doubt, Implausible
from services.catalog.price_gateway import PriceGateway, asking, endpoint_region
from services.catalog.prices import LIVE, SNAPSHOT, listed
from services.catalog.sheets import Priced, Sheets
from services.clients import Clients, Hidden, Keys, Source, open_session
from services.errors import NotFound, PermissionDenied, Throttled
from tests.services.catalog.products import PriceList, machine, usage

REGION, NOW = "us-east-1", 1_795_208_400.0  # 2026-11-20 21:00 UTC
HOSTING = {name: row[0] for name, row in listed(REGION).items()}
DAY = 24 * 3600.0


def everything(**changed: float) -> PriceList:
    """The snapshot's hosting prices, some of them changed, and notebooks a little cheaper."""
    hosting = HOSTING | {name.replace("_", "."): usd for name, usd in changed.items()}
    storage = [usage("TimedStorage-ByteHrs", ("GB-Mo", "0", {"USD": "0.021"}))]
    return PriceList({"Hosting": hosting, "Notebook": {"ml.m5.xlarge": 0.22}}, {"AmazonS3": storage})


class Later:
    """Background work that a test does when it wants to."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def __call__(self, work: Callable[[], None]) -> None:
        self.waiting.append(work)

    def now(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()


def book(source: PriceList | None, folder: Path | None = None, *, at: float = NOW, **more: Any) -> PriceBook:
    return PriceBook(Sheets(folder), lambda _: source, clock=lambda: at, **more)


def test_a_page_has_the_snapshot_at_once_and_awss_price_when_it_is_there() -> None:
    later, source = Later(), everything(ml_m5_xlarge=0.24)
    prices = book(source, start=later)
    first = prices.machine(REGION, "ml.m5.xlarge", Use.HOSTING)
    assert (first.usd_per_hour, first.origin) == (0.23, SNAPSHOT)
    assert source.asked == []  # nobody was asked on the page's path
    later.now()
    found = prices.machine(REGION, "ml.m5.xlarge", Use.HOSTING)
    assert (found.usd_per_hour, found.basis, found.origin, found.as_of) == (0.24, "observed", LIVE, "2026-11-20")
    assert found.source == "AWS's price list, read 2026-11-20"


def test_many_questions_are_one_reading_by_region_and_use() -> None:
    later, source = Later(), everything()
    prices = book(source, start=later)
    for instance_type in HOSTING:
        prices.machine(REGION, instance_type, Use.HOSTING)
    assert len(later.waiting) == 1
    later.now()
    assert [use for _, use in source.asked] == [str(use) for use in Use]


def test_each_use_has_its_own_price_where_there_is_one_and_hostings_as_an_estimate_else() -> None:
    prices = book(everything())
    prices.renew(Priced.PRICES, REGION)
    notebook = prices.machine(REGION, "ml.m5.xlarge", Use.NOTEBOOK)
    training = prices.machine(REGION, "ml.m5.xlarge", Use.TRAINING)
    assert (notebook.usd_per_hour, notebook.basis) == (0.22, "observed")
    assert (training.usd_per_hour, training.basis) == (0.23, "estimate")
    assert training.source == "estimate after hosting's price in AWS's price list, read 2026-11-20"
    assert prices.machine(REGION, "ml.none.large", Use.TRAINING).usd_per_hour is None


def test_rates_are_read_on_their_own_and_what_is_missing_stays_unknown() -> None:
    prices = book(everything())
    with pytest.raises(Implausible):
        prices.renew(Priced.RATES, REGION)  # one of two dozen
    prices.renew(Priced.RATES, REGION, [Doubt.FEWER])
    found = prices.rate(REGION, "S3:TimedStorage-ByteHrs")
    assert (found.usd, found.unit, found.origin) == (0.021, "GB-Mo", LIVE)
    assert prices.rate(REGION, "EFS:TimedStorage-ByteHrs").origin == SNAPSHOT
    assert prices.rate(REGION, "ProvisionedConcurrency:Usage-1GB").usd is None
    assert prices.rate("xx-nowhere-1", "S3:TimedStorage-ByteHrs").usd is None


def test_what_was_read_is_kept_for_a_day_and_read_again_by_itself_after_it(tmp_path: Path) -> None:
    book(everything(ml_m5_xlarge=0.24), tmp_path).renew(Priced.PRICES, REGION)
    later, nobody = Later(), PriceList({})
    again = book(nobody, tmp_path, at=NOW + DAY - 1, start=later)
    assert again.machine(REGION, "ml.m5.xlarge", Use.HOSTING).usd_per_hour == 0.24
    assert later.waiting == []
    old = book(nobody, tmp_path, at=NOW + 3 * DAY, start=later)
    found = old.machine(REGION, "ml.m5.xlarge", Use.HOSTING)
    assert (found.usd_per_hour, found.as_of) == (0.24, "2026-11-20")  # newer than the snapshot, and says from when
    assert len(later.waiting) == 1


def test_a_list_older_than_the_snapshot_is_not_used(tmp_path: Path) -> None:
    book(everything(ml_m5_xlarge=0.24), tmp_path, at=NOW - 30 * DAY).renew(Priced.PRICES, REGION)
    found = book(None, tmp_path, start=Later()).machine(REGION, "ml.m5.xlarge", Use.HOSTING)
    assert (found.usd_per_hour, found.origin) == (0.23, SNAPSHOT)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("0.24", "0.0"),
        lambda text: text.replace("us-east-1", "eu-west-1"),
        lambda text: "[" * 50_000,
        lambda text: "7",
        lambda text: json.dumps(json.loads(text) | {"rows": {"Hosting/ml.m5.xlarge": "free"}}),
    ],
)
def test_a_half_written_or_damaged_file_is_not_used_and_that_is_said(
    tmp_path: Path, spoil: Callable[[str], str]
) -> None:
    book(everything(ml_m5_xlarge=0.24), tmp_path).renew(Priced.PRICES, REGION)
    (kept,) = tmp_path.glob("prices-*.json")
    kept.write_text(spoil(kept.read_text()))
    prices = book(None, tmp_path, automatic=False)
    assert prices.machine(REGION, "ml.m5.xlarge", Use.HOSTING).usd_per_hour == 0.23
    assert "damaged and not used" in prices.kept(Priced.PRICES, REGION).problem


def test_another_process_that_renews_it_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.catalog.book.LOOK_SECONDS", -1.0)
    here = book(None, tmp_path, automatic=False)
    assert here.machine(REGION, "ml.m5.xlarge", Use.HOSTING).usd_per_hour == 0.23
    book(everything(ml_m5_xlarge=0.24), tmp_path).renew(Priced.PRICES, REGION)
    assert here.machine(REGION, "ml.m5.xlarge", Use.HOSTING).usd_per_hour == 0.24


@pytest.mark.parametrize(
    ("source", "doubts", "words"),
    [
        (PriceList({"Hosting": dict(list(HOSTING.items())[: len(HOSTING) // 2])}), {Doubt.FEWER}, "50% fewer"),
        (everything(ml_m5_xlarge=0.70), {Doubt.JUMPS}, "ml.m5.xlarge from $0.23 to $0.7"),
        (everything(ml_m5_xlarge=0.10), {Doubt.JUMPS}, "ml.m5.xlarge from $0.23 to $0.1"),
        (PriceList({"Hosting": {"ml.m5.xlarge": 0.7}}), {Doubt.FEWER, Doubt.JUMPS}, "1 prices of Hosting"),
    ],
)
def test_what_is_not_plausible_is_refused_and_taken_only_when_each_doubt_is_accepted(
    tmp_path: Path, source: PriceList, doubts: set[Doubt], words: str
) -> None:
    prices = book(source, tmp_path, automatic=False)
    with pytest.raises(Implausible, match="not plausible") as refused:
        prices.renew(Priced.PRICES, REGION)
    assert {each.doubt for each in refused.value.objections} == doubts
    assert words in refused.value.why
    assert prices.machine(REGION, "ml.m5.xlarge", Use.HOSTING).usd_per_hour == 0.23
    assert list(tmp_path.iterdir()) == []
    problem = prices.problem(Priced.PRICES, REGION)
    assert problem is not None
    assert words in problem.why
    others = set(Doubt) - doubts
    with pytest.raises(Implausible):
        prices.renew(Priced.PRICES, REGION, others)
    prices.renew(Priced.PRICES, REGION, doubts)
    assert prices.problem(Priced.PRICES, REGION) is None
    assert prices.sheet(Priced.PRICES, REGION) is not None


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prices = book(everything(ml_m5_xlarge=0.24), tmp_path)
    prices.renew(Priced.PRICES, REGION)
    (kept,) = tmp_path.iterdir()
    before = kept.read_text()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        book(everything(ml_m5_xlarge=0.25), tmp_path).renew(Priced.PRICES, REGION)
    assert [each.read_text() for each in tmp_path.iterdir()] == [before]


def test_a_quarter_fewer_and_half_as_much_again_are_still_plausible() -> None:
    kept = dict(list(HOSTING.items())[: -(len(HOSTING) // 4)])
    assert book(PriceList({"Hosting": kept})).renew(Priced.PRICES, REGION).rows
    assert book(everything(ml_m5_xlarge=0.345)).renew(Priced.PRICES, REGION).usd["Hosting/ml.m5.xlarge"] == 0.345


def test_no_rows_at_all_are_never_taken() -> None:
    prices = book(PriceList({}))
    with pytest.raises(Implausible):
        prices.renew(Priced.PRICES, REGION, list(Doubt))
    with pytest.raises(Implausible):
        prices.renew(Priced.PRICES, "xx-nowhere-1", list(Doubt))


def test_after_a_fault_nobody_is_asked_for_an_hour_and_the_fault_is_told() -> None:
    later, source, clock = Later(), everything(), [NOW]
    prices = PriceBook(Sheets(None), lambda _: source, clock=lambda: clock[0], start=later)
    source.error = Throttled("Too many calls.")
    for _ in range(3):
        assert prices.machine(REGION, "ml.m5.xlarge", Use.HOSTING).usd_per_hour == 0.23
        later.now()
    assert len(source.asked) == 1
    problem = prices.problem(Priced.PRICES, REGION)
    assert problem is not None
    assert problem.what == "Too many calls."
    source.error, clock[0] = None, NOW + 3601
    prices.machine(REGION, "ml.m5.xlarge", Use.HOSTING)
    later.now()
    assert prices.machine(REGION, "ml.m5.xlarge", Use.HOSTING).origin == LIVE


def test_where_prices_are_told_in_another_currency_they_stay_unknown() -> None:
    assert endpoint_region("aws-cn", "cn-north-1") == ""
    assert endpoint_region("aws-us-gov", "us-gov-west-1") == ""
    prices = book(None, automatic=False)
    with pytest.raises(NotFound, match="no price list in USD"):
        prices.renew(Priced.PRICES, "cn-north-1")
    assert prices.machine("cn-north-1", "ml.m5.xlarge", Use.HOSTING).usd_per_hour is None
    assert prices.rate("cn-north-1", "Host:VolumeUsage.gp2").usd is None


@pytest.mark.parametrize(
    ("region", "asked"),
    [("eu-west-1", "eu-central-1"), ("ap-south-1", "ap-south-1"), ("sa-east-1", "us-east-1"), (REGION, REGION)],
)
def test_the_nearest_region_that_has_the_api_is_asked(region: str, asked: str) -> None:
    assert endpoint_region("aws", region) == asked


def clients() -> Clients:
    source = Source(region=REGION, keys=Keys("testing", Hidden("testing")))
    return Clients(open_session(source), source)


def filters(**wanted: str) -> list[Mapping[str, str]]:
    return [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in wanted.items()]


def test_the_gateway_reads_every_page_and_says_what_is_denied() -> None:
    found = clients()
    asked: dict[str, Any] = {
        "ServiceCode": "AmazonSageMaker",
        "FormatVersion": "aws_v1",
        "MaxResults": 100,
        "Filters": filters(regionCode=REGION, component="Hosting"),
    }
    pages = [[json.dumps(machine())], [json.dumps(machine("ml.g5.xlarge", "1.41"))]]
    with Stubber(found.get("pricing")) as stub:
        stub.add_response("get_products", {"PriceList": pages[0], "NextToken": "more"}, asked)
        stub.add_response("get_products", {"PriceList": pages[1]}, {**asked, "NextToken": "more"})
        gateway = PriceGateway(found)
        assert list(gateway.products(REGION, component="Hosting")) == [pages[0][0], pages[1][0]]
        stub.add_client_error(
            "get_products", "AccessDeniedException", "User: x is not authorized to perform: pricing:GetProducts"
        )
        with pytest.raises(PermissionDenied) as denied:
            list(gateway.products(REGION))
        assert denied.value.action == "pricing:GetProducts"
        stub.add_client_error("get_products", "ThrottlingException", "Rate exceeded")
        with pytest.raises(Throttled):
            list(gateway.products(REGION))


def test_a_region_elsewhere_is_asked_through_clients_of_the_nearest() -> None:
    ask = asking(clients(), "aws")
    assert isinstance(ask("eu-west-1"), PriceGateway)
    assert asking(clients(), "aws-cn")("cn-north-1") is None


def test_the_catalogue_tells_the_books_prices_and_the_snapshot_without_one() -> None:
    prices = book(everything(ml_m5_xlarge=0.24))
    prices.renew(Priced.PRICES, REGION)
    catalog = CatalogService(REGION, offline=True, book=prices)
    assert catalog.price("ml.m5.xlarge").usd_per_hour == 0.24
    assert catalog.machine("ml.m5.xlarge", Use.NOTEBOOK).usd_per_hour == 0.22
    assert CatalogService(REGION, offline=True).price("ml.m5.xlarge") == price(REGION, "ml.m5.xlarge")


def test_models_are_found_by_the_books_prices_as_soon_as_they_are_there() -> None:
    prices = book(everything(ml_g5_2xlarge=0.8), automatic=False)
    catalog = CatalogService(REGION, offline=True, book=prices)
    query = Query(text="huggingface-llm-mistral-7b-instruct-v3", most_usd=1.0)
    assert catalog.find_models(query).hits == ()
    prices.renew(Priced.PRICES, REGION)
    hit = catalog.find_models(query).hits[0]
    assert (hit.cheapest, hit.usd) == ("ml.g5.2xlarge", 0.8)
    plain = CatalogService(REGION, offline=True)
    assert plain.find_models(query).hits == ()  # another connection keeps its own prices
