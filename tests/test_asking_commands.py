"""`sagedeck ask`, `search` and `prompts` as somebody types them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services import sandbox_child
from tests.test_cli import Shell


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    yield Shell(home)
    sandbox_child.stop(home)


@pytest.fixture(scope="module")
def collection(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A collection with two documents, read in by a batch."""
    folder = tmp_path_factory.mktemp("docs")
    (folder / "travel.txt").write_text("Refunds for cancelled flights are paid within 30 days of the request.\n")
    (folder / "kitchen.txt").write_text("The coffee machine is descaled every second Tuesday by Marta.\n")
    questions, out = folder.parent / "q.jsonl", folder.parent / "o.jsonl"
    questions.write_text('{"id": 1, "question": "When are flights refunded?"}\n')
    words = ("--docs", str(folder), "--questions", str(questions), "--out", str(out), "--mode", "hybrid")
    shell.run("ask", *words, "--weight", "0.4")
    assert "30 days" in json.loads(out.read_text())["answer"]
    (found,) = shell.json("collections", "--store", "local")
    return str(found["name"])


@pytest.mark.slow
def test_a_question_is_answered_with_its_sources(shell: Shell, collection: str) -> None:
    told = shell.json("ask", "How long do refunds for cancelled flights take?", "--collection", collection)
    assert "30 days" in told["answer"]
    assert told["citations"] == [{"number": 1, "source": "travel.txt, p. 1", "words_not_found": []}]
    told_plainly = shell.run("ask", "How long do refunds for cancelled flights take?", "--collection", collection)
    assert "[1] travel.txt, p. 1" in told_plainly.stdout


@pytest.mark.slow
def test_what_the_documents_do_not_say_is_said_so(shell: Shell, collection: str) -> None:
    told = shell.json("ask", "Who won the chess championship of 1927?", "--collection", collection)
    assert told["answer"] == ""
    assert told["not_in_documents"].startswith("No passage comes close enough")


@pytest.mark.slow
def test_a_search_gives_scores_and_the_prompt_and_asks_no_model(shell: Shell, collection: str) -> None:
    words = ("search", "descaled coffee machine", "--collection", collection)
    told: dict[str, Any] = shell.json(*words, "-k", "1", "--prompt", "Plain words", "--value", "reader=children")
    (passage,) = told["passages"]
    assert (passage["source"], passage["keyword"]) == ("kitchen.txt", 1.0)
    assert passage["cosine"] > 0.4
    assert told["prompt"][0]["content"].startswith("You answer questions from numbered passages for children.")
    assert "NOT IN THE DOCUMENTS" in told["prompt"][0]["content"]
    assert shell.json(*words, "--where", "source=travel.txt")["passages"][0]["source"] == "travel.txt"
    assert "(" in shell.run(*words, "--mode", "keyword").stdout


@pytest.mark.slow
def test_what_cannot_be_meant_is_refused_with_the_way_out(shell: Shell, tmp_path: Path) -> None:
    assert "neither" in shell.json("ask", code=1)["error"]["what"]
    assert "neither" in shell.json("ask", "x", "--docs", str(tmp_path), code=1)["error"]["what"]
    assert "name=value" in shell.json("search", "x", "--where", "page", code=1)["error"]["what"]
    assert "no document" in shell.json("search", "x", "--document", "nothing.pdf", code=1)["error"]["what"]
    assert "no rules" in shell.json("search", "x", "--prompt", "translate", code=1)["error"]["what"]


@pytest.mark.slow
def test_prompts_are_saved_versioned_exported_and_brought_back(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "letter.md"
    file.write_text(shell.run("prompts", "export", "translate", "--markdown").stdout.replace("# Translate", "# Letter"))
    kept = shell.json("prompts", "save", str(file))
    assert (kept["name"], kept["version"], kept["variables"]) == ("Letter", 1, ["language", "text"])
    file.write_text(file.read_text().replace("Keep names", "Keep all names"))
    assert shell.json("prompts", "save", str(file), "--as", "letter")["version"] == 2
    assert shell.json("prompts", "show", "letter", "--version", "1")["versions"] == 2
    values = ("--value", "language=French", "--value", "text=Hello")
    assert "Keep all names" in shell.json("prompts", "render", "letter", *values)[0]["content"]
    assert "text has no value" in shell.json("prompts", "render", "letter", *values[:2], code=1)["error"]["why"]
    assert shell.json("prompts", "share", "letter")["shared"] is True
    (tmp_path / "all.json").write_text(shell.run("prompts", "export", "letter").stdout)
    (copy,) = shell.json("prompts", "import", str(tmp_path / "all.json"))
    shell.json("prompts", "delete", copy["id"])
    assert copy["id"] not in {row["id"] for row in shell.json("prompts", "list")}
    assert shell.json("prompts", "undelete", copy["id"])["name"] == "Letter"
