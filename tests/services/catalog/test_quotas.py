"""What the account may have: kept for a day, asked for by code where it has to be true now, else AWS's default."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber

from services.catalog.quota_gateway import QuotaGateway
from services.catalog.quotas import SERVERLESS_ENDPOINTS, Quotas
from services.clients import Clients, Hidden, Keys, Source, open_session
from services.errors import PermissionDenied

G5, CODE = "ml.g5.xlarge for endpoint usage", "L-1928E07B"


class Reads:
    """Service Quotas in memory; what it was asked is written down."""

    def __init__(self, **values: float) -> None:
        self.values = {G5: 3.0} | values
        self.error: Exception | None = None
        self.asked: list[str] = []

    def applied(self) -> Mapping[str, tuple[str, float]]:
        self.asked.append("all")
        if self.error:
            raise self.error
        return {name: (CODE, value) for name, value in self.values.items()}

    def one(self, code: str) -> tuple[str, float] | None:
        self.asked.append(code)
        return (G5, self.values[G5]) if code == CODE else None


def quotas(reads: Reads, folder: Path | None = None, now: float = 0.0, **more: Any) -> Quotas:
    return Quotas(reads, region="us-east-1", folder=folder, clock=lambda: now, **more)


def test_the_list_is_read_once_a_day_and_kept_on_disk(tmp_path: Path) -> None:
    reads = Reads()
    found = quotas(reads, tmp_path).limit("ml.g5.xlarge")
    assert (found.limit, found.source, found.code, found.applied) == (3.0, "Service Quotas", CODE, True)
    assert quotas(reads, tmp_path, now=23 * 3600.0).limit("ml.g5.xlarge").limit == 3.0
    assert reads.asked == ["all"]
    assert quotas(reads, tmp_path, now=25 * 3600.0).limit("ml.g5.xlarge").limit == 3.0
    assert reads.asked == ["all", "all"]


def test_two_who_are_not_the_same_person_share_nothing_on_disk(tmp_path: Path) -> None:
    reads = Reads()
    quotas(reads, tmp_path, key=("aws", "ada")).limit("ml.g5.xlarge")
    quotas(reads, tmp_path, key=("aws", "bob")).limit("ml.g5.xlarge")
    assert reads.asked == ["all", "all"]


def test_a_spoiled_file_is_read_anew(tmp_path: Path) -> None:
    reads = Reads()
    quotas(reads, tmp_path).listing()
    (kept,) = tmp_path.glob("quotas-*.json")
    kept.write_text('{"at": 0, "quotas": 7}')
    assert quotas(reads, tmp_path).limit("ml.g5.xlarge").limit == 3.0
    assert reads.asked == ["all", "all"]


def test_what_has_to_be_true_now_is_asked_for_by_its_code() -> None:
    reads = Reads()
    assert quotas(reads).limit("ml.g5.xlarge", fresh=True).limit == 3.0
    assert reads.asked == [CODE]


def test_a_code_that_is_not_awss_own_is_looked_up_in_the_list_once_it_is_there() -> None:
    reads, other = Reads(), "ml.c5.12xlarge for endpoint usage"
    reads.values[other] = 1.0
    kept = quotas(reads)
    kept.listing()
    reads.asked.clear()
    kept.named(other, fresh=True)
    assert reads.asked == [CODE]  # as the list says, whatever is bundled


def test_where_listing_is_refused_one_is_asked_for_by_itself() -> None:
    reads = Reads()
    reads.error = PermissionDenied("no", "The identity in use lacks servicequotas:ListServiceQuotas.")
    assert quotas(reads).limit("ml.g5.xlarge").limit == 3.0
    assert reads.asked == ["all", CODE]


def test_where_nobody_may_ask_the_default_stands_in_with_its_date() -> None:
    reads = Reads()
    reads.error = PermissionDenied("no", "The identity in use lacks servicequotas:ListServiceQuotas.")
    found = quotas(reads).named(SERVERLESS_ENDPOINTS)
    assert (found.limit, found.applied) == (5.0, False)
    assert "2026-11-20" in found.source
    assert "servicequotas:ListServiceQuotas" in found.source


def test_a_type_nobody_knows_has_no_limit_that_could_be_told() -> None:
    found = quotas(Reads()).limit("ml.z99.xlarge")
    assert (found.limit, found.code) == (None, "")


def test_after_more_was_granted_it_is_asked_anew(tmp_path: Path) -> None:
    reads = Reads()
    kept = quotas(reads, tmp_path)
    assert not kept.known()
    kept.listing()
    assert kept.known()
    reads.values[G5] = 9.0
    assert kept.limit("ml.g5.xlarge").limit == 3.0
    kept.forget()
    assert kept.limit("ml.g5.xlarge").limit == 9.0


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws", "eu-west-1", "eu-west-1.console.aws.amazon.com"),
        ("aws-cn", "cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("aws-us-gov", "us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ],
)
def test_more_is_asked_for_in_the_console_of_the_partition(partition: str, region: str, host: str) -> None:
    url = Quotas(Reads(), region=region, partition=partition).request_url(CODE)
    assert url == f"https://{host}/servicequotas/home/services/sagemaker/quotas/{CODE}"


def test_the_gateway_reads_every_page_and_falls_back_to_awss_default() -> None:
    source = Source(region="us-east-1", keys=Keys("testing", Hidden("testing")))
    clients = Clients(open_session(source), source)
    gateway = QuotaGateway(clients)
    with Stubber(clients.get("service-quotas")) as stub:
        asked = {"ServiceCode": "sagemaker", "MaxResults": 100}
        first = {"Quotas": [{"QuotaName": G5, "QuotaCode": CODE, "Value": 3.0}], "NextToken": "more"}
        last = {"Quotas": [{"QuotaName": "other", "QuotaCode": "L-2", "Value": 0.0}, {"QuotaName": "no value"}]}
        stub.add_response("list_service_quotas", first, asked)
        stub.add_response("list_service_quotas", last, {**asked, "NextToken": "more"})
        assert gateway.applied() == {G5: (CODE, 3.0), "other": ("L-2", 0.0)}
        stub.add_client_error("get_service_quota", "NoSuchResourceException")
        which = {"ServiceCode": "sagemaker", "QuotaCode": CODE}
        stub.add_response("get_aws_default_service_quota", {"Quota": {"QuotaName": G5, "Value": 0.0}}, which)
        assert gateway.one(CODE) == (G5, 0.0)
        stub.add_client_error(
            "get_service_quota", "AccessDeniedException",
            "User: x is not authorized to perform: servicequotas:GetServiceQuota",
        )  # fmt: skip
        with pytest.raises(PermissionDenied):
            gateway.one(CODE)
        stub.assert_no_pending_responses()
