"""What is wrong with how an endpoint is to scale, and with the topics it tells, at the field where it is mended."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.deploy.grammar import key_problem, written
from services.deploy.models import MOST_INSTANCES as MOST_INSTANCES
from services.deploy.models import DeployRequest, Place, Problem
from services.deploy.modes import Asynchronous, Components, ExistingTopic, Metric, NewTopic, Scaling, Serverless

LONGEST_COOLDOWN = 86_400  # seconds; a day without a change is no scaling
# SNS: a name has up to 256 of these characters; a display of one in an ARN likewise. FIFO topics take no notices of S3
# or SageMaker.
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,256}")
_TOPIC_ARN = re.compile(r"arn:(aws[a-z-]*):sns:([a-z0-9-]+):\d{12}:[A-Za-z0-9_-]{1,256}", re.ASCII)
# Letters of any script, and of the signs only those that mail goes by in practice: none that quotes.
_EMAIL = re.compile(r"[\w.!#%&'*+/=?^{|}~-]{1,64}@[\w.-]{1,185}\.\w{2,63}")
LEAST_TARGET, MOST_TARGET = 2.0**-360, 2.0**360  # what Application Auto Scaling takes as a TargetValue
_BURSTABLE = ("ml.t2.", "ml.t3.")


def scaling_problems(request: DeployRequest, most: int = MOST_INSTANCES) -> tuple[Problem, ...]:
    """What is wrong with `count` and `scaling`; `most` is the hard cap of the settings (most_instances)."""
    scaling, found = request.scaling, [*_over_the_cap(request, most)]
    if scaling is None:
        return tuple(found)
    if isinstance(request.mode, Serverless):
        words = "A serverless endpoint scales by itself; its concurrency is its limit."
        return (*found, Problem("scaling", words))
    if request.instance_type.startswith(_BURSTABLE):
        words = f"SageMaker does not scale {request.instance_type}: burstable types keep their count."
        found.append(Problem("scaling", words))
    found += [*_bounds(request, scaling), *_steering(request, scaling)]
    return tuple(found)


def _over_the_cap(request: DeployRequest, most: int) -> Iterator[Problem]:
    cap = f"the cap here is {most}. It is the setting most_instances (SAGEDECK_MOST_INSTANCES or settings.toml)."
    if request.count > most:
        yield Problem("count", f"{request.count} instances are too many: {cap}")
    if isinstance(request.mode, Components) and request.mode.copies > most:
        yield Problem("mode.copies", f"{request.mode.copies} copies are too many: {cap}")
    if request.scaling is not None and request.scaling.maximum > most:
        yield Problem("scaling.maximum", f"Up to {request.scaling.maximum} are too many: {cap}")


def _bounds(request: DeployRequest, scaling: Scaling) -> Iterator[Problem]:
    unit, count, where = "instances", request.count, "count"
    if isinstance(request.mode, Components):
        unit, count, where = "copies", request.mode.copies, "mode.copies"
    if scaling.minimum < 0:
        yield Problem("scaling.minimum", f"Fewer than no {unit} cannot be: 0 or more.")
    elif scaling.minimum == 0 and not isinstance(request.mode, Asynchronous | Components):
        words = "Only an asynchronous endpoint or an inference component can go down to 0; here it is 1 at least."
        yield Problem("scaling.minimum", words)
    if scaling.maximum < 1:
        yield Problem("scaling.maximum", f"At least 1 of the {unit} has to be allowed to run.")
    elif scaling.maximum < scaling.minimum:
        words = f"The maximum ({scaling.maximum}) is less than the minimum ({scaling.minimum})."
        yield Problem("scaling.maximum", words)
    elif count > scaling.maximum:
        yield Problem(where, f"It starts with {count} {unit}, but at most {scaling.maximum} may run.")


def _steering(request: DeployRequest, scaling: Scaling) -> Iterator[Problem]:
    backlog = scaling.metric is Metric.BACKLOG
    if isinstance(request.mode, Asynchronous) and not backlog:
        words = "An asynchronous endpoint scales by its backlog: SageMaker counts no invocations there."
        yield Problem("scaling.metric", words)
    if backlog and not isinstance(request.mode, Asynchronous):
        yield Problem("scaling.metric", "Only an asynchronous endpoint has a backlog to scale by.")
    if not LEAST_TARGET <= scaling.target <= MOST_TARGET:
        yield Problem("scaling.target", f"{written(scaling.target)} cannot be the target: a number above 0.")
    for name in ("scale_in_cooldown", "scale_out_cooldown"):
        seconds = getattr(scaling, name)
        if not 0 <= seconds <= LONGEST_COOLDOWN:
            words = f"{seconds} seconds cannot be: 0 to {LONGEST_COOLDOWN}."
            yield Problem(f"scaling.{name}", words)


def topic_problems(request: DeployRequest, place: Place | None = None) -> tuple[Problem, ...]:
    """What is wrong with the topics of an asynchronous endpoint; without `place`, not whether they are in it."""
    if not isinstance(request.mode, Asynchronous):
        return ()
    topics = {"mode.success": request.mode.success, "mode.error": request.mode.error}
    found = [each for where, topic in topics.items() for each in _topic(where, topic, place)]
    first, second = topics.values()
    if isinstance(first, NewTopic) and isinstance(second, NewTopic) and first.name == second.name and first != second:
        words = f"The topic {first.name} is given twice, with different settings: use one name for each, or the same."
        found.append(Problem("mode.error", words))
    return tuple(found)


def _topic(where: str, topic: ExistingTopic | NewTopic | None, place: Place | None) -> Iterator[Problem]:
    if isinstance(topic, ExistingTopic):
        told = _TOPIC_ARN.fullmatch(topic.arn)
        if told is None:
            words = f"{topic.arn or 'An empty text'} is no ARN of a standard SNS topic."
            yield Problem(where, f"{words} One reads arn:aws:sns:us-east-1:123456789012:name.")
        elif place and told[1] != place.partition:
            yield Problem(where, f"The topic is in the partition {told[1]}; here it is {place.partition}.")
        elif place and told[2] != place.region:
            yield Problem(where, f"The topic is in {told[2]}; the endpoint is in {place.region}. Choose one there.")
    elif isinstance(topic, NewTopic):
        if not _TOPIC.fullmatch(topic.name):
            words = f"{topic.name or 'An empty text'} cannot be a topic's name: 1 to 256 letters, digits, - and _."
            yield Problem(where, words)
        if not topic.kms_key:
            yield Problem(where, "A new topic is encrypted: it needs a KMS key, such as alias/aws/sns.")
        elif wrong := key_problem(topic.kms_key, place):
            yield Problem(where, wrong)
        if topic.email and not _EMAIL.fullmatch(topic.email):
            yield Problem(where, f"{topic.email} is no e-mail address.")
