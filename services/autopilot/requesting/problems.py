"""What is wrong with a request, at the field where it can be mended; told before anyone is asked.

Single fields are held to `fields.py`; what goes together stands in the file of its subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from services.access import ExistingRole
from services.access import problems as role_problems
from services.autopilot.launching.seen import Seen
from services.autopilot.models import ProblemKind
from services.autopilot.requesting.channel_problems import channel_problems
from services.autopilot.requesting.field import LARGE
from services.autopilot.requesting.field_problems import field_problems
from services.autopilot.requesting.kind_problems import kind_problems
from services.autopilot.requesting.known import MOST_CANDIDATES
from services.autopilot.requesting.request import AutopilotRequest
from services.autopilot.requesting.table_problems import table_problems
from services.deploy import Place, Problem
from services.deploy.grammar import key_problem, role_problem
from services.errors import InvalidRequest
from services.legible import holds_token

OWN_TAGS = 3  # sagedeck:made-by, owner, project
MOST_TAGS = 50
_TAG_KEY = re.compile(r"[\w .:/=+@-]{1,128}")
_TAG_VALUE = re.compile(r"[\w .:/=+@-]{0,256}")
_KEY_REGION = re.compile(r"arn:[a-z-]+:kms:([a-z0-9-]+):")


def request_problems(
    request: AutopilotRequest, place: Place | None = None, seen: Mapping[str, Seen] | None = None
) -> tuple[Problem, ...]:
    """What is wrong with a request; empty when it can be planned.

    place   where it runs; without it, what is of another region or account is not told
    seen    by channel what the doctor saw of its data; without it, columns are not held against the request
    """
    found = (
        *field_problems(request),
        *channel_problems(request),
        *kind_problems(request),
        *_limits(request),
        *_security(request, place),
        *_role(request, place),
        *_tags(request),
        *(table_problems(request, seen) if seen else ()),
        *_tokens(request),
    )
    return tuple(dict.fromkeys(found))


def refuse(request: AutopilotRequest, place: Place | None = None, seen: Mapping[str, Seen] | None = None) -> None:
    """Raise InvalidRequest with everything that is wrong."""
    wrong = request_problems(request, place, seen)
    if wrong:
        raise InvalidRequest(
            f"{request.name or 'This job'} cannot be launched like this.",
            " ".join(problem.words for problem in wrong),
            "Correct it and plan again.",
        )


def _limits(request: AutopilotRequest) -> Iterator[Problem]:
    limits = request.limits
    if limits.job_seconds and limits.training_seconds and limits.training_seconds > limits.job_seconds:
        yield Problem("limits.training_seconds", "A training job may not take longer than the whole job.")
    if request.kind is not ProblemKind.TABULAR and (limits.candidates or 1) in range(2, MOST_CANDIDATES + 1):
        yield Problem("limits.candidates", "Only a table has several candidates; leave it out, or say 1.")


def _security(request: AutopilotRequest, place: Place | None) -> Iterator[Problem]:
    security = request.security
    for name in ("output_key", "volume_key"):
        key = getattr(security, name)
        if wrong := key_problem(key, None):
            yield Problem(f"security.{name}", wrong)
        elif place and (found := _KEY_REGION.match(key)) and found[1] != place.region:
            yield Problem(f"security.{name}", f"The key is in {found[1]}; the job runs in {place.region}.")
    if bool(security.subnets) != bool(security.security_groups):
        missing = "security_groups" if security.subnets else "subnets"
        words = "A VPC needs both subnets and security groups; give both, or leave both out."
        yield Problem(f"security.{missing}", words)


def _role(request: AutopilotRequest, place: Place | None) -> Iterator[Problem]:
    wrong = role_problems(request.role)
    if not wrong and place and isinstance(request.role, ExistingRole):
        elsewhere = role_problem(request.role.arn, place)
        wrong = (elsewhere,) if elsewhere else ()
    yield from (Problem("role", words) for words in wrong)
    if request.emr_role and request.kind not in LARGE:
        yield Problem("emr_role", "EMR Serverless takes over for tables and series only; leave the role out.")
    elif request.emr_role and place and (elsewhere := role_problem(request.emr_role, place)):
        yield Problem("emr_role", elsewhere)


def _tags(request: AutopilotRequest) -> Iterator[Problem]:
    keys = [key for key, _ in request.tags]
    if len({key.lower() for key in keys}) != len(keys):
        yield Problem("tags", "A tag is given twice.")
    if len(keys) > MOST_TAGS - OWN_TAGS:
        words = f"{len(keys)} tags are given; {MOST_TAGS - OWN_TAGS} are allowed beside the console's own {OWN_TAGS}."
        yield Problem("tags", words)
    for key, value in request.tags:
        if not _TAG_KEY.fullmatch(key):
            words = "1 to 128 letters, digits, spaces or _ . : / = + - @"
            yield Problem("tags", f"{key[:140] or 'An empty text'} cannot be the key of a tag: {words}.")
        elif key.lower().startswith(("aws:", "sagedeck:")):
            yield Problem("tags", f"{key} cannot be a tag: keys with {key.partition(':')[0]}: are kept for others.")
        if not _TAG_VALUE.fullmatch(value):
            words = "up to 256 letters, digits, spaces or _ . : / = + - @"
            yield Problem("tags", f"The value of the tag {key} cannot be: {words}.")


def _tokens(request: AutopilotRequest) -> Iterator[Problem]:
    for name in dict.fromkeys(name for name, text in _texts(request) if holds_token(text)):
        words = "This holds what looks like a token or a key; what stands here is written down and shown."
        yield Problem(name, words)


def _texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a request with the dotted name of its field; of a list, that of the whole."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, tuple):
        yield from (found for each in value for found in _texts(each, name))
    elif is_dataclass(value):
        for each in fields(value):
            yield from _texts(getattr(value, each.name), f"{name}.{each.name}" if name else each.name)
