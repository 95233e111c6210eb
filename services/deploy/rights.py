"""What a new execution role has to be allowed beyond the usual: what a deployment reads, writes and tells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from services.access import RoleRequest
from services.deploy.models import DeployRequest, DeployState
from services.deploy.modes import Asynchronous, NewTopic
from services.deploy.sources import CustomSource, PipelineSource
from services.deploy.topics import topic_arn


def role_for(role: RoleRequest, *asked: tuple[DeployRequest, DeployState]) -> RoleRequest:
    """The role with all that these deployments need of it; their order does not matter."""
    needs = [_needs(role, request, state) for request, state in asked]
    return replace(
        role,
        buckets=_once(role.buckets, *(each.buckets for each in needs)),
        writes=_once(role.writes, *(each.writes for each in needs)),
        topics=_once(role.topics, *(each.topics for each in needs)),
        keys=_once(role.keys, *(each.keys for each in needs)),
        vpc=role.vpc or any(each.vpc for each in needs),
    )


def _needs(role: RoleRequest, request: DeployRequest, state: DeployState) -> RoleRequest:
    mode, advanced, partition = request.mode, request.advanced, state.role.partition
    reads, writes, topics, keys = [], [], [], [advanced.kms_key]
    if isinstance(request.source, CustomSource) and request.source.artifact:
        reads.append(request.source.artifact)
    if isinstance(request.source, PipelineSource):
        reads += [each.artifact for each in request.source.containers]
    if isinstance(mode, Asynchronous):
        reads.append(mode.output)  # requests are left beside the answers
        writes += [mode.output, mode.failure]
        told = [topic for topic in (mode.success, mode.error) if topic]
        topics += [topic_arn(topic, state) for topic in told]
        # the key AWS keeps for SNS needs no permission of ours
        keys += [mode.kms_key, *(topic.kms_key for topic in told if isinstance(topic, NewTopic))]
    if advanced.capture:
        writes.append(advanced.capture.destination)
        keys.append(advanced.capture.kms_key)
    return replace(
        role,
        buckets=tuple(_bucket_arn(partition, url) for url in reads if url),
        writes=tuple(_prefix_arn(partition, url) for url in writes if url),
        topics=tuple(topics),
        keys=tuple(key for key in keys if key and key != "alias/aws/sns"),
        vpc=bool(advanced.subnets),
    )


def _once(*groups: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({each for group in groups for each in group}))


def _bucket_arn(partition: str, url: str) -> str:
    return f"arn:{partition}:s3:::{url.removeprefix('s3://').partition('/')[0]}"


def _prefix_arn(partition: str, url: str) -> str:
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    return f"arn:{partition}:s3:::{bucket}/{prefix.rstrip('/')}/*" if prefix else f"arn:{partition}:s3:::{bucket}/*"
