"""Each data set is renewed on its own; what is refused or fails leaves what was there and is told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from services.catalog import DISCOUNTS, Applies, CatalogService, Use
from services.catalog.book import PriceBook
from services.catalog.discounts import FREE_TIER, SAVINGS_PLAN, SERVERLESS, SPOT, notes
from services.catalog.plausible import Doubt
from services.catalog.quotas import Quotas
from services.catalog.refreshing import DataSet, Refreshing
from services.catalog.sheets import Sheets
from services.errors import PermissionDenied, ServiceFailure
from tests.services.catalog.products import PriceList
from tests.services.catalog.test_book import HOSTING, NOW, REGION

FAMILY = "huggingface-tei"


class Account:
    """An account whose answers a test sets."""

    def __init__(self) -> None:
        self.prices = PriceList({"Hosting": HOSTING})
        self.quotas = {f"quota {number}": ("L-1", 1.0) for number in range(40)}
        self.images = {f"{FAMILY} 1.{number}.0 gpu": f"tei:{number}" for number in range(30)}
        self.error: Exception | None = None

    def applied(self) -> Mapping[str, tuple[str, float]]:
        if self.error:
            raise self.error
        return self.quotas

    def one(self, code: str) -> None:
        return None

    def ask(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        if self.error:
            raise self.error
        return {"images": self.images, "source": "sagemaker-core 2.99.0"}


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def refreshing(account: Account, tmp_path: Path) -> Refreshing:
    book = PriceBook(Sheets(tmp_path), lambda _: account.prices, automatic=False, clock=lambda: NOW)
    catalog = CatalogService(
        REGION, folder=tmp_path, clock=lambda: NOW, ask=account.ask, clients=None, offline=True, book=book
    )
    quotas = Quotas(account, region=REGION, folder=tmp_path, clock=lambda: NOW)
    return Refreshing(REGION, book, catalog, quotas)


def test_before_anything_is_read_every_data_set_is_the_snapshot_and_says_so(refreshing: Refreshing) -> None:
    for standing in refreshing.standings():
        assert standing.stale, standing.name
        assert standing.as_of == "2026-11-20"
        assert standing.rows > 20
        assert standing.problem is None
        assert "2026-11-20" in standing.source


def test_one_is_renewed_and_the_others_stay(refreshing: Refreshing) -> None:
    told: list[str] = []
    renewal = refreshing.renew(DataSet.PRICES, report=lambda share, words: told.append(f"{share:.2f} {words}"))
    assert renewal.done
    assert (renewal.before, renewal.after, renewal.as_of) == (len(HOSTING), len(HOSTING), "2026-11-20")
    assert told[0] == "0.00 Hosting in us-east-1"
    assert len(told) == len(Use)
    found = {each.name: each for each in refreshing.standings()}
    assert found[DataSet.PRICES].source == "AWS's price list, published 2026-06-27"
    assert not found[DataSet.PRICES].stale
    assert all(each.stale for name, each in found.items() if name is not DataSet.PRICES)


@pytest.mark.parametrize("name", [DataSet.QUOTAS, DataSet.IMAGES])
def test_a_list_that_lost_more_than_a_quarter_is_refused_until_that_is_accepted(
    refreshing: Refreshing, account: Account, name: DataSet
) -> None:
    assert refreshing.renew(name).done
    account.quotas = dict(list(account.quotas.items())[:20])
    account.images = dict(list(account.images.items())[:20])
    refused = refreshing.renew(name)
    assert not refused.done
    assert refused.refused == (Doubt.FEWER,)
    assert refused.after == refused.before == refreshing.standing(name).rows
    assert refreshing.standing(name).problem is not None
    assert refreshing.renew(name, [Doubt.FEWER]).after == 20
    assert refreshing.standing(name).problem is None
    account.quotas, account.images = {}, {}
    assert not refreshing.renew(name, list(Doubt)).done


def test_what_cannot_be_read_says_why_and_is_no_refusal(refreshing: Refreshing, account: Account) -> None:
    account.error = PermissionDenied("Service Quotas may not be listed.", "The identity lacks it.")
    renewal = refreshing.renew(DataSet.QUOTAS)
    assert (renewal.done, renewal.refused) == (False, ())
    assert renewal.as_dict()["problem"]["what"] == "Service Quotas may not be listed."
    account.error = ServiceFailure("The SDK does not answer.")
    assert refreshing.renew(DataSet.IMAGES).problem is not None
    without = refreshing.renew(DataSet.MODELS).problem
    assert without is not None
    assert without.what == "There is no account to ask."


def test_the_images_that_were_renewed_name_what_runs_and_earlier_answers_are_forgotten(
    refreshing: Refreshing, account: Account
) -> None:
    account.images[f"{FAMILY} 1.8.2 gpu"] = "1234.dkr.ecr.us-east-1.amazonaws.com/tei:newer"
    refreshing.renew(DataSet.IMAGES)
    image = refreshing.catalog.image(FAMILY, "1.8.2", "ml.g5.xlarge")
    assert image == ("1234.dkr.ecr.us-east-1.amazonaws.com/tei:newer", "sagemaker-core 2.99.0")
    other = refreshing.catalog.image("huggingface-tei-cpu", "1.7.0", "ml.m5.xlarge")
    assert other[1] == "snapshot of 2026-11-20"


def test_a_renewed_list_of_quotas_is_what_is_told(refreshing: Refreshing, account: Account) -> None:
    account.quotas["ml.g5.xlarge for endpoint usage"] = ("L-1928E07B", 7.0)
    refreshing.renew(DataSet.QUOTAS)
    assert refreshing.quotas.limit("ml.g5.xlarge").limit == 7.0


def test_each_discount_says_what_it_reaches_its_source_and_when() -> None:
    assert all(each.source and each.as_of and each.notes for each in DISCOUNTS)
    assert all(SAVINGS_PLAN.of(use) is Applies.YES for use in Use)
    assert SAVINGS_PLAN.of(SERVERLESS) is Applies.UNSURE
    assert [use for use in Use if SPOT.of(use) is Applies.YES] == [Use.TRAINING]
    assert FREE_TIER.of("something else") is Applies.UNSURE


def test_notes_name_what_may_apply_and_how_sure_that_is() -> None:
    training = notes(Use.TRAINING)
    assert len(training) == 3
    assert training[0].startswith("SageMaker Savings Plans (up to 64% off)")
    assert any("is not sure" in each for each in notes(SERVERLESS))
    assert not any("spot" in each for each in notes(Use.HOSTING))


def test_a_list_of_models_that_lost_too_many_is_refused_and_nothing_of_it_is_kept(
    refreshing: Refreshing, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    listed = [{"model_id": f"model-{number}", "version": "1.0.0"} for number in range(1200)]

    class Bucket:
        def manifest(self, *, sold: bool = False) -> list[dict[str, str]]:
            return [] if sold else listed

    monkeypatch.setattr("services.catalog.account.AccountModels._gateway", lambda self: Bucket())
    assert refreshing.renew(DataSet.MODELS).done
    rows, files = refreshing.standing(DataSet.MODELS).rows, sorted(each.read_text() for each in tmp_path.iterdir())
    del listed[400:]
    refused = refreshing.renew(DataSet.MODELS)
    assert refused.refused == (Doubt.FEWER,)
    assert refused.problem is not None
    assert "400 rows instead of 1,200" in refused.problem.why
    assert refreshing.standing(DataSet.MODELS).rows == rows
    assert sorted(each.read_text() for each in tmp_path.iterdir()) == files
    assert refreshing.renew(DataSet.MODELS, [Doubt.FEWER]).done
