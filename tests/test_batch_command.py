"""Transform jobs on the command line, as one who has no account types them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from services import sandbox_child
from tests.test_cli import EMBEDDING, Shell


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    yield Shell(home)
    sandbox_child.stop(home)


@pytest.mark.slow
def test_a_file_is_answered_by_an_endpoints_model_and_the_answers_downloaded(shell: Shell, tmp_path: Path) -> None:
    shell.run("deploy", EMBEDDING, "--name", "embeds", "--instance-type", "ml.c6i.xlarge")
    file = tmp_path / "asked.txt"
    file.write_text("The cat sat.\n\nA dog barks.\n", encoding="utf-8")
    words = ("batch", "run", "embeds", str(file), "--texts")  # the endpoint's role may not read the console's bucket
    planned = shell.run(*words, "--plan", "--json")
    assert "a copy of the model gets a role" in planned.stderr
    steps = [step["call"] for step in json.loads(planned.stdout)["steps"]]
    assert steps[0] == "s3.create_bucket"
    assert steps[-2:] == ["sagemaker.create_model", "sagemaker.create_transform_job"]
    assert "create_transform_job" in shell.run(*words, "--script").stdout

    done = shell.json(*words, "--name", "asked", "--wait")
    assert (done["name"], done["status"], done["failure"]) == ("asked", "Completed", None)
    assert done["usd"] > 0
    (row,) = shell.json("batch", "jobs")
    assert row["name"] == "asked"
    one = shell.json("batch", "job", "asked")
    assert (one["done"], one["total"], one["missing"]) == (1, 1, [])
    shown = shell.json("batch", "results", "asked")
    assert [text in each["record"] for text, each in zip(("The cat sat.", "A dog barks."), shown, strict=True)] == [
        True,
        True,
    ]
    (path,) = shell.json("batch", "results", "asked", "--to", str(tmp_path / "answers"))
    assert len(Path(path).read_text(encoding="utf-8").splitlines()) == 2
    assert shell.json("batch", "remove", "asked")["deleted"] == 1
    assert shell.json("batch", "job", "asked")["missing"] != []


@pytest.mark.slow
def test_what_would_fail_is_refused_in_words(shell: Shell) -> None:
    nothing = shell.run("batch", "run", "nobody", "s3://somewhere/in/", code=1)
    assert "nobody" in nothing.stderr
    assert "There is no transform job gone" in shell.run("batch", "job", "gone", code=1).stderr
    assert "no transform job" in shell.run("batch", "jobs").stdout or shell.json("batch", "jobs")
