"""`sagedeck faults`, as somebody types it who wants to see what the console says when things go wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.app import Sandbox
from sandbox.clock import Clock
from sandbox.world import World
from tests.sandbox.server import served
from tests.test_cli import Shell


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(Sandbox(World(Clock(speed=0)), lambda _: [], lambda _: [])) as address:
        yield address


def test_faults_are_listed_set_and_cleared(url: str, tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    listed = shell.run("faults", "--url", url).stdout
    assert "throttling" in listed
    assert "None is set." in listed
    made = shell.json("faults", "set", "throttling", "--service", "sagemaker", "--rate", "0.3", "--url", url)
    assert (made["kind"], made["service"], made["rate"], made["left"]) == ("throttling", "sagemaker", 0.3, None)
    said = shell.run("faults", "set", "slow-answer", "--seconds", "2", "--times", "4", "--url", url).stdout
    assert said == "Set: slow-answer, value 2, 4 more times\n"
    held = shell.json("faults", "--url", url)["set"]
    assert [each["kind"] for each in held] == ["throttling", "slow-answer"]
    assert "throttling, service sagemaker, 30% of calls" in shell.run("faults", "--url", url).stdout
    assert shell.json("faults", "clear", "throttling", "--url", url) == {"cleared": 1}
    assert shell.run("faults", "clear", "--url", url).stdout == "Cleared 1.\n"


def test_what_cannot_be_is_refused_with_what_can(url: str, tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    assert "throttling" in shell.json("faults", "set", "flood", "--url", url, code=1)["error"]["next"]
    refused = shell.json("faults", "set", "throttling", "--rate", "2", "--url", url, code=1)["error"]
    assert "rate" in refused["why"]
    nobody = shell.json("faults", code=1)["error"]
    assert nobody["what"] == "No sandbox runs for this SAGEDECK_HOME."
