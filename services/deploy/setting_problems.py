"""What is wrong with variables, tags and the advanced settings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.deploy import grammar
from services.deploy.models import DeployRequest, Place, Problem
from services.deploy.modes import Components
from services.plans import known_values, looks_secret
from services.plans.leasing import DELETE, KEYS, PAUSE, moment, written

# The API takes up to 100 environment keys with values of up to 1,024 characters.
MOST_VARIABLES, LONGEST_VALUE = 100, 1024
OWN_TAGS = 6  # sagedeck:made-by, owner, model-id, model-version, task, family
MOST_TAGS = 50
LEAST_HOURS, MOST_HOURS = 0.25, 8_784.0  # of a lease: a year
LONGEST_REASON = 200
_TAG_KEY = re.compile(r"[\w .:/=+@-]{1,128}")
_TAG_VALUE = re.compile(r"[\w .:/=+@-]{0,256}")
_SUBNET, _GROUP = re.compile(r"subnet-[0-9a-f]{8,17}"), re.compile(r"sg-[0-9a-f]{8,17}")
MOST_SUBNETS, MOST_GROUPS = 16, 5
LEAST_SECONDS, MOST_SECONDS = 60, 3600
_AMI = "ProductionVariantInferenceAmiVersion"  # botocore's service model lists them


def variable_problems(request: DeployRequest) -> Iterator[Problem]:
    """Problems of `environment` and `secrets`."""
    keys = [key for key, _ in request.environment] + list(request.secret_keys)
    if len(keys) != len(set(keys)) or len(request.secrets) != len(set(request.secrets)):
        yield Problem("environment", "A container variable is given twice.")
    if len(keys) > MOST_VARIABLES:
        yield Problem("environment", f"{len(keys)} container variables are given; {MOST_VARIABLES} are allowed.")
    for key, value in request.environment:
        if len(value) > LONGEST_VALUE:
            yield Problem("environment", f"The value of {key} is longer than {LONGEST_VALUE} characters.")
        if looks_secret(key, value):
            words = f"{key} looks like a secret: give it as one, so that it is written nowhere."
            yield Problem("environment", words)
        if "\x00" in value or any("\ud800" <= each <= "\udfff" for each in value):
            yield Problem("environment", f"The value of {key} holds a character that no variable can hold.")
    if len({key.upper() for key in request.secret_keys}) != len(request.secret_keys):
        words = "Two secrets differ in large and small letters only: an exported script could not tell them apart."
        yield Problem("secrets", words)
    for key in keys:
        if not re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]{0,1023}", key):
            field = "secrets" if key in request.secrets else "environment"
            yield Problem(field, f"{key or 'An empty text'} cannot be the name of a container variable.")


def lease_problems(request: DeployRequest) -> Iterator[Problem]:
    """Problems of the lease: of its hours, what then happens, and its reason."""
    hours = request.lease_hours
    if hours and not LEAST_HOURS <= hours <= MOST_HOURS:
        yield Problem("lease_hours", f"A lease has {LEAST_HOURS:g} to {MOST_HOURS:,.0f} hours; 0 is none.")
    if hours and isinstance(request.mode, Components) and request.mode.onto:
        words = f"{request.endpoint_name} is there already, and has its own lease: change it on its page."
        yield Problem("lease_hours", words)
    ends = moment(request.lease_ends)
    if request.lease_ends and (ends is None or written(ends) != request.lease_ends):
        yield Problem("lease_ends", "The end of the lease is no time such as 2026-12-01T18:00:00Z.")
    if request.lease_then not in (DELETE, PAUSE):
        yield Problem("lease_then", f"A lease cannot end with “{request.lease_then[:30]}”: it is delete or pause.")
    if len(request.lease_reason) > LONGEST_REASON:
        words = f"The reason has {len(request.lease_reason)} characters; {LONGEST_REASON} are allowed."
        yield Problem("lease_reason", words)


def tag_problems(request: DeployRequest) -> Iterator[Problem]:
    """Problems of `tags`."""
    keys = [key for key, _ in request.tags]
    if len({key.lower() for key in keys}) != len(keys):
        yield Problem("tags", "A tag is given twice.")
    own = OWN_TAGS + (len(KEYS) if request.lease_hours else 0)
    if len(keys) > MOST_TAGS - own:
        words = f"{len(keys)} tags are given; {MOST_TAGS - own} are allowed beside the console's own {own}."
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


def advanced_problems(request: DeployRequest, place: Place | None) -> Iterator[Problem]:
    """Problems of `advanced`, but for the volume, which hangs on the instance type."""
    advanced = request.advanced
    yield from _vpc(request)
    if wrong := grammar.key_problem(advanced.kms_key, place):
        yield Problem("advanced.kms_key", wrong)
    for name in ("startup_seconds", "download_seconds"):
        seconds = getattr(advanced, name)
        if seconds and not LEAST_SECONDS <= seconds <= MOST_SECONDS:
            words = f"{seconds} seconds cannot be: {LEAST_SECONDS} to {MOST_SECONDS}; 0 is the model's own."
            yield Problem(f"advanced.{name}", words)
    if advanced.inference_ami and advanced.inference_ami not in (known := known_values("sagemaker", _AMI)):
        words = f"{advanced.inference_ami} is no InferenceAmiVersion; known are {', '.join(known)}."
        yield Problem("advanced.inference_ami", words)
    yield from _onto(request)
    capture = advanced.capture
    if capture is None:
        return
    if wrong := grammar.s3_problem(capture.destination):
        yield Problem("advanced.capture.destination", wrong)
    if not 1 <= capture.percentage <= 100:
        yield Problem("advanced.capture.percentage", f"{capture.percentage} % cannot be: 1 to 100.")
    if wrong := grammar.key_problem(capture.kms_key, place):
        yield Problem("advanced.capture.kms_key", wrong)


def _vpc(request: DeployRequest) -> Iterator[Problem]:
    advanced = request.advanced
    parts = (
        ("subnets", advanced.subnets, _SUBNET, MOST_SUBNETS, "subnet", "subnet-0123456789abcdef0"),
        ("security_groups", advanced.security_groups, _GROUP, MOST_GROUPS, "security group", "sg-0123456789abcdef0"),
    )
    for name, given, pattern, most, what, example in parts:
        field = f"advanced.{name}"
        if not given and (advanced.subnets or advanced.security_groups):
            yield Problem(field, f"A VPC needs at least one {what}; leave out both, or give both.")
        if len(given) > most:
            yield Problem(field, f"{len(given)} are given; {most} are allowed.")
        if len(given) != len(set(given)):
            yield Problem(field, f"A {what} is given twice.")
        for each in given:
            if not pattern.fullmatch(each):
                yield Problem(field, f"{each or 'An empty text'} is no {what}: it looks like {example}.")


def _onto(request: DeployRequest) -> Iterator[Problem]:
    """A component takes over what the endpoint it is put onto has."""
    if not (isinstance(request.mode, Components) and request.mode.onto):
        return
    advanced = request.advanced
    given = {
        "subnets": advanced.subnets,
        "kms_key": advanced.kms_key,
        "inference_ami": advanced.inference_ami,
        "isolated": advanced.isolated,
        "capture": advanced.capture,
    }
    for name, value in given.items():
        if value:
            yield Problem(f"advanced.{name}", "That is the endpoint's own, which is there already; leave it out.")
