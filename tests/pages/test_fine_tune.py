"""The page Fine-tune: model, text, doctor, template with its preview, settings, cost, plan, jobs, one job, its use."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.errors import NotFound, PermissionDenied
from services.logs.service import LogsService
from services.plans import Estimate, Plan
from services.tables.kept import KeptTables
from services.tuning import JobStatus, TrainingJob, TuningRequest, TuningService
from services.tuning.models import Figure, Stage
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole, endpoint
from tests.services.tuning.texts import GATED, OPEN, container, lines, rows, spec

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOSTILE = "![x](http://evil.example/x.png) **bold** :red[y]"
PAGE = ("fine_tune", "Fine-tune")


class FakeReads:
    """What a TuningGateway reads: these jobs, and no metrics."""

    def __init__(self) -> None:
        self.jobs: list[TrainingJob] = []
        self.refused = False

    def list_jobs(self, most: int = 0) -> tuple[TrainingJob, ...]:
        if self.refused:
            raise PermissionDenied(
                "You may not list training jobs.", "", "Ask for it.", action="sagemaker:ListTrainingJobs"
            )
        return tuple(replace(job, described=False) for job in self.jobs)

    def describe(self, name: str, *, tags: bool = True) -> TrainingJob:
        for job in self.jobs:
            if job.name == name:
                return job
        raise NotFound(f"There is no training job {name}.")

    def exists(self, name: str) -> bool:
        return any(job.name == name for job in self.jobs)

    def curves(self, *_: object) -> dict[str, Any]:
        return {}


def console_of(folder: Path, *jobs: TrainingJob, **how: Any) -> FakeConsole:
    """A console whose models can be tuned with limits of their own."""
    console: Any = FakeConsole(*how.pop("details", ()), **how)
    console.reads = FakeReads()
    console.reads.jobs = list(jobs)
    objects: Any = SimpleNamespace(exists=lambda *_, **__: True, stored=lambda _: (3, 4_000_000), buckets=lambda: ())
    quotas: Any = SimpleNamespace(limit=lambda *_: SimpleNamespace(limit=2.0))
    tuning = TuningService(
        console.reads, console.catalog, console.access, objects, console.deploy,
        lambda: quotas, owner=console.owner, now=NOW.timestamp,
    )  # fmt: skip
    tuning.spec = spec  # type: ignore[method-assign]
    sketch = tuning.sketch
    tuning.sketch = lambda request: replace(  # type: ignore[method-assign]
        sketch(request), spec=spec(request.model_id), container=container()
    )
    tuning.state = lambda request: tuning.sketch(request)  # type: ignore[method-assign]
    console.tuning, console.objects = tuning, objects
    console.kept_texts = KeptTables(folder)
    logs: Any = SimpleNamespace(streams=lambda *_: (), end=lambda *_: None)
    console.logs = LogsService(logs, NOW.timestamp)
    return console  # type: ignore[no-any-return]


def job(name: str = "tune-1", **change: Any) -> TrainingJob:
    made: dict[str, Any] = {
        "name": name, "arn": f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{name}",
        "status": JobStatus.COMPLETED, "stage": "Completed", "created": NOW - timedelta(hours=2), "described": True,
        "started": NOW - timedelta(hours=2), "ended": NOW - timedelta(hours=1), "instance_type": "ml.g5.12xlarge",
        "most_seconds": 7200, "training_seconds": 3500, "billable_seconds": 3500, "output": "s3://out/tuning/",
        "artifact": "s3://out/tuning/tune-1/output/model.tar.gz", "tags": {"sagedeck:model-id": OPEN},
        "stages": (Stage("Starting", NOW - timedelta(hours=2), NOW - timedelta(hours=1)),),
        "figures": (Figure("huggingface-textgeneration:train-loss", 0.5, NOW),),
    }  # fmt: skip
    return TrainingJob(**made | change)


def kept(console: Any, content: str) -> str:
    found: str = console.kept_texts.put(console.owner, "mine.jsonl", [content.encode()]).sha256
    return found


def texts(at: AppTest) -> str:
    return " ".join(str(each.value).replace("\\", "") for each in at.markdown)


def errors(at: AppTest) -> str:
    return " ".join(each.value.replace("\\", "") for each in at.error)


def press(at: AppTest, words: str) -> AppTest:
    return next(each for each in at.button if each.label.startswith(words)).click().run()


def field(at: AppTest, label: str, kind: str = "text_input") -> Any:
    return next(each for each in getattr(at, kind) if each.label == label)


def test_the_page_begins_with_a_model_and_asks_for_a_text(open_page: Open, tmp_path: Path) -> None:
    at = open_page(*PAGE[:1], console_of(tmp_path), PAGE[1])
    assert not at.error
    assert len(field(at, "Model", "selectbox").options) > 50
    assert "One row a line of JSON" in texts(at)
    assert not [each for each in at.button if each.label == "Review the plan"]


def test_a_text_is_looked_at_and_its_template_previewed_and_priced(open_page: Open, tmp_path: Path) -> None:
    console = console_of(tmp_path)
    at = open_page("fine_tune", console, "Fine-tune", text=kept(console, lines(rows())), model=OPEN)
    assert field(at, "What is answered", "text_area").value == "{answer}"
    said = [each.value for each in at.text]
    assert any("What is 0?" in each for each in said)
    field(at, "What is asked", "text_area").input("Q: {question} ({topic})").run()
    assert "{topic} is no column" in texts(at)
    figures = {each.label: each.value for each in at.metric}
    assert figures["At most"].startswith("\\$")
    assert figures["Likely (an estimate)"].startswith("\\$")


def test_the_sample_is_one_click_away(open_page: Open, tmp_path: Path) -> None:
    at = open_page("fine_tune", console_of(tmp_path), "Fine-tune", model=OPEN)
    at.segmented_control(key="tune.way").set_value("A sample").run()
    press(at, "Take the sample")
    assert "160 rows" in texts(at)
    assert "The template does not use topic." in texts(at)


def test_what_is_wrong_stands_at_its_field_and_beside_the_button(open_page: Open, tmp_path: Path) -> None:
    console = console_of(tmp_path)
    at = open_page("fine_tune", console, "Fine-tune", text=kept(console, lines(rows())), model=OPEN)
    field(at, "epoch").input("0").run()
    assert "It is at least 1." in texts(at)
    press(at, "Review the plan")
    assert any("to be mended" in each.value for each in at.error)
    field(at, "epoch").input("2").run()
    press(at, "Review the plan")
    assert any(each.label.startswith("Train") for each in at.button)
    planned: TuningRequest = at.session_state["tune.reviewed"].request
    assert dict(planned.hyperparameters) == {"epoch": "2"}
    press(at, "Change")
    assert field(at, "epoch").value == "2"


def test_a_text_that_cannot_be_learned_from_reaches_no_plan_and_is_mended_on_a_copy(
    open_page: Open, tmp_path: Path
) -> None:
    console = console_of(tmp_path)
    at = open_page("fine_tune", console, "Fine-tune", text=kept(console, lines(rows()) + "{no json\n"), model=OPEN)
    assert "1 of 151 rows are no JSON." in texts(at)
    press(at, "Review the plan")
    assert "tune.reviewed" not in at.session_state
    press(at, "Make a mended copy")
    assert "150 rows" in texts(at)
    assert "no JSON" not in texts(at).replace("JSON lines", "")


def test_a_licence_is_accepted_here_and_nowhere_else(open_page: Open, tmp_path: Path) -> None:
    console = console_of(tmp_path)
    at = open_page("fine_tune", console, "Fine-tune", text=kept(console, lines(rows())), model=GATED)
    box = next(each for each in at.checkbox if "licence" in each.label)
    assert not box.value
    assert "deploying the result asks for no second one" in texts(at)
    press(at, "Review the plan")
    assert any("licence is accepted" in each.value for each in at.error)
    next(each for each in at.checkbox if "licence" in each.label).check().run()
    press(at, "Review the plan")
    assert at.session_state["tune.reviewed"].request.accept_eula


def test_spare_capacity_asks_how_long_it_may_wait(open_page: Open, tmp_path: Path) -> None:
    console = console_of(tmp_path)
    at = open_page("fine_tune", console, "Fine-tune", text=kept(console, lines(rows())), model=OPEN)
    next(each for each in at.toggle if each.label.startswith("Spare capacity")).set_value(True).run()
    field(at, "Longest time with all waiting, hours", "number_input").set_value(2.0).run()
    assert "at least as long as the training itself" in texts(at)
    assert any("saves" in each.label for each in at.metric)


def test_nothing_a_text_says_can_act(open_page: Open, tmp_path: Path) -> None:
    console = console_of(tmp_path)
    hostile = [{"question": HOSTILE, HOSTILE: "x", "answer": HOSTILE}] * 120
    at = open_page("fine_tune", console, "Fine-tune", text=kept(console, lines(hostile)), model=OPEN)
    assert any(HOSTILE in each.value for each in at.text)
    assert not any(HOSTILE in str(each.value) for each in at.markdown)


def test_five_hundred_jobs_are_listed_fifteen_at_a_time_and_found_by_name(open_page: Open, tmp_path: Path) -> None:
    console = console_of(tmp_path, *(job(f"tune-{place}") for place in range(500)))
    at = open_page("fine_tune", console, "Fine-tune")
    at.segmented_control(key="tune.what").set_value("Jobs").run()
    assert len([each for each in at.button if each.label == "Open"]) == 15
    field(at, "Find").input("tune-499").run()
    press(at, "Open")
    assert at.query_params["job"] == "tune-499"
    assert "Falcon" in texts(at)


def test_a_job_that_ended_tells_cost_losses_and_can_be_deployed(open_page: Open, tmp_path: Path) -> None:
    console = console_of(tmp_path, job(spot=True, billable_seconds=1200, training_seconds=3500))
    at = open_page("fine_tune", console, "Fine-tune", job="tune-1")
    assert "Spare capacity saved 66%" in texts(at)
    assert {each.label: each.value for each in at.metric}["Billed"] == "20 min"
    assert not [each for each in at.button if each.label == "Stop it"]
    at.session_state["tune.tabs.tune-1"] = "Use it"
    at.run()
    assert "no second licence" in texts(at).lower()
    press(at, "Review the plan")
    assert any(each.label.startswith("Deploy") for each in at.button)


def test_a_job_under_way_can_be_stopped_by_a_plan(open_page: Open, tmp_path: Path) -> None:
    moving = job(status=JobStatus.IN_PROGRESS, stage="Training", ended=None, artifact="", billable_seconds=None,
                 training_seconds=None)  # fmt: skip
    at = open_page("fine_tune", console_of(tmp_path, moving), "Fine-tune", job="tune-1")
    press(at, "Stop it")
    assert any(each.label.startswith("Stop ·") for each in at.button)
    press(at, "Let it train on")
    assert any(each.label == "Stop it" for each in at.button)


def test_a_job_that_failed_says_why_and_what_it_left(open_page: Open, tmp_path: Path) -> None:
    failed = job(status=JobStatus.FAILED, stage="Failed", artifact="", failure=(
        "CapacityError: Unable to provision requested ML compute capacity. " + HOSTILE))  # fmt: skip
    at = open_page("fine_tune", console_of(tmp_path, failed), "Fine-tune", job="tune-1")
    assert any("Unable to provision" in each.value for each in at.error)
    assert any("Cause" in each.value for each in at.info)
    assert not any(HOSTILE in each.value for each in at.error)
    at.session_state["tune.tabs.tune-1"] = "In S3"
    at.run()
    assert "3 objects, 4.0 MB" in texts(at)


def test_the_result_is_compared_with_its_base_model_side_by_side(open_page: Open, tmp_path: Path) -> None:
    tuned, plain = endpoint("tuned", "text-generation"), endpoint("base", "text-generation")
    own = replace(tuned, tags=(*tuned.tags, ("training-job", "tune-1")))
    base = replace(plain, tags=(*plain.tags, ("sagedeck:model-id", OPEN)))
    console = console_of(tmp_path, job(), details=(own, base))
    at = open_page("fine_tune", console, "Fine-tune", job="tune-1")
    at.session_state["tune.tabs.tune-1"] = "Use it"
    at.run()
    assert any("Compare with the base model" in str(each.value) for each in at.page_link)
    chat = open_page("playground/chat", console, "Chat", endpoints="tuned,base")
    assert chat.session_state["chat.endpoints"] == ["tuned", "base"]
    assert "endpoints" not in chat.query_params


def test_what_may_not_be_listed_is_said_and_the_form_stays(open_page: Open, tmp_path: Path) -> None:
    console: Any = console_of(tmp_path)
    console.reads.refused = True
    at = open_page("fine_tune", console, "Fine-tune")
    at.segmented_control(key="tune.what").set_value("Jobs").run()
    assert "You may not list training jobs." in errors(at)
    at.segmented_control(key="tune.what").set_value("New").run()
    assert not at.error


def test_a_job_that_is_not_there_and_one_that_says_nothing_of_its_model_are_told(
    open_page: Open, tmp_path: Path
) -> None:
    console = console_of(tmp_path, job(tags={}))
    assert "There is no training job nobody." in errors(open_page("fine_tune", console, "Fine-tune", job="nobody"))
    at = open_page("fine_tune", console, "Fine-tune", job="tune-1")
    at.session_state["tune.tabs.tune-1"] = "Use it"
    at.run()
    assert "container of your own" in texts(at)


def test_the_plan_says_what_it_may_cost_in_all(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    console: Any = console_of(tmp_path)
    planned = Plan("Tune it", (), estimate=Estimate(0.0, 42.83, "while it trains"))
    monkeypatch.setattr(console.tuning, "plan", lambda *_: planned)
    at = open_page("fine_tune", console, "Fine-tune", text=kept(console, lines(rows())), model=OPEN)
    press(at, "Review the plan")
    assert any("at most" in each.label and "42.83" in each.label for each in at.button)
