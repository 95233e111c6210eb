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


def test_what_cannot_be_is_said(shell: Shell) -> None:
    wrong = shell.run("alarms", "create", "one", "--kind", "novel", code=1)
    assert "Take one of errors, latency, idle, backlog." in wrong.stderr
    assert "1h, 6h, 1d, 7d, 30d" in shell.run("metrics", "one", "--span", "2y", code=1).stderr
    assert "There is no alarm" in shell.run("alarms", "delete", "nothing", "--yes", code=1).stderr
