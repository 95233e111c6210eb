"""From a trained job to its predictions, in the sandbox: real-time, serverless, a file, a transform job."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.access import ExistingRole
from services.autopilot import Candidate, Job
from services.autopilot.using.candidates import OUTPUTS, keys_of, request_for
from services.autopilot.using.guard import matched
from services.autopilot.using.predicting import Asked
from services.autopilot.using.scoring import scores_of
from services.deploy import Serverless
from services.errors import InvalidRequest, NotFound
from services.jobs import JobStatus, JobView
from services.plans import Plan, StepStatus
from tests.sandbox.tabular import tables
from tests.services.autopilot.using.world import BUCKET, World, until, world

Trained = tuple[Job, Candidate, tuple[Candidate, ...]]
TABLE = {"TargetAttributeName": "Churn?", "CompletionCriteria": {"MaxCandidates": 1}}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("home")) as made:
        yield made


@pytest.fixture(scope="module")
def churn(lab: World) -> Trained:
    lab.train("churn", tables.churn(), {"TabularJobConfig": TABLE})
    job, candidates = lab.trained("churn")
    assert job.best
    best = next(each for each in candidates if each.name == job.best.name)
    lab.run(lab.console.deploy.plan_deploy(_request(lab, job, best, "churn-rt")))
    return job, best, candidates


def _request(lab: World, job: Job, candidate: Candidate, name: str, mode: Serverless | None = None):  # type: ignore[no-untyped-def]
    return request_for(job, candidate, name=name, role=ExistingRole(job.role), owner=lab.console.owner, mode=mode)


def _ended(lab: World, job_id: str) -> JobView:
    def look() -> JobView | None:
        view = lab.console.jobs.view(job_id, lab.console.owner)
        return view if view and view.status is not JobStatus.RUNNING else None

    view: JobView = until(look, "the predictions")
    return view


def _transformed(lab: World, plan: Plan, name: str) -> str:
    """Carry out a plan of a transform job, wait for the job, and begin to fetch its answers."""
    lab.run(plan)

    def ended() -> bool:
        lab.console.sandbox.advance(30.0)  # type: ignore[union-attr]
        return not lab.console.batch.describe(name).status.moving

    until(ended, name)
    done = lab.console.batch.describe(name)
    assert done.status == "Completed", done.failure
    return lab.console.batch_predictions.start_fetching(name)


def test_a_candidate_answers_with_probabilities_and_its_plan_is_found_done(lab: World, churn: Trained) -> None:
    job, best, candidates = churn
    schema = lab.console.predictions.schema("churn")
    assert schema.names == ("age", "plan", "Int'l Plan", "joined", "minutes")
    (used,) = [each for each in lab.used(job, candidates) if each.name == "churn-rt"]
    assert (used.candidate, keys_of(used, candidates)) == (best.name, OUTPUTS)
    found = lab.console.predictions.ask(Asked("churn-rt"), schema.examples)
    assert len(found) == len(schema.examples)
    for each in found:
        assert {label for label, _ in each.scores} == {"False.", "True."}
        assert sum(share for _, share in each.scores) == pytest.approx(1.0)
    again = lab.run(lab.console.deploy.plan_deploy(_request(lab, job, best, "churn-rt")))
    made = [step.status for step in again.steps if not step.id.startswith("wait-")]
    assert set(made) == {StepStatus.ALREADY_THERE}


def test_the_size_of_a_model_is_looked_up_and_left_open_where_it_cannot_be_seen(lab: World, churn: Trained) -> None:
    _, best, _ = churn
    found = lab.console.predictions.sized(best)
    head = lab.s3.head_object(Bucket=BUCKET, Key=best.containers[0].model_data.removeprefix(f"s3://{BUCKET}/"))
    assert found.model_bytes == head["ContentLength"]
    gone = replace(best, containers=(replace(best.containers[0], model_data=f"s3://{BUCKET}/gone.tar.gz"),))
    assert lab.console.predictions.sized(gone) == gone


def test_a_serverless_endpoint_says_the_same(lab: World, churn: Trained) -> None:
    job, best, candidates = churn
    plan = lab.console.deploy.plan_deploy(_request(lab, job, best, "churn-sl", Serverless(memory_mb=4096)))
    assert plan.estimate.usd_per_hour == 0
    lab.run(plan)
    (used,) = [each for each in lab.used(job, candidates) if each.name == "churn-sl"]
    assert used.detail.serverless
    rows = lab.console.predictions.schema("churn").examples[:5]
    with_machine = lab.console.predictions.ask(Asked("churn-rt"), rows)
    assert lab.console.predictions.ask(Asked("churn-sl", serverless=True), rows) == with_machine


def test_a_file_in_another_order_is_predicted_measured_and_joined(lab: World, churn: Trained) -> None:
    head, rows = tables.churn(300, seed=9)
    text = "\n".join(";".join(each[::-1]) for each in [["id", *head], *([str(n), *row] for n, row in enumerate(rows))])
    predictions = lab.console.predictions
    schema, table = predictions.schema("churn"), predictions.keep("new.csv", [text.encode()])
    match = matched(schema, table.columns, table.first, header=table.header)
    view = _ended(lab, predictions.start_file(Asked("churn-rt"), schema, table, match))
    assert view.status is JobStatus.DONE, view.problem
    scores = scores_of(view.result)
    assert scores is not None
    assert scores.rows == 300
    assert scores.value("Accuracy") > 0.8
    assert scores.value("AUC") > 0.85
    with predictions.result_of(view).open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [each["id"] for each in found] == [str(number) for number in range(300)]
    right = sum(each["prediction"] == each["Churn?"] for each in found) / 300
    assert right == pytest.approx(scores.value("Accuracy"))


def test_the_predictions_of_one_person_are_not_anothers(lab: World, churn: Trained, tmp_path: Path) -> None:
    from services.connection import sandbox_at
    from services.console import Console

    predictions = lab.console.predictions
    schema, table = predictions.schema("churn"), predictions.keep("one.csv", [tables.as_csv(*tables.churn(5))])
    match = matched(schema, table.columns, table.first)
    view = _ended(lab, predictions.start_file(Asked("churn-rt"), schema, table, match))
    assert lab.console.connection.sandbox_url
    ben = Console(sandbox_at(lab.console.connection.sandbox_url, owner="ben"), folder=lab.console.folder)
    assert ben.jobs.view(view.id, ben.owner) is None
    with pytest.raises(NotFound):
        ben.predictions.result_of(view)
    assert predictions.result_of(view).stat().st_mode & 0o077 == 0


def test_a_table_in_s3_is_predicted_by_a_transform_job_and_its_answers_joined(lab: World, churn: Trained) -> None:
    job, best, _ = churn
    head, rows = tables.churn(200, seed=4)
    body = tables.as_csv([*head[::-1], "id"], [[*row[::-1], str(number)] for number, row in enumerate(rows)])
    lab.s3.put_object(Bucket=BUCKET, Key="new/customers.csv", Body=body)
    batch, schema = lab.console.batch_predictions, lab.console.predictions.schema("churn")
    prepared = batch.prepare(schema, best, uri=f"s3://{BUCKET}/new/customers.csv")
    assert (prepared.count, prepared.sheet.filter) == (200, "$[0:5]")
    asked = batch.ask(job, best, prepared, role=ExistingRole(job.role), owner=lab.console.owner)
    plan = batch.plan(asked)
    create = plan.step(f"create-transform-job-{asked.name}")
    assert {f"create-model-{asked.name}", "upload-rows.csv", "upload-sheet.json"} <= set(create.after)
    view = _ended(lab, _transformed(lab, plan, asked.name))
    assert view.status is JobStatus.DONE, view.problem
    with lab.console.predictions.result_of(view).open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [each["id"] for each in found] == [str(number) for number in range(200)]
    sent = [list(row[:5]) for row in rows[:20]]
    answers = lab.console.predictions.ask(Asked("churn-rt"), sent)
    assert [each["prediction"] for each in found[:20]] == [each.label for each in answers]
    scores = scores_of(view.result)
    assert scores is not None
    assert scores.value("Accuracy") > 0.8


def test_files_as_the_job_wants_them_are_sent_as_they_lie_a_whole_prefix_too(lab: World, churn: Trained) -> None:
    job, best, _ = churn
    _, rows = tables.churn(60, seed=6)
    for name, part in (("a", rows[:40]), ("b", rows[40:])):
        body = tables.as_csv([], [row[:5] for row in part])
        lab.s3.put_object(Bucket=BUCKET, Key=f"plain/{name}.csv", Body=body)
    batch, schema = lab.console.batch_predictions, lab.console.predictions.schema("churn")
    prepared = batch.prepare(schema, best, uri=f"s3://{BUCKET}/plain/")
    assert (prepared.rows, prepared.source, prepared.sheet.filter) == ("", f"s3://{BUCKET}/plain/", "")
    asked = batch.ask(job, best, prepared, role=ExistingRole(job.role), owner=lab.console.owner)
    other = replace(prepared, sheet_file="/another/sheet.json")
    assert batch.ask(job, best, other, role=asked.role, owner=asked.owner).name != asked.name, "two in one second"
    plan = batch.plan(asked)
    assert "upload-rows.csv" not in {step.id for step in plan}
    view = _ended(lab, _transformed(lab, plan, asked.name))
    assert view.status is JobStatus.DONE, view.problem
    with lab.console.predictions.result_of(view).open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [each["joined"] for each in found] == [row[3] for row in rows]
    answers = lab.console.predictions.ask(Asked("churn-rt"), [row[:5] for row in rows])
    assert [each["prediction"] for each in found] == [each.label for each in answers]


def test_an_object_is_refused_by_one_read_of_its_beginning(lab: World, churn: Trained) -> None:
    schema = lab.console.predictions.schema("churn")
    lab.s3.put_object(Bucket=BUCKET, Key="other/table.csv", Body=b"a,b\n1,2\n3,4\n")
    with pytest.raises(InvalidRequest, match="lacks columns"):
        lab.console.batch_predictions.look(schema, f"s3://{BUCKET}/other/table.csv")
    lab.s3.put_object(Bucket=BUCKET, Key="folder/table.csv", Body=tables.as_csv(*tables.churn(20)))
    with pytest.raises(InvalidRequest, match="cannot be sent as they lie"):
        lab.console.batch_predictions.look(schema, f"s3://{BUCKET}/folder/")


def test_a_job_whose_table_is_gone_says_so(lab: World, churn: Trained) -> None:
    kept = lab.s3.get_object(Bucket=BUCKET, Key="churn/train.csv")["Body"].read()
    lab.s3.delete_object(Bucket=BUCKET, Key="churn/train.csv")
    try:
        with pytest.raises(NotFound, match="is gone"):
            lab.console.predictions.schema("churn")
    finally:
        lab.s3.put_object(Bucket=BUCKET, Key="churn/train.csv", Body=kept)
