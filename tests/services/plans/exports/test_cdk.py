"""A plan as a CDK app: valid Python everywhere; where the CDK and its node engine are, what it makes is the template.

CDK_PYTHON may name another interpreter that has aws-cdk-lib, which is too large (245 MB) to be installed for a test.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.plans import Format, export
from tests.services.plans.exports.samples import ALL, TOKEN, hard, single
from tests.services.plans.exports.test_cloudformation import template

PYTHON = os.environ.get("CDK_PYTHON", sys.executable)
ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize("name", list(ALL))
def test_it_is_python_that_ruff_has_nothing_to_say_about(name: str, tmp_path: Path) -> None:
    text = export(ALL[name](), Format.CDK, region="us-east-1").text
    tree = ast.parse(text)
    assert [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    file = tmp_path / "app.py"
    file.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--config", str(ROOT / "pyproject.toml"), str(file)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_constructs_are_typed_secrets_are_parameters_and_what_is_left_out_is_said() -> None:
    text = export(single(), Format.CDK).text
    assert "sagemaker.CfnModel.ContainerDefinitionProperty(" in text
    assert "model_name=model_demo.attr_model_name" in text
    assert "no_echo=True" in text
    assert '"HF_TOKEN": demo_hf_token.value_as_string' in text
    difficult = export(hard(), Format.CDK).text
    assert TOKEN not in difficult
    assert "Tomorrow of demo" in (ast.get_docstring(ast.parse(difficult)) or "")
    assert "success_topic=topic_done.ref" in difficult


def _engine() -> str:
    if shutil.which("node") is None:
        return "node, the CDK's engine, is not installed; the app was only parsed"
    found = subprocess.run([PYTHON, "-c", "import importlib.util as u, sys; sys.exit(not u.find_spec('aws_cdk'))"])
    return "" if found.returncode == 0 else "aws-cdk-lib is not installed (see CDK_PYTHON); the app was only parsed"


def _plain(value: Any) -> Any:
    """A template's value with its functions in one spelling."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "Fn::GetAtt" in value:
        return {"GetAtt": ".".join(value["Fn::GetAtt"])}
    if "Fn::Join" in value:
        parts = (f"${{{each['Ref']}}}" if isinstance(each, dict) else each for each in value["Fn::Join"][1])
        return {"Sub": "".join(parts)}
    if "Sub" in value:
        return {"Sub": value["Sub"].replace("${!", "${")}
    plain = {key: _plain(item) for key, item in value.items()}
    if "Tags" in plain:
        plain["Tags"].sort(key=lambda tag: tag["Key"])
    return plain


@pytest.mark.slow
@pytest.mark.parametrize("name", list(ALL))
def test_what_the_cdk_makes_of_it_is_the_cloudformation_template(name: str, tmp_path: Path) -> None:
    if reason := _engine():
        pytest.skip(reason)
    app, out = tmp_path / "app.py", tmp_path / "out"
    app.write_text(export(ALL[name](), Format.CDK, region="us-east-1").text, encoding="utf-8")
    environ = os.environ | {"CDK_OUTDIR": str(out), "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1"}
    done = subprocess.run([PYTHON, str(app)], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (file,) = out.glob("*.template.json")
    made = json.loads(file.read_text(encoding="utf-8"))
    written = template(ALL[name]())
    assert _plain(made["Resources"]) == _plain(written["Resources"])
    assert set(written.get("Parameters", {})) <= set(made["Parameters"])
