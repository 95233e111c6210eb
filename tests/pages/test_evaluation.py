"""The four steps of an evaluation, over a real service with a small library of its own."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from services.evaluation import Grid, Item, settings_of
from services.evaluation.models import Figure
from services.knowledge import SearchMode
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole, document, pair
from tests.services.evaluation.fakes import ITEMS, start, wait

EVIL = "![x](http://127.0.0.1:9/x.png) <img src=x> :red[no]"


def said(at: AppTest) -> str:
    return " ".join(str(each.value) for each in (*at.markdown, *at.info, *at.success, *at.warning)).replace("\\", "")


def ready() -> FakeConsole:
    console = FakeConsole(*pair())
    console.knowledge.records = [document()]
    console.jobs = console.evaluation._jobs  # type: ignore[assignment]
    return console


def ran(console: FakeConsole, *more: Item) -> str:
    modes = (SearchMode.KEYWORD, SearchMode.HYBRID)
    run = start(console.evaluation, settings_of(Grid(("embedder",), sizes=(200, 700), overlaps=(0,), modes=modes)),
                [*ITEMS, *more])  # fmt: skip
    wait(console.evaluation, run)
    return run


def test_a_file_of_questions_is_kept_and_its_bad_rows_are_named(open_page: Open) -> None:
    console = ready()
    at = open_page("playground/evaluation", console, "Evaluation")
    at.file_uploader[0].upload("trips.csv", b"question,answer\nWhen?,30 days\n,nothing\n").run()
    assert "1 row left out" in said(at)
    assert "line 3: There is no question in this row" in said(at)
    next(each for each in at.button if each.label == "Keep 1 question").click().run()
    assert not at.exception
    (kept,) = console.evaluation.sets()
    assert (kept.name, kept.questions) == ("trips", 1)


def test_a_hostile_file_is_refused_where_it_was_dropped(open_page: Open) -> None:
    at = open_page("playground/evaluation", ready(), "Evaluation")
    at.file_uploader[0].upload("evil.csv", b"name;age\n=cmd();3\n").run()
    assert not at.exception
    assert "has no column of questions" in at.error[0].value.replace("\\", "")


def test_the_grid_says_how_many_settings_it_makes_and_what_they_take(open_page: Open) -> None:
    console = ready()
    console.evaluation.save_set("handbook", ITEMS)
    at = open_page("playground/evaluation", console, "Evaluation", step="Settings")
    assert "**6 settings** × 15 questions" in said(at)
    at.multiselect(key="evaluation.weights").set_value([0.2, 0.5, 1.0]).run()
    assert "**10 settings** × 15 questions" in said(at)
    at.multiselect(key="evaluation.embeddings").set_value([]).run()
    assert "No embedding endpoint is chosen" in at.error[0].value


def test_a_run_started_from_the_page_is_followed_and_its_results_shown(open_page: Open) -> None:
    console = ready()
    run = ran(console)
    at = open_page("playground/evaluation", console, "Evaluation", step="Run", run=run)
    assert "Evaluate 4 settings: handbook" in said(at)
    next(each for each in at.button if each.label == "See the results").click().run()
    assert not at.exception
    assert "is first: nDCG@10" in said(at)
    table = at.dataframe[0].value
    assert "·" in table["Setting"].iloc[0]
    assert table["hit@5"].notna().all()


def test_the_best_becomes_the_default(open_page: Open) -> None:
    console = ready()
    run = ran(console)
    at = open_page("playground/evaluation", console, "Evaluation", step="Results", run=run)
    next(each for each in at.button if each.label == "Use this setting").click().run()
    assert not at.exception
    chosen = console.evaluation._defaults.read()
    assert chosen.chunks.size in (200, 700)
    assert chosen.embedding == "embedder"
    assert f"cut into {chosen.chunks.size:,} characters" in said(at)


@pytest.mark.parametrize(("low", "said_of_it"), [(-0.1, "That may be chance."), (0.1, "That is more than chance.")])
def test_two_settings_are_compared_with_the_questions_that_part_them(
    open_page: Open, low: float, said_of_it: str
) -> None:
    console = ready()
    run, compare = ran(console), console.evaluation.compare
    gap, won = Figure(0.3, low, 0.5, len(ITEMS)), (ITEMS[0].id,)
    console.evaluation.compare = lambda *asked: replace(  # type: ignore[method-assign]
        compare(*asked), difference=gap, won=won
    )
    at = open_page("playground/evaluation", console, "Evaluation", step="Results", run=run)
    next(each for each in at.segmented_control if "Compare two settings" in each.options).set_value(
        "Compare two settings"
    ).run()
    assert not at.exception
    assert "first less second **+0.300**" in said(at)
    assert said_of_it in said(at)
    assert ITEMS[0].question in said(at)


def test_hostile_questions_and_names_are_words(open_page: Open) -> None:
    console = ready()
    run = ran(console, Item("evil", EVIL, (EVIL,)))
    assert json.loads(console.evaluation.export(run, "json"))["items"][-1]["question"] == EVIL
    for step in ("Questions", "Results"):
        at = open_page("playground/evaluation", console, "Evaluation", step=step, run=run)
        shown = [each.value for each in at.markdown if "127.0.0.1:9" in str(each.value)]
        assert all("![x](http" not in each for each in shown)


def test_a_stopped_run_can_go_on_or_be_deleted(open_page: Open) -> None:
    console = ready()
    run = ran(console)
    console.evaluation._keeping.set_job(run, "lost")
    at = open_page("playground/evaluation", console, "Evaluation", step="Run", run=run)
    assert "Go on" in [each.label for each in at.button]
    next(each for each in at.button if each.label == "Delete").click().run()
    assert not at.exception
    assert console.evaluation.runs() == ()
