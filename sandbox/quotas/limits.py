"""SageMaker's quotas: their names, codes and defaults, and what the sandbox's account has of each.

The account is one that has asked for much already: thousands of the common instance types, so that tests may have
2,000 endpoints; two of the largest GPU types, none of the scarcest, so that a refusal can be met as on AWS.
"""

import re
from dataclasses import dataclass
from functools import cache

import facts

PLENTY, FEW, NONE = 5000.0, 2.0, 0.0
_TYPE = re.compile(r"\bml\.[a-z0-9-]+\.[a-z0-9]+\b")
_NONE = ("ml.p4de.", "ml.p5", "ml.p6", "ml.trn2.", "ml.trn1n.")
_FEW = ("ml.p4d.", "ml.p3dn.", "ml.trn1.", "ml.g7e.", "ml.g5.48", "ml.g6.48", "ml.g6e.48", "ml.g7.48", "ml.inf2.48")
_ACCOUNT = {
    "Number of elastic inference accelerators across active endpoints": 0.0,
    "Maximum number of instances per training job": 20.0,
    "Maximum number of parallel compilation jobs": 2.0,
    "Maximum number of running Studio apps allowed per account": 40.0,
    "Maximum number of serverless endpoints": 50.0,
    "Maximum number of instances per endpoint": 1000.0,
}
_CONCURRENCY = "Maximum total concurrency that can be allocated across all serverless endpoints"
_WIDE = frozenset({  # regions where serverless concurrency is 1,000; 500 elsewhere (SageMaker developer guide)
    "us-east-1", "us-east-2", "us-west-2", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "eu-central-1",
    "eu-west-1",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quota:
    """`default`: what AWS gives a new account. Codes that are not known are the sandbox's own (`basis` M)."""

    name: str
    code: str
    default: float

    @property
    def instance_type(self) -> str:
        """The instance type it is about, or ""."""
        found = _TYPE.search(self.name)
        return found[0] if found else ""


@cache
def quotas() -> dict[str, Quota]:
    """SageMaker's quotas by code, in the order of the file. Source: facts/quotas.csv."""
    return {row["code"]: Quota(row["name"], row["code"], float(row["default"])) for row in facts.rows("quotas.csv")}


@cache
def by_name() -> dict[str, Quota]:
    return {quota.name: quota for quota in quotas().values()}


def applied(quota: Quota, region: str) -> float:
    """What the sandbox's account has of a quota before it asks for more."""
    instance_type = quota.instance_type
    if not instance_type:
        wide = 1000.0 if region in _WIDE else 500.0
        return wide if quota.name == _CONCURRENCY else _ACCOUNT.get(quota.name, PLENTY)
    if instance_type.startswith(_NONE):
        return NONE
    return FEW if instance_type.startswith(_FEW) else PLENTY
