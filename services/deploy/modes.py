"""How an endpoint answers: at once, through S3, without machines of its own, or as components that share machines."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class RealTime:
    """One model on its own instances, answering at once: bodies to 6 MB, answers within 60 s, streams to 8 minutes."""


@dataclass(frozen=True, slots=True)
class ExistingTopic:
    """An SNS topic that is there, by its ARN."""

    arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTopic:
    """An SNS topic that the plan makes, encrypted with `kms_key` (AWS's own key for SNS by default).

    email   who is asked to subscribe; "" nobody
    """

    name: str
    kms_key: str = "alias/aws/sns"
    email: str = ""


Topic = ExistingTopic | NewTopic


@dataclass(frozen=True, slots=True, kw_only=True)
class Asynchronous:
    """Requests are read from S3 and answers left there: inputs to 1 GB, up to an hour each.

    output, failure   s3://bucket/prefix/; `failure` "" leaves errors beside the answers
    concurrency       requests an instance works on at a time; 0 lets SageMaker choose
    success, error    who is told; None nobody
    include_answer    small answers are sent in the notice itself
    kms_key           encrypts the answers; "" the bucket's own way
    """

    output: str
    failure: str = ""
    concurrency: int = 0
    success: Topic | None = None
    error: Topic | None = None
    include_answer: bool = False
    kms_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serverless:
    """No machine of its own: billed by the request, first answers slow, no GPU. memory_mb: 1024 to 6144 by 1024."""

    memory_mb: int = 3072
    concurrency: int = 5
    provisioned: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """The model as an inference component, which shares the endpoint's instances with others.

    name                "" takes the endpoint's name
    copies              how many run at once
    accelerators, cpus  of each copy; 0 leaves it out
    memory_mb           each copy's at least
    onto                True: the endpoint exists and takes components; only the component is made
    """

    name: str = ""
    copies: int = 1
    accelerators: int = 0
    cpus: float = 0.0
    memory_mb: int = 1024
    onto: bool = False


Mode = RealTime | Asynchronous | Serverless | Components


class Metric(StrEnum):
    """What auto scaling keeps steady."""

    INVOCATIONS = "invocations"  # a minute, of an instance or copy
    CONCURRENCY = "concurrency"  # requests under way, of a variant's instance or a component's copy (seconds apart)
    BACKLOG = "backlog"  # requests waiting, of an instance: asynchronous endpoints


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """Between how many instances (or component copies) the endpoint may move by itself.

    minimum     0 lets it go to sleep; an alarm wakes it: asynchronous endpoints and components only
    maximum     the hard cap, and what the price ceiling is reckoned with
    cooldowns   seconds after a change in which no further one is made
    """

    minimum: int = 1
    maximum: int = 2
    metric: Metric = Metric.INVOCATIONS
    target: float = 100.0
    scale_in_cooldown: int = 300
    scale_out_cooldown: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCapture:
    """What goes in and out is kept in S3. percentage: 1 to 100 of the requests."""

    destination: str
    percentage: int = 100
    kms_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advanced:
    """What has a good default; a form keeps it folded.

    subnets, security_groups   the VPC the containers are put into; both or none
    isolated                   no network in the container; None is what the model asks for
    kms_key                    encrypts the instances' storage
    volume_gb                  0 is the type's own; startup_seconds, download_seconds: 60-3600, 0 the model's own
    """

    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    isolated: bool | None = None
    kms_key: str = ""
    volume_gb: int = 0
    startup_seconds: int = 0
    download_seconds: int = 0
    inference_ami: str = ""
    capture: DataCapture | None = None
