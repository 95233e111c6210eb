"""Notebook instances and Studio on the command line, as one who has no account types them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services import sandbox_child
from tests.test_cli import Shell


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    yield Shell(home)
    sandbox_child.stop(home)


@pytest.mark.slow
def test_a_notebook_instance_is_made_opened_grown_and_deleted(shell: Shell) -> None:
    steps = [each["call"] for each in shell.json("notebooks", "create", "papers", "--plan")["steps"]]
    assert steps[-2:] == ["sagemaker.create_notebook_instance", "sagemaker.describe_notebook_instance"]
    assert shell.json("notebooks", "create", "papers")["status"] == "done"
    (row,) = shell.json("notebooks", "list")
    assert (row["name"], row["status"], row["usd_per_hour"]) == ("papers", "InService", 0.05)
    refused = shell.json("notebooks", "open", "papers", code=1)["error"]
    assert (refused["what"], "--url" in refused["next"]) == ("The link is a secret.", True)
    assert not shell.run("notebooks", "open", "papers", code=1).stdout
    assert shell.json("notebooks", "open", "papers", "--url")["url"].startswith("http://127.0.0.1:")
    assert "only grow" in shell.run("notebooks", "grow", "papers", "--volume-gb", "3", code=1).stderr
    shell.run("notebooks", "grow", "papers", "--volume-gb", "9")
    assert shell.json("notebooks", "show", "papers")["volume_gb"] == 9
    script = shell.run("notebooks", "delete", "papers", "--script").stdout
    assert "delete_notebook_instance" in script
    shell.run("notebooks", "delete", "papers")
    assert "makes one" in shell.run("notebooks", "list").stdout


@pytest.mark.slow
def test_a_domain_and_a_space_are_made_run_and_deleted(shell: Shell) -> None:
    assert "makes one" in shell.run("studio", "list").stdout
    shell.run("studio", "domain", "lab", "--profile", "ada")
    shell.run("studio", "space", "papers", "--no-run")
    (domain,) = shell.json("studio", "list")
    (space,) = domain["spaces"]
    assert (space["owner"], space["state"], space["can"]) == ("ada", "Stopped", ["Run", "Change", "Delete"])
    assert "stopped" in shell.run("studio", "open", "papers", "--url", code=1).stderr
    assert shell.json("studio", "run", "papers")["usd_per_hour"] == 0.05
    assert shell.json("studio", "open", "papers", "--url")["profile"] == "ada"
    shell.run("studio", "stop", "papers")
    shell.run("studio", "delete", "papers")
    assert shell.json("studio", "list")[0]["spaces"] == []
