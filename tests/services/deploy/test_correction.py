"""A request after its failure: the one value changed that made it fail, and no other; nothing much dearer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.catalog import CatalogService, Price
from services.deploy import CustomSource, HubSource, Server, Serverless, corrected, corrections, name_problem
from services.deploy.correction import LONGEST_WAIT, MOST_DEARER, Correction, next_name
from services.diagnosis import Cause, Diagnosis, diagnose
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


@pytest.mark.parametrize("cause", ["capacity", "quota"])
def test_where_all_others_are_much_dearer_the_cheapest_are_named_with_their_prices_to_be_chosen(cause: Cause) -> None:
    there = offers(g5_2xlarge=1.5, g5_48xlarge=20.0, g5_12xlarge=7.0, g5_24xlarge=10.0, g6_xlarge=None)
    ways = corrections(request_for(), replace(CAPACITY, cause=cause), there)
    assert [way.request.instance_type for way in ways] == ["ml.g5.12xlarge", "ml.g5.24xlarge"]
    assert all(way.asks for way in ways)
    assert ways[0].words == "On ml.g5.12xlarge, which costs $7.00 an hour instead of $1.50 an hour. Yours to choose."


MENDED = ("name_taken", "quota", "capacity", "health_check", "disk_full")  # whatever the source and the evidence


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause not in MENDED])
def test_what_a_person_has_to_decide_is_left_to_them(cause: Cause) -> None:
    """A licence is never accepted for anybody, nor a larger machine rented for want of memory."""
    prices = CATALOG.offers(CATALOG.describe_model(LLAMA))
    assert corrected(request_for(LLAMA), replace(CAPACITY, cause=cause), prices) is None
    for way in corrections(request_for(LLAMA), replace(CAPACITY, cause=cause), prices):
        assert way.asks
        assert not way.request.accept_eula


def found(cause: Cause, evidence: str = "") -> Diagnosis:
    return replace(CAPACITY, cause=cause, evidence=evidence)


def only(ways: tuple[Correction, ...]) -> Correction:
    (way,) = ways
    return way


def test_no_capacity_can_also_be_met_with_several_types() -> None:
    request = request_for()
    there = offers(g5_2xlarge=1.5, g5_xlarge=1.4, g4dn_xlarge=0.7, g5_48xlarge=20.0)
    one, several = corrections(request, CAPACITY, there)
    assert not one.asks
    assert several.asks
    assert several.request.instance_type == request.instance_type
    assert several.request.fallbacks == ("ml.g5.xlarge", "ml.g4dn.xlarge")
    assert [way.change for way in corrections(request, found(Cause.QUOTA), there)] == ["ml.g5.xlarge"]


def test_a_start_that_took_too_long_gets_more_time_up_to_an_hour() -> None:
    request = request_for()
    way = only(corrections(request, found(Cause.HEALTH_CHECK), ()))
    assert way.request.advanced.startup_seconds == 1800
    assert "was still loading" in way.words
    assert "still loading" not in only(corrections(request, found(Cause.HEALTH_CHECK, "timed out"), ())).words
    most = replace(request, advanced=replace(request.advanced, startup_seconds=LONGEST_WAIT))
    assert corrections(most, found(Cause.HEALTH_CHECK), ()) == ()
    assert corrections(replace(request, mode=Serverless()), found(Cause.HEALTH_CHECK), ()) == ()


def test_a_download_that_took_too_long_gets_more_time_but_not_one_that_was_refused() -> None:
    request = request_for()
    slow = found(Cause.ARTIFACT_UNAVAILABLE, "The download of the model data timed out")
    assert only(corrections(request, slow, ())).request.advanced.download_seconds == 1800
    assert corrections(request, found(Cause.ARTIFACT_UNAVAILABLE, "Access Denied"), ()) == ()


def test_a_driver_that_does_not_fit_leads_to_another_host_image_and_a_missing_package_does_not() -> None:
    request = request_for()
    way = only(corrections(request, found(Cause.IMAGE_START, "CannotStartContainerError"), ()))
    assert way.request.advanced.inference_ami == "al2-ami-sagemaker-inference-gpu-3-1"
    again = only(corrections(way.request, found(Cause.IMAGE_START, "CUDA driver version is insufficient"), ()))
    assert again.request.advanced.inference_ami == "al2023-ami-sagemaker-inference-gpu-4-1"
    assert corrections(again.request, found(Cause.IMAGE_START, "CUDA driver"), ())[0].request != again.request
    assert corrections(request, found(Cause.IMAGE_START, "No module named 'einops'"), ()) == ()
    cpu = replace(request, instance_type="ml.m5.xlarge")
    assert corrections(cpu, found(Cause.IMAGE_START, "CUDA driver"), ()) == ()


def test_aws_s_own_image_of_another_region_is_exchanged_for_this_region_s_and_no_private_one() -> None:
    theirs = "763104351884.dkr.ecr.us-west-2.amazonaws.com/djl-inference:0.36.0-lmi18.0.0-cu128"
    request = replace(request_for(), source=CustomSource(image=theirs))
    way = only(corrections(request, found(Cause.IMAGE_UNAVAILABLE), (), "us-east-1"))
    assert isinstance(way.request.source, CustomSource)
    assert way.request.source.image == theirs.replace("us-west-2", "us-east-1")
    assert corrections(request, found(Cause.IMAGE_UNAVAILABLE), (), "us-west-2") == ()
    private = replace(request, source=CustomSource(image=theirs.replace("763104351884", "123456789012")))
    assert corrections(private, found(Cause.IMAGE_UNAVAILABLE), (), "us-east-1") == ()


def test_a_full_disk_gets_a_larger_volume_where_the_type_takes_one() -> None:
    request = replace(request_for(), instance_type="ml.m5.xlarge")
    assert only(corrections(request, found(Cause.DISK_FULL), ())).request.advanced.volume_gb == 128
    large = replace(request, advanced=replace(request.advanced, volume_gb=300))
    assert only(corrections(large, found(Cause.DISK_FULL), ())).request.advanced.volume_gb == 512
    assert corrections(replace(request, instance_type="ml.g5.2xlarge"), found(Cause.DISK_FULL), ()) == ()


def test_want_of_memory_is_met_by_asking_less_and_a_dearer_machine_is_only_named_with_its_price() -> None:
    hub = HubSource(hub_id="Qwen/Qwen3-8B", server=Server.VLLM, most_total_tokens=16_384, most_input_tokens=12_000)
    request = replace(request_for(), source=hub)
    there = offers(g5_2xlarge=1.5, g5_12xlarge=7.1, g4dn_xlarge=0.7)
    less, small, larger = corrections(request, found(Cause.OUT_OF_MEMORY), there)
    assert isinstance(less.request.source, HubSource)
    assert (less.request.source.most_total_tokens, less.request.source.most_input_tokens) == (8192, 4096)
    assert [less.asks, small.asks, larger.asks] == [False, True, True]
    assert less.request.instance_type == request.instance_type
    assert isinstance(small.request.source, HubSource)
    assert small.request.source.quantization == "fp8"
    assert (larger.request.instance_type, "$7.10 an hour" in larger.words) == ("ml.g5.12xlarge", True)
    assert all(way.request.endpoint_name == "demo-2" for way in (less, small, larger))


def test_a_model_of_the_catalogue_has_another_type_to_try() -> None:
    request = request_for()
    prices = dict(CATALOG.offers(CATALOG.describe_model(FALCON)))
    better = corrected(request, CAPACITY, tuple(prices.items()))
    assert better is not None
    assert better.instance_type in prices
    assert better.instance_type != request.instance_type
