"""Checks a plan before it runs: its order, its references, and every AWS call against botocore's service model."""

from __future__ import annotations

from services.plans.models import Plan


def check(plan: Plan) -> tuple[str, ...]:
    """What AWS would refuse or the executor could not carry out, a sentence each; empty when the plan can run."""
    raise NotImplementedError


def warnings_of(plan: Plan) -> tuple[str, ...]:
    """What may be refused but is not known to be, such as an instance type newer than this package."""
    raise NotImplementedError
