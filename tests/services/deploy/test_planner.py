from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.catalog import Task, recommended
from services.deploy import (
    CatalogSource,
    DeployRequest,
    FoundEndpoint,
    RagPairRequest,
    plan_deploy,
    plan_pair,
)
from services.errors import InUse, InvalidRequest, NameTaken
from services.plans import Once, Plan, Ref, Secret, Step, Until, check, policy, undeclared
from tests.services.deploy.samples import FALCON, LLAMA, MINILM, NEW_ROLE, ROLE, plan_for, request_for, state_for


def _variant(plan: Plan) -> Any:
    return plan.step("create-config-demo").parameters["ProductionVariants"][0]


def _all(plan: Plan) -> list[Step]:
    return [each for step in plan for each in (step, *step.undo)]


@pytest.mark.parametrize("model", [*recommended()], ids=lambda model: model.id)
def test_every_recommended_model_gives_a_plan_that_the_service_model_accepts(model: Any) -> None:
    for role in (ROLE, NEW_ROLE):
        for kind in model.instances:
            request = DeployRequest(
                source=CatalogSource(model_id=model.id, accept_eula=True),
                endpoint_name="demo",
                instance_type=kind,
                role=role,
            )
            plan = plan_for(request)
            assert check(plan) == ()
            assert undeclared(plan) == ()


def test_the_steps_come_in_order_and_each_waits_for_the_one_before() -> None:
    plan = plan_for(request_for())
    assert [(step.id, step.after) for step in plan] == [
        ("create-model-demo", ()),
        ("create-config-demo", ("create-model-demo",)),
        ("create-endpoint-demo", ("create-config-demo",)),
        ("wait-endpoint-demo", ("create-endpoint-demo",)),
    ]
    assert all(step.reason for step in _all(plan))


def test_a_new_role_comes_first_and_the_model_refers_to_it_and_waits_until_it_can_be_assumed() -> None:
    plan = plan_for(request_for(role=NEW_ROLE))
    model = plan.step("create-model-demo")
    assert model.after == ("create-role", "role-policy")
    assert model.parameters["ExecutionRoleArn"] == Ref("create-role", "Role.Arn")
    assert isinstance(model.manner, Once)
    assert model.manner.deadline == 120
    assert model.manner.not_yet[0].matches("ValidationException", "Could not assume role arn:aws:iam::1:role/x. Please")
    early = "Could not access model data at s3://b/k/. Please ensure that the role exists and has s3:GetObject"
    assert any(each.matches("ValidationException", early) for each in model.manner.not_yet)
    final = "Could not find model data"
    assert not any(each.matches("ValidationException", final) for each in model.manner.not_yet)


def test_an_existing_role_is_sent_as_it_is_and_errors_of_it_are_final() -> None:
    model = plan_for(request_for()).step("create-model-demo")
    assert model.parameters["ExecutionRoleArn"] == ROLE.arn
    assert model.manner == Once()


def test_handing_over_the_role_is_allowed_for_sagemaker_only() -> None:
    passing = [
        each for each in plan_for(request_for()).step("create-model-demo").permissions if each.action == "iam:PassRole"
    ]
    assert [each.resource for each in passing] == [ROLE.arn]
    assert passing[0].condition == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}


def test_the_policy_of_a_plan_names_exact_resources() -> None:
    document = policy(plan_for(request_for(role=NEW_ROLE)))
    for statement in document["Statement"]:
        resources = [statement["Resource"]] if isinstance(statement["Resource"], str) else statement["Resource"]
        assert all("*" not in resource for resource in resources), statement


def test_a_model_with_a_licence_is_refused_until_it_is_ticked_and_the_error_says_where_to_read_it() -> None:
    with pytest.raises(InvalidRequest) as caught:
        plan_for(request_for(LLAMA))
    assert "EULA" in caught.value.what
    assert "llama3_1Eula.txt" in caught.value.why
    assert "AcceptEula" not in str(plan_for(request_for(accept_eula=True)))  # nothing to accept


def test_a_ticked_licence_is_sent_with_the_weights() -> None:
    source = plan_for(request_for(LLAMA, accept_eula=True)).step("create-model-demo").parameters["PrimaryContainer"]
    data = source["ModelDataSource"]["S3DataSource"]
    assert data["ModelAccessConfig"] == {"AcceptEula": True}
    assert data["S3Uri"].startswith("s3://jumpstart-private-cache-prod-us-east-1/")
    assert (data["S3DataType"], data["CompressionType"]) == ("S3Prefix", "None")


def test_an_archive_of_weights_is_sent_as_one_object() -> None:
    request = request_for()
    state = state_for(request)
    archive = replace(state.container, artifact="s3://jumpstart-cache-prod-us-east-1/x/infer.tar.gz")
    plan = plan_deploy(request, replace(state, container=archive))
    data = plan.step("create-model-demo").parameters["PrimaryContainer"]["ModelDataSource"]["S3DataSource"]
    assert (data["S3DataType"], data["CompressionType"]) == ("S3Object", "Gzip")
    assert check(plan) == ()


def test_a_gpu_gets_ten_minutes_for_weights_and_health_and_a_processor_the_default() -> None:
    on_gpu, on_cpu = _variant(plan_for(request_for())), _variant(plan_for(request_for(MINILM)))
    assert on_gpu["ContainerStartupHealthCheckTimeoutInSeconds"] == 600
    assert on_gpu["ModelDataDownloadTimeoutInSeconds"] == 600
    assert "ContainerStartupHealthCheckTimeoutInSeconds" not in on_cpu


def test_an_image_of_a_newer_cuda_gets_the_host_image_it_needs() -> None:
    assert _variant(plan_for(request_for(LLAMA, accept_eula=True)))["InferenceAmiVersion"].startswith("al2-ami-")
    assert "InferenceAmiVersion" not in _variant(plan_for(request_for()))


def test_creating_the_endpoint_starts_the_cost_and_taking_it_back_ends_it() -> None:
    plan = plan_for(request_for(count=2))
    create = plan.step("create-endpoint-demo")
    assert create.cost is not None
    assert create.cost.usd_per_hour == pytest.approx(3.03)
    assert create.undo[0].cost is not None
    assert create.undo[0].cost.usd_per_hour == pytest.approx(-3.03)
    assert plan.estimate.usd_per_hour == pytest.approx(3.03)
    assert "2026-11-20" in plan.estimate.source


def test_an_unknown_price_stays_unknown_and_is_warned_about() -> None:
    plan = plan_for(request_for(), region="eu-isoe-west-1")
    assert plan.estimate.usd_per_hour is None
    assert plan.step("create-endpoint-demo").cost is not None
    assert any("It is not free" in warning for warning in plan.warnings)


def test_waiting_ends_in_service_with_this_configuration_or_with_the_reason_of_the_failure() -> None:
    manner = plan_for(request_for()).step("wait-endpoint-demo").manner
    assert isinstance(manner, Until)
    assert (manner.path, manner.done, manner.explanation) == ("EndpointStatus", ("InService",), "FailureReason")
    assert "Failed" in manner.failed
    assert manner.expect == {"EndpointConfigName": "demo"}


def test_the_sandbox_is_looked_at_as_often_as_it_is_faster_and_aws_every_15_seconds() -> None:
    slow, fast = (plan_for(request_for(), pace=pace).step("wait-endpoint-demo").manner for pace in (1.0, 60.0))
    assert isinstance(slow, Until)
    assert isinstance(fast, Until)
    assert (slow.every, slow.typical) == (15.0, 480.0)
    assert (fast.every, fast.typical) == (0.5, 8.0)


def test_absence_is_proved_by_code_and_message() -> None:
    for step in _all(plan_for(request_for())):
        if step.proof is not None:
            (absent,) = step.proof.absent
            assert absent.matches("ValidationException", 'Could not find endpoint "arn"')
            assert not absent.matches("ValidationException", "1 validation error detected")
            assert not absent.matches("AccessDeniedException", "Could not find")


def test_taking_back_an_endpoint_waits_until_it_may_be_deleted_and_until_it_is_gone() -> None:
    undo, gone = plan_for(request_for()).step("create-endpoint-demo").undo
    assert isinstance(undo.manner, Once)
    assert undo.manner.not_yet[0].matches("ValidationException", 'Cannot update in-progress endpoint "demo".')
    assert isinstance(gone.manner, Until)
    assert gone.manner.gone
    assert gone.after == (undo.id,)


def test_every_resource_is_tagged_with_maker_owner_model_task_and_family() -> None:
    plan = plan_for(request_for(tags=(("team", "entomology"),)))
    for step_id in ("create-model-demo", "create-config-demo", "create-endpoint-demo"):
        labels = {tag["Key"]: tag["Value"] for tag in plan.step(step_id).parameters["Tags"]}
        assert labels["sagedeck:made-by"] == "sagedeck"
        assert labels["sagedeck:owner"] == "ada"
        assert labels["sagedeck:model-id"] == FALCON
        assert labels["sagedeck:task"] == Task.CHAT
        assert labels["sagedeck:family"] == "tgi"
        assert labels["team"] == "entomology"


def test_variables_of_the_request_go_over_those_of_the_model_and_secrets_are_only_named() -> None:
    plan = plan_for(request_for(environment=(("MAX_INPUT_LENGTH", "512"),), secrets=("HF_TOKEN",)))
    environment = plan.step("create-model-demo").parameters["PrimaryContainer"]["Environment"]
    assert environment["MAX_INPUT_LENGTH"] == "512"
    assert environment["MAX_TOTAL_TOKENS"] == "2048"
    assert environment["HF_TOKEN"] == Secret("demo/HF_TOKEN")
    assert check(plan) == ()


def test_a_model_is_found_again_only_with_the_same_role_image_weights_and_variables() -> None:
    request = request_for(environment=(("MAX_INPUT_TOKENS", "1024"),), secrets=("HF_TOKEN",))
    step = plan_for(request).step("create-model-demo")
    assert step.proof is not None
    assert step.proof.expect["ExecutionRoleArn"] == ROLE.arn
    assert step.proof.expect["PrimaryContainer.Environment"] == step.parameters["PrimaryContainer"]["Environment"]
    assert step.proof.expect["PrimaryContainer.Environment"]["HF_TOKEN"] == Secret("demo/HF_TOKEN")
    bare = state_for(request_for())
    bare = replace(bare, container=replace(bare.container, environment=()))
    plain = plan_deploy(request_for(), bare).step("create-model-demo")
    assert plain.proof is not None
    assert "PrimaryContainer.Environment" not in plain.proof.expect
    other = plan_for(request_for(role=NEW_ROLE)).step("create-model-demo")
    assert other.proof is not None
    assert other.proof.expect["ExecutionRoleArn"] == Ref("create-role", "Role.Arn")


def test_a_name_that_another_endpoint_has_is_refused() -> None:
    with pytest.raises(NameTaken):
        plan_for(request_for(), endpoint=FoundEndpoint("demo", "InService", "another-config"))


def test_an_endpoint_of_an_earlier_try_is_found_again_and_a_failed_one_makes_room_first() -> None:
    creating = FoundEndpoint("demo", "Creating", "demo")
    assert plan_for(request_for(), endpoint=creating) == plan_for(request_for())
    plan = plan_for(request_for(), endpoint=FoundEndpoint("demo", "Failed", "demo"))
    assert [step.id for step in plan][:2] == ["remove-failed-demo", "wait-removed-demo"]
    assert plan.step("create-endpoint-demo").after == ("create-config-demo", "remove-failed-demo", "wait-removed-demo")
    assert check(plan) == ()
    assert plan.step("remove-failed-demo").cost is None, "a failed endpoint bills nothing, so nothing is saved"
    with pytest.raises(InUse):
        plan_for(request_for(), endpoint=FoundEndpoint("demo", "Deleting", "demo"))


def test_the_same_request_and_state_give_the_same_plan() -> None:
    assert plan_for(request_for(role=NEW_ROLE)) == plan_for(request_for(role=NEW_ROLE))
    assert plan_for(request_for()).same_work(plan_for(request_for()))
    assert not plan_for(request_for()).same_work(plan_for(request_for(count=2)))


def test_in_china_every_arn_and_bucket_is_of_that_partition() -> None:
    plan = plan_for(request_for(role=NEW_ROLE), region="cn-north-1")
    assert "arn:aws:" not in str(plan)
    assert ".amazonaws.com.cn/" in str(plan.step("create-model-demo").parameters["PrimaryContainer"]["Image"])


def _pair(**changes: Any) -> RagPairRequest:
    embedding = request_for(MINILM, endpoint_name="words", role=NEW_ROLE)
    language = request_for(LLAMA, endpoint_name="talk", role=NEW_ROLE, accept_eula=True)
    return RagPairRequest(embedding=embedding, language=replace(language, **changes))


def test_a_pair_has_the_role_once_and_waits_for_both_side_by_side() -> None:
    request = _pair()
    plan = plan_pair(request, state_for(request.embedding), state_for(request.language))
    assert check(plan) == ()
    assert undeclared(plan) == ()
    assert [step.operation for step in plan].count("create_role") == 1
    ids = {step.id for step in plan}
    assert {"wait-endpoint-words", "wait-endpoint-talk"} <= ids
    for name, other in (("words", "talk"), ("talk", "words")):
        reached, todo = set(), [f"wait-endpoint-{name}"]
        while todo:
            step = plan.step(todo.pop())
            reached.add(step.id)
            todo += step.after
        assert not any(other in step_id for step_id in reached)
        assert "create-role" in reached
    assert plan.estimate.usd_per_hour == pytest.approx(0.204 + 2.03, rel=0.01)


def test_a_pair_with_one_name_or_two_roles_is_refused() -> None:
    for changes in ({"endpoint_name": "words"}, {"role": ROLE}):
        request = _pair(**changes)
        with pytest.raises(InvalidRequest):
            plan_pair(request, state_for(request.embedding), state_for(request.language))
