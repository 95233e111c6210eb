"""The house keeps its own rules: who may import whom, and how much an import costs. Read from the syntax tree."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = (
    {"plans", "catalog", "logs"},
    {"inference", "access", "diagnosis", "documents", "prompts", "objects", "tables"},
    {"endpoints", "deploy", "knowledge", "chats", "resources", "batch"},
    {"preflight", "metrics", "alarms", "autopilot", "tuning", "costs", "evaluation"},
    {"savings", "leases", "cleanup", "notebooks", "studio"},
)
ROOT_FILES = {path.stem for path in (ROOT / "services").glob("*.py")}
COMPOSERS = {"console", "rooms", "rooms_asking", "rooms_spending", "rooms_working"}  # root files that know the rooms
HEAVY = ("streamlit", "langchain", "langchain_core", "langchain_aws", "sagemaker", "astrapy", "pandas", "plotly")
SDK: dict[str, Callable[[Path], bool]] = {
    "boto3": lambda path: path.name == "clients.py",
    "astrapy": lambda path: path.name == "gateway.py",
    "langchain_aws": lambda path: "inference" in path.parts,
    "sagemaker": lambda path: path.name in ("gateway.py", "sagemaker_worker.py"),
}
BOTOCORE = {"aws_errors.py", "clients.py", "connection.py", "validate.py", "gateway.py"}


def _python(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def _imports(path: Path) -> Iterator[str]:
    """Every module a file imports, as dotted names; `from a import b` counts as `a.b`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _top(name: str) -> str:
    return name.split(".")[0]


def _room(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


def test_services_never_import_streamlit_or_the_pages() -> None:
    for path in _python("services"):
        assert not {_top(name) for name in _imports(path)} & {"streamlit", "ui", "pages", "cli", "app"}, path


def test_the_sandbox_knows_nothing_of_services_and_services_nothing_of_it() -> None:
    for path in _python("sandbox"):
        assert not {_top(name) for name in _imports(path)} & {"services", "ui", "pages", "cli", "app"}, path
    for path in _python("services"):
        assert "sandbox" not in {_top(name) for name in _imports(path)}, path


def test_pages_speak_to_the_console_only() -> None:
    for path in _python("pages"):
        tops = {_top(name) for name in _imports(path)}
        assert not tops & {"boto3", "botocore", "astrapy", "sandbox", "cli", "app"}, path
        for name in _imports(path):
            assert not name.endswith(".gateway"), path


def test_each_layer_imports_only_those_before_it() -> None:
    order = {room: depth for depth, layer in enumerate(LAYERS) for room in layer}
    for path in _python("services"):
        inside = path.relative_to(ROOT / "services").parts
        if len(inside) == 1:
            if path.stem not in COMPOSERS:
                rooms = {_room(name) for name in _imports(path) if _top(name) == "services"} - ROOT_FILES - {""}
                assert not rooms, f"{path.name} knows the rooms {rooms}"
            continue
        room = inside[0]
        assert room in order, f"{room} has no place in the house yet"
        for name in _imports(path):
            if _top(name) != "services" or _room(name) in ROOT_FILES - COMPOSERS or _room(name) == room:
                continue
            other = _room(name)
            assert other in order, f"{path} imports {name}"
            assert order[other] < order[room] or (order[room] == 0 and order[other] == 0), f"{path} imports {name}"


def test_nobody_imports_a_private_name_of_another_room() -> None:
    for path in _python("services", "pages", "ui", "sandbox"):
        here = path.relative_to(ROOT).parts[:2]
        for name in _imports(path):
            parts = name.split(".")
            private = [part for part in parts if part.startswith("_") and not part.startswith("__")]
            if private and parts[0] in ("services", "sandbox", "ui"):
                assert tuple(parts[:2]) == here, f"{path} imports {name}"


def test_each_sdk_is_used_where_the_design_says() -> None:
    for path in _python("services"):
        for name in _imports(path):
            allowed = SDK.get(_top(name))
            assert allowed is None or allowed(path), f"{path} imports {name}"
            assert _top(name) != "botocore" or path.name in BOTOCORE, f"{path} imports {name}"


def test_no_file_in_ui_takes_a_name_that_something_else_has() -> None:
    taken = set(sys.stdlib_module_names) | {"services", "sandbox", "pages", "tests", "cli", "app", "streamlit"}
    names = {path.stem for path in (ROOT / "ui").glob("*.py")} - {"__init__"}
    assert names
    assert not names & taken


@pytest.mark.parametrize("room", sorted({path.parent.name for path in (ROOT / "services").rglob("planner.py")}))
def test_a_room_that_changes_something_has_its_four_files(room: str) -> None:
    files = {path.stem for path in (ROOT / "services" / room).glob("*.py")}
    assert {"models", "planner", "gateway", "service"} <= files


def test_importing_every_service_but_the_gateways_stays_light() -> None:
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in _python("services")
        if path.name not in ("gateway.py", "__main__.py", "sagemaker_worker.py", "langchain.py")
    ]
    code = f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\nprint(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {_top(name) for name in done.stdout.split()}
    assert "services" in loaded
    assert not loaded & set(HEAVY)


MODULE, FUNCTION, PAGE = 300, 40, 120  # lines
ALL_CODE = ("cli", "services", "sandbox", "ui", "pages", "tests", "benchmarks")
LONGER: dict[str, str] = {}  # "path" or "path:function" -> the reason it may be longer


def _lengths(path: Path) -> Iterator[tuple[str, int, int]]:
    """What is in a file, its lines, and how many it may have."""
    text, name = path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))
    yield name, len(text.splitlines()), PAGE if name.startswith("pages/") else MODULE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name}:{node.name}", (node.end_lineno or 0) - node.lineno + 1, FUNCTION


def test_modules_functions_and_pages_stay_small_enough_to_read_at_once() -> None:
    found = {
        name: lines
        for path in (ROOT / "app.py", *_python(*ALL_CODE))
        for name, lines, most in _lengths(path)
        if lines > most
    }
    assert {name: lines for name, lines in found.items() if name not in LONGER} == {}
    assert set(LONGER) <= set(found), "a reason that is no longer needed"
