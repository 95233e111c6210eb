"""What a launch does, in which order, under which rights, and how it is taken back; compared without mocks."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.access import PAGES, RoleRequest
from services.autopilot import (
    AutoDeploy,
    Held,
    Job,
    JobStatus,
    LanguageTuning,
    LocalFile,
    ProblemKind,
    S3Data,
    Tabular,
)
from services.deploy import Problem
from services.errors import InvalidRequest, NameTaken
from services.plans import Plan, Until, Upload, check, policy
from tests.services.autopilot.launching.samples import (
    EMR,
    KEY,
    NEW_ROLE,
    TABLE,
    full,
    plain,
    plan_for,
    seen_of,
    verdict_of,
)

OWN = "sagedeck-us-east-1-123456789012"
JOB = "create-auto-ml-job"


def table(folder: Path) -> LocalFile:
    path = folder / "train.csv"
    path.write_text("age,Int'l Plan,weight,Churn?\n1,2,3,4\n")
    return LocalFile(str(path))


def local(folder: Path, **changes: object) -> Plan:
    """A file of this machine, a new role, no bucket there yet."""
    request = plain(training=table(folder), role=NEW_ROLE, settings=TABLE, objective="AUC")
    return plan_for(replace(request, **changes), missing=(OWN,))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", list(ProblemKind))
def test_a_full_plan_of_every_kind_can_run_and_compares_by_value(kind: ProblemKind) -> None:
    plan = plan_for(full(kind))
    assert check(plan) == ()
    assert pickle.loads(pickle.dumps(plan)) == plan == plan_for(full(kind))


def test_the_job_waits_for_bucket_role_data_and_features(tmp_path: Path) -> None:
    plan = local(tmp_path)
    assert check(plan) == ()
    assert [step.id for step in plan][-3:] == ["upload-training", "put-features", JOB]
    after = set(plan.step(JOB).after)
    assert {"create-role", "role-policy", "upload-training", "put-features"} < after
    sent = plan.step("upload-training")
    assert isinstance(sent.manner, Upload)
    assert set(sent.after) == {f"tag-bucket-{OWN}"}
    assert sent.parameters["Key"] == "autopilot/churn-1/input/training/train.csv"


def test_what_lies_in_s3_is_not_uploaded_and_needs_no_bucket_of_ours() -> None:
    plan = plan_for(plain(output="s3://mine/out/"))
    assert [step.id for step in plan] == [JOB]
    channel = plan.step(JOB).parameters["AutoMLJobInputDataConfig"][0]
    assert channel["DataSource"]["S3DataSource"] == {"S3DataType": "S3Prefix", "S3Uri": "s3://mine/churn/train.csv"}
    assert plan.step(JOB).parameters["OutputDataConfig"] == {"S3OutputPath": "s3://mine/out/"}


def test_a_manifest_is_named_as_one() -> None:
    data = S3Data(uri="s3://mine/list.manifest", held=Held.MANIFEST)
    plan = plan_for(plain(training=data))
    channel = plan.step(JOB).parameters["AutoMLJobInputDataConfig"][0]
    assert channel["DataSource"]["S3DataSource"]["S3DataType"] == "ManifestFile"
    assert any("manifest" in each for each in plan.warnings)


def test_a_repaired_copy_of_what_lies_in_s3_is_uploaded_instead(tmp_path: Path) -> None:
    copy = Path(table(tmp_path).path)
    request = plain(training=S3Data(uri="s3://mine/odd.tsv"))
    seen = {"training": replace(seen_of(request)["training"], path=str(copy), name="odd.csv", changes=("Commas.",),
                                verdict=verdict_of(("age", "Churn?")))}  # fmt: skip
    plan = plan_for(request, seen=seen)
    where = f"s3://{OWN}/autopilot/churn-1/input/training/odd.csv"
    assert plan.step(JOB).parameters["AutoMLJobInputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] == where
    assert "repaired copy" in plan.step("upload-training").reason
    assert any("Commas." in each for each in plan.warnings)


def test_the_file_of_features_holds_names_and_types_as_aws_reads_them(tmp_path: Path) -> None:
    step = local(tmp_path).step("put-features")
    told = json.loads(step.parameters["Body"])
    assert told == {"FeatureAttributeNames": ["age", "Int'l Plan"], "FeatureDataTypes": {"age": "numeric"}}
    config = local(tmp_path).step(JOB).parameters["AutoMLProblemTypeConfig"]["TabularJobConfig"]
    assert config["FeatureSpecificationS3Uri"] == f"s3://{OWN}/autopilot/churn-1/input/features.json"


def test_without_a_choice_of_columns_there_is_no_file_of_features(tmp_path: Path) -> None:
    plan = local(tmp_path, settings=Tabular(target="Churn?"), objective="")
    assert "put-features" not in [step.id for step in plan]
    assert "FeatureSpecificationS3Uri" not in str(plan.step(JOB).parameters)


def rights(plan: Plan) -> dict[str, Any]:
    document = plan.step("role-policy").parameters["PolicyDocument"].value
    return {each["Sid"]: each for each in document["Statement"]}


def role_of(plan: Plan) -> str:
    return str(plan.step("create-role").parameters["RoleName"])


def test_the_new_role_reads_and_writes_the_consoles_bucket_and_starts_the_jobs(tmp_path: Path) -> None:
    plan = local(tmp_path)
    by_sid = rights(plan)
    assert f"arn:aws:s3:::{OWN}" in by_sid["ListArtefacts"]["Resource"]
    assert by_sid["WriteAnswers"]["Resource"] == (f"arn:aws:s3:::{OWN}/autopilot/*",)
    assert "sagemaker:CreateTrainingJob" in by_sid["StartJobs"]["Action"]
    assert role_of(plan) == "sagedeck-autopilot-us-east-1"
    assert by_sid["HandItselfOver"]["Resource"] == (f"arn:aws:iam::123456789012:role/{role_of(plan)}",)


def test_another_job_in_the_consoles_bucket_gives_the_role_no_further_policy(tmp_path: Path) -> None:
    first, second = local(tmp_path), local(tmp_path, name="churn-2")
    assert first.step("role-policy") == second.step("role-policy")


def test_what_a_job_needs_beyond_that_becomes_a_role_of_its_own(tmp_path: Path) -> None:
    elsewhere = plan_for(full(ProblemKind.TABULAR, role=NEW_ROLE))
    by_sid = rights(elsewhere)
    assert by_sid["WriteAnswers"]["Resource"] == ("arn:aws:s3:::mine/out/*",)
    assert KEY in str(by_sid)
    assert "ec2:CreateNetworkInterface" in str(by_sid)
    name = role_of(elsewhere)
    assert name.startswith("sagedeck-autopilot-us-east-1-")
    assert name == role_of(plan_for(full(ProblemKind.TEXT, role=NEW_ROLE, name="another")))
    assert name != role_of(plan_for(full(ProblemKind.TABULAR, role=NEW_ROLE, output="s3://mine/else/")))
    assert len(name) <= 64


def test_models_and_jobs_share_no_role_but_one_that_is_named_stays(tmp_path: Path) -> None:
    assert role_of(local(tmp_path, role=RoleRequest(name="sagedeck-execution-us-east-1"))) == NEW_ROLE.name
    assert role_of(local(tmp_path, role=RoleRequest(name="mine"))) == "mine"


def test_an_existing_role_is_handed_over_and_no_other() -> None:
    document = policy(plan_for(plain(emr_role=EMR)))
    handed = {str(each["Resource"]) for each in document["Statement"] if "iam:PassRole" in str(each["Action"])}
    assert handed == {"arn:aws:iam::123456789012:role/Mine", EMR}


def test_undo_stops_the_job_and_takes_back_what_was_sent(tmp_path: Path) -> None:
    plan = local(tmp_path)
    assert [each.operation for each in plan.step(JOB).undo] == ["stop_auto_ml_job"]
    assert [each.operation for each in plan.step("upload-training").undo] == ["delete_object"]
    assert [each.operation for each in plan.step("put-features").undo] == ["delete_object"]


def test_the_estimate_is_the_ceiling_and_the_endpoint(tmp_path: Path) -> None:
    plan = local(tmp_path, deploy=AutoDeploy())
    assert plan.estimate.usd_once is not None
    assert plan.estimate.usd_once > 1
    assert plan.estimate.usd_per_hour == pytest.approx(0.461)
    assert "Likely about" in plan.estimate.source
    assert any("undoing this does not delete it" in each for each in plan.warnings)


def test_what_is_not_known_is_said_not_to_be_free() -> None:
    request = plain(emr_role=EMR, settings=Tabular(target="Churn?"))
    seen = {"training": replace(seen_of(request)["training"], size=6 * 10**9, verdict=verdict_of(("a", "Churn?")))}
    plan = plan_for(request, seen=seen)
    assert plan.estimate.usd_once is None
    assert any("It is not free." in each for each in plan.warnings)
    assert any("EMR Serverless bills" in each for each in plan.warnings)


def test_a_name_that_is_in_use_is_refused_for_ever_but_for_the_same_job_under_way() -> None:
    done = Job(name="churn-1", status=JobStatus.COMPLETED, output=f"s3://{OWN}/autopilot/churn-1/output/")
    with pytest.raises(NameTaken):
        plan_for(plain(), job=done)
    with pytest.raises(NameTaken):
        plan_for(plain(), job=replace(done, status=JobStatus.IN_PROGRESS, output="s3://else/where/"))
    running = plan_for(plain(), job=replace(done, status=JobStatus.IN_PROGRESS))
    assert any("not launched again" in each for each in running.warnings)


def test_an_endpoint_of_the_wanted_name_is_in_the_way() -> None:
    with pytest.raises(NameTaken):
        plan_for(plain(deploy=AutoDeploy("best")), endpoint="best")


def test_what_the_doctor_stops_never_becomes_a_plan() -> None:
    request = plain()
    stopped = replace(seen_of(request)["training"], problems=(Problem("training", "Only 499 rows."),))
    with pytest.raises(InvalidRequest) as refused:
        plan_for(request, seen={"training": stopped})
    assert "499" in refused.value.why


def test_data_that_nobody_looked_at_never_become_a_plan() -> None:
    request = plain(validation=S3Data(uri="s3://mine/held.csv"))
    seen = seen_of(request)
    del seen["validation"]
    with pytest.raises(InvalidRequest) as refused:
        plan_for(request, seen=seen)
    assert "validation data were not looked at" in refused.value.what


def test_columns_that_are_not_there_are_refused_at_their_field() -> None:
    with pytest.raises(InvalidRequest) as refused:
        plan_for(plain(settings=Tabular(target="churned")))
    assert "no column churned" in refused.value.why


def test_a_language_model_takes_two_columns_and_so_many_rows() -> None:
    request = full(ProblemKind.LANGUAGE, settings=LanguageTuning(), validation=None)
    for verdict, words in (
        (verdict_of(("input", "answer")), "exactly two columns"),
        (verdict_of(("input", "output"), rows=1_001), "1,000 rows at most"),
    ):
        with pytest.raises(InvalidRequest) as refused:
            plan_for(request, seen={"training": replace(seen_of(request)["training"], verdict=verdict)})
        assert words in refused.value.why


def test_training_and_validation_data_that_differ_are_refused() -> None:
    request = plain(validation=S3Data(uri="s3://mine/other.csv"), settings=Tabular(target="Churn?"))
    seen = seen_of(request)
    seen["validation"] = replace(seen["validation"], verdict=verdict_of(("age", "Churn?")))
    with pytest.raises(InvalidRequest) as refused:
        plan_for(request, seen=seen)
    assert "differ in the columns" in refused.value.why


def test_waiting_is_the_last_step_where_it_is_wanted() -> None:
    step = plan_for(plain(wait=True)).steps[-1]
    assert isinstance(step.manner, Until)
    assert step.manner.done == ("Completed",)
    assert set(step.manner.failed) == {"Stopped", "Failed"}


def test_a_type_that_the_target_does_not_look_like_is_warned_of() -> None:
    request = plain(settings=Tabular(target="Churn?", problem_type="Regression"), objective="MSE")
    assert any("looks like BinaryClassification" in each for each in plan_for(request).warnings)


def test_too_many_jobs_at_once_are_warned_of() -> None:
    assert any("4 jobs run already" in each for each in plan_for(plain(), running=4).warnings)
    assert not any("jobs run already" in each for each in plan_for(plain(), running=3).warnings)


def test_the_page_says_it_needs_what_its_plans_declare(tmp_path: Path) -> None:
    needs = PAGES["autopilot"]
    said = {action for group in (needs.looking, needs.doing) for actions in group.values() for action in actions}
    plans = [local(tmp_path), *(plan_for(full(kind, role=NEW_ROLE, wait=True)) for kind in ProblemKind)]
    steps = [each for plan in plans for step in plan for each in (step, *step.undo)]
    declared = {permission.action for step in steps for permission in step.permissions}
    assert declared
    assert declared <= said, sorted(declared - said)
