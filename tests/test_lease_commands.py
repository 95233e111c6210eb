"""Leases on the command line, as one who has no account types them, and as cron does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.lease_words import hours_of
from services import sandbox_child
from services.errors import InvalidRequest
from tests.test_cli import EMBEDDING, Shell


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    yield Shell(home)
    sandbox_child.stop(home)


def _pass(shell: Shell, hours: float) -> None:
    url = sandbox_child.find(shell.home)
    assert url is not None
    sandbox_child.advance(url, hours * 3600)


@pytest.mark.slow
def test_an_endpoint_is_deployed_with_an_end_extended_and_reaped(shell: Shell, tmp_path: Path) -> None:
    shell.run("deploy", EMBEDDING, "--name", "one", "--instance-type", "ml.c6i.xlarge", "--lease", "8h",
              "--lease-then", "pause", "--lease-reason", "A trial")  # fmt: skip
    (row,) = shell.json("leases")
    assert (row["endpoint"], row["then"], row["reason"], row["enforced_by"]) == ("one", "pause", "A trial", "scheduler")
    assert row["usd_left"] == pytest.approx(row["usd_per_hour"] * 8, rel=0.02)
    assert "pause, by AWS" in shell.run("leases").stdout

    longer = shell.json("lease", "one", "--extend", "1d", "--then", "delete")["lease"]
    assert longer["seconds_left"] == pytest.approx(row["seconds_left"] + 86_400, abs=120)
    assert (longer["then"], longer["reason"], longer["enforced_by"]) == ("delete", "A trial", "scheduler")
    assert shell.json("lease", "one") == pytest.approx(longer) or shell.json("lease", "one")["ends"] == longer["ends"]
    steps = [step["call"] for step in shell.json("lease", "one", "--hours", "2d", "--plan")["steps"]]
    assert steps == ["iam.put_role_policy", "scheduler.update_schedule", "sagemaker.add_tags"]
    assert shell.json("reap", "--dry-run") == {"dry_run": True, "endpoints": []}

    assert shell.json("lease", "one", "--end")["lease"] is None
    assert shell.json("leases") == []
    assert "gives it one" in shell.run("lease", "one").stdout
    saved = tmp_path / "request.json"
    shell.run("deploy", EMBEDDING, "--name", "two", "--lease", "2d", "--save-request", str(saved))
    (request,) = json.loads(saved.read_text(encoding="utf-8"))["requests"]
    assert request["lease_hours"] == 48
    assert "lease_ends" not in request, "a file says how long, not until when"


@pytest.mark.slow
def test_what_has_ended_is_named_by_a_dry_run_and_then_reaped(shell: Shell) -> None:
    shell.run("deploy", EMBEDDING, "--name", "late", "--instance-type", "ml.c6i.xlarge")
    shell.run("lease", "late", "--hours", "1h")
    schedule = shell.json("lease", "late")["schedule"]
    assert schedule == "lease-late"
    url = sandbox_child.find(shell.home)
    assert url is not None
    from tests.sandbox.server import client

    client(url, "scheduler").delete_schedule(Name=schedule)  # as if AWS had not been asked
    assert shell.json("lease", "late")["enforced_by"] == "reap"
    _pass(shell, 2)
    (dry,) = shell.json("reap", "--dry-run")["endpoints"]
    assert (dry["endpoint"], dry["done"]) == ("late", "would be deleted")
    assert "sagemaker.delete_endpoint" in dry["steps"]
    assert "late" in [row["name"] for row in shell.json("endpoints")]
    (row,) = shell.json("reap", "--yes")["endpoints"]
    assert (row["endpoint"], row["done"]) == ("late", "deleted")
    assert "late" not in [row["name"] for row in shell.json("endpoints")]
    assert "No lease has ended." in shell.run("reap", "--yes").stdout


def test_what_cannot_be_is_said_in_words_with_what_to_do(shell: Shell) -> None:
    wrong = (
        ("lease", "nobody", "--hours", "8"), ("lease", "nobody", "--until", "tomorrow"),
        ("lease", "nobody", "--until", "2020-01-01T00:00Z"), ("lease", "nobody", "--hours", "8", "--end"),
        ("lease", "nobody", "--hours", "soon"),
    )  # fmt: skip
    for words in wrong:
        error = shell.json(*words, code=1)["error"]
        assert error["what"]
        assert error["next"]
    problems = shell.json("deploy", EMBEDDING, "--lease", "3w", "--lease-then", "explode", code=2)["error"]["problems"]
    assert [each["option"] for each in problems] == ["--lease-then"]


@pytest.mark.parametrize(
    ("typed", "hours"), [("8h", 8.0), ("8", 8.0), ("90m", 1.5), ("2d", 48.0), (" 1W ", 168.0), ("0.5h", 0.5), ("0", 0)]
)
def test_a_length_of_time_is_read_as_it_is_typed(typed: str, hours: float) -> None:
    assert hours_of(typed) == hours


@pytest.mark.parametrize("typed", ["", "h", "-8h", "8 hours", "1e9", "٨h", "8h8h", "8y"])
def test_what_is_no_length_of_time_is_refused(typed: str) -> None:
    with pytest.raises(InvalidRequest, match="no length of time"):
        hours_of(typed)


@pytest.mark.slow
def test_a_notebook_instance_is_made_with_an_end_extended_and_reaped(shell: Shell) -> None:
    shell.run("notebooks", "create", "papers", "--hours", "8h", "--reason", "A trial", "--yes")
    (row,) = [each for each in shell.json("leases") if each["kind"] == "notebook instance"]
    assert (row["name"], row["endpoint"], row["then"], row["reason"]) == ("papers", None, "stop", "A trial")
    assert row["enforced_by"] == "scheduler"
    assert "stop, by AWS" in shell.run("leases").stdout
    longer = shell.json("lease", "papers", "--notebook", "--extend", "8h", "--yes")["lease"]
    assert longer["seconds_left"] == pytest.approx(row["seconds_left"] + 8 * 3600, abs=300)
    error = shell.json("lease", "papers", "--notebook", "--then", "delete", code=1)["error"]
    assert "stands still" in error["why"]
    from tests.sandbox.server import client

    url = sandbox_child.find(shell.home)
    assert url is not None
    client(url, "scheduler").delete_schedule(Name=longer["schedule"])  # as if AWS had not been asked
    _pass(shell, 17)
    (dry,) = shell.json("reap", "--dry-run")["endpoints"]
    assert (dry["name"], dry["done"]) == ("papers", "would be stopped")
    (done,) = shell.json("reap", "--yes")["endpoints"]
    assert (done["name"], done["done"]) == ("papers", "stopped")
    assert shell.json("notebooks", "show", "papers")["status"] == "Stopped"
    assert "--notebook" in shell.run("lease", "papers", "--notebook").stdout
    shell.run("notebooks", "delete", "papers", "--yes")
