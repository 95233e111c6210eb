"""`sagedeck preflight`, as somebody types it before deploying, and what `sagedeck deploy` says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services import sandbox_child
from tests.test_cli import EMBEDDING, LANGUAGE, LICENSED, Shell


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home: Path = tmp_path_factory.mktemp("home")
    shell = Shell(home)
    shell.run("preflight", EMBEDDING, "--within", "60")  # starts the sandbox, which loads its parts
    yield shell
    sandbox_child.stop(home)


def test_a_deployment_that_will_do_leaves_with_0_and_tells_what_was_looked_at(shell: Shell) -> None:
    said = shell.json("preflight", EMBEDDING, LANGUAGE, "--within", "60")
    assert said["stops"] == 0
    topics = {line["topic"] for line in said["lines"]}
    assert {"price", "quota", "role", "permissions", "image", "artifact", "memory", "licence", "limits"} <= topics
    price = next(line for line in said["lines"] if line["topic"] == "price")
    assert "an hour" in price["words"]
    words = shell.run("preflight", EMBEDDING, "--within", "60").stdout
    assert f"ok   {price['words'].split()[0][:1]}" in words


def test_a_licence_that_is_not_accepted_stops_with_1(shell: Shell) -> None:
    said = shell.json("preflight", LICENSED, "--within", "60", code=1)
    assert said["stops"] == 1
    first = said["lines"][0]
    assert (first["topic"], first["verdict"]) == ("licence", "stop")
    assert first["fixes"][0]["url"].startswith("https://")
    assert shell.json("preflight", LICENSED, "--accept-eula", "--within", "60")["stops"] == 0


def test_a_quota_of_zero_is_said_with_another_type_before_deploying(shell: Shell) -> None:
    shell.run("faults", "set", "quota-zero", "--resource", "ml.g5.2xlarge")
    try:
        asked = (LANGUAGE.replace("qwen2-5-7b-instruct", "falcon-7b-instruct-bf16"), "--instance-type", "ml.g5.2xlarge")
        said = shell.json("preflight", *asked, "--within", "60", code=1)
        assert said["lines"][0]["fixes"][0]["change"] == {"instance_type": "ml.g5.4xlarge"}
        refused = shell.run("deploy", *asked, "--yes", code=1)
        assert "STOP ml.g5.2xlarge: 1 wanted, 0 left" in refused.stderr
    finally:
        shell.run("faults", "clear")


def test_what_cannot_be_read_is_told_with_its_option(shell: Shell) -> None:
    assert "KEY=value" in shell.run("preflight", EMBEDDING, "--env", "nonsense", code=2).stderr
