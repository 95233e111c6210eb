"""Launches against the sandbox: every kind is taken as it was planned, undone, exported, and asked for by command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli import autopilot_launching
from cli.opening import app
from services.autopilot import (
    AutoDeploy,
    AutopilotRequest,
    Filling,
    Forecast,
    ImageClasses,
    JobStatus,
    LanguageTuning,
    Limits,
    LocalFile,
    ProblemKind,
    S3Data,
    Tabular,
    TextClasses,
)
from services.connection import sandbox_at
from services.console import Console
from services.errors import InvalidRequest, NameTaken
from services.plans import Format, Plan, RunStatus, export
from services.tables.samples import samples
from tests.sandbox.server import start_sandbox

OWN = "sagedeck-us-east-1-123456789012"
LIMITS = Limits(job_seconds=40_000)  # at this speed about a minute
SPEED = "600"
_MOVES = ("Time", "Status", "AutoMLJobArtifacts", "BestCandidate", "ResponseMetadata", "ResolvedAttributes")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_sandbox("--speed", SPEED) as address:
        yield address


@pytest.fixture(scope="module")
def console(url: str, tmp_path_factory: pytest.TempPathFactory) -> Console:
    return Console(sandbox_at(url, owner="ada"), folder=tmp_path_factory.mktemp("home"))


def sample(kind: ProblemKind) -> LocalFile:
    return LocalFile(str(next(each.path for each in samples() if each.kind == kind.value)))


def request_of(console: Console, name: str, **changes: Any) -> AutopilotRequest:
    start = AutopilotRequest(
        name=name,
        training=sample(ProblemKind.TABULAR),
        settings=Tabular(target="Churn?"),
        role=console.autopilot.role(),
        limits=LIMITS,
        owner=console.owner,
    )
    return replace(start, **changes)


def ran(console: Console, plan: Plan) -> str:
    run = console.runs.start(plan, confirmed=plan)
    view = console.runs.wait(run, 90)
    assert view.status is RunStatus.DONE, [(step.id, step.problem) for step in view.steps]
    return run


def stopped(console: Console, name: str) -> None:
    if console.autopilot.describe(name).status is JobStatus.IN_PROGRESS:
        console.connection.clients.get("sagemaker").stop_auto_ml_job(AutoMLJobName=name)


def names(console: Console) -> set[str]:
    return {each.name for each in console.autopilot.list_jobs()}


def test_a_table_becomes_a_job_with_bucket_role_and_features_and_undo_stops_it(console: Console) -> None:
    columns = console.autopilot.examine(request_of(console, "first"))["training"].columns
    chosen = tuple(each for each in columns if each != "Churn?")[:2]
    table = Tabular(target="Churn?", features=chosen, types=((chosen[0], "categorical"),))
    request = request_of(console, "first", settings=table, project="demo", deploy=AutoDeploy())
    plan = console.autopilot.plan(request)
    assert plan == console.autopilot.plan(request)
    run = ran(console, plan)
    job = console.autopilot.describe("first")
    assert (job.target, job.kind, job.most_seconds) == ("Churn?", ProblemKind.TABULAR, 40_000)
    assert job.output == f"s3://{OWN}/autopilot/first/output/"
    features = json.loads(console.objects.read(f"s3://{OWN}/autopilot/first/input/features.json"))
    assert features == {"FeatureAttributeNames": list(chosen), "FeatureDataTypes": {chosen[0]: "categorical"}}
    with pytest.raises(NameTaken):
        console.autopilot.plan(replace(request, output=f"s3://{OWN}/elsewhere/"))
    console.runs.undo(run)
    assert console.runs.wait(run, 90).status is RunStatus.UNDONE
    assert console.autopilot.describe("first").status in (JobStatus.STOPPING, JobStatus.STOPPED)
    left = console.objects.below(f"s3://{OWN}/autopilot/first/input/").entries
    assert left == (), "the bucket stays, as what jobs wrote lies in it"


def pictures(console: Console) -> S3Data:
    client = console.connection.clients.get("s3")
    if not console.objects.exists("pictures"):
        client.create_bucket(Bucket="pictures")
    for kind in ("cat", "dog"):
        client.put_object(Bucket="pictures", Key=f"pets/{kind}/1.png", Body=b"\x89PNG\r\n\x1a\n")
    return S3Data(uri="s3://pictures/pets/")


def of_kind(console: Console, kind: ProblemKind, folder: Path) -> AutopilotRequest:
    name = f"kind-{kind.name.lower()}"
    match kind:
        case ProblemKind.TEXT:
            settings: Any = TextClasses(content="text", label="topic")
            return request_of(console, name, training=sample(kind), settings=settings, objective="Accuracy")
        case ProblemKind.IMAGE:
            return request_of(console, name, training=pictures(console), settings=ImageClasses())
        case ProblemKind.FORECAST:
            settings = Forecast(
                target="sold", timestamp="day", item="item", frequency="1D", horizon=14, quantiles=("p10", "p90"),
                filling=(Filling(column="sold", where="middlefill", how="zero"),), aggregation="sum", holidays="DE",
                algorithms=("ets",),
            )  # fmt: skip
            return request_of(console, name, training=sample(kind), settings=settings)
        case ProblemKind.LANGUAGE:
            path = folder / "pairs.csv"
            lines = [f'"What is {n}?","It is the number {n}, and no other."' for n in range(60)]
            path.write_text("\n".join(["input,output", *lines]))
            settings = LanguageTuning(base_model="Llama2-7B", epochs=1, learning_rate=0.00001, accept_eula=True)
            return request_of(console, name, training=LocalFile(str(path)), settings=settings)
        case _:
            settings = Tabular(target="Churn?", problem_type="BinaryClassification", mode="ENSEMBLING",
                               algorithms=("xgboost",))  # fmt: skip
            return request_of(console, name, settings=settings, objective="AUC", validation_fraction=0.3)


@pytest.mark.parametrize("kind", list(ProblemKind))
def test_the_sandbox_takes_every_kind_as_it_was_planned(console: Console, kind: ProblemKind, tmp_path: Path) -> None:
    request = of_kind(console, kind, tmp_path)
    ran(console, console.autopilot.plan(request))
    job = console.autopilot.describe(request.name)
    assert (job.kind, job.status is JobStatus.FAILED) == (kind, False)
    stopped(console, request.name)


def refused() -> dict[str, str | bytes]:
    row = "1,a,yes\n2,b,no\n"
    good = "n,plan,Churn?\n" + row * 300
    return {
        "few": "n,plan,Churn?\n" + (row * 250)[: -len("2,b,no\n")],
        "constant": "n,plan,Churn?\n" + "1,a,yes\n" * 600,
        "no-target": good.replace("Churn?", "Left"),
        "empty": "",
        "image": b"\x89PNG\r\n\x1a\n" + bytes(4_000),
        "missing": "n,plan,Churn?\n" + "1,a,\n2,b,\n" * 300,
    }


@pytest.mark.parametrize("kind", list(refused()))
def test_what_must_be_refused_never_reaches_aws(console: Console, kind: str, tmp_path: Path) -> None:
    content = refused()[kind]
    path = tmp_path / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    before = names(console)
    with pytest.raises(InvalidRequest):
        console.autopilot.plan(request_of(console, f"bad-{kind}", training=LocalFile(str(path))))
    assert names(console) == before


def test_a_table_in_s3_stays_there_and_a_bucket_that_is_missing_is_made_when_asked(console: Console) -> None:
    client = console.connection.clients.get("s3")
    client.create_bucket(Bucket="given")
    client.put_object(Bucket="given", Key="churn.csv", Body=Path(sample(ProblemKind.TABULAR).path).read_bytes())
    request = request_of(console, "in-s3", training=S3Data(uri="s3://given/churn.csv"), output="s3://made-here/out/")
    with pytest.raises(InvalidRequest, match="no bucket made-here"):
        console.autopilot.plan(request)
    plan = console.autopilot.plan(replace(request, make_bucket=True))
    assert not [step for step in plan if step.id.startswith("upload")]
    ran(console, plan)
    assert console.autopilot.describe("in-s3").inputs == (("training", "s3://given/churn.csv"),)
    assert console.objects.exists("made-here")
    stopped(console, "in-s3")


def test_data_of_another_region_are_refused_before_aws_is_asked(console: Console) -> None:
    far = console.connection.clients.in_region("eu-west-1").get("s3")
    far.create_bucket(Bucket="far-away", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    far.put_object(Bucket="far-away", Key="churn.csv", Body=Path(sample(ProblemKind.TABULAR).path).read_bytes())
    with pytest.raises(InvalidRequest, match="It is in eu-west-1"):
        console.autopilot.plan(request_of(console, "far", training=S3Data(uri="s3://far-away/churn.csv")))


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, console: Console) -> Run:
    monkeypatch.setattr(autopilot_launching, "open_console", lambda _: console)
    return lambda *words: CliRunner().invoke(app, ["autopilot", "launch", *words])


def test_the_command_shows_a_plan_and_changes_nothing(console: Console, run: Run) -> None:
    before = names(console)
    done = run(sample(ProblemKind.TABULAR).path, "--target", "Churn?", "--name", "shown", "--plan", "--json")
    assert done.exit_code == 0, done.output
    shown = json.loads(done.stdout)
    assert shown["usd_once"] > 1
    assert shown["steps"][-1]["call"] == "sagemaker.create_auto_ml_job_v2"
    assert "sagemaker:CreateAutoMLJobV2" in json.dumps(shown["policy"])
    assert names(console) == before


def test_the_command_launches_and_tells_what_it_can_cost(console: Console, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "odd.tsv"
    path.write_text(Path(sample(ProblemKind.TABULAR).path).read_text().replace(",", ";"))
    done = run(str(path), "--target", "Churn?", "--name", "by-command", "--yes", "--json", "--project", "demo")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["job"], told["target"]) == ("by-command", "Churn?")
    assert told["usd_most"] >= told["usd_likely"] > 0
    assert "training" in told["repaired"]
    stopped(console, "by-command")


def test_the_command_names_the_option_of_each_problem(run: Run, tmp_path: Path) -> None:
    done = run(sample(ProblemKind.TABULAR).path, "--target", "Churn?", "--mode", "AUTO", "--algorithm", "mlp", "--json")
    assert done.exit_code == 2
    (problem,) = json.loads(done.stdout)["error"]["problems"]
    assert problem["option"] == "--algorithm"
    few = tmp_path / "few.csv"
    few.write_text(str(refused()["few"]))
    done = run(str(few), "--target", "Churn?", "--json")
    assert done.exit_code == 2
    assert [each["option"] for each in json.loads(done.stdout)["error"]["problems"]] == ["DATA"]


def described(console: Console, name: str) -> dict[str, Any]:
    answer = console.connection.clients.get("sagemaker").describe_auto_ml_job_v2(AutoMLJobName=name)
    return {key: value for key, value in answer.items() if not any(word in key for word in _MOVES)}


@pytest.mark.slow
def test_a_job_waits_until_its_new_role_can_be_assumed(tmp_path: Path) -> None:
    with start_sandbox("--speed", SPEED, "--role-delay", "6") as other:
        fresh = Console(sandbox_at(other, owner="ada"), folder=tmp_path)
        ran(fresh, fresh.autopilot.plan(request_of(fresh, "patient")))
        assert fresh.autopilot.describe("patient").status is not JobStatus.FAILED
        stopped(fresh, "patient")


@pytest.mark.slow
def test_an_exported_script_makes_the_same_job_in_a_fresh_sandbox(console: Console, tmp_path: Path) -> None:
    columns = console.autopilot.examine(request_of(console, "exported"))["training"].columns
    table = Tabular(target="Churn?", types=((columns[0], "categorical"),))
    request = request_of(console, "exported", settings=table)
    with start_sandbox("--speed", SPEED) as other:
        fresh = Console(sandbox_at(other, owner="ada"), folder=tmp_path / "other")
        plan = fresh.autopilot.plan(replace(request, role=fresh.autopilot.role()))
        file = tmp_path / "plan.py"
        file.write_text(export(plan, Format.BOTO3, region="us-east-1").text, encoding="utf-8")
        keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_ENDPOINT_URL": other}
        for _ in range(2):  # a second time it finds everything there
            done = subprocess.run(
                [sys.executable, str(file)], env={**os.environ, **keys}, capture_output=True, text=True, timeout=120
            )
            assert done.returncode == 0, done.stderr
        ran(console, console.autopilot.plan(request))
        assert described(fresh, "exported") == described(console, "exported")
        stopped(fresh, "exported")
    stopped(console, "exported")


@pytest.mark.parametrize("form", [Format.CLOUDFORMATION, Format.CDK, Format.TERRAFORM])
def test_other_formats_say_that_they_launch_no_job(console: Console, form: Format, tmp_path: Path) -> None:
    plan = console.autopilot.plan(replace(of_kind(console, ProblemKind.TABULAR, tmp_path), name="described"))
    text = export(plan, form, region="us-east-1").text
    assert "create_auto_ml_job_v2: a job, which runs and ends" in text
    assert "sends a file of this machine" in text


@pytest.mark.slow
def test_a_job_that_is_waited_for_trains_and_its_endpoint_stands(console: Console) -> None:
    request = request_of(console, "whole", wait=True, deploy=AutoDeploy("whole-best"), limits=Limits())
    plan = console.autopilot.plan(request)
    assert console.runs.wait(console.runs.start(plan, confirmed=plan), 150).status is RunStatus.DONE
    job = console.autopilot.describe("whole")
    assert (job.status, job.problem, job.deployed_as) == (JobStatus.COMPLETED, "BinaryClassification", "whole-best")
    with pytest.raises(NameTaken):
        console.autopilot.plan(replace(request, name="again"))
