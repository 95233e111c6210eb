"""A plan as a Python script that does the same with nothing but boto3."""

from services.plans.models import Plan


def to_boto3(plan: Plan, *, region: str = "") -> str:
    """The script; `region` is written into it, else the caller's own configuration decides."""
    raise NotImplementedError
