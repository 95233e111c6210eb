"""Requests against the model's own limits, the plan they become, and what it may cost. Nobody is asked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.access import ExistingRole
from services.catalog import GATED_URI, Price
from services.errors import InvalidRequest, NameTaken
from services.plans import Json, Plan
from services.plans import check as plan_problems
from services.tuning import (
    Format,
    Learned,
    LocalText,
    Template,
    TuningRequest,
    ceiling,
    plan_tuning,
    request_problems,
)
from services.tuning.templates import placeholders, rendered, suggested
from tests.services.tuning.texts import GATED, TEMPLATE, TYPE, container, lines, request, rows, spec, state, written

JOB = "create-training-job-tune-1"


def fields(given: TuningRequest, **world: Any) -> set[str]:
    return {each.field for each in request_problems(given, state(**world))}


def sent(plan: Plan) -> dict[str, Any]:
    return dict(plan.step(JOB).parameters)


def channels(plan: Plan) -> dict[str, str]:
    return {each["ChannelName"]: each["DataSource"]["S3DataSource"]["S3Uri"] for each in sent(plan)["InputDataConfig"]}


def test_a_request_as_it_should_be_has_no_problem() -> None:
    assert request_problems(request(), state()) == ()


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("job_name", {"job_name": "no name"}),
    ("job_name", {"job_name": "x" * 64}),
    ("text", {"text": ""}),
    ("text", {"text": "s3://Shop/text.jsonl"}),
    ("text", {"text": "s3://shop"}),
    ("text", {"text": LocalText(Path("/nowhere/text.jsonl"), "text.jsonl")}),
    ("template", {"template": None}),
    ("template.prompt", {"template": Template("{", "{answer}")}),
    ("template.completion", {"template": Template("{question}", "no column")}),
    ("instance_type", {"instance_type": "g5"}),
    ("instance_type", {"instance_type": "ml.m5.large"}),
    ("count", {"count": 0}),
    ("volume_gb", {"volume_gb": 16_385}),
    ("most_seconds", {"most_seconds": 30}),
    ("most_seconds", {"most_seconds": 29 * 86_400}),
    ("wait_seconds", {"spot": True, "wait_seconds": 7199}),
    ("wait_seconds", {"wait_seconds": 9000}),
    ("bucket", {"bucket": "Shop"}),
    ("output", {"output": "shop/out"}),
    ("checkpoints", {"checkpoints": "s3://x"}),
    ("kms_volume", {"kms_volume": "my key"}),
    ("subnets", {"security_groups": ("sg-0123456789abcdef0",)}),
    ("security_groups", {"subnets": ("subnet-0123456789abcdef0",), "security_groups": ("sg-x",)}),
    ("tags", {"tags": (("aws:own", "x"),)}),
    ("role", {"role": ExistingRole("nobody")}),
    ("role", {"role": ExistingRole("arn:aws:iam::210987654321:role/other")}),
    ("hyperparameters.epoch", {"hyperparameters": (("epoch", "0"),)}),
    ("hyperparameters.epoch", {"hyperparameters": (("epoch", "1.5"),)}),
    ("hyperparameters.learning_rate", {"hyperparameters": (("learning_rate", "nan"),)}),
    ("hyperparameters.learning_rate", {"hyperparameters": (("learning_rate", "2"),)}),
    ("hyperparameters.lora_dropout", {"hyperparameters": (("lora_dropout", "a little"),)}),
    ("hyperparameters.max_input_length", {"hyperparameters": (("max_input_length", "0"),)}),
    ("hyperparameters.validation_split_ratio", {"hyperparameters": (("validation_split_ratio", "1"),)}),
    ("hyperparameters.warmup", {"hyperparameters": (("warmup", "1"),)}),
    ("hyperparameters.int8_quantization", {"hyperparameters": (("int8_quantization", "True"),)}),
    ("hyperparameters.chat_dataset", {"hyperparameters": (("chat_dataset", "True"),)}),
    ("hyperparameters.instruction_tuned", {"hyperparameters": (("instruction_tuned", "False"),)}),
]


@pytest.mark.parametrize(("field", "change"), WRONG)
def test_what_is_wrong_is_told_at_its_field_and_never_planned(field: str, change: dict[str, Any]) -> None:
    asked = request(**change)
    assert field in fields(asked)
    with pytest.raises(InvalidRequest):
        plan_tuning(asked, state())


def test_a_licence_has_to_be_accepted_and_a_quota_is_not_passed() -> None:
    assert fields(request(model_id=GATED), model_id=GATED) == {"accept_eula"}
    assert fields(request(count=3), quota=2.0, quota_name="ml.g5.12xlarge for training job usage") == {"count"}
    assert fields(request(), quota=0.0) == {"instance_type"}


def test_a_name_that_was_used_is_refused() -> None:
    with pytest.raises(NameTaken):
        plan_tuning(request(), state(name_taken=True))


def test_a_model_whose_container_is_unknown_is_not_planned() -> None:
    with pytest.raises(InvalidRequest, match="not known here"):
        plan_tuning(request(), state(container=None))


def test_a_file_is_sent_with_its_template_after_its_bucket_was_made(tmp_path: Path) -> None:
    path = written(tmp_path, lines(rows()))
    plan = plan_tuning(request(LocalText(path, "mine.jsonl")), state(bucket_there=False))
    assert plan_problems(plan) == ()
    upload, template, job = plan.step("upload-text"), plan.step("put-template"), plan.step(JOB)
    assert upload.parameters["Key"] == "tuning/tune-1/train/train.jsonl"
    assert template.parameters["Key"] == "tuning/tune-1/train/template.json"
    assert template.parameters["Body"] == Json(TEMPLATE.as_json())
    assert {"upload-text", "put-template", "create-role", "role-policy"} <= set(job.after)
    assert upload.after == ("tag-bucket-sagedeck-us-east-1-123456789012",)
    assert channels(plan)["training"] == "s3://sagedeck-us-east-1-123456789012/tuning/tune-1/train/"
    assert [step.operation for step in job.undo] == ["stop_training_job", "describe_training_job"]


def test_one_object_is_copied_beside_its_template_and_a_prefix_is_used_as_it_is() -> None:
    copied = plan_tuning(request("s3://shop/all/replies.jsonl"), state())
    assert copied.step("copy-text").parameters["CopySource"] == "shop/all/replies.jsonl"
    assert channels(copied)["training"].endswith("tuning/tune-1/train/")
    used = plan_tuning(request("s3://shop/texts/", template=None), state(beside=True))
    assert channels(used)["training"] == "s3://shop/texts/"
    assert not any(step.service == "s3" for step in used)


def test_a_template_of_others_is_not_overwritten() -> None:
    asked = request("s3://shop/texts/")
    assert fields(asked, beside=True) == {"template"}
    put = plan_tuning(asked, state()).step("put-template")
    assert (put.parameters["Bucket"], put.parameters["Key"]) == ("shop", "texts/template.json")
    assert [step.operation for step in put.undo] == ["delete_object"]
    assert "put-template" in {step.id for step in plan_tuning(request("s3://shop/a.jsonl"), state(beside=True))}


def test_plain_text_keeps_its_ending_and_needs_no_template(tmp_path: Path) -> None:
    path = written(tmp_path, "A text. " * 500, "book.txt")
    plan = plan_tuning(request(LocalText(path, "book.txt"), format=Format.DOMAIN, template=None), state())
    assert plan.step("upload-text").parameters["Key"].endswith("/text.txt")
    assert sent(plan)["HyperParameters"]["instruction_tuned"] == "False"


def test_hyperparameters_are_texts_and_the_script_is_told_as_jumpstart_tells_it() -> None:
    given = plan_tuning(request(hyperparameters=(("epoch", "3"),)), state())
    told = sent(given)["HyperParameters"]
    assert (told["epoch"], told["instruction_tuned"], told["chat_dataset"]) == ("3", "True", "False")
    assert json.loads(told["sagemaker_program"]) == "transfer_learning.py"
    assert json.loads(told["sagemaker_submit_directory"]).startswith("s3://jumpstart-cache-prod-us-east-1/")
    assert all(isinstance(value, str) for value in told.values())


def test_without_a_network_the_script_comes_as_a_channel() -> None:
    plan = plan_tuning(request(isolated=True), state())
    assert sent(plan)["EnableNetworkIsolation"] is True
    assert channels(plan)["code"].endswith("sourcedir.tar.gz")
    assert json.loads(sent(plan)["HyperParameters"]["sagemaker_submit_directory"]).startswith(
        "/opt/ml/input/data/code/"
    )


def test_an_instance_types_own_defaults_go_before_the_models_and_a_persons_word_before_both() -> None:
    made = container(hyperparameters=(("enable_fsdp", "False"), ("epoch", "9"), ("instruction_tuned", "False")))
    told = sent(plan_tuning(request(hyperparameters=(("epoch", "2"),)), state(container=made)))["HyperParameters"]
    assert (told["enable_fsdp"], told["epoch"], told["instruction_tuned"]) == ("False", "2", "True")


def test_the_licence_goes_with_the_variable_that_names_gated_weights_or_with_their_channel() -> None:
    asked = request(model_id=GATED, accept_eula=True)
    named = container(environment=((GATED_URI, "s3://jumpstart-private-cache-prod-us-east-1/llama/"),))
    by_name = sent(plan_tuning(asked, state(GATED, container=named)))
    assert by_name["Environment"] == {
        "accept_eula": "true",
        GATED_URI: "s3://jumpstart-private-cache-prod-us-east-1/llama/",
    }
    assert "model" not in {each["ChannelName"] for each in by_name["InputDataConfig"]}
    by_channel = sent(plan_tuning(asked, state(GATED)))
    base = next(each for each in by_channel["InputDataConfig"] if each["ChannelName"] == "model")
    assert base["DataSource"]["S3DataSource"]["ModelAccessConfig"] == {"AcceptEula": True}


def test_spare_capacity_keys_network_and_checkpoints_are_sent_and_the_role_may_use_them() -> None:
    asked = request(
        spot=True, wait_seconds=9000, checkpoints="s3://shop/ckpt/", kms_volume="alias/disk", kms_output="alias/out",
        subnets=("subnet-0123456789abcdef0",), security_groups=("sg-0123456789abcdef0",), count=2, encrypt_between=True,
        tags=(("team", "search"),),
    )  # fmt: skip
    plan = plan_tuning(asked, state())
    told = sent(plan)
    assert told["StoppingCondition"] == {"MaxRuntimeInSeconds": 7200, "MaxWaitTimeInSeconds": 9000}
    assert told["CheckpointConfig"] == {"S3Uri": "s3://shop/ckpt/"}
    assert told["ResourceConfig"]["VolumeKmsKeyId"] == "alias/disk"
    assert told["EnableInterContainerTrafficEncryption"] is True
    assert {"Key": "team", "Value": "search"} in [dict(each) for each in told["Tags"]]
    policy = json.dumps(plan.step("role-policy").parameters["PolicyDocument"].value)
    for part in ("arn:aws:s3:::shop/ckpt/*", "alias/disk", "ec2:CreateNetworkInterface", "arn:aws:s3:::shop"):
        assert part in policy
    assert plan_problems(plan) == ()


def test_the_same_request_makes_the_same_plan_and_another_time_limit_another() -> None:
    first, again = plan_tuning(request(), state()), plan_tuning(request(), state())
    assert first.same_work(again)
    assert not first.same_work(plan_tuning(request(most_seconds=7300), state()))


def test_the_most_is_the_time_limit_times_price_and_count_and_the_volume() -> None:
    found = ceiling(request(count=2), state(), Learned(1000, 100_000))
    assert found.most == pytest.approx(2 * 7.09 * 2 + 0.14 * 256 * 2 / 730 * 2)
    assert found.likely is not None
    assert found.most is not None
    assert found.likely < found.most
    assert found.seconds is not None
    longer = ceiling(request(count=2, hyperparameters=(("epoch", "50"),)), state(), Learned(1000, 100_000))
    assert longer.seconds is not None
    assert longer.seconds > found.seconds


def test_what_is_not_known_is_not_nothing() -> None:
    unknown = ceiling(request(), state(price=Price(TYPE, "us-east-1", None, "unknown")), Learned(10, 10))
    assert (unknown.most, unknown.likely) == (None, None)
    assert "not free" in unknown.words[0]
    blind = ceiling(request(), state())
    assert (blind.likely, blind.seconds) == (None, None)


def test_spare_capacity_is_said_to_save_as_an_estimate() -> None:
    plain, spot = (
        ceiling(request(), state(), Learned(100, 9_000)),
        ceiling(request(spot=True, wait_seconds=9000), state(), Learned(100, 9_000)),
    )
    assert spot.most == plain.most
    assert spot.likely is not None
    assert spot.saving is not None
    assert plain.likely == pytest.approx(spot.likely + spot.saving)
    assert "estimate" in " ".join(spot.words)


def test_typical_limits_are_said_to_be_that() -> None:
    world = state()
    told = plan_tuning(request(), replace(world, spec=replace(spec(), own=False, source="snapshot"))).warnings
    assert any("typical" in each for each in told)


def test_a_template_is_filled_with_columns_and_nothing_else_of_a_row() -> None:
    row = {"question": "{answer} {0}", "answer": "yes"}
    assert rendered("Q {question} {{x}}", row) == "Q {answer} {0} {x}"
    for wrong in ("{question.__class__}", "{question[0]}", "{}", "{0}", "{question"):
        with pytest.raises(ValueError, match=r"brace|no column"):
            placeholders(wrong)


@pytest.mark.parametrize(
    ("columns", "asked", "answered"),
    [
        (("instruction", "context", "response"), "{instruction}", "{response}"),
        (("prompt", "completion"), "{prompt}", "{completion}"),
        (("text", "summary"), "{text}", "{summary}"),
        (("Frage", "Antwort"), "{Frage}", "{Antwort}"),
    ],
)
def test_a_template_is_suggested_by_what_columns_are_called(
    columns: tuple[str, ...], asked: str, answered: str
) -> None:
    found = suggested(columns)
    assert found is not None
    assert asked in found.prompt
    assert found.completion == answered


def test_columns_that_say_nothing_suggest_nothing() -> None:
    assert suggested(("a", "b", "c")) is None
    assert suggested(("only",)) is None
