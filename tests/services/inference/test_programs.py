"""A conversation as a program: every kind compiles, what is said in it stays words, and it goes on in the sandbox."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from services.connection import sandbox_at
from services.console import Console
from services.inference import ChatParams, Contract, Family, Kind, Message, Where
from services.inference.families import PARAMETERS
from services.inference.programs import Program, endpoint_notebook, program
from services.inference.prompts import TEMPLATES, render
from services.sandbox_control import SandboxControl
from tests.sandbox.server import start_sandbox

REGION = "us-east-1"
KEYS = {"AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox"}
EVIL = 'He said "stop"\'\'\'""" {}\n{0} \\ </s> ${x} `ls`'
TALK = [
    Message("system", "Be kind."), Message("user", "Hello, I am Ana."), Message("assistant", EVIL),
    Message("user", "Passage: Refunds are paid within 30 days.\n\nWhen are refunds paid?"),
]  # fmt: skip
PARAMS = ChatParams(64, 0.1, 0.9, stop=("NEVER",), seed=7)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_sandbox("--speed", "3000") as address:
        SandboxControl(address).seed("demo", REGION)
        yield address


@pytest.fixture(scope="module")
def console(url: str, tmp_path_factory: pytest.TempPathFactory) -> Console:
    return Console(sandbox_at(url, owner="ana"), folder=tmp_path_factory.mktemp("home"))


def cells(source: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(source)["cells"] if cell["cell_type"] == "code"]


@pytest.mark.parametrize("kind", sorted(Program))
@pytest.mark.parametrize("family", sorted(PARAMETERS))
def test_every_program_of_every_family_compiles(kind: Program, family: Family) -> None:
    contract = Contract(family, accept_eula=True, inference_component='part-"1"', template="llama-3", model="m'x")
    source = program(kind, 'talker"x', TALK, PARAMS, contract, Where(REGION))
    for piece in cells(source) if kind is Program.NOTEBOOK else [source]:
        compile(piece, "program", "exec")
    assert "accept_eula=true" in source
    assert "127.0.0.1" not in source


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_the_layout_in_the_program_is_the_consoles_own(template: str) -> None:
    source = program(Program.BOTO3, "talker", TALK, PARAMS, Contract(Family.TGI, template=template), Where(REGION))
    names: dict[str, object] = {}
    exec(source[source.index("def prompt_of") : source.index("def request_of")], names)
    said = [Message(each.role, each.content.replace("</s>", "")) for each in TALK]
    made = names["prompt_of"]([{"role": each.role, "content": each.content} for each in said])  # type: ignore[operator]
    assert made == render(said, template)


def test_a_notebook_has_the_format_its_readers_want() -> None:
    found = json.loads(program(Program.NOTEBOOK, "talker", TALK, PARAMS, Contract(Family.TGI), Where(REGION)))
    assert (found["nbformat"], found["nbformat_minor"], set(found)) == (
        4, 5, {"cells", "metadata", "nbformat", "nbformat_minor"}
    )  # fmt: skip
    assert len({cell["id"] for cell in found["cells"]}) == len(found["cells"])
    for cell in found["cells"]:
        wanted = {"cell_type", "id", "metadata", "source"}
        assert set(cell) == wanted | ({"execution_count", "outputs"} if cell["cell_type"] == "code" else set())


@pytest.mark.parametrize("name", ["support-chat-llama", "contracts-chat"])
def test_the_boto3_program_goes_on_with_the_conversation_in_the_sandbox(
    console: Console, url: str, name: str, tmp_path: Path
) -> None:
    contract = console.contract(name, Kind.CHAT)
    source = program(Program.BOTO3, name, TALK, PARAMS, contract, Where(REGION, url))
    file = tmp_path / "conversation.py"
    file.write_text(source)
    done = subprocess.run([sys.executable, file], env={**os.environ, **KEYS}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "30 days" in done.stdout


@pytest.mark.parametrize("name", ["support-chat-llama", "contracts-chat"])
def test_the_cells_of_the_notebook_run_one_after_the_other(
    console: Console, url: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in KEYS.items():
        monkeypatch.setenv(key, value)
    contract, names, out = console.contract(name, Kind.CHAT), dict[str, object](), io.StringIO()
    source = program(Program.NOTEBOOK, name, TALK, PARAMS, contract, Where(REGION, url))
    with redirect_stdout(out):
        for cell in cells(source):
            exec(cell, names)
    assert "30 days" in out.getvalue()
    messages = names["messages"]
    assert isinstance(messages, list)
    assert [each["role"] for each in messages[-4:]] == ["user", "assistant", "user", "assistant"]
    assert messages[-1]["content"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["support-chat-llama", "contracts-chat"])
def test_the_langchain_program_answers_in_the_sandbox(console: Console, url: str, name: str, tmp_path: Path) -> None:
    file = tmp_path / "conversation.py"
    contract = console.contract(name, Kind.CHAT)
    file.write_text(program(Program.LANGCHAIN, name, TALK, PARAMS, contract, Where(REGION, url)))
    done = subprocess.run([sys.executable, file], env={**os.environ, **KEYS}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "30 days" in done.stdout


@pytest.mark.parametrize("family", list(Family))
def test_the_notebook_of_an_endpoint_is_made_of_cells_that_compile(family: Family) -> None:
    found = json.loads(endpoint_notebook("speaker", Contract(family), Where(REGION)))
    assert (found["nbformat"], found["cells"][0]["cell_type"]) == (4, "markdown")
    code = ["".join(cell["source"]) for cell in found["cells"] if cell["cell_type"] == "code"]
    assert any("speaker" in each for each in code)
    for number, each in enumerate(code):
        compile(each, f"cell {number}", "exec")
