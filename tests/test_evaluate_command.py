"""`sagedeck evaluate`: questions made, asked in a grid, resumed and used, against a sandbox of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.evaluation_grid import grid_of
from services import sandbox_child
from services.documents import Method
from services.errors import InvalidRequest
from services.evaluation import settings_of
from tests.test_cli import Shell

DOCS = {
    "tower.txt": "The lighthouse of Brevik was finished in 1874 after nine years of work by the engineer Ole Strand.",
    "bridge.md": "# Bridge\n\nThe iron bridge of Hallam was opened to the trains of the valley in 1902 by a mayor.",
    "broken.pdf": "%PDF-1.4 nothing follows",
}


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    yield Shell(home)
    sandbox_child.stop(home)


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    for name, text in DOCS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.slow
def test_questions_are_made_asked_in_a_grid_and_the_best_is_used(shell: Shell, docs: Path, tmp_path: Path) -> None:
    questions, report = tmp_path / "made.jsonl", tmp_path / "report.md"
    made = shell.json("evaluate", "generate", str(docs), "--out", str(questions), "--count", "5")
    assert made["by"] == "made by rule"
    lines = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    assert {tuple(line["answers"]) for line in lines} == {("1874",), ("1902",)}
    with questions.open("a", encoding="utf-8") as file:
        file.write('{"question": "Which colour has the far side of the moon?", "answers": []}\n{broken\n')
    grid = "size=200,1000; overlap=0; mode=keyword,hybrid"
    done = shell.run("evaluate", "--questions", str(questions), str(docs), "--grid", grid, "--report", str(report),
                     "--json")  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["status"] == "done"
    assert len(told["settings"]) == 4
    assert all(each["figures"]["hit1"]["value"] == 1.0 for each in told["settings"])
    assert {each["done"] for each in told["settings"]} == {3}
    assert "line 4 left out" in done.stderr
    assert "not read: broken.pdf" in done.stderr
    assert "Estimate" in done.stderr
    assert "**best**" in report.read_text(encoding="utf-8")
    assert shell.json("evaluate", "resume", told["run"])["best"] == told["best"]
    used = shell.json("evaluate", "use", told["run"])
    assert used["used"] == told["best"]
    assert [each["id"] for each in shell.json("evaluate", "list")] == [told["run"]]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--questions", "nowhere.csv"], "nowhere.csv cannot be read."),
        (["resume", "nothing"], "There is no such evaluation."),
        (["generate", "--out", "x.jsonl"], "There is no document in the library."),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(shell: Shell, words: list[str], said: str) -> None:
    assert shell.json("evaluate", *words, code=1)["error"]["what"] == said


def test_a_grid_is_typed_in_parts() -> None:
    told = grid_of(
        ["size=300, 900; overlap=0", "method=page,row; weight=0.2; embedding=a,b; diversity=0"], lambda _: None
    )
    settings = settings_of(told.grid)
    assert len(settings) == 8
    assert {each.cut.method for each in settings} == {Method.PAGE, Method.ROW}
    assert {each.embedding for each in settings} == {"a", "b"}
    assert {each.search.weight for each in settings} == {0.2}


@pytest.mark.parametrize(
    "text", ["size", "size=", "size=x", "size=3", "size=99999999", "mode=magic", "foo=1", "weight=nan", "k=0", "="]
)
def test_a_part_that_is_wrong_is_named(text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"grid|understood|bounds"):
        grid_of([text], lambda _: None)
