"""`sagedeck savings` on a made-up account: what is found there, and what asking for it costs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services import sandbox_child
from tests.test_cli import Shell


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    made = Shell(home)
    made.run("sandbox", "--seed", "demo")
    yield made
    sandbox_child.stop(home)


@pytest.mark.slow
def test_idle_endpoints_and_orphans_of_the_demo_account_are_found_with_their_price(shell: Shell) -> None:
    told = shell.json("savings", "--days", "3")
    idle = {each["name"]: each for each in told["findings"] if each["what"] == "idle"}
    assert {"hackday-llama", "hackday-speech", "copy-writer-test", "shared-models"} <= set(idle)
    assert "support-chat-llama" not in idle
    assert idle["hackday-llama"]["proposals"][0]["way"] == "pause"
    assert told["usd_per_month"] == pytest.approx(sum(each["usd_per_month"] or 0.0 for each in told["findings"]), 1e-3)
    orphans = {(each["kind"], each["name"]) for each in told["findings"] if each["what"] == "orphan"}
    old = {"spam-filter-2026-10", "churn-2026-09-2026-10", "shop-forecast-2026-10", "fraud-feature-encoder-2026-10"}
    assert {name for kind, name in orphans if kind == "endpoint configuration"} == old
    assert {name for kind, name in orphans if kind == "model"} == old
    assert told["reading"] == 0


@pytest.mark.slow
def test_without_asking_cloudwatch_no_endpoint_is_judged(shell: Shell) -> None:
    told = shell.json("savings", "--free")
    assert not [each for each in told["findings"] if each["kind"] == "endpoint"]
    assert [each for each in told["findings"] if each["what"] == "orphan"]
    printed = shell.run("savings", "--proof")
    assert "Asking CloudWatch for" in printed.stderr
    assert "a month can go" in printed.stderr
    assert "were read by" in printed.stdout
    assert "1 to 60" in shell.run("savings", "--days", "90", code=1).stderr
