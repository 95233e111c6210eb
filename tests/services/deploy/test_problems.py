"""Every field of a request, wrong in the ways people are wrong: told at that field, before anybody is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.access import ExistingRole
from services.deploy import (
    Advanced,
    Asynchronous,
    CatalogSource,
    Components,
    DataCapture,
    DeployRequest,
    ExistingTopic,
    HubSource,
    NewTopic,
    Scaling,
    Server,
    Serverless,
    local_disk,
)
from services.errors import InvalidRequest
from services.plans import check, warnings_of
from tests.services.deploy.samples import FALCON, LLAMA
from tests.services.deploy.worlds import CPU, CUSTOM, GPU, MISTRAL, TEI, asked, planned, service

OUT = Asynchronous(output="s3://answers-of-ada/out/")
ONTO = Components(name="second", memory_mb=1024, onto=True)
ON_GPU = Components(accelerators=1, memory_mb=8192)
BIG = "ml.g5.12xlarge"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SUBNET, GROUP = "subnet-0123456789abcdef0", "sg-0123456789abcdef0"


def hub(**changes: Any) -> dict[str, Any]:
    return {"source": replace(MISTRAL, **changes), "instance_type": GPU}


def custom(**changes: Any) -> dict[str, Any]:
    return {"source": replace(CUSTOM, **changes)}


def advanced(**changes: Any) -> dict[str, Any]:
    return {"source": CUSTOM, "advanced": Advanced(**changes)}


def captured(destination: str = "s3://captured/", **changes: Any) -> dict[str, Any]:
    return advanced(capture=DataCapture(destination=destination, **changes))


def scaled(**changes: Any) -> dict[str, Any]:
    return {"scaling": Scaling(**changes)}


def serverless(**changes: Any) -> dict[str, Any]:
    return {"instance_type": "", "mode": Serverless(**changes)}


ELSEWHERE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/my-server:1.0"
WRONG: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("endpoint_name", {"endpoint_name": "a_b"}, "cannot be a name"),
    ("endpoint_name", {"endpoint_name": "x" * 64}, "63 are allowed"),
    ("source.model_id", {"source": CatalogSource(model_id="none")}, "no model none"),
    ("source.accept_eula", {"source": CatalogSource(model_id=LLAMA), "instance_type": "ml.g5.4xlarge"}, "licence"),
    ("source.hub_id", hub(hub_id="mistral"), "owner/name"),
    ("source.hub_id", hub(hub_id=""), "owner/name"),
    ("source.hub_id", hub(hub_id="a/b/c"), "owner/name"),
    ("source.hub_id", hub(hub_id="https://huggingface.co/a/b"), "owner/name"),
    ("source.revision", hub(revision="a b"), "branch, tag or commit"),
    ("source.version", hub(version="9.9.9"), "known are"),
    ("source.most_input_tokens", hub(most_input_tokens=-1), "cannot be"),
    ("source.most_total_tokens", hub(most_total_tokens=10**8), "cannot be"),
    ("source.most_total_tokens", hub(most_input_tokens=100, most_total_tokens=100), "more tokens"),
    ("source.quantization", hub(quantization="AWQ 4"), "no quantisation"),
    ("source.quantization", {"source": replace(TEI, quantization="awq")}, "does not quantise"),
    ("source.gpus", hub(gpus=2), "ml.g5.2xlarge has 1"),
    ("source.gpus", hub(gpus=-1), "cannot be"),
    (
        "source.gpus",
        {**hub(gpus=1), "instance_type": BIG, "mode": replace(ON_GPU, accelerators=2)},
        "copy",
    ),
    ("source.gpus", {"source": replace(TEI, gpus=1), "instance_type": GPU}, "one GPU"),
    ("source.weights_gib", hub(weights_gib=-1.0), "estimated"),
    ("source.image", custom(image=""), "needs an image"),
    ("source.image", custom(image="ubuntu:latest"), "no image in Amazon ECR"),
    ("source.image", custom(image="docker.io/library/ubuntu:latest"), "no other registry"),
    ("source.image", custom(image=ELSEWHERE), "is in eu-west-1"),
    ("source.image", custom(image=ELSEWHERE.replace("1.0", "x" * 260)), "255 are allowed"),
    ("source.artifact", custom(artifact="s3://bucket/model.zip"), "neither an archive"),
    ("source.artifact", custom(artifact="s3://bucket/model"), "neither an archive"),
    ("source.artifact", custom(artifact="s3://bucket/"), "a whole bucket"),
    ("source.artifact", custom(artifact="/tmp/model.tar.gz"), "no S3 URL"),
    ("source.artifact", custom(artifact="https://bucket.s3.amazonaws.com/model.tar.gz"), "no S3 URL"),
    ("source.artifact", custom(artifact="s3://Bucket/model.tar.gz"), "cannot be a bucket"),
    ("source.artifact", custom(artifact="s3://1.2.3.4/model.tar.gz"), "IP address"),
    ("source.artifact", custom(artifact="s3://ab/model.tar.gz"), "3 to 63"),
    ("source.artifact", custom(artifact="s3://my..bucket/model.tar.gz"), "cannot be a bucket"),
    ("source.artifact", custom(artifact="s3://bucket//model.tar.gz"), "empty part"),
    ("source.artifact", custom(artifact="s3://bucket/my model.tar.gz"), "a space"),
    ("source.family", custom(family="gpt"), "known are"),
    ("instance_type", {"instance_type": ""}, "no instance type"),
    ("instance_type", {"instance_type": "ml.t2.medium"}, "does not run on"),
    ("instance_type", {"source": CUSTOM, "instance_type": ""}, "needs an instance type"),
    ("instance_type", {"source": CUSTOM, "instance_type": "g5.xlarge"}, "looks like ml."),
    ("instance_type", {"source": MISTRAL}, "GPUs of NVIDIA"),
    ("instance_type", {"source": MISTRAL, "instance_type": "ml.p3.2xlarge"}, "too old"),
    ("instance_type", {"source": TEI, "instance_type": "ml.m6g.xlarge"}, "arm64"),
    ("instance_type", {"mode": Serverless()}, "has no instances"),
    ("instance_type", {"mode": ONTO}, "instances that run already"),
    ("count", {"count": 0}, "cannot be"),
    ("count", {"count": 1000}, "too many"),
    ("count", {**serverless(), "count": 2}, "has no instances"),
    ("fallbacks", {**hub(), "fallbacks": (GPU,)}, "twice"),
    ("fallbacks", {**hub(), "fallbacks": ("ml.g6.xlarge", CPU)}, "different images"),
    ("fallbacks", {**hub(), "fallbacks": tuple(f"ml.g5.{n}xlarge" for n in (4, 8, 16, 12, 24))}, "5 are allowed"),
    ("fallbacks", {**hub(), "instance_type": BIG, "fallbacks": (GPU,)}, "spread over 4"),
    ("fallbacks", {"source": CUSTOM, "fallbacks": ("ml.m6g.xlarge",)}, "another image"),
    ("fallbacks", {"source": CUSTOM, "fallbacks": ("big",)}, "no instance type"),
    ("fallbacks", {"fallbacks": ("ml.p4d.24xlarge",)}, "does not run on"),
    ("fallbacks", {**serverless(), "fallbacks": (CPU,)}, "has no instances"),
    ("environment", {"environment": (("A", "1"), ("A", "2"))}, "twice"),
    ("environment", {"environment": (("A", "x" * 1025),)}, "longer than 1024"),
    ("environment", {"environment": (("HF_TOKEN", "hf_abc"),)}, "looks like a secret"),
    ("environment", {**hub(gated=True), "environment": (("HF_TOKEN", ""),)}, "twice"),
    ("environment", {"environment": (("not a name", "1"),)}, "cannot be the name"),
    ("secrets", {"secrets": ("not a name",)}, "cannot be the name"),
    ("tags", {"tags": (("aws:x", "1"),)}, "are kept for others"),
    ("tags", {"tags": (("AWS:x", "1"),)}, "are kept for others"),
    ("tags", {"tags": (("sagedeck:owner", "eve"),)}, "are kept for others"),
    ("tags", {"tags": (("", "1"),)}, "key of a tag"),
    ("tags", {"tags": (("x" * 129, "1"),)}, "key of a tag"),
    ("tags", {"tags": (("a!", "1"),)}, "key of a tag"),
    ("tags", {"tags": (("a", "<b>"),)}, "value of the tag"),
    ("tags", {"tags": (("a", "1"), ("a", "2"))}, "twice"),
    ("tags", {"tags": tuple((f"k{n}", "") for n in range(45))}, "44 are allowed"),
    ("role", {"role": ExistingRole("mine")}, "not the ARN of a role"),
    ("role", {"role": ExistingRole("arn:aws:iam::999999999999:role/Mine")}, "of account 999999999999"),
    ("role", {"role": ExistingRole("arn:aws-cn:iam::123456789012:role/Mine")}, "partition aws-cn"),
    ("mode.output", {"mode": Asynchronous(output="")}, "no S3 URL"),
    ("mode.output", {"mode": Asynchronous(output="s3://Bad_Bucket/out/")}, "cannot be a bucket"),
    ("mode.output", {"mode": Asynchronous(output="s3://bucket/" + "x" * 512)}, "512 are allowed"),
    ("mode.failure", {"mode": replace(OUT, failure="errors/")}, "no S3 URL"),
    ("mode.concurrency", {"mode": replace(OUT, concurrency=1001)}, "1 to 1000"),
    ("mode.concurrency", {"mode": replace(OUT, concurrency=-1)}, "1 to 1000"),
    ("mode.include_answer", {"mode": replace(OUT, include_answer=True)}, "where a topic is told"),
    ("mode.kms_key", {"mode": replace(OUT, kms_key="my key")}, "no KMS key"),
    ("mode.success", {"mode": replace(OUT, success=ExistingTopic("mine"))}, "no ARN"),
    (
        "mode.success",
        {"mode": replace(OUT, success=ExistingTopic("arn:aws:sns:eu-west-1:123456789012:mine"))},
        "is in eu-west-1",
    ),
    ("mode.error", {"mode": replace(OUT, error=NewTopic(name="a b"))}, "topic's name"),
    ("mode.error", {"mode": replace(OUT, error=NewTopic(name="a", email="nobody"))}, "no e-mail"),
    ("mode.memory_mb", serverless(memory_mb=1500), "1024, 2048"),
    ("mode.memory_mb", serverless(memory_mb=7168), "1024, 2048"),
    ("mode.concurrency", serverless(concurrency=0), "1 to 200"),
    ("mode.concurrency", serverless(concurrency=201), "1 to 200"),
    ("mode.provisioned", serverless(concurrency=5, provisioned=6), "0 to 5"),
    ("mode", {"source": MISTRAL, **serverless()}, "has no GPU"),
    ("mode", {"source": CatalogSource(model_id=FALCON), **serverless()}, "has no GPU"),
    ("mode.name", {"mode": Components(name="a b")}, "cannot be a name"),
    ("mode.name", {"instance_type": "", "mode": Components(onto=True)}, "needs a name"),
    ("mode.name", {"instance_type": "", "mode": Components(name="demo", onto=True)}, "another name"),
    ("mode.copies", {"mode": Components(copies=0)}, "1 at least"),
    ("mode.copies", {"mode": Components(copies=9)}, "fit on each"),
    ("mode.accelerators", {"mode": Components(accelerators=-1)}, "1 to 16"),
    ("mode.accelerators", {**hub(), "mode": Components()}, "needs a GPU"),
    ("mode.accelerators", {**hub(), "mode": replace(ON_GPU, accelerators=2)}, "ml.g5.2xlarge has 1"),
    ("mode.accelerators", {"mode": Components(accelerators=1)}, "ml.c6i.xlarge has 0"),
    ("mode.cpus", {"mode": Components(cpus=0.1)}, "0.25 to 1024"),
    ("mode.cpus", {"mode": Components(cpus=64)}, "ml.c6i.xlarge has 4"),
    ("mode.memory_mb", {"mode": Components(memory_mb=64)}, "128 to"),
    ("mode.memory_mb", {"mode": Components(memory_mb=10**6)}, "MB of memory"),
    ("scaling.minimum", scaled(minimum=-1), "cannot be"),
    ("scaling.minimum", scaled(minimum=0), "asynchronous endpoint or an inference component"),
    ("scaling.maximum", scaled(maximum=1000), "too many"),
    ("scaling.maximum", scaled(minimum=3, maximum=2), "less than the minimum"),
    ("scaling.target", scaled(target=0.0), "above 0"),
    ("scaling", {**serverless(), **scaled()}, "scales by itself"),
    ("advanced.subnets", advanced(security_groups=(GROUP,)), "at least one subnet"),
    ("advanced.security_groups", advanced(subnets=(SUBNET,)), "at least one security group"),
    ("advanced.subnets", advanced(subnets=("mine",), security_groups=(GROUP,)), "no subnet"),
    ("advanced.subnets", advanced(subnets=(SUBNET, SUBNET), security_groups=(GROUP,)), "twice"),
    (
        "advanced.security_groups",
        advanced(subnets=(SUBNET,), security_groups=tuple(f"sg-0123456{n}" for n in range(6))),
        "5 are allowed",
    ),
    ("advanced.kms_key", advanced(kms_key="not a key"), "no KMS key"),
    ("advanced.kms_key", advanced(kms_key=KEY.replace("us-east-1", "eu-west-1")), "is in eu-west-1"),
    ("advanced.kms_key", advanced(kms_key=KEY.replace("aws:", "aws-cn:", 1)), "partition aws-cn"),
    ("advanced.volume_gb", advanced(volume_gb=513), "1 to 512"),
    ("advanced.volume_gb", advanced(volume_gb=-1), "1 to 512"),
    ("advanced.volume_gb", {**advanced(volume_gb=100), "instance_type": GPU}, "VolumeSizeInGB is not allowed"),
    ("advanced.volume_gb", {**advanced(volume_gb=100), "fallbacks": ("ml.c5d.xlarge",)}, "disk of its own"),
    ("advanced.volume_gb", {**serverless(), "advanced": Advanced(volume_gb=100)}, "no volume"),
    ("advanced.startup_seconds", advanced(startup_seconds=59), "60 to 3600"),
    ("advanced.download_seconds", advanced(download_seconds=3601), "60 to 3600"),
    ("advanced.inference_ami", {**hub(), "advanced": Advanced(inference_ami="newest")}, "no InferenceAmiVersion"),
    ("advanced.inference_ami", advanced(inference_ami="al2-ami-sagemaker-inference-gpu-3-1"), "no accelerator"),
    ("advanced.isolated", {**hub(), "advanced": Advanced(isolated=True)}, "needs the network"),
    ("advanced.capture.destination", captured("here"), "no S3 URL"),
    ("advanced.capture.percentage", captured(percentage=0), "1 to 100"),
    ("advanced.capture.percentage", captured(percentage=101), "1 to 100"),
    ("advanced.capture.kms_key", captured(kms_key="?"), "no KMS key"),
    ("advanced.capture", {**serverless(), "advanced": captured()["advanced"]}, "data capture"),
    ("advanced.isolated", {**serverless(), "advanced": Advanced(isolated=True)}, "network isolation"),
    ("advanced.startup_seconds", {**serverless(), "advanced": Advanced(startup_seconds=60)}, "timeouts"),
    (
        "advanced.subnets",
        {**serverless(), "advanced": Advanced(subnets=(SUBNET,), security_groups=(GROUP,))},
        "does not support a VPC",
    ),
    ("advanced.kms_key", {"instance_type": "", "mode": ONTO, "advanced": Advanced(kms_key=KEY)}, "endpoint's own"),
)


@pytest.mark.parametrize(("field", "changes", "word"), WRONG)
def test_what_is_wrong_is_told_at_its_field(field: str, changes: dict[str, Any], word: str) -> None:
    request = asked(**changes)
    told = [(each.field, each.words) for each in service().problems(request)]
    assert [words for where, words in told if where == field and word in words], told
    assert {where for where, _ in told} == {field}, "and nowhere else"
    assert all(words.endswith((".", "you")) for _, words in told)


def test_every_field_that_can_be_wrong_has_its_case() -> None:
    here = {field for field, _, _ in WRONG}
    assert here >= {f"source.{name}" for name in HubSource.__dataclass_fields__} - {"source.server", "source.gated"}
    assert here >= {f"mode.{name}" for name in Asynchronous.__dataclass_fields__}
    assert here >= {f"mode.{name}" for name in Serverless.__dataclass_fields__}
    assert here >= {f"mode.{name}" for name in Components.__dataclass_fields__} - {"mode.onto"}
    assert here >= {f"advanced.{name}" for name in Advanced.__dataclass_fields__}
    asked_for = set(DeployRequest.__dataclass_fields__) - {"source", "owner", "mode", "advanced", "scaling"}
    assert here >= {each for each in asked_for if not each.startswith("lease_")}, "those are in test_lease_problems"


GOOD: tuple[dict[str, Any], ...] = (
    hub(revision="refs/pr/7", version="0.30.0", most_total_tokens=8192, quantization="compressed-tensors"),
    hub(server=Server.SGLANG, gated=True),
    custom(image="123456789012.dkr.ecr.us-east-1.amazonaws.com/team/my.server@sha256:" + "a" * 64),
    custom(artifact="s3://my.bucket.of-weights/deep/prefix/"),
    custom(artifact="", family=""),
    advanced(volume_gb=512, startup_seconds=3600, download_seconds=60, isolated=True, kms_key="alias/mine"),
    advanced(subnets=(SUBNET,), security_groups=(GROUP,), kms_key=KEY),
    captured("s3://captured/here", percentage=1, kms_key="1234abcd-12ab-34cd-56ef-1234567890ab"),
    {"source": CUSTOM, "instance_type": "ml.z9.newest"},
    {"tags": tuple((f"team/{n}", "a b_c.d:e/f=g+h-i@j") for n in range(44))},
    serverless(memory_mb=6144, concurrency=200, provisioned=200),
    {"mode": replace(OUT, success=NewTopic(name="told"), include_answer=True, concurrency=1000)},
)


@pytest.mark.parametrize("changes", GOOD, ids=str)
def test_what_aws_takes_is_not_refused(changes: dict[str, Any]) -> None:
    assert service().problems(asked(**changes)) == ()
    assert check(planned(asked(**changes))) == ()


def test_a_type_newer_than_the_package_is_warned_about_and_goes_through() -> None:
    plan = planned(asked(CUSTOM, "ml.z9.newest"))
    assert check(plan) == ()
    assert any("ml.z9.newest" in each for each in warnings_of(plan))
    assert plan.estimate.usd_per_hour is None
    assert any("It is not free" in each for each in plan.warnings)


def test_all_problems_are_told_at_once_and_planning_refuses_with_their_words() -> None:
    request = asked(MISTRAL, GPU, endpoint_name="a_b", count=0, tags=(("aws:x", ""),))
    assert {each.field for each in service().problems(request)} == {"endpoint_name", "count", "tags"}
    with pytest.raises(InvalidRequest) as caught:
        planned(request)
    assert all(each.words in caught.value.why for each in service().problems(request))


@pytest.mark.parametrize(
    ("kind", "has"),
    [
        ("ml.g5.xlarge", True),
        ("ml.g4dn.xlarge", True),
        ("ml.p4de.24xlarge", True),
        ("ml.m5d.large", True),
        ("ml.c6gd.xlarge", True),
        ("ml.trn1.2xlarge", True),
        ("ml.p6-b200.48xlarge", True),
        ("ml.m5.large", False),
        ("ml.c6in.xlarge", False),
        ("ml.inf2.xlarge", False),
        ("ml.p3.2xlarge", False),
    ],
)
def test_which_types_bring_a_disk_of_their_own(kind: str, has: bool) -> None:
    assert local_disk(kind) is has
