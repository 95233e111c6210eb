"""What the gateway found, in our own words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listed:
    """An endpoint by its name and state; `modified` changes whenever what it holds does."""

    name: str
    status: str
    modified: str


@dataclass(frozen=True, slots=True)
class Held:
    """Instances of one type that an endpoint holds, or is about to."""

    instance_type: str
    count: int


@dataclass(frozen=True, slots=True)
class HeldByEndpoint:
    """What one endpoint takes of the account's quotas. serverless: its variants without machines."""

    instances: tuple[Held, ...]
    serverless: int
    concurrency: int


@dataclass(frozen=True, slots=True)
class FoundImage:
    """A container image in the account's own registry. size: bytes, compressed."""

    size: int
    manifest: str = ""


@dataclass(frozen=True, slots=True)
class Objects:
    """What lies at a place in S3. size: bytes; `complete` is False where there is more than was listed."""

    count: int
    size: int
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket's region, "" where S3 does not tell; `readable` is False where looking into it is refused."""

    region: str
    readable: bool = True


@dataclass(frozen=True, slots=True)
class Network:
    """A subnet's VPC, and how many addresses are free in it."""

    vpc: str
    free: int


@dataclass(frozen=True, slots=True)
class Key:
    """A KMS key; `state` as KMS names it: Enabled, Disabled, PendingDeletion, …"""

    arn: str
    state: str
