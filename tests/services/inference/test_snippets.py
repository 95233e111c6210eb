"""The same call as code: every value a literal, whatever is in it."""

from __future__ import annotations

import ast
import json
import shlex
import warnings

import pytest

from services.inference import Call, Contract, Family, Language, Where, snippet, templates

WHERE = Where("eu-central-1")
NASTY = [
    "'; import os #",
    '"""',
    "$(reboot)",
    "`reboot`",
    "\\",
    "new\nline",
    "Grüße 🐝",
    "{x}",
    "@/etc/passwd",
    "%s",
    "\x00",
]
PYTHON = [each for each in Language if each is not Language.CURL]


@pytest.mark.parametrize("language", PYTHON)
@pytest.mark.parametrize("family", [*Family, None])
@pytest.mark.parametrize("nasty", NASTY)
def test_python_compiles_and_holds_the_request_as_a_value(
    language: Language, family: Family | None, nasty: str
) -> None:
    contract = Contract(family, model=nasty) if family else None
    body = templates.question(contract, nasty) if contract else nasty.encode()
    text = snippet(language, Call("demo", body, component="part"), WHERE, contract)
    tree = ast.parse(text)
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported <= {"json", "boto3", "time"}, "nothing in a request becomes code"
    calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert "demo" in text
    assert not calls & {"eval", "exec", "__import__"}


@pytest.mark.parametrize("nasty", NASTY[:-1])
def test_a_shell_gives_curl_each_value_whole(nasty: str) -> None:
    body = json.dumps({"inputs": nasty}, ensure_ascii=False).encode()
    words = shlex.split(snippet(Language.CURL, Call("demo", body, variant="a"), WHERE).replace("\\\n", " "))
    assert words[words.index("--data-raw") + 1] == body.decode()
    assert "X-Amzn-SageMaker-Target-Variant: a" in words
    assert words[words.index("--aws-sigv4") + 1] == "aws:amz:eu-central-1:sagemaker"
    assert words[-1] == "https://runtime.sagemaker.eu-central-1.amazonaws.com/endpoints/demo/invocations"


@pytest.mark.parametrize("language", Language)
def test_what_is_no_text_is_read_from_a_file(language: Language) -> None:
    text = snippet(language, Call("demo", b"\xff\xd8\xff", content_type="image/jpeg"), WHERE)
    assert "request.bin" in text or language is Language.LANGCHAIN


def test_a_stream_is_called_by_its_own_operation_and_path() -> None:
    call = Call("demo", b"{}", stream=True)
    assert "invoke_endpoint_with_response_stream" in snippet(Language.BOTO3, call, WHERE)
    assert "invoke_with_response_stream" in snippet(Language.SAGEMAKER, call, WHERE)
    curl = snippet(Language.CURL, call, WHERE)
    assert "/invocations-response-stream" in curl
    assert "X-Amzn-SageMaker-Accept" in curl


def test_china_has_its_own_address() -> None:
    curl = snippet(Language.CURL, Call("demo", b"{}"), Where("cn-north-1"))
    assert "https://runtime.sagemaker.cn-north-1.amazonaws.com.cn/" in curl


def test_the_sagemaker_sdk_has_what_its_code_names() -> None:
    """Its resources take a second to import, so they are read instead."""
    import importlib.util
    from pathlib import Path

    found = importlib.util.find_spec("sagemaker.core")
    if found is None or not found.submodule_search_locations:
        pytest.skip("the SageMaker SDK is not installed")
    source = Path(next(iter(found.submodule_search_locations)), "resources.py").read_text(encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its docstrings have escapes that Python does not know
        classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    endpoint = next(each for each in classes if each.name == "Endpoint")
    methods = {node.name: node for node in endpoint.body if isinstance(node, ast.FunctionDef)}
    for stream in (False, True):
        call = Call("demo", b"{}", component="part", custom_attributes="a=b", session_id="s", stream=stream)
        tree = ast.parse(snippet(Language.SAGEMAKER, call, WHERE))
        sent = next(
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr.startswith("invoke")
        )
        assert isinstance(sent.func, ast.Attribute)
        taken = {each.arg for each in methods[sent.func.attr].args.args}
        assert {each.arg for each in sent.keywords} <= taken
