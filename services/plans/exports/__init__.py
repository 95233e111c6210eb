"""A plan as text for other tools: a boto3 script, a CloudFormation template, a CDK app, Terraform.

`described` says once what a plan creates; a writer a format says it in its own words. May import plans only; tested by
tests/services/plans/exports/: cfn-lint, python-hcl2, the sandbox, and the CDK itself where it is installed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.errors import InvalidRequest
from services.plans.export import to_boto3
from services.plans.exports.cdk import to_cdk
from services.plans.exports.cloudformation import to_cloudformation
from services.plans.exports.described import described
from services.plans.exports.terraform import to_terraform
from services.plans.models import Plan


class Format(StrEnum):
    """What a plan can be written as."""

    BOTO3 = "boto3"
    CLOUDFORMATION = "cloudformation"
    CDK = "cdk"
    TERRAFORM = "terraform"

    @property
    def label(self) -> str:
        """What a person calls a file of it, in a sentence."""
        return _LABELS[self]


_LABELS = {
    Format.BOTO3: "a boto3 script",
    Format.CLOUDFORMATION: "a CloudFormation template",
    Format.CDK: "a CDK app in Python",
    Format.TERRAFORM: "a Terraform configuration",
}
_FILES = {
    Format.BOTO3: ("plan.py", "text/x-python", "python"),
    Format.CLOUDFORMATION: ("plan.yaml", "application/yaml", "yaml"),
    Format.CDK: ("app.py", "text/x-python", "python"),
    Format.TERRAFORM: ("main.tf", "text/plain", "hcl"),
}
_WRITERS = {Format.CLOUDFORMATION: to_cloudformation, Format.CDK: to_cdk, Format.TERRAFORM: to_terraform}


@dataclass(frozen=True, slots=True)
class Export:
    """A file: its text, its usual name, its media type, and the language it is in."""

    text: str
    file: str
    media_type: str
    language: str


def export(plan: Plan, form: Format, *, region: str = "") -> Export:
    """The plan in that format, with no secret in it.

    Raises InvalidRequest when the plan creates nothing that the format could describe; boto3 can express every plan.
    """
    if form is Format.BOTO3:
        return Export(to_boto3(plan, region=region), *_FILES[form])
    description = described(plan)
    if not description.resources:
        raise InvalidRequest(
            f"This plan cannot be written as {form.label}.",
            "None of its steps creates what such a file describes; deleting and changing it cannot say.",
            f"Take it as {Format.BOTO3.label}.",
        )
    return Export(_WRITERS[form](description, region=region), *_FILES[form])
