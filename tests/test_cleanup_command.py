"""`sagedeck cleanup`: the dry run is the plan, and what ran is proved, on the demo account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services import sandbox_child
from services.sandbox_control import SandboxControl
from tests.test_cli import Shell


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    url, _ = sandbox_child.ensure(home)
    SandboxControl(url).seed("demo", "us-east-1")
    yield Shell(home)
    sandbox_child.stop(home)


EVERYTHING = ("cleanup", "--others", "--most", "500")


def _names(rows: list[dict[str, str]], kind: str) -> set[str]:
    return {row["name"] for row in rows if row["kind"] == kind}


def test_a_dry_run_tells_the_steps_in_order_and_changes_nothing(shell: Shell) -> None:
    told = shell.json(*EVERYTHING, "--dry-run")
    ids = [step["id"] for step in told["steps"]]
    for name in ("policy-faq", "demo-chat"):
        assert ids.index(f"gone-endpoint-{name}") < ids.index(f"delete-endpoint-config-{name}")
    assert all(set(step["after"]) <= set(ids[:number]) for number, step in enumerate(told["steps"]))
    assert told["saves_usd_per_month"] > 1000
    assert told["not_looked_into"] == 0
    assert len(shell.json("endpoints")) == 40


def test_without_others_nothing_that_somebody_else_made_goes(shell: Shell) -> None:
    told = shell.json("cleanup", "--dry-run")
    assert told["removes"] == []
    assert len(_names(told["keeps"], "endpoint")) == 40
    assert not any(row["ours"] for row in told["keeps"])


def test_an_unknown_kind_and_another_account_are_refused(shell: Shell) -> None:
    assert "There is no kind lamp" in shell.run("cleanup", "--kind", "lamp", "--dry-run", code=1).stderr
    refused = shell.json(*EVERYTHING, "--yes", "--confirm", "somebody-elses", code=1)
    assert refused["error"]["next"] == "Nothing was changed."
    assert len(shell.json("endpoints")) == 40


@pytest.mark.slow
def test_what_ran_is_proved_to_be_gone_and_what_is_kept_is_there(shell: Shell) -> None:
    told = shell.json(*EVERYTHING, "--kind", "endpoint", "--name", "demo-*", "--keep", "demo-embed", "--yes")
    assert told["status"] == "done"
    assert told["left"] == []
    assert {row["name"] for row in told["gone"]} == {"demo-chat", "demo-chat-large"}
    left = {row["name"] for row in shell.json("endpoints")}
    assert len(left) == 38
    assert "demo-embed" in left
    again = shell.json(*EVERYTHING, "--kind", "endpoint", "--name", "demo-chat", "--yes")
    assert again == {"status": "nothing", "gone": [], "left": [], "keeps": []}
    stays = shell.run(*EVERYTHING, "--kind", "endpoint", "--name", "demo-*", "--keep", "demo-embed", "--yes").stderr
    assert "stays  endpoint" in stays
    assert "demo-embed" in stays
