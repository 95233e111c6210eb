"""Execution roles: what SageMaker itself may do while it runs a model, as opposed to what the person may do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

# IAM: role names are up to 64 of these characters.
_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/([\w+=,.@/-]{0,511}/)?[\w+=,.@-]{1,64}", re.ASCII)

# The set tutorials attach (seed 001): everything in four services.
CLASSIC_POLICIES = (
    "AmazonSageMakerFullAccess",
    "AmazonS3FullAccess",
    "CloudWatchLogsFullAccess",
    "AmazonEC2ContainerRegistryFullAccess",
)

DIFFERENCE = (
    "The execution role is what SageMaker takes on while your model runs: it pulls the image, reads the weights and "
    "writes the logs. Your own identity only needs to be allowed to hand it over (iam:PassRole)."
)


class Access(StrEnum):
    """How much a new role may do."""

    LEAST = "least"
    CLASSIC = "classic"


@dataclass(frozen=True, slots=True)
class ExistingRole:
    """A role that is there already, by its ARN."""

    arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRequest:
    """A role to create, or to find as this console made it before.

    buckets   ARNs of further buckets the model's artefacts lie in; JumpStart's are always readable
    writes    ARNs of what it may write in S3: arn:aws:s3:::bucket/prefix/*
    topics    ARNs of the SNS topics it tells
    keys      KMS keys (ARN, id or alias) of storage, answers and topics
    vpc       its containers run in a VPC, where they need network interfaces
    work      a person works with it in a notebook: it may call endpoints, use Studio and the console's own bucket
    starts    it starts jobs, models and endpoints by itself, under itself, as an AutoML job does
    """

    name: str
    owner: str = ""
    access: Access = Access.LEAST
    buckets: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    vpc: bool = False
    work: bool = False
    starts: bool = False


RoleChoice = ExistingRole | RoleRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionRole:
    """A role SageMaker can take on. `made_here` is whether this console tagged it as its own."""

    name: str
    arn: str
    created: datetime | None = None
    description: str = ""
    trusts_sagemaker: bool = True
    made_here: bool = False
    owner: str = ""


@dataclass(frozen=True, slots=True)
class RolePolicies:
    """What a role may do: its inline policies by name, the attached ones by ARN."""

    inline: tuple[str, ...] = ()
    attached: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleState:
    """What the planner has to know: where we are, and the role of the wanted name as it stands (None: not there).

    attached   ARNs of the managed policies the role has already; read only where some are to be attached
    """

    region: str
    account: str
    partition: str = "aws"
    role: ExecutionRole | None = None
    attached: tuple[str, ...] = ()


def default_role_name(region: str) -> str:
    """The name the console gives its execution role in a region."""
    return f"sagedeck-execution-{region}"


def work_role_name(region: str) -> str:
    """The name of the role with which people work in notebooks and Studio."""
    return f"sagedeck-workspaces-{region}"


def autopilot_role_name(region: str) -> str:
    """The name of the role of AutoML jobs that read and write in the console's own bucket only."""
    return f"sagedeck-autopilot-{region}"


def batch_role_name(region: str) -> str:
    """The name of the role of models that answer for transform jobs."""
    return f"sagedeck-batch-{region}"


def role_arn(choice: RoleChoice, state: RoleState) -> str:
    """The ARN of the role chosen; for one to be created it follows from its name."""
    if isinstance(choice, ExistingRole):
        return choice.arn
    return f"arn:{state.partition}:iam::{state.account}:role/{choice.name}"


def problems(choice: RoleChoice) -> tuple[str, ...]:
    """What is wrong with a choice, one sentence each; empty when it can be planned."""
    if isinstance(choice, ExistingRole):
        if _ARN.fullmatch(choice.arn):
            return ()
        return (
            f"{choice.arn or 'Nothing'} is not the ARN of a role: it looks like arn:aws:iam::123456789012:role/Name.",
        )
    if not _NAME.fullmatch(choice.name):
        return ("A role's name has 1 to 64 letters without accents, digits and the signs + = , . @ _ - only.",)
    return ()
