"""A plan as Terraform: it parses, refers rather than repeats, and lists what the provider cannot express."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import hcl2
import pytest

from services.plans import Format, export
from tests.services.plans.exports.samples import ALL, TOKEN, classic, hard, pair, single


def resources(text: str) -> dict[str, Any]:
    """The resources by address."""
    rows = hcl2.loads(text)["resource"]
    return {
        f"{kind.strip(chr(34))}.{name.strip(chr(34))}": body
        for row in rows
        for kind, named in row.items()
        for name, body in named.items()
    }


@pytest.mark.parametrize("name", list(ALL))
def test_it_parses(name: str) -> None:
    found = resources(export(ALL[name](), Format.TERRAFORM, region="us-east-1").text)
    assert any(address.startswith("aws_sagemaker_endpoint.") for address in found)


@pytest.mark.parametrize("name", list(ALL))
def test_terraform_itself_would_format_it_the_same(name: str, tmp_path: Path) -> None:
    terraform = shutil.which("terraform")
    if terraform is None:
        pytest.skip("terraform is not installed; python-hcl2 has read the syntax")
    file = tmp_path / "main.tf"
    file.write_text(export(ALL[name](), Format.TERRAFORM, region="us-east-1").text, encoding="utf-8")
    done = subprocess.run([terraform, "fmt", "-check", "-diff", str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_what_is_created_is_referred_to_and_waited_for() -> None:
    text = export(pair(), Format.TERRAFORM).text
    role = "aws_iam_role.role_sagedeck_execution_us_east_1"
    assert f"execution_role_arn       = {role}.arn" in text
    assert f"role = {role}.name" in " ".join(text.split())
    assert "model_name                                        = aws_sagemaker_model.model_talk.name" in text
    assert "endpoint_config_name = aws_sagemaker_endpoint_configuration.endpoint_config_talk.name" in text
    assert "depends_on = [aws_iam_role_policy." in text
    found = resources(text)
    assert {each.partition(".")[0] for each in found} == {
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_sagemaker_model",
        "aws_sagemaker_endpoint_configuration",
        "aws_sagemaker_endpoint",
    }
    assert 'provider "aws"' not in text


def test_managed_policies_are_attachments() -> None:
    text = export(classic(), Format.TERRAFORM).text
    assert text.count('resource "aws_iam_role_policy_attachment"') == 4


def test_a_secret_is_a_sensitive_variable_and_signs_of_templates_are_escaped() -> None:
    text = export(single(), Format.TERRAFORM).text
    assert "sensitive   = true" in text
    assert "= var.demo_hf_token" in text
    assert r'"a \"quoted\" $${word}: %%{x}"' in text
    assert "keeps the values of variables in its state" in text


def test_what_the_provider_cannot_express_is_listed_at_the_top() -> None:
    text = export(hard(), Format.TERRAFORM).text
    head = text.partition("\nterraform {")[0]
    assert TOKEN not in text
    for gap in (
        "Do component. The provider has no resource for AWS::SageMaker::InferenceComponent.",
        "InstancePools of demo, ProductionVariants.",
        "Tomorrow of demo.",
    ):
        assert gap in head
    found = resources(text)
    alarm = next(body for address, body in found.items() if "metric_alarm" in address)
    assert "aws_appautoscaling_policy.scaling_policy_wake.arn" in str(alarm)
    assert "step_adjustment {" in text
