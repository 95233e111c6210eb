"""A candidate as something to deploy."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.access import ExistingRole, RoleRequest, RoleState
from services.autopilot import Candidate, CandidateContainer, Job, ProblemKind
from services.autopilot.using.candidates import (
    OUTPUTS,
    endpoints_of,
    keys_of,
    needs_gpu,
    outputs_of,
    request_for,
    serverless_problem,
    suggested_memory,
    suggested_type,
    telling,
    usable,
)  # fmt: skip
from services.catalog import Container, Price
from services.deploy import (
    Components,
    DeployRequest,
    DeployState,
    HostedModel,
    Serverless,
    plan_deploy,
    plan_model,
    request_problems,
)
from services.deploy.saved import load, save
from services.endpoints import EndpointDetail, ModelFacts
from services.plans import Format, check, export
from tests.services.autopilot.using import samples

ROLE = ExistingRole("arn:aws:iam::123456789012:role/Lab")
JOB = Job("churn", kind=ProblemKind.TABULAR, role=ROLE.arn)
AT = datetime(2026, 11, 20, tzinfo=UTC)


def _request(candidate: Candidate, **more: object) -> DeployRequest:
    return request_for(JOB, candidate, name="ask-churn", role=ROLE, owner="ada", **more)  # type: ignore[arg-type]


def _state() -> DeployState:
    return DeployState(
        model=HostedModel(id="", name="Tuned-001"), container=Container(image="sklearn"),
        price=Price("us-east-1", "ml.m5.xlarge", 0.23, "observed"),
        role=RoleState(region="us-east-1", account="123456789012"),
    )  # fmt: skip


def test_a_classification_is_asked_for_all_that_its_containers_can_say() -> None:
    (one,) = telling(samples.ensemble().containers)
    assert dict(one.environment)["SAGEMAKER_INFERENCE_OUTPUT"] == ",".join(OUTPUTS)
    assert outputs_of([one]) == OUTPUTS


def test_in_a_pipeline_what_one_says_the_next_is_told_to_expect() -> None:
    first, second, third = (dict(each.environment) for each in telling(samples.pipeline().containers))
    assert first == {"AUTOML_TRANSFORM_MODE": "feature-transform"}
    assert second["SAGEMAKER_INFERENCE_OUTPUT"] == third["SAGEMAKER_INFERENCE_INPUT"] == ",".join(OUTPUTS)
    assert third["SAGEMAKER_INFERENCE_OUTPUT"] == ",".join(OUTPUTS)
    assert "SAGEMAKER_INFERENCE_INPUT" not in second


def test_a_regression_stays_as_it_is() -> None:
    environment = (
        ("SAGEMAKER_INFERENCE_OUTPUT", "predicted_label"),
        ("SAGEMAKER_INFERENCE_SUPPORTED", "predicted_label"),
    )
    container = CandidateContainer("image", "s3://lab/m.tar.gz", environment)
    assert telling([container]) == (container,)
    assert telling([CandidateContainer("image")]) == (CandidateContainer("image"),)


def test_a_pipeline_is_one_model_whose_containers_stand_in_their_order() -> None:
    plan = plan_deploy(_request(samples.pipeline()), _state())
    made = plan.step("create-model-ask-churn")
    assert [each["Image"] for each in made.parameters["Containers"]] == ["sklearn", "xgboost", "sklearn"]
    assert [each["ModelDataUrl"] for each in made.parameters["Containers"]] == [
        f"s3://lab/{place}.tar.gz" for place in (1, 2, 3)
    ]
    assert "PrimaryContainer" not in made.parameters
    assert made.proof is not None
    assert made.proof.expect["Containers[2].Image"] == "sklearn"
    assert made.undo[0].operation == "delete_model"
    tags = {each["Key"]: each["Value"] for each in plan.step("create-endpoint-ask-churn").parameters["Tags"]}
    assert (tags["sagedeck:autopilot-job"], tags["sagedeck:candidate"]) == ("churn", "Tuned-001")


def test_one_container_is_the_models_primary_one_and_found_again_by_all_it_is() -> None:
    made = plan_deploy(_request(samples.ensemble()), _state()).step("create-model-ask-churn")
    assert made.parameters["PrimaryContainer"]["ModelDataUrl"] == "s3://lab/one.tar.gz"
    assert "Containers" not in made.parameters
    assert made.proof is not None
    assert made.proof.expect["PrimaryContainer.Environment"]["SAGEMAKER_INFERENCE_OUTPUT"] == ",".join(OUTPUTS)


@pytest.mark.parametrize("candidate", [samples.ensemble(), samples.pipeline()])
def test_a_plan_can_be_written_as_code_for_every_tool(candidate: Candidate) -> None:
    plan = plan_deploy(_request(candidate), _state())
    assert not check(plan)
    for form in Format:
        text = export(plan, form, region="us-east-1").text
        assert all(each.model_data in text for each in candidate.containers), form


def test_a_model_alone_has_its_role_first() -> None:
    request = replace(_request(samples.pipeline()), role=RoleRequest(name="own", owner="ada"))
    plan = plan_model(request, _state())
    assert [step.operation for step in plan][-1] == "create_model"
    assert plan.steps[0].operation == "create_role"
    assert plan.steps[-1].after == tuple(step.id for step in plan.steps[:-1])
    policy = str(next(step for step in plan if step.operation == "put_role_policy").parameters)
    assert "arn:aws:s3:::lab" in policy


def test_no_pipeline_runs_without_machines_or_as_a_component() -> None:
    fields = {each.field for each in request_problems(_request(samples.pipeline(), mode=Serverless()), _state().model)}
    assert fields == {"mode"}
    assert "pipeline of 3 containers" in serverless_problem(samples.pipeline())
    assert serverless_problem(samples.ensemble()) == ""
    assert not request_problems(_request(samples.ensemble(), mode=Serverless()), _state().model)
    component = request_problems(_request(samples.ensemble(), mode=Components()), _state().model)
    assert any("takes no pipeline" in each.words for each in component)


def test_a_candidate_made_for_gpus_or_too_large_does_not_run_without_machines() -> None:
    gpu = Candidate(
        "text", containers=(CandidateContainer("x.amazonaws.com/autopilot:1.0-gpu-py3", "s3://lab/t.tar.gz"),)
    )
    assert needs_gpu(gpu)
    assert "needs a GPU" in serverless_problem(gpu)
    assert suggested_type(JOB, gpu) == "ml.g4dn.xlarge"
    large = replace(samples.ensemble(), model_bytes=6 * 1024**3)
    assert "6.0 GiB" in serverless_problem(large)
    assert suggested_type(JOB, large) == "ml.m5.2xlarge"


@pytest.mark.parametrize(("size", "memory"), [(None, 4096), (100 << 20, 4096), (700 << 20, 5120), (900 << 20, 6144)])
def test_memory_grows_with_the_model(size: int | None, memory: int) -> None:
    assert suggested_memory(replace(samples.ensemble(), model_bytes=size)) == memory


def test_a_request_of_a_candidate_is_kept_in_a_file_and_read_again() -> None:
    request = _request(samples.pipeline())
    (found,) = load(save([request]))
    assert found == replace(request, owner="")


def test_what_cannot_be_used_is_left_out() -> None:
    assert usable([Candidate("failed"), samples.ensemble()]) == (samples.ensemble(),)


def _endpoint(name: str, artifact: str = "", tags: tuple[tuple[str, str], ...] = (), day: int = 1) -> EndpointDetail:
    at = datetime(2026, 11, day, tzinfo=UTC)
    facts = ModelFacts(name=name, arn="", image="i", artifact=artifact, environment=(), role_arn="")
    return EndpointDetail(
        name=name, arn="", url="", status="InService", created=at, modified=at, config_name=name, tags=tags,
        models=(facts,) if artifact else (),
    )  # fmt: skip


def test_endpoints_are_known_by_their_models_their_tags_or_the_job_itself() -> None:
    tagged = _endpoint(
        "tagged", tags=(("sagedeck:autopilot-job", "churn"), ("sagedeck:candidate", "Ensemble-t1")), day=2
    )
    loaded, auto = _endpoint("loaded", "s3://lab/one.tar.gz", day=3), _endpoint("auto", day=4)
    others = [_endpoint("else", "s3://lab/other.tar.gz"), _endpoint("x", tags=(("sagedeck:autopilot-job", "prices"),))]
    job = replace(JOB, deployed_as="auto", best=samples.ensemble())
    found = endpoints_of(job, [samples.ensemble()], [tagged, *others, loaded, auto])
    assert [(each.name, each.candidate, each.automatic) for each in found] == [
        ("auto", "Ensemble-t1", True), ("loaded", "Ensemble-t1", False), ("tagged", "Ensemble-t1", False),
    ]  # fmt: skip
    assert keys_of(found[2], [samples.ensemble()]) == OUTPUTS
    assert keys_of(found[0], [samples.ensemble()]) == OUTPUTS[:1]
