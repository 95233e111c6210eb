"""Runs over a small library: work is shared, results stay, a run that was killed or cancelled goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import services
from services.documents import Method
from services.errors import InvalidRequest, ModelFailed, NotFound
from services.evaluation import Grid, Item, Place, RunRequest, setting_id, settings_of
from services.jobs import STALE_SECONDS, Jobs, JobStatus
from services.knowledge import SearchMode
from services.knowledge.defaults import Defaults
from services.state import State
from tests.services.evaluation.fakes import FILES, ITEMS, Model, make, start, wait, wait_for

GRID = Grid(("embed",), sizes=(200, 700), overlaps=(0,), modes=(SearchMode.VECTOR, SearchMode.HYBRID))
NOWHERE = Item("moon", "Which colour has the far side of the moon?", unanswerable=True)


def test_each_cut_is_embedded_once_and_again_never(tmp_path: Path) -> None:
    service = make(tmp_path)
    settings = settings_of(GRID)
    run = start(service, settings)
    job = wait(service, run)
    assert job.status is JobStatus.DONE, job.problem
    assert job.result is not None
    assert job.result["embedded"] == service.embedder.texts  # type: ignore[attr-defined]
    assert set(job.result["seconds"]) == {"reading", "cutting", "embedding", "searching"}
    before = service.embedder.texts  # type: ignore[attr-defined]
    again = start(
        service, settings_of(Grid(("embed",), sizes=(200, 700), overlaps=(0,), ks=(1,), diversities=(0.0, 0.3)))
    )
    wait(service, again)
    assert service.embedder.texts == before  # type: ignore[attr-defined]
    assert not list((tmp_path / "evaluation" / "scratch").glob("*"))
    assert service.runs()[0].id == again


def test_results_hold_every_question_in_every_setting_with_its_passages(tmp_path: Path) -> None:
    service = make(tmp_path)
    settings = settings_of(GRID)
    run = start(service, settings, [*ITEMS, NOWHERE])
    wait(service, run)
    view = service.view(run)
    assert [each.done for each in view.scored] == [16] * 4
    assert {each.label for each in view.scored} >= {"200/0 · vector", "700/0 · hybrid 0.5"}
    hybrid = next(each for each in view.scored if each.label == "700/0 · hybrid 0.5")
    assert hybrid.figures["hit10"].value == 1.0
    assert hybrid.figures["refused_right"].count == 1
    assert hybrid.figures["right"].value is None
    assert hybrid.figures["usd"].value is not None
    one = service.outcomes(run)[hybrid.id]["refunds-1"]
    assert one.expected == 10  # "101 days" is in each of the ten files
    assert [seen.rank for seen in one.seen] == list(range(1, 11))
    assert one.seen[0].source == "refunds.txt"
    assert one.seen[0].relevant


def test_answers_are_measured_where_a_language_model_is_chosen(tmp_path: Path) -> None:
    service = make(tmp_path)
    (setting,) = settings_of(Grid(("embed",), languages=("talk",), threshold=0.0))
    run = start(service, (setting,), [*ITEMS, NOWHERE])
    assert wait(service, run).status is JobStatus.DONE
    (scored,) = service.view(run).scored
    figures = scored.figures
    assert figures["right"].count == 15
    assert figures["grounded"].value == 1.0
    assert figures["tokens"].value == 25
    assert figures["refused_right"].value == 1.0
    assert figures["usd"].value is None  # nobody knows what "talk" costs
    assert service.outcomes(run)[scored.id]["moon"].refused


def test_an_endpoint_that_never_answers_ends_the_run_with_its_own_words(tmp_path: Path) -> None:
    class Broken(Model):
        def __call__(self, *_: object) -> None:  # type: ignore[override]
            raise ModelFailed("talk answers with an error.", "Its memory is full.", "Test it.")

    service = make(tmp_path, model=Broken())
    run = start(service, settings_of(Grid(("embed",), languages=("talk",), threshold=0.0)))
    job = wait(service, run)
    assert job.status is JobStatus.FAILED
    assert job.problem is not None
    assert job.problem.why == "Its memory is full."
    assert not list((tmp_path / "evaluation" / "scratch").glob("*"))


def test_a_cancelled_run_keeps_what_was_done_and_goes_on(tmp_path: Path) -> None:
    model = Model(pause=0.02)
    service = make(tmp_path, model=model)
    run = start(service, settings_of(Grid(("embed",), ks=(1, 3), languages=("talk",), threshold=0.0)))
    while not sum(service.runs()[0].id == run and count for count in service._keeping.done(run).values()):
        time.sleep(0.01)
    service.cancel(run)
    assert wait(service, run).status is JobStatus.CANCELLED
    done = sum(service._keeping.done(run).values())
    assert 0 < done < 30
    calls = model.calls
    assert service.resume(run) == run
    assert wait(service, run).status is JobStatus.DONE
    assert sum(service._keeping.done(run).values()) == 30
    assert model.calls - calls <= 30 - done + 1


CHILD = """
import sys, time
from pathlib import Path
from services.evaluation import Grid, settings_of
from tests.services.evaluation.fakes import make, start
from tests.services.evaluation.test_running import GRID
print(start(make(Path(sys.argv[1]), pause=0.05), settings_of(GRID)), flush=True)
time.sleep(120)
"""


def test_a_run_that_was_killed_goes_on_without_embedding_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(services.__file__).parents[1]
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)], cwd=root, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    try:
        assert child.stdout is not None
        run = child.stdout.readline().strip()
        service = make(tmp_path)
        shelf = service._workshop.shelf()
        while not shelf._state.read("select count(*) n from vector")[0]["n"]:
            time.sleep(0.01)
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        if child.stdout is not None:
            child.stdout.close()
    held = shelf._state.read("select count(*) n from vector")[0]["n"]
    assert list((tmp_path / "evaluation" / "scratch").glob("*"))
    late = Jobs(State(tmp_path / "state.db"), clock=lambda: time.time() + STALE_SECONDS + 1)
    monkeypatch.setattr(service._jobs, "_clock", late._clock)
    assert service.runs()[0].status == JobStatus.INTERRUPTED
    assert service.tidy() == 1
    service.resume(run)
    job = wait(service, run)
    assert job.status is JobStatus.DONE
    assert job.result is not None
    everything = shelf._state.read("select count(*) n from vector")[0]["n"]
    assert service.embedder.texts == job.result["embedded"] <= everything - held  # type: ignore[attr-defined]
    alone = make(tmp_path / "alone")
    other = start(alone, settings_of(GRID))
    wait(alone, other)
    for setting in settings_of(GRID):
        first, second = (each.outcomes(which)[setting_id(setting)] for each, which in ((service, run), (alone, other)))
        assert {key: one.seen for key, one in first.items()} == {key: one.seen for key, one in second.items()}


def test_what_is_chosen_becomes_the_owners_default(tmp_path: Path) -> None:
    service = make(tmp_path)
    settings = settings_of(Grid(("embed",), methods=(Method.PAGE,), sizes=(400,), overlaps=(50,), weights=(0.2,)))
    run = start(service, settings)
    wait(service, run)
    service.use(run, setting_id(settings[0]))
    kept = Defaults(State(tmp_path / "state.db"), "me").read()
    assert (kept.chunks.size, kept.chunks.method, kept.search.weight) == (400, Method.PAGE, 0.2)
    assert kept.embedding == "embed"
    assert "handbook" in kept.origin
    assert Defaults(State(tmp_path / "state.db"), "you").read().origin == ""
    with pytest.raises(NotFound):
        service.use(run, "nothing")


def test_deleting_a_run_takes_its_results_and_the_files_only_it_had(tmp_path: Path) -> None:
    service = make(tmp_path)
    run = start(service, settings_of(Grid(("embed",))))
    wait(service, run)
    with pytest.raises(InvalidRequest, match="A run asked"):
        service.delete_set(service.view(run).set.id)
    service.delete_run(run)
    assert service.runs() == ()
    assert not list((tmp_path / "evaluation" / "originals").glob("*/*/*"))
    service.delete_set(service.sets()[0].id)
    assert service.sets() == ()


def test_a_set_is_versioned_by_its_content_and_seen_by_its_owner_only(tmp_path: Path) -> None:
    service = make(tmp_path)
    first = service.save_set("mine", ITEMS)
    assert service.save_set("mine", ITEMS[::-1]).id == first.id
    second = service.save_set("mine", [*ITEMS, NOWHERE])
    assert second.version != first.version
    assert service.set(second.id).items[-1] == NOWHERE
    assert {each.unanswerable for each in service.sets()} == {0, 1}
    service._keeping.owner = "somebody else"
    assert service.sets() == ()
    with pytest.raises(NotFound):
        service.set(first.id)


def test_the_estimate_counts_passages_and_calls_and_knows_seconds_after_a_run(tmp_path: Path) -> None:
    service = make(tmp_path, pause=0.001)
    settings = settings_of(GRID)
    sources = service.keep_files(FILES)
    before = service.estimate(settings, 15, sources)
    assert (before.settings, before.searches, before.calls, before.seconds) == (4, 60, 0, None)
    assert before.usd is None
    wait(service, start(service, settings))
    after = service.estimate(settings, 15, sources)
    assert (before.passages, after.passages) == (service.embedder.texts, 0)  # type: ignore[attr-defined]
    assert after.seconds is not None
    assert after.usd == pytest.approx(after.seconds * 1.8 / 3600)
    asked = service.estimate(settings_of(Grid(("embed",), languages=("talk", "chat"))), 15, sources)
    assert asked.calls == 30
    assert asked.usd is None


def test_a_run_needs_documents_and_settings_and_stays_within_bounds(tmp_path: Path) -> None:
    service = make(tmp_path)
    questions = service.save_set("handbook", ITEMS).id
    with pytest.raises(InvalidRequest, match="no document"):
        service.start(RunRequest("x", questions, (), settings_of(GRID)))
    with pytest.raises(InvalidRequest, match="no setting"):
        service.start(RunRequest("x", questions, service.keep_files(FILES), ()))
    with pytest.raises(InvalidRequest, match="too many"):
        settings_of(Grid(("embed",), sizes=tuple(range(300, 600)), ks=(1, 2), languages=("talk",)))


@pytest.mark.parametrize(("endpoint", "by"), [("", "made by rule"), ("talk", "talk")])
def test_questions_are_made_of_the_documents_as_a_draft(tmp_path: Path, endpoint: str, by: str) -> None:
    service = make(tmp_path)
    sources = service.keep_files(FILES)
    job = service.generate("draft", sources, 12, seed=7, endpoint=endpoint)
    ended = wait_for(lambda: service._jobs.view(job, "me"))
    assert ended.status is JobStatus.DONE, ended.problem
    assert ended.result is not None
    assert ended.result["by"] == by
    made = service.set(ended.result["set"])
    assert made.draft
    assert 1 <= len(made.items) <= 12
    names = {each.sha256: each.name for each in sources}
    assert len({names[item.place.document] for item in made.items}) >= 5  # sampled across documents
    run = service.start(RunRequest("made", made.id, sources, settings_of(Grid(("embed",)))))
    wait(service, run)
    assert all(one.expected for held in service.outcomes(run).values() for one in held.values())


def test_a_model_that_does_not_write_is_stood_in_for_by_rule_and_said_so(tmp_path: Path) -> None:
    class Mute(Model):
        def __call__(self, *_: object) -> object:  # type: ignore[override]
            from services.inference import Delta

            return iter([Delta("I can only read."), Delta(done=True)])

    service = make(tmp_path, model=Mute())
    job = service.generate("draft", service.keep_files(FILES), 5, endpoint="talk")
    ended = wait_for(lambda: service._jobs.view(job, "me"))
    assert ended.result is not None
    assert ended.result["by"] == "made by rule"
    assert "does not write questions" in service.set(ended.result["set"]).note


def test_a_place_given_by_name_page_and_words_is_found_in_the_run(tmp_path: Path) -> None:
    service = make(tmp_path)
    item = Item("q", "How long for badges?", ("101 days",), Place("badges.txt", 2))
    run = start(service, settings_of(GRID), [item])
    wait(service, run)
    assert all(held["q"].expected == 1 for held in service.outcomes(run).values())


def test_exports_hold_the_same_figures_and_nothing_a_name_says_acts(tmp_path: Path) -> None:
    import csv
    import io
    import json

    service = make(tmp_path)
    questions = service.save_set("=cmd|'x' <img src=x>", ITEMS)
    run = service.start(RunRequest("a | b <b>", questions.id, service.keep_files(FILES), settings_of(GRID)))
    wait(service, run)
    rows = list(csv.DictReader(io.StringIO(service.export(run, "csv"))))
    told = json.loads(service.export(run, "json"))
    assert [float(row["hit5"]) for row in rows] == [each["figures"]["hit5"]["value"] for each in told["settings"]]
    assert len(told["outcomes"]) == 4
    assert told["best"] in {each["id"] for each in told["settings"]}
    markdown = service.export(run, "md")
    assert "<b>" not in markdown.replace("\\<b\\>", "")
    assert "**best**" in markdown
    assert "≈" in markdown
