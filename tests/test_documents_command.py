"""`sagedeck documents`: what the page does, without a browser, against a sandbox of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services import sandbox_child
from tests.services.documents.samples import make_scanned_pdf
from tests.test_cli import EMBEDDING, PROSE, Shell

pytestmark = pytest.mark.slow
MANUAL = "# Kettle\n\n## Boiling\n\nIt boils in two minutes.\n\n## Cleaning\n\nIt is washed by hand with vinegar.\n"


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    shell = Shell(tmp_path_factory.mktemp("home"))
    shell.run("deploy", EMBEDDING, "--name", "embed")
    yield shell
    sandbox_child.stop(shell.home)


def test_a_file_is_looked_at_added_replaced_and_deleted(shell: Shell, tmp_path: Path) -> None:
    manual = tmp_path / "manual.md"
    manual.write_text(MANUAL)
    seen = shell.json("documents", "preview", str(manual), "--method", "heading", "--size", "40", "--overlap", "0")
    assert "Kettle › Cleaning" in {each["section"] for each in seen["passages"]}
    assert seen["cut"] == {"method": "heading", "size": 40, "overlap": 0}
    assert shell.json("documents") == [], "looking stores nothing"
    added = shell.run("documents", "add", str(manual), "--method", "heading", "--size", "40", "--overlap", "0")
    assert "ready" in added.stdout
    assert "(estimate)" in added.stderr
    (row,) = shell.json("documents")
    assert (row["name"], row["passages"], row["cut"]["method"]) == ("manual.md", len(seen["passages"]), "heading")
    again = shell.json("documents", "add", str(manual), "--method", "heading", "--size", "40", "--overlap", "0")
    assert [each["state"] for each in again] == ["already there"]
    newer = tmp_path / "manual-2.md"
    newer.write_text(MANUAL + "\n## Guarantee\n\nIt lasts three years.\n")
    shell.run("documents", "replace", "manual.md", str(newer))
    (row,) = shell.json("documents")
    assert (row["name"], row["cut"]["size"]) == ("manual-2.md", 40)
    assert "Remove manual-2.md" in shell.run("documents", "delete", row["document"][:12], "--plan").stdout
    assert shell.json("documents", "delete", "manual-2.md", "--yes") == {"deleted": ["manual-2.md"]}
    assert shell.json("documents") == []


def test_what_cannot_be_read_is_told_and_the_rest_is_in(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "scan.pdf").write_bytes(make_scanned_pdf())
    (tmp_path / "prose.txt").write_text(PROSE)
    rows = {each["name"]: each for each in shell.json("documents", "add", str(tmp_path), code=1)}
    assert rows["prose.txt"]["state"] == "ready"
    assert rows["scan.pdf"]["state"] == "refused"
    assert rows["scan.pdf"]["hint"]


def test_the_sample_sets_are_listed_and_added(shell: Shell) -> None:
    sets = shell.json("documents", "samples")
    assert all(each["questions"] for each in sets)
    assert {each["state"] for each in shell.json("documents", "samples", sets[0]["id"])} <= {"ready", "already there"}


def test_mistakes_say_what_to_do(shell: Shell, tmp_path: Path) -> None:
    assert "sagedeck documents" in shell.json("documents", "delete", "nowhere.md", code=1)["error"]["next"]
    assert "no file" in shell.json("documents", "add", str(tmp_path / "none.md"), code=1)["error"]["what"]
    (tmp_path / "a.txt").write_text(PROSE)
    missing = shell.json("documents", "add", str(tmp_path / "a.txt"), "--password-env", "NO_SUCH_WORD", code=1)
    assert "NO_SUCH_WORD is not set" in missing["error"]["what"]
    refused = shell.json("--read-only", "documents", "add", str(tmp_path / "a.txt"), code=1)
    assert "read-only" in refused["error"]["what"]
