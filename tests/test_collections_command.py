"""`sagedeck collections`: listed, made, emptied and deleted in both stores of the sandbox."""

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
@pytest.mark.parametrize("store", ["local", "astra"])
def test_a_collection_is_made_listed_and_deleted(shell: Shell, store: str) -> None:
    made = shell.json("collections", "create", "--store", store, "--dimension", "8", "--metric", "euclidean", "--yes")
    assert made["collection"] == "sagedeck_8_euclidean"
    [seen] = shell.json("collections", "--store", store)
    assert (seen["name"], seen["dimension"], seen["metric"]) == ("sagedeck_8_euclidean", 8, "euclidean")
    assert (seen["passages"], seen["made_here"], seen["others"], seen["models"]) == (0, True, False, [])
    assert seen in shell.json("collections")
    planned = shell.json("collections", "empty", "sagedeck_8_euclidean", "--store", store, "--plan")
    assert [step["call"].partition(".")[2] for step in planned["steps"]] == ["empty_collection"]
    assert shell.json("collections", "empty", "sagedeck_8_euclidean", "--store", store, "--yes")["status"] == "done"
    assert "sagedeck_8_euclidean" in shell.run("collections", "list").stdout
    assert shell.json("collections", "delete", "sagedeck_8_euclidean", "--store", store, "--yes")["status"] == "done"
    assert shell.json("collections", "--store", store) == []


@pytest.mark.slow
def test_what_cannot_be_made_is_explained(shell: Shell) -> None:
    assert "dimension is missing" in shell.run("collections", "create", "notes", code=1).stderr
    assert "no metric" in shell.run("collections", "create", "--dimension", "8", "--metric", "far", code=1).stderr
    assert "no store cloud" in shell.run("collections", "--store", "cloud", code=1).stderr
    assert "no collection nowhere" in shell.run("collections", "delete", "nowhere", code=1).stderr
