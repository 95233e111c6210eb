from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest

from services.access import RoleRequest
from services.batch import JobStatus, TransformRequest, explained, suggestion, wrapped
from services.console import Console
from services.diagnosis import Place
from services.errors import InvalidRequest, NotFound
from services.objects import Listing, Uri
from services.plans import RunStatus, check, undeclared
from tests.services.batch.conftest import BUCKET, EMBEDDING, PATIENCE, TRUST, asked, carried_out, ended, put, run


def test_every_line_is_embedded_and_joined_to_its_record(console: Console) -> None:
    fits = suggestion(console.batch.model("embeds"))
    assert fits.contract is not None
    records = wrapped(fits.contract, ["The cat sat.", "", "A dog barks."])
    put(console, "embedding/in/a.jsonl", records)
    put(console, "embedding/in/deep/b.jsonl", records)
    request = asked(
        "embedding", content_type=fits.content_type, accept=fits.accept, split=fits.split, assemble=fits.assemble,
        strategy=fits.strategy,
    )  # fmt: skip
    plan = console.batch.plan(request)
    assert check(plan) == ()
    assert not undeclared(plan)
    run(console, plan)
    job = ended(console, "embedding")
    assert (job.status, job.failure) == (JobStatus.COMPLETED, "")
    progress = console.batch.progress(job)
    assert (progress.done, progress.total, progress.missing, progress.share) == (2, 2, (), 1.0)
    results = console.batch.results(job, *progress.outputs[0])
    assert [json.loads(row.record) for row in results.rows] == [json.loads(each) for each in records.splitlines()]
    vectors = [json.loads(row.answer) for row in results.rows]
    assert len(vectors) == 2
    assert vectors[0] != vectors[1]
    spent = console.batch.spent(job, progress)
    assert spent.usd is not None
    assert spent.usd > 0
    assert spent.usd_per_hour == 0.0


def test_a_language_model_writes_an_answer_to_every_line(console: Console) -> None:
    fits = suggestion(console.batch.model("writes"))
    assert (fits.kind, fits.strategy) == ("chat", "SingleRecord")
    assert fits.contract is not None
    put(console, "chatting/in/asked.jsonl", wrapped(fits.contract, ["What is a cat?", "What is a dog?"]))
    job = carried_out(console, asked("chatting", model="writes"))
    assert job.status is JobStatus.COMPLETED, job.failure
    progress = console.batch.progress(job)
    results = console.batch.results(job, *progress.outputs[0])
    assert len(results.rows) == 2
    assert all("generated_text" in row.answer for row in results.rows)


def test_csv_is_filtered_joined_and_shown_in_two_parts(console: Console) -> None:
    put(console, "joined/in/rows.csv", b"id-1,1,2\nid-2,3,4\n")
    job = carried_out(
        console,
        asked("joined", model="echoes", content_type="text/csv", accept="text/csv", strategy="MultiRecord",
              join=True, input_filter="$[1:]"),
    )  # fmt: skip
    assert job.status is JobStatus.COMPLETED, job.failure
    progress = console.batch.progress(job)
    rows = console.batch.results(job, *progress.outputs[0]).rows
    assert [(row.record, row.answer) for row in rows] == [("id-1,1,2", "1,2"), ("id-2,3,4", "3,4")]


def test_what_fails_is_told_for_each_object_from_the_log(console: Console) -> None:
    put(console, "failing/in/good.jsonl", b'{"inputs": "fine"}\n')
    put(console, "failing/in/bad.jsonl", b"this is no JSON\n")
    job = carried_out(console, asked("failing"))
    assert job.status is JobStatus.FAILED
    progress = console.batch.progress(job)
    assert (progress.done, progress.total) == (1, 2)
    log = console.container_log(Place.TRANSFORM, "failing")
    (missing,) = explained(progress, [line.text for line in log.lines])
    assert missing.source.name == "bad.jsonl"
    assert any("HTTP status" in words for words in missing.words)


def test_a_job_with_no_input_fails_and_says_so(console: Console) -> None:
    job = carried_out(console, asked("nothing"))
    assert job.status is JobStatus.FAILED
    assert "No S3 objects found" in job.failure
    with pytest.raises(NotFound):
        console.batch.preview(asked("nothing"))


def test_a_job_is_stopped_by_a_plan_and_not_twice(still: Console) -> None:
    put(still, "stopping/in/a.jsonl", b'{"inputs": "fine"}\n')
    run(still, still.batch.plan(asked("stopping")))
    job = still.batch.describe("stopping")
    assert job.status is JobStatus.IN_PROGRESS
    spent = still.batch.spent(job)
    assert (spent.usd, spent.usd_per_hour) == (0.0, 0.0), "nothing is billed before its machines run"
    plan = still.batch.plan_stop("stopping")
    assert plan.estimate.usd_per_hour is not None
    assert plan.estimate.usd_per_hour < 0
    started = still.runs.start(plan)
    deadline = time.monotonic() + PATIENCE
    while not still.runs.view(started).status.ended:
        assert still.sandbox is not None
        if still.batch.describe("stopping").status is JobStatus.STOPPING:
            still.sandbox.advance(60.0)
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert still.runs.view(started).status is RunStatus.DONE
    assert still.batch.describe("stopping").status is JobStatus.STOPPED
    with pytest.raises(InvalidRequest, match="ended"):
        still.batch.plan_stop("stopping")


def test_the_input_of_a_job_under_way_is_listed_once(still: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    put(still, "waiting/in/a.jsonl", b'{"inputs": "fine"}\n')
    run(still, still.batch.plan(asked("waiting")))
    listed: list[str] = []
    below = still.objects.below

    def counted(prefix: Uri | str, most: int = 20_000) -> Listing:
        listed.append(str(prefix))
        return below(prefix, most)

    monkeypatch.setattr(still.objects, "below", counted)
    job = still.batch.describe("waiting")
    assert job.status.moving
    for _ in range(3):
        assert still.batch.progress(job).total == 1
    assert sum("/in/" in prefix for prefix in listed) == 1
    assert sum("/out/" in prefix for prefix in listed) == 3


def test_the_console_brings_file_bucket_role_and_model_and_takes_them_back(
    console: Console, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("sent") / "asked.jsonl"
    file.write_bytes(b'{"inputs": "sent from here"}\n')
    request = asked(
        "brought", model="embeds-batch", copy_of="embeds", input=console.batch.input("brought", "asked.jsonl"),
        output=console.batch.output("brought"), upload=str(file),
    )  # fmt: skip
    role = console.batch.role_request(request, console.batch.model("embeds"))
    assert role.writes == (f"arn:aws:s3:::{console.batch.bucket}/batch/brought/output/*",)
    request = TransformRequest(**{name: getattr(request, name) for name in request.__slots__} | {"role": role})
    plan = console.batch.plan(request)
    assert check(plan) == ()
    assert [step.operation for step in plan] == [
        "create_bucket", "put_public_access_block", "put_bucket_encryption", "put_bucket_tagging", "put_object",
        "create_role", "put_role_policy", "create_model", "create_transform_job",
    ]  # fmt: skip
    view = run(console, plan)
    job = ended(console, "brought")
    assert job.status is JobStatus.COMPLETED, job.failure
    assert isinstance(role, RoleRequest)
    assert console.batch.model("embeds-batch").role_arn.endswith(role.name)
    progress = console.batch.progress(job)
    assert progress.done == 1
    assert (console.batch.storage(progress.stored) or 0) > 0
    removal = console.batch.plan_removal(job)
    assert [step.parameters["Key"] for step in removal] == ["batch/brought/output/asked.jsonl.out"]
    run(console, removal)
    assert console.batch.progress(job).done == 0
    console.runs.undo(view.id)
    assert console.runs.wait(view.id, 60).status is RunStatus.UNDONE
    with pytest.raises(NotFound):
        console.batch.model("embeds-batch")


def test_what_only_a_look_tells_stands_at_its_field(console: Console) -> None:
    put(console, "looked/in/a.csv", b"height,width\n1,2\n3,4\n")
    request = asked("looked", content_type="text/csv", accept="text/csv", strategy="MultiRecord")
    preview = console.batch.preview(request)
    assert preview.objects == 1
    assert any("header" in note for note in preview.notes)
    elsewhere = asked("looked", output="s3://nowhere-at-all/out/", count=90_000)
    fields = {problem.field for problem in console.batch.checked(elsewhere, preview)}
    assert "output" in fields
    assert fields & {"count", "instance_type"}
    carried_out(console, asked("looked", model="echoes", content_type="text/csv", accept="text/csv"))
    assert "name" in {problem.field for problem in console.batch.checked(request)}


def test_a_manifest_names_the_objects(console: Console) -> None:
    put(console, "listed/data/a.jsonl", b'{"inputs": "one"}\n')
    put(console, "listed/data/b.jsonl", b'{"inputs": "two"}\n')
    content = json.dumps([{"prefix": f"s3://{BUCKET}/listed/data/"}, "b.jsonl"]).encode()
    manifest = put(console, "listed/manifest.json", content)
    request = asked("listed", input=manifest, input_kind="ManifestFile")
    preview = console.batch.preview(request)
    assert (preview.objects, preview.object.name) == (1, "b.jsonl")
    job = carried_out(console, request)
    assert job.status is JobStatus.COMPLETED, job.failure
    progress = console.batch.progress(job)
    assert [source.name for source, _ in progress.outputs] == ["b.jsonl"]


def test_jobs_are_listed_and_described_once(console: Console) -> None:
    put(console, "once/in/a.jsonl", b'{"inputs": "one"}\n')
    carried_out(console, asked("once"))
    (newest,) = [job for job in console.batch.list_jobs() if job.name == "once"]
    (described,) = console.batch.described([newest])
    assert described.request is not None
    assert described.request.splits
    assert described.request.instance_type == "ml.m5.xlarge"


def test_a_model_package_answers_through_a_model_made_of_it(console: Console) -> None:
    sagemaker = console.connection.clients.get("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="sentences")
    container = {"Image": EMBEDDING, "Environment": {"HF_MODEL_ID": "sentence-transformers/all-MiniLM-L6-v2"}}
    sagemaker.create_model_package(
        ModelPackageGroupName="sentences",
        InferenceSpecification={
            "Containers": [container],
            "SupportedContentTypes": ["application/json"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
    )
    (package,) = console.batch.packages()
    put(console, "packaged/in/a.jsonl", b'{"inputs": "The cat sat."}\n')
    request = asked("packaged", model="packaged-model", package=package.package)
    job = carried_out(console, replace(request, role=console.batch.role_request(request)))
    assert job.status is JobStatus.COMPLETED, job.failure
    (row,) = console.batch.results(job, *console.batch.progress(job).outputs[0]).rows
    assert len(json.loads(row.answer)[0]) == 384


def test_a_role_that_may_not_read_or_write_is_told_before_the_job(console: Console) -> None:
    clients = console.connection.clients
    poor = clients.get("iam").create_role(RoleName="poor", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    clients.get("sagemaker").create_model(
        ModelName="poor", ExecutionRoleArn=poor, PrimaryContainer={"Image": EMBEDDING, "Environment": {}}
    )
    poorly = asked("denied", model="poor")
    (told,) = [each.words for each in console.batch.checked(poorly) if each.field == "role"]
    assert "s3:GetObject" in told
    assert "s3:PutObject" in told
    assert {each.action for each in console.batch.denied(poorly)} == {"s3:ListBucket", "s3:GetObject", "s3:PutObject"}
    assert not console.batch.denied(replace(poorly, role=console.batch.role_request(poorly)))
    assert not [each for each in console.batch.checked(asked("denied")) if each.field == "role"]


ROWS = [f"{a / 30:.3f},{b / 20:.3f},{'yes' if a / 30 + b / 20 > 1 else 'no'}" for a in range(30) for b in range(20)]


@pytest.mark.slow
def test_a_candidate_of_autopilot_predicts_rows_and_refuses_those_of_another_width(console: Console) -> None:
    put(console, "train/t.csv", "\n".join(["a,b,y", *ROWS]).encode())
    sagemaker = console.connection.clients.get("sagemaker")
    role = console.batch.model("embeds").role_arn
    where = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/train/"}}
    kind = {"ContentType": "text/csv;header=present", "CompressionType": "None"}
    channel = {"ChannelType": "training", "DataSource": where, **kind}
    table = {"TargetAttributeName": "y", "Mode": "HYPERPARAMETER_TUNING", "CompletionCriteria": {"MaxCandidates": 1}}
    sagemaker.create_auto_ml_job_v2(
        AutoMLJobName="rows", AutoMLJobInputDataConfig=[channel], RoleArn=role,
        OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/trained/"},
        AutoMLProblemTypeConfig={"TabularJobConfig": table},
    )  # fmt: skip
    deadline = time.monotonic() + 240
    while (found := sagemaker.describe_auto_ml_job_v2(AutoMLJobName="rows"))["AutoMLJobStatus"] == "InProgress":
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert found["AutoMLJobStatus"] == "Completed", found.get("FailureReason")
    containers = found["BestCandidate"]["InferenceContainers"]
    sagemaker.create_model(ModelName="predicts", ExecutionRoleArn=role, Containers=containers)
    fits = suggestion(console.batch.model("predicts"))
    assert (fits.content_type, fits.split, fits.strategy) == ("text/csv", "Line", "MultiRecord")
    plain = {"model": "predicts", "content_type": "text/csv", "accept": "text/csv", "strategy": "MultiRecord"}
    put(console, "rows/in/r.csv", b"one,0.9,0.9\ntwo,0.1,0.1\n")
    job = carried_out(console, asked("rows", join=True, input_filter="$[1:]", **plain))
    rows = console.batch.results(job, *console.batch.progress(job).outputs[0]).rows
    assert [(row.record, row.answer) for row in rows] == [("one,0.9,0.9", "yes"), ("two,0.1,0.1", "no")]
    put(console, "wide/in/r.csv", b"0.9,0.9,yes\n")
    wide = carried_out(console, asked("wide", **plain))
    log = [line.text for line in console.container_log(Place.TRANSFORM, "wide").lines]
    (missing,) = explained(console.batch.progress(wide), log)
    assert "Expected number of columns is 2" in missing.said


def test_a_manifest_is_read_whole_however_long_it_is(console: Console) -> None:
    put(console, "many/in.jsonl", b'{"inputs": "one"}\n')
    names = ["in.jsonl"] * 30_000
    content = json.dumps([{"prefix": f"s3://{BUCKET}/many/"}, *names]).encode()
    request = asked("many", input=put(console, "many/manifest.json", content), input_kind="ManifestFile")
    assert console.batch.preview(request).objects == len(names)
