"""Input nobody types by intent: digits of other scripts, numbers that are none, control characters, what is endless."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.access import ExistingRole, RoleRequest
from services.deploy import (
    Advanced,
    Asynchronous,
    Components,
    CustomSource,
    DeployRequest,
    ExistingTopic,
    NewTopic,
    RagPairRequest,
    Scaling,
    Serverless,
    plan_pair,
)
from services.deploy.models import LONGEST_WORDS, Problem
from services.errors import InvalidRequest
from services.plans import check
from tests.services.deploy.worlds import CUSTOM, GPU, IMAGE, MISTRAL, asked, planned, service, world

NAN, INFINITE, HUGE = float("nan"), float("inf"), 10**400
ELSEWHERE = "arn:aws:iam::١٢٣٤٥٦٧٨٩٠١٢:role/x"
OUT = Asynchronous(output="s3://answers-of-ada/out/")


def copies(**changes: Any) -> DeployRequest:
    return asked(CUSTOM, GPU, mode=Components(**changes))


ODD: tuple[tuple[str, DeployRequest], ...] = (
    ("role", asked(role=ExistingRole(ELSEWHERE))),
    ("role", asked(role=ExistingRole("arn:aws:iam::123456789012:role/é"))),
    ("role", asked(role=ExistingRole(f"arn:aws:iam::123456789012:role/{'a' * 3000}"))),
    ("role", asked(role=ExistingRole("arn:aws:iam::123456789012:role/path/"))),
    ("role", asked(role=RoleRequest(name="Ünser-Role"))),
    ("source.image", asked(replace(CUSTOM, image=f"{IMAGE}é"))),
    ("source.image", asked(replace(CUSTOM, image=IMAGE.replace("123456789012", "١٢٣٤٥٦٧٨٩٠١٢")))),
    ("source.artifact", asked(CustomSource(image=IMAGE, artifact="s3://weights/\u202ezg.rat.tar.gz"))),
    ("source.artifact", asked(CustomSource(image=IMAGE, artifact="s3://weights/\ud800.tar.gz"))),
    ("source.weights_gib", asked(replace(MISTRAL, weights_gib=NAN), GPU)),
    ("source.weights_gib", asked(replace(MISTRAL, weights_gib=INFINITE), GPU)),
    ("mode.cpus", copies(cpus=NAN)),
    ("mode.cpus", copies(cpus=INFINITE)),
    ("mode.cpus", copies(cpus=5e-324)),
    ("mode.cpus", copies(cpus=-INFINITE)),
    ("mode.accelerators", copies(accelerators=HUGE)),
    ("mode.memory_mb", copies(memory_mb=HUGE)),
    ("mode.memory_mb", asked(kind="", mode=Components(name="part", onto=True, memory_mb=2**31))),
    ("mode.copies", copies(copies=HUGE)),
    ("scaling.target", asked(scaling=Scaling(target=NAN))),
    ("scaling.target", asked(scaling=Scaling(target=HUGE))),
    ("scaling.target", asked(scaling=Scaling(target=5e-324))),
    ("scaling.maximum", asked(scaling=Scaling(maximum=HUGE))),
    ("count", asked(count=HUGE)),
    ("mode.provisioned", asked(kind="", mode=Serverless(provisioned=HUGE))),
    ("mode.success", asked(mode=replace(OUT, success=ExistingTopic("arn:aws:sns:us-east-1:١٢٣٤٥٦٧٨٩٠١٢:told")))),
    ("mode.success", asked(mode=replace(OUT, success=NewTopic(name="told", email="ada\\@example.org")))),
    ("mode.success", asked(mode=replace(OUT, success=NewTopic(name="told", email="${ada}@example.org")))),
    ("mode.success", asked(mode=replace(OUT, success=NewTopic(name="told", kms_key="-" * 36)))),
    ("mode.output", asked(mode=replace(OUT, output="s3://answers-of-ada/a\u2028b/"))),
    ("environment", asked(environment=(("A", "x\x00y"),))),
    ("environment", asked(environment=(("A", "\ud800"),))),
    ("secrets", asked(secrets=("My_Token", "MY_TOKEN"))),
    ("tags", asked(tags=(("team", "a\nb"),))),
    ("tags", asked(tags=(("te\u2028am", "a"),))),
    ("tags", asked(tags=(("te\x1cam", "a"),))),
    ("advanced.kms_key", asked(advanced=Advanced(kms_key=f"arn:aws:kms:us-east-1:123456789012:key/{'a' * 3000}"))),
    (
        "advanced.inference_ami",
        asked(CUSTOM, GPU, advanced=Advanced(inference_ami="al2-ami-sagemaker-inference-gpu-99")),
    ),
)


@pytest.mark.parametrize(("field", "request_"), ODD, ids=lambda each: each if isinstance(each, str) else "")
def test_it_is_told_at_its_field_in_a_sentence_that_prints(field: str, request_: DeployRequest) -> None:
    problems = service().problems(request_)
    assert {problem.field for problem in problems} == {field}
    assert all(problem.words.isprintable() and problem.words.endswith(".") for problem in problems)
    with pytest.raises(InvalidRequest):
        planned(request_)


def test_a_sentence_shows_what_does_not_print_and_is_not_endless() -> None:
    (problem,) = service().problems(asked(endpoint_name="a\x1b[31m\u202eb"))
    assert "a\\u001b[31m\\u202eb" in problem.words
    long = Problem("tags", f"{'a' * 10_000} cannot be.")
    assert len(long.words) <= LONGEST_WORDS
    assert long.words.endswith("aaa cannot be.")


def test_the_variables_of_the_model_count_too() -> None:
    own = tuple((f"A{number}", "x") for number in range(100))
    request = asked(MISTRAL, GPU, environment=own)
    brings = len(world(request).container.environment)
    assert brings
    with pytest.raises(InvalidRequest, match=f"{100 + brings} container variables are too many"):
        planned(request)
    assert planned(replace(request, environment=own[brings:]))


def test_a_topic_that_both_endpoints_of_a_pair_tell_is_made_once() -> None:
    embedding = asked(mode=replace(OUT, success=NewTopic(name="told", email="ada@example.org")), endpoint_name="words")
    language = asked(MISTRAL, GPU, mode=embedding.mode, endpoint_name="talk")
    plan = plan_pair(RagPairRequest(embedding=embedding, language=language), world(embedding), world(language))
    assert check(plan) == ()
    assert [step.id for step in plan if step.service == "sns"] == ["create-topic-told", "subscribe-told"]
    assert "create-topic-told" in plan.step("create-config-talk").after
    other = replace(language, mode=replace(OUT, success=NewTopic(name="told")), tags=(("team", "search"),))
    with pytest.raises(InvalidRequest, match="cannot share a topic"):
        plan_pair(RagPairRequest(embedding=embedding, language=other), world(embedding), world(other))
