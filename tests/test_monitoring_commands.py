"""Figures and alarms on the command line, as one who has no account types them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services import sandbox_child
from tests.test_cli import EMBEDDING, Shell


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    made = Shell(home)
    made.run("deploy", EMBEDDING, "--name", "one", "--instance-type", "ml.c6i.xlarge")
    yield made
    sandbox_child.stop(home)


def test_figures_are_printed_and_as_json_every_one(shell: Shell) -> None:
    told = shell.json("metrics", "one", "--span", "1h")
    assert (told["span"], told["period_seconds"]) == ("1h", 60)
    requests = next(chart for chart in told["charts"] if chart["metric"] == "invocations")
    assert len(requests["lines"][0]["points"]) == 60
    assert "Model latency" in shell.run("metrics", "one").stdout


def test_an_alarm_is_planned_made_listed_changed_and_deleted(shell: Shell) -> None:
    asked = ("alarms", "create", "one", "--kind", "errors", "--threshold", "4", "--email", "ada@example.com")
    planned = shell.json(*asked, "--plan")
    assert [step["call"] for step in planned["steps"]] == [
        "sns.create_topic", "sns.subscribe", "cloudwatch.put_metric_alarm",
    ]  # fmt: skip
    assert shell.json("alarms") == []
    assert shell.json(*asked, "--yes")["status"] == "done"
    (alarm,) = shell.json("alarms", "one")
    assert (alarm["name"], alarm["threshold"], alarm["unit"]) == ("sagedeck-one-errors", 4.0, "percent")
    assert alarm["topics"] == ["arn:aws:sns:us-east-1:123456789012:sagedeck-alarms-one"]
    assert "sagedeck-one-errors" in shell.run("alarms").stdout
    suggested = shell.json("alarms", "create", "one", "--kind", "idle", "--yes")
    assert suggested["threshold"] > 0
    assert shell.json("alarms", "delete", "sagedeck-one-errors", "sagedeck-one-idle", "--yes")["status"] == "done"
    assert shell.json("alarms", "list", "one") == []


def test_a_budget_is_planned_made_listed_and_deleted(shell: Shell) -> None:
    asked = ("alarms", "create", "--kind", "cost", "--limit", "500", "--email", "ada@example.com, bo@example.com")
    (step,) = shell.json(*asked, "--plan")["steps"]
    assert step["call"] == "budgets.create_budget"
    made = shell.json(*asked, "--yes")
    assert (made["budget"], made["limit"], made["status"]) == ("sagedeck-sagemaker-cost", 500.0, "done")
    (budget,) = (each for each in shell.json("alarms") if each["kind"] == "cost")
    assert (budget["limit"], budget["exceeded"], len(budget["notices"])) == (500.0, False, 2)
    assert "Mails at 80 % spent, 100 % forecast." in shell.run("alarms").stdout
    again = shell.run(*asked, "--yes", code=1)
    assert "There is a budget sagedeck-sagemaker-cost" in again.stderr
    gone = shell.json("alarms", "delete", "sagedeck-sagemaker-cost", "--kind", "cost", "--yes")
    assert gone["status"] == "done"
    assert shell.json("alarms") == []
    suggested = shell.run("alarms", "create", "mine", "--kind", "cost", "--plan")
    assert "suggested $" in suggested.stderr
    assert "the budget mine" in suggested.stderr


def test_what_cannot_be_is_said(shell: Shell) -> None:
    wrong = shell.run("alarms", "create", "one", "--kind", "novel", code=1)
    assert "Take one of errors, latency, idle, backlog, cost." in wrong.stderr
    assert "Name the endpoint." in shell.run("alarms", "create", "--kind", "errors", code=1).stderr
    assert "There is no budget" in shell.run("alarms", "delete", "no", "--kind", "cost", "--yes", code=1).stderr
    assert "1h, 6h, 1d, 7d, 30d" in shell.run("metrics", "one", "--span", "2y", code=1).stderr
    assert "There is no alarm" in shell.run("alarms", "delete", "nothing", "--yes", code=1).stderr
