"""What a deployment names and does not make: subnets, security groups, keys, topics, buckets it writes to."""

from __future__ import annotations

from collections.abc import Iterator

from services.deploy import Asynchronous, ExistingTopic
from services.preflight.checks.role import outputs
from services.preflight.looking import Look
from services.preflight.models import Line, Part, Topic, Verdict
from services.preflight.places import region_of
from services.preflight.side_by_side import begin
from services.preflight.words import count, listed


def network_lines(look: Look, part: Part) -> Iterator[Line]:
    """Whether the subnets and security groups are there, and of one VPC."""
    advanced, gateway = part.request.advanced, look.rooms.gateway
    if not (advanced.subnets or advanced.security_groups):
        return
    if not (advanced.subnets and advanced.security_groups):
        missing = "security group" if advanced.subnets else "subnet"
        yield _line(Topic.NETWORK, part, Verdict.STOP, f"A VPC needs a {missing} too.")
        return
    reading = begin(lambda: gateway.networks(advanced.subnets))
    groups, subnets = gateway.groups(advanced.security_groups), reading.result()
    unknown = [each for each in (*advanced.subnets, *advanced.security_groups) if each not in {**subnets, **groups}]
    vpcs = {each.vpc for each in subnets.values()} | set(groups.values())
    free = sum(each.free for each in subnets.values())
    if unknown:
        words = f"There is no {listed(unknown)} in {look.rooms.identity.region}."
        yield _line(Topic.NETWORK, part, Verdict.STOP, words)
    elif len(vpcs) > 1:
        words = f"Subnets and security groups are of different VPCs: {listed(sorted(vpcs))}."
        yield _line(Topic.NETWORK, part, Verdict.STOP, words)
    elif free < part.request.count:
        words = f"The subnets have {count(free, 'free address', 'free addresses')}."
        yield _line(Topic.NETWORK, part, Verdict.STOP, words)
    else:
        where = count(len(subnets), "subnet")
        words = f"{where} of {next(iter(vpcs), 'one VPC')}, {count(free, 'free address', 'free addresses')}."
        yield _line(Topic.NETWORK, part, Verdict.OK, words, _one_zone(len(subnets)))


def _one_zone(subnets: int) -> str:
    return "Subnets in two zones let it go on when one zone fails." if subnets == 1 else ""


def encryption_lines(look: Look, part: Part) -> Iterator[Line]:
    """Whether each key that is named is there, enabled and in this region."""
    request = part.request
    mode, capture = request.mode, request.advanced.capture
    keys = [request.advanced.kms_key, capture.kms_key if capture else ""]
    keys.append(mode.kms_key if isinstance(mode, Asynchronous) else "")
    for key in dict.fromkeys(key for key in keys if key):
        yield _key(look, part, key)


def _key(look: Look, part: Part, key: str) -> Line:
    region = look.rooms.identity.region
    if region_of(key) not in ("", region):
        words = f"The key is in {region_of(key)}; here it takes one of {region}."
        return _line(Topic.ENCRYPTION, part, Verdict.STOP, words, key)
    found = look.rooms.gateway.key(key)
    if found is None:
        return _line(Topic.ENCRYPTION, part, Verdict.STOP, f"There is no key {key} in {region}.")
    if found.state != "Enabled":
        words = f"The key is {found.state}; it has to be enabled."
        return _line(Topic.ENCRYPTION, part, Verdict.STOP, words, found.arn)
    return _line(Topic.ENCRYPTION, part, Verdict.OK, "The key is there and enabled.", found.arn)


def notice_lines(look: Look, part: Part) -> Iterator[Line]:
    """Whether the topics that are to be told are there."""
    mode = part.request.mode
    if not isinstance(mode, Asynchronous):
        return
    topics = [topic for topic in (mode.success, mode.error) if topic is not None]
    for topic in dict.fromkeys(topics):
        if not isinstance(topic, ExistingTopic):
            yield _line(Topic.NOTICES, part, Verdict.OK, f"The topic {topic.name} is made by the plan.")
        elif region_of(topic.arn) != look.rooms.identity.region:
            words = f"{topic.arn} is not a topic in {look.rooms.identity.region}."
            yield _line(Topic.NOTICES, part, Verdict.STOP, words)
        elif look.rooms.gateway.topic(topic.arn):
            yield _line(Topic.NOTICES, part, Verdict.OK, f"The topic {topic.arn.rpartition(':')[2]} is there.")
        else:
            yield _line(Topic.NOTICES, part, Verdict.STOP, f"There is no topic {topic.arn}.")


def output_lines(look: Look, part: Part) -> Iterator[Line]:
    """Whether the buckets that are written to are there and in this region."""
    region = look.rooms.identity.region
    for name in dict.fromkeys(bucket for bucket, _ in outputs(part.request)):
        found = look.bucket(name)
        if found is None:
            yield _line(Topic.OUTPUT, part, Verdict.STOP, f"There is no bucket {name} to write to.")
        elif found.region and found.region != region:
            words = f"The bucket {name} is in {found.region}; an endpoint in {region} writes to {region} only."
            yield _line(Topic.OUTPUT, part, Verdict.STOP, words)
        elif not found.readable:
            words = f"You may not look into the bucket {name}; whether the role may write to it is told above."
            yield _line(Topic.OUTPUT, part, Verdict.UNKNOWN, words, "It takes s3:ListBucket.")
        else:
            yield _line(Topic.OUTPUT, part, Verdict.OK, f"The bucket {name} is there.")


def _line(topic: Topic, part: Part, verdict: Verdict, words: str, detail: str = "") -> Line:
    return Line(topic=topic, verdict=verdict, words=words, detail=detail, about=part.about)
