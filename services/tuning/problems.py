"""What is wrong with a request, each sentence at its field; told without asking anyone.

Limits: CreateTrainingJob in botocore's service model, and AWS's quotas on training jobs as of 2026-11-20.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.access import ExistingRole
from services.access import problems as role_problems
from services.deploy import Place, Problem
from services.deploy.grammar import INSTANCE_TYPE, NAME, bucket_problem, key_problem, role_problem, s3_problem
from services.errors import InvalidRequest
from services.plans import looks_secret
from services.tuning.hyperparameters import formats_of, problems_of
from services.tuning.models import Format, LocalText, TuningRequest, TuningState
from services.tuning.templates import template_problems

MOST_SECONDS, LEAST_SECONDS = 28 * 86_400, 60  # MaxRuntimeInSeconds; AWS's default is a day
MOST_VOLUME, MOST_COUNT, MOST_TAGS = 16_384, 20, 40
LONGEST_URL, LONGEST_TEMPLATE = 1024, 20_000
_TAG = re.compile(r"[\w .:/=+@-]{1,128}"), re.compile(r"[\w .:/=+@-]{0,256}")
_SUBNET, _GROUP = re.compile(r"subnet-[0-9a-f]{8,17}"), re.compile(r"sg-[0-9a-f]{8,17}")
_FIELDS = ("output", "validation", "checkpoints")
_EXAMPLES = {"subnets": "subnet-0123456789abcdef0", "security_groups": "sg-0123456789abcdef0"}


def request_problems(request: TuningRequest, state: TuningState) -> tuple[Problem, ...]:
    """All that is wrong with a request; () it can be planned."""
    place = Place(state.role.region, state.role.account, state.role.partition)
    return (
        *_model(request, state),
        *_text(request, state),
        *problems_of(state.spec, request.format, dict(request.hyperparameters)),
        *_machine(request, state),
        *_times(request),
        *_places(request, place),
        *_network(request),
        *_tags(request),
    )


def refuse(request: TuningRequest, state: TuningState) -> None:
    """Raise InvalidRequest for the first thing that is wrong."""
    found = request_problems(request, state)
    if found:
        raise InvalidRequest("This training cannot be planned.", found[0].words, f"Correct {found[0].field}.")


def _model(request: TuningRequest, state: TuningState) -> Iterator[Problem]:
    if not NAME.fullmatch(request.job_name):
        words = "A job's name has 1 to 63 letters, digits and hyphens, and a letter or digit at both ends."
        yield Problem("job_name", words)
    elif state.name_taken:
        yield Problem("job_name", f"There is a training job {request.job_name}; names are never free again.")
    if state.spec.eula and not request.accept_eula:
        yield Problem("accept_eula", f"{state.model.name} is tuned only once its licence is accepted.")
    if request.format not in formats_of(state.spec):
        yield Problem("format", f"{state.model.name} has no {request.format} tuning.")


def _text(request: TuningRequest, state: TuningState) -> Iterator[Problem]:
    text = request.text
    if isinstance(text, LocalText):
        if not text.path.is_file():
            yield Problem("text", "The file is not there any more. Choose it again.")
    elif not text:
        yield Problem("text", "Choose the text to learn from: a file, or an address in S3.")
    elif wrong := s3_problem(text, LONGEST_URL):
        yield Problem("text", wrong)
    elif not text.removeprefix("s3://").partition("/")[2]:
        yield Problem("text", "Name the file or the prefix in the bucket, not the bucket as a whole.")
    if request.format is not Format.INSTRUCTION:
        return
    if request.template is None:
        if not state.beside:
            yield Problem("template", "Instruction tuning needs a template: what is asked, and what is answered.")
        return
    if state.beside and isinstance(text, str) and text.endswith("/"):
        words = (
            "A template.json lies beside the text already and is not overwritten: change it there, or take one file."
        )
        yield Problem("template", words)
    for part, words in template_problems(request.template, ()):
        yield Problem(f"template.{part}", words)
    if len(request.template.prompt) + len(request.template.completion) > LONGEST_TEMPLATE:
        yield Problem("template.prompt", f"A template has at most {LONGEST_TEMPLATE:,} characters.")


def _machine(request: TuningRequest, state: TuningState) -> Iterator[Problem]:
    kind, own = request.instance_type, state.spec.instances
    if not INSTANCE_TYPE.fullmatch(kind):
        yield Problem("instance_type", f"{kind or 'An empty text'} is no instance type.")
    elif own and kind not in own:
        yield Problem("instance_type", f"{state.model.name} is tuned on {', '.join(own[:12])}, not on {kind}.")
    if not 1 <= request.count <= MOST_COUNT:
        yield Problem("count", f"A training has 1 to {MOST_COUNT} instances.")
    elif state.quota is not None and request.count > state.quota:
        words = f"The account may use {state.quota:g} of {kind}: its quota “{state.quota_name}”."
        yield Problem("count" if state.quota else "instance_type", words)
    if request.volume_gb and not 1 <= request.volume_gb <= MOST_VOLUME:
        yield Problem("volume_gb", f"A volume has 1 to {MOST_VOLUME:,} GB; 0 is the model's own.")


def _times(request: TuningRequest) -> Iterator[Problem]:
    if not LEAST_SECONDS <= request.most_seconds <= MOST_SECONDS:
        yield Problem("most_seconds", "A training may take a minute to 28 days.")
    if not request.spot:
        if request.wait_seconds:
            yield Problem("wait_seconds", "Only a training with spare capacity waits.")
    elif request.wait_seconds < request.most_seconds:
        yield Problem("wait_seconds", "With all waiting it may take at least as long as the training itself.")
    elif request.wait_seconds > MOST_SECONDS:
        yield Problem("wait_seconds", "It may wait up to 28 days in all.")


def _places(request: TuningRequest, place: Place) -> Iterator[Problem]:
    if wrong := bucket_problem(request.bucket):
        yield Problem("bucket", wrong)
    for name in _FIELDS:
        url = getattr(request, name)
        if url and (wrong := s3_problem(url, LONGEST_URL)):
            yield Problem(name, wrong)
    if request.checkpoints and request.checkpoints.rstrip("/") == request.output_prefix.rstrip("/"):
        yield Problem("checkpoints", "Checkpoints and the result need places of their own.")
    for name in ("kms_volume", "kms_output"):
        if wrong := key_problem(getattr(request, name), place):
            yield Problem(name, wrong.replace("the endpoint is", "the training is"))
    for words in role_problems(request.role):
        yield Problem("role", words)
    if isinstance(request.role, ExistingRole) and (wrong := role_problem(request.role.arn, place)):
        yield Problem("role", wrong)


def _network(request: TuningRequest) -> Iterator[Problem]:
    for name, pattern, most in (("subnets", _SUBNET, 16), ("security_groups", _GROUP, 5)):
        given = getattr(request, name)
        if not given and (request.subnets or request.security_groups):
            yield Problem(name, "A VPC needs subnets and security groups; leave out both, or give both.")
        if len(given) > most or len(given) != len(set(given)):
            yield Problem(name, f"Up to {most} of them, each once.")
        for each in given:
            if not pattern.fullmatch(each):
                yield Problem(name, f"{each or 'An empty text'} is none: it looks like {_EXAMPLES[name]}")


def _tags(request: TuningRequest) -> Iterator[Problem]:
    keys = [key for key, _ in request.tags]
    if len(keys) > MOST_TAGS or len({key.lower() for key in keys}) != len(keys):
        yield Problem("tags", f"Up to {MOST_TAGS} tags, each once.")
    for key, value in request.tags:
        if not _TAG[0].fullmatch(key) or not _TAG[1].fullmatch(value):
            yield Problem("tags", f"{key[:130] or 'An empty text'} cannot be a tag, or its value cannot.")
        elif key.lower().startswith(("aws:", "sagedeck:")):
            yield Problem("tags", f"{key} cannot be a tag: such keys are kept for others.")
        elif looks_secret(key, value):
            yield Problem("tags", f"{key} looks like a secret; a tag is read by everybody.")
