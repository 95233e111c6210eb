"""The page Notebooks: states with what can be done, cost running and stopped, the form, and the link shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.resources import Kind
from tests.pages.conftest import Open
from tests.pages.fake_workspaces import LINK, denied, notebook, workplace
from tests.services.cleanup.account import NOW

PAGE, TITLE = "workspaces/notebooks", "Notebooks"


def texts(at: AppTest) -> str:
    return " ".join(str(each.value).replace("\\", "") for each in at.markdown)


def labels(at: AppTest) -> list[str]:
    return [each.label for each in at.button]


def press(at: AppTest, label: str) -> AppTest:
    next(each for each in at.button if each.label == label).click()
    at.run()
    assert not at.exception
    return at


def figure(at: AppTest, label: str) -> Any:
    return next(each for each in at.metric if each.label == label)


def test_an_empty_account_is_told_what_a_notebook_instance_is(open_page: Open) -> None:
    at = open_page(PAGE, workplace(), TITLE)
    assert "No notebook instance" in texts(at)
    assert "New notebook instance" in labels(at)


@pytest.mark.parametrize(
    ("status", "offered"),
    [
        ("InService", {"Open JupyterLab", "Jupyter", "Stop", "Change…", "Delete…"}),
        ("Stopped", {"Start…", "Change…", "Delete…"}),
        ("Failed", {"Start…", "Delete…"}),
        ("Pending", {"Delete…"}),
        ("Deleting", set()),
        ("Dreaming", set()),
    ],
)
def test_each_state_offers_what_can_be_done_and_no_more(open_page: Open, status: str, offered: set[str]) -> None:
    at = open_page(PAGE, workplace(notebook("papers", status)), TITLE)
    acts = {"Open JupyterLab", "Jupyter", "Start…", "Stop", "Change…", "Delete…"}
    assert acts & set(labels(at)) == offered


def test_what_it_costs_running_and_stopped_stands_at_it(open_page: Open) -> None:
    at = open_page(PAGE, workplace(notebook("papers"), notebook("still", "Stopped")), TITLE)
    told = texts(at)
    assert "$0.05/h while it runs" in told
    assert "20 GB, $2.80/month also stopped" in told
    assert figure(at, "Running").value == "1"
    assert figure(at, "Volumes").value == "$5.60/month"


def test_one_that_failed_says_why_and_what_to_do(open_page: Open) -> None:
    at = open_page(PAGE, workplace(notebook("papers", "Failed")), TITLE)
    assert "insufficient capacity" in texts(at)
    assert "What to do" in str(at.info[0].value)


def test_one_that_nobody_stops_is_told_as_idle(open_page: Open) -> None:
    long = notebook("papers", changed=NOW - timedelta(days=9))
    at = open_page(PAGE, workplace(long), TITLE)
    assert "runs for 9 days" in texts(at)
    assert figure(at, "Idle").value == "1"


def test_the_link_is_shown_once_to_who_asked(open_page: Open) -> None:
    console: Any = workplace(notebook("papers"))
    at = open_page(PAGE, console, TITLE)
    assert console.notes.opened == []
    press(at, "Open JupyterLab")
    (link,) = at.get("link_button")
    assert link.proto.url == f"{LINK}&view=lab"
    assert "kept nowhere" in texts(at)
    assert "SECRET" not in repr(at.session_state)
    at.run()
    assert not at.get("link_button")
    assert console.notes.opened == ["papers"]


def test_a_stop_is_a_plan_that_says_what_is_lost(open_page: Open) -> None:
    console: Any = workplace(notebook("papers"))
    at = press(open_page(PAGE, console, TITLE), "Stop")
    assert any("only in memory" in str(each.value) for each in at.warning)
    confirm = next(each for each in at.button if each.label.startswith("Stop ·"))
    confirm.click().run()
    (plan,) = console.runs.started
    assert [step.operation for step in plan] == ["stop_notebook_instance", "describe_notebook_instance"]


def test_deleting_asks_for_the_name(open_page: Open) -> None:
    at = press(open_page(PAGE, workplace(notebook("papers")), TITLE), "Delete…")
    confirm = next(each for each in at.button if each.label.startswith("Delete ·"))
    assert confirm.disabled
    next(each for each in at.text_input if "Type" in each.label).set_value("papers").run()
    assert not next(each for each in at.button if each.label.startswith("Delete ·")).disabled


def test_a_wrong_name_is_told_at_its_field_and_not_planned(open_page: Open) -> None:
    at = press(open_page(PAGE, workplace(), TITLE), "New notebook instance")
    at.text_input(key="notebooks.new.name").set_value("my papers").run()
    assert "Letters without accents" in texts(at)
    press(at, "Review the plan")
    assert not [each for each in at.button if each.label.startswith("Make it")]
    at.text_input(key="notebooks.new.name").set_value("papers").run()
    press(at, "Review the plan")
    assert [each for each in at.button if each.label.startswith("Make it")]


def test_an_empty_form_says_what_is_missing_only_once_it_is_asked(open_page: Open) -> None:
    at = press(open_page(PAGE, workplace(), TITLE), "New notebook instance")
    assert "Give it a name" not in texts(at)
    press(at, "Review the plan")
    assert "Give it a name" in texts(at)


def test_a_smaller_volume_is_told_where_it_is_typed(open_page: Open) -> None:
    at = press(open_page(PAGE, workplace(notebook("papers")), TITLE), "Change…")
    at.number_input(key="notebooks.change.papers.volume").set_value(10).run()
    assert "can only grow" in texts(at)
    at.number_input(key="notebooks.change.papers.volume").set_value(40).run()
    press(at, "Review the plan")
    assert any("cannot be taken back" in str(each.value) for each in at.warning)


def test_a_list_that_may_not_be_read_names_the_right_and_leaves_the_page(open_page: Open) -> None:
    gap = denied(Kind.NOTEBOOK, "sagemaker:ListNotebookInstances")
    at = open_page(PAGE, workplace(gaps=(gap,)), TITLE)
    assert any("sagemaker:ListNotebookInstances" in str(each.value) for each in at.warning)
    assert "New notebook instance" in labels(at)


def test_of_five_hundred_ten_are_drawn_and_any_is_found(open_page: Open) -> None:
    console = workplace(*(notebook(f"team-{number:03}", "Stopped") for number in range(500)))
    at = open_page(PAGE, console, TITLE)
    assert figure(at, "Notebook instances").value == "500"
    assert labels(at).count("Start…") == 10
    at.text_input(key="notebooks.find").set_value("team-417").run()
    assert labels(at).count("Start…") == 1
    assert "team-417" in texts(at)


def test_a_hostile_name_is_only_words(open_page: Open) -> None:
    at = open_page(PAGE, workplace(notebook("![x](http://evil.example/x.png) :red[x]")), TITLE)
    assert not any("![x](" in str(each.value) or " :red[x]" in str(each.value) for each in at.markdown)
