"""Image, artefact, memory: whether they can be had here, and whether the model fits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.catalog import CatalogService
from services.deploy import Advanced, CustomSource, DeployRequest, HubSource, Server
from services.preflight import Topic, Verdict
from services.preflight.found import Bucket, FoundImage, Objects
from services.preflight.weights import need
from tests.services.deploy.samples import LLAMA, NEW_ROLE, request_for
from tests.services.preflight.world import IMAGE, World, a_pair, denied

GIB = 1024**3
AWS_IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/djl-inference:0.36.0-lmi20.0.0-cu128"


def custom(image: str = IMAGE, artifact: str = "s3://mine/model.tar.gz", **changes: Any) -> DeployRequest:
    source = CustomSource(image=image, artifact=artifact, family="tgi")
    return request_for(source=source, role=NEW_ROLE, **changes)


def hub(hub_id: str = "Qwen/Qwen2.5-7B-Instruct", kind: str = "ml.g5.2xlarge", **changes: Any) -> DeployRequest:
    source = HubSource(hub_id=hub_id, **{"server": Server.VLLM, **changes})
    return request_for(source=source, role=NEW_ROLE, instance_type=kind)


def test_an_image_of_aws_in_this_region_is_fine() -> None:
    assert World().one(request_for(role=NEW_ROLE), Topic.IMAGE).verdict is Verdict.OK
    assert World().one(custom(AWS_IMAGE), Topic.IMAGE).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (IMAGE.replace("us-east-1", "eu-west-1"), "eu-west-1"),
        ("docker.io/library/mine:1", "no other"),
    ],
)
def test_an_image_of_elsewhere_stops(image: str, words: str) -> None:
    line = World().one(custom(image), Topic.IMAGE)
    assert line.verdict is Verdict.STOP
    assert words in line.words


def test_awss_image_of_another_region_is_proposed_from_this_one() -> None:
    asked = custom(AWS_IMAGE.replace("us-east-1", "eu-west-1"))
    line = World().one(asked, Topic.IMAGE)
    assert line.verdict is Verdict.STOP
    assert line.fix is not None
    assert line.fix.change == custom(AWS_IMAGE)
    own = World().one(custom(IMAGE.replace("us-east-1", "eu-west-1")), Topic.IMAGE)
    assert own.fix is None


def test_ones_own_image_is_looked_for_in_the_registry() -> None:
    found = World().one(custom(), Topic.IMAGE)
    assert (found.verdict, found.detail) == (Verdict.OK, "mine:1, 2.0 GiB compressed.")
    assert World(image=None).one(custom(), Topic.IMAGE).verdict is Verdict.STOP
    several = FoundImage(1, "application/vnd.oci.image.index.v1+json")
    assert World(image=several).one(custom(), Topic.IMAGE).verdict is Verdict.WARNING
    line = World(image=denied("ecr:DescribeImages")).one(custom(), Topic.IMAGE)
    assert line.verdict is Verdict.UNKNOWN
    assert "ecr:DescribeImages" in line.words


def test_the_registry_of_another_account_cannot_be_looked_into() -> None:
    line = World().one(custom(IMAGE.replace("123456789012", "210987654321")), Topic.IMAGE)
    assert line.verdict is Verdict.UNKNOWN


def test_an_image_for_another_processor_stops() -> None:
    line = World().one(custom(AWS_IMAGE, instance_type="ml.c7g.2xlarge"), Topic.IMAGE)
    assert line.verdict is Verdict.STOP
    assert "Graviton" in line.words


def test_an_artefact_is_looked_for_with_its_region_and_size() -> None:
    world = World()
    line = world.one(custom(), Topic.ARTIFACT)
    assert (line.verdict, line.words) == (Verdict.OK, "The artefact is there: 4.0 GiB in 1 object.")
    world.objects = Objects(1000, 90 * GIB, complete=False)
    assert "more than 90 GiB" in world.one(custom(artifact="s3://mine/model/"), Topic.ARTIFACT).words
    world.objects = Objects(0, 0)
    assert world.one(custom(), Topic.ARTIFACT).verdict is Verdict.STOP


@pytest.mark.parametrize(
    ("bucket", "verdict"),
    [
        (None, Verdict.STOP),
        (Bucket("eu-west-1"), Verdict.STOP),
        (Bucket("us-east-1", readable=False), Verdict.UNKNOWN),
        (denied("s3:ListBucket"), Verdict.UNKNOWN),
        (Bucket(""), Verdict.OK),
    ],
)
def test_a_bucket_of_another_region_or_none_stops_and_a_closed_one_is_unknown(
    bucket: Bucket | Exception | None, verdict: Verdict
) -> None:
    assert World(buckets={"mine": bucket}).one(custom(), Topic.ARTIFACT).verdict is verdict


def test_weights_of_the_hub_need_the_network() -> None:
    world, asked = World(), hub()
    assert world.one(asked, Topic.ARTIFACT).verdict is Verdict.OK
    subnets = Advanced(subnets=("subnet-0a",), security_groups=("sg-0a",))
    assert world.one(replace(asked, advanced=subnets), Topic.ARTIFACT).verdict is Verdict.WARNING
    assert world.one(replace(asked, advanced=Advanced(isolated=True)), Topic.ARTIFACT).verdict is Verdict.STOP


def test_memory_is_told_with_both_figures() -> None:
    line = World().one(hub(), Topic.MEMORY)
    assert line.verdict is Verdict.OK
    assert line.words == "Needs about 17 GiB, ml.g5.2xlarge has 22 GiB of GPU memory."
    assert "13 GiB of weights, estimated from the name" in line.detail


def test_an_estimate_that_does_not_fit_warns_and_proposes_the_cheapest_type_that_does() -> None:
    line = World().one(hub("Qwen/Qwen2.5-14B-Instruct"), Topic.MEMORY)
    assert line.verdict is Verdict.WARNING
    assert line.fix is not None
    assert isinstance(line.fix.change, DeployRequest)
    spec = CatalogService("us-east-1", offline=True).instance(line.fix.change.instance_type)
    assert spec is not None
    assert spec.gpu_memory_gib >= 31
    assert "an hour" in line.fix.words


def test_known_weights_larger_than_the_memory_stop() -> None:
    assert World().one(hub(weights_gib=40.0), Topic.MEMORY).verdict is Verdict.STOP


def test_more_context_needs_more_memory_and_fewer_bits_less() -> None:
    long = need(HubSource(hub_id="a/b-8B", server=Server.VLLM, most_total_tokens=100_000))
    short = need(HubSource(hub_id="a/b-8B", server=Server.VLLM, most_total_tokens=1_000))
    packed = need(HubSource(hub_id="a/b-8B", server=Server.VLLM, quantization="awq"))
    assert long
    assert short
    assert packed
    assert long.cache == pytest.approx(100 * short.cache)
    assert long.cache == pytest.approx(100_000 * 128 / 1024**2)  # 128 KiB a token: 32 layers, 8 heads of 128, 16 bits
    assert packed.weights < short.weights / 3


def test_only_the_gpus_that_are_used_count() -> None:
    asked = hub("Qwen/Qwen2.5-14B-Instruct", "ml.g5.12xlarge", gpus=1)
    assert World().one(asked, Topic.MEMORY).verdict is Verdict.WARNING
    assert World().one(hub("Qwen/Qwen2.5-14B-Instruct", "ml.g5.12xlarge"), Topic.MEMORY).verdict is Verdict.OK


def test_a_name_that_tells_no_size_leaves_it_unknown() -> None:
    assert World().one(hub("owner/some-model"), Topic.MEMORY).verdict is Verdict.UNKNOWN


def test_what_an_accelerator_that_is_no_gpu_holds_is_not_guessed() -> None:
    line = World().one(custom(instance_type="ml.inf2.xlarge"), Topic.MEMORY)
    assert line.verdict is Verdict.UNKNOWN


def test_an_artefact_larger_than_the_memory_stops() -> None:
    assert World(objects=Objects(1, 60 * GIB)).one(custom(), Topic.MEMORY).verdict is Verdict.STOP
    assert World().one(custom(), Topic.MEMORY).verdict is Verdict.OK


def test_an_embedding_model_on_a_processor_is_taken_at_its_publishers_word() -> None:
    lines = World().check(a_pair()).about(Topic.MEMORY)
    assert {line.about for line in lines} == {"Embedding model", "Language model"}
    assert all(line.verdict is Verdict.OK for line in lines)


def test_the_estimate_agrees_with_what_models_are_published_for() -> None:
    """Of all models of the catalogue whose name tells their size: they run on their own default type, mostly."""
    catalog, right, told = CatalogService("us-east-1", offline=True), 0, 0
    for model in catalog.list_models():
        asked = replace(request_for(LLAMA, role=NEW_ROLE), instance_type=model.default_instance)
        hub_id = model.name.replace(" ", "-")
        spec = catalog.instance(asked.instance_type)
        found = need(HubSource(hub_id=hub_id), gpus=max(1, spec.gpu_count)) if spec and spec.gpu_count else None
        if found is not None and spec is not None:
            told += 1
            right += found.total <= spec.gpu_memory_gib
    assert told > 100
    assert right / told > 0.9
