"""What an endpoint is made of, in full: variants and their machines, components, configuration, models.

As DescribeEndpoint, DescribeEndpointConfig, DescribeInferenceComponent and DescribeModel tell it; every member may be
missing. Rows are (name, value) pairs in AWS's words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from services.endpoints.definitions import Pairs
from services.endpoints.models import EndpointDetail, masked


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """One instance type of a variant that has several; `count` None is not told."""

    instance_type: str
    priority: int = 0
    count: int | None = None
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantParts:
    """One variant: what it asks for and what it has.

    count, desired   instances; None is not told, or it has none
    memory_mb        of a serverless one, with `concurrency` at most and `provisioned` of it kept warm
    shadow           it gets a copy of the requests and its answers go nowhere
    settings         what else its configuration says
    """

    name: str
    model: str = ""
    instance_type: str = ""
    count: int | None = None
    desired: int | None = None
    weight: float | None = None
    usd_per_hour: float | None = None
    memory_mb: int = 0
    concurrency: int = 0
    provisioned: int = 0
    pools: tuple[Pool, ...] = ()
    shadow: bool = False
    settings: Pairs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentParts:
    """One inference component: `copies` of `desired` run; resources are those of each copy."""

    name: str
    status: str = ""
    variant: str = ""
    model: str = ""
    base: str = ""
    copies: int | None = None
    desired: int | None = None
    resources: str = ""
    failure: str = ""
    settings: Pairs = ()
    environment: Pairs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerParts:
    """One container of a model. Secret-looking values of its environment are ***."""

    name: str = ""
    image: str = ""
    artifact: str = ""
    environment: Pairs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelParts:
    """One model, with its containers in the order requests pass them."""

    name: str
    arn: str = ""
    role: str = ""
    containers: tuple[ContainerParts, ...] = ()
    settings: Pairs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """All of it. `configured` is when the configuration was made, in seconds since 1970; `problems` what may not be
    read.
    """

    variants: tuple[VariantParts, ...] = ()
    components: tuple[ComponentParts, ...] = ()
    settings: Pairs = ()
    models: tuple[ModelParts, ...] = ()
    configured: float | None = None
    role: str = ""
    problems: tuple[str, ...] = ()

    @property
    def roles(self) -> tuple[str, ...]:
        """The execution roles: the configuration's, then its models'."""
        return tuple(dict.fromkeys(each for each in (self.role, *(model.role for model in self.models)) if each))

    def as_dict(self) -> dict[str, Any]:
        """As the command line prints it."""
        return asdict(self)


Row = Mapping[str, Any]


def variants_of(endpoint: Row, config: Row) -> tuple[VariantParts, ...]:
    """The production variants, then the shadows; what is configured and what runs are told together."""
    found: list[VariantParts] = []
    for member, shadow in (("ProductionVariants", False), ("ShadowProductionVariants", True)):
        live = {str(each.get("VariantName", "")): each for each in endpoint.get(member) or ()}
        asked = {str(each.get("VariantName", "")): each for each in config.get(member) or ()}
        found += [
            replace(_variant(name, asked.get(name, {}), live.get(name, {})), shadow=shadow)
            for name in dict.fromkeys((*asked, *live))
        ]
    return tuple(found)


def priced_as(detail: EndpointDetail, variants: Sequence[VariantParts]) -> tuple[VariantParts, ...]:
    """The variants with the prices that the detail has of them."""
    prices = {each.name: each.usd_per_hour for each in detail.variants}
    return tuple(replace(each, usd_per_hour=prices.get(each.name)) for each in variants)


def settings_of(config: Row) -> Pairs:
    """What a configuration says beside its variants."""
    return tuple((name, value) for name, value in _settings(config) if value)


def component_of(row: Row, name: str) -> ComponentParts:
    """An inference component as it is described."""
    told: Row = row.get("Specification") or next(iter(row.get("Specifications") or ()), {})
    runtime: Row = row.get("RuntimeConfig") or {}
    container: Row = told.get("Container") or {}
    start: Row = told.get("StartupParameters") or {}
    settings = (
        ("Image", str((container.get("DeployedImage") or {}).get("SpecifiedImage", ""))),
        ("Artefact", str(container.get("ArtifactUrl", ""))),
        ("Startup health check", _seconds(start.get("ContainerStartupHealthCheckTimeoutInSeconds"))),
        ("Download of the model", _seconds(start.get("ModelDataDownloadTimeoutInSeconds"))),
    )
    return ComponentParts(
        name=str(row.get("InferenceComponentName", name)),
        status=str(row.get("InferenceComponentStatus", "")),
        variant=str(row.get("VariantName", "")),
        model=str(told.get("ModelName", "")),
        base=str(told.get("BaseInferenceComponentName", "")),
        copies=runtime.get("CurrentCopyCount"),
        desired=runtime.get("DesiredCopyCount"),
        resources=_resources(told.get("ComputeResourceRequirements") or {}),
        failure=str(row.get("FailureReason", "")),
        settings=tuple(pair for pair in settings if pair[1]),
        environment=masked(dict(container.get("Environment") or {})),
    )


def model_of(row: Row) -> ModelParts:
    """A model as it is described."""
    every = [each for each in (row.get("PrimaryContainer"), *(row.get("Containers") or ())) if each]
    isolated = "no network at all" if row.get("EnableNetworkIsolation") else ""
    settings = (*_network(row.get("VpcConfig") or {}), ("Isolation", isolated))
    return ModelParts(
        name=str(row.get("ModelName", "")),
        arn=str(row.get("ModelArn", "")),
        role=str(row.get("ExecutionRoleArn", "")),
        containers=tuple(_container(each) for each in every),
        settings=tuple(pair for pair in settings if pair[1]),
    )


def _container(row: Row) -> ContainerParts:
    source = (row.get("ModelDataSource") or {}).get("S3DataSource") or {}
    return ContainerParts(
        name=str(row.get("ContainerHostname", "")),
        image=str(row.get("Image") or row.get("ModelPackageName") or ""),
        artifact=str(source.get("S3Uri") or row.get("ModelDataUrl") or ""),
        environment=masked(dict(row.get("Environment") or {})),
    )


def _variant(name: str, asked: Row, live: Row) -> VariantParts:
    serverless: Row = live.get("CurrentServerlessConfig") or asked.get("ServerlessConfig") or {}
    initial = asked.get("InitialInstanceCount")
    return VariantParts(
        name=name,
        model=str(asked.get("ModelName", "")),
        instance_type=str(asked.get("InstanceType", "")),
        count=live.get("CurrentInstanceCount", None if serverless else initial),
        desired=live.get("DesiredInstanceCount", None if serverless else initial),
        weight=live.get("CurrentWeight", asked.get("InitialVariantWeight")),
        memory_mb=int(serverless.get("MemorySizeInMB", 0)),
        concurrency=int(serverless.get("MaxConcurrency", 0)),
        provisioned=int(serverless.get("ProvisionedConcurrency", 0)),
        pools=_pools(asked, live),
        settings=tuple((key, value) for key, value in _of_variant(asked) if value),
    )


def _pools(asked: Row, live: Row) -> tuple[Pool, ...]:
    counts = {each.get("InstanceType"): each.get("CurrentInstanceCount") for each in live.get("InstancePools") or ()}
    rows = sorted(asked.get("InstancePools") or (), key=lambda each: int(each.get("Priority", 0)))
    return tuple(
        Pool(
            instance_type=str(each.get("InstanceType", "")),
            priority=int(each.get("Priority", 0)),
            count=counts.get(each.get("InstanceType")),
            model=str(each.get("ModelNameOverride", "")),
        )
        for each in rows
    )


def _of_variant(asked: Row) -> Iterator[tuple[str, str]]:
    volume = asked.get("VolumeSizeInGB")
    yield "Volume", f"{volume} GB" if volume else ""
    yield "Startup health check", _seconds(asked.get("ContainerStartupHealthCheckTimeoutInSeconds"))
    yield "Download of the model", _seconds(asked.get("ModelDataDownloadTimeoutInSeconds"))
    yield "Image of the host", str(asked.get("InferenceAmiVersion", ""))
    yield "Routing", str((asked.get("RoutingConfig") or {}).get("RoutingStrategy", ""))
    managed: Row = asked.get("ManagedInstanceScaling") or {}
    least, most = managed.get("MinInstanceCount", "?"), managed.get("MaxInstanceCount", "?")
    yield "Instances follow the components", f"{least} to {most}" if managed.get("Status") == "ENABLED" else ""
    reserved: Row = asked.get("CapacityReservationConfig") or {}
    yield "Capacity reservation", str(reserved.get("MlReservationArn", ""))
    yield "Core dumps", str((asked.get("CoreDumpConfig") or {}).get("DestinationS3Uri", ""))
    yield "Shell access by SSM", "allowed" if asked.get("EnableSSMAccess") else ""


def _settings(config: Row) -> Iterator[tuple[str, str]]:
    answers: Row = (config.get("AsyncInferenceConfig") or {}).get("OutputConfig") or {}
    notices: Row = answers.get("NotificationConfig") or {}
    client: Row = (config.get("AsyncInferenceConfig") or {}).get("ClientConfig") or {}
    yield "Asynchronous answers", str(answers.get("S3OutputPath", ""))
    yield "Failures", str(answers.get("S3FailurePath", ""))
    yield "Requests at once on an instance", str(client.get("MaxConcurrentInvocationsPerInstance", ""))
    yield "Notice of success", str(notices.get("SuccessTopic", ""))
    yield "Notice of failure", str(notices.get("ErrorTopic", ""))
    yield "Key of the answers", str(answers.get("KmsKeyId", ""))
    yield "Data capture", _capture(config.get("DataCaptureConfig") or {})
    yield "Key of the volumes", str(config.get("KmsKeyId", ""))
    yield from _network(config.get("VpcConfig") or {})
    yield "Isolation", "no network at all" if config.get("EnableNetworkIsolation") else ""
    explained = (config.get("ExplainerConfig") or {}).get("ClarifyExplainerConfig")
    yield "Explanations", "by SageMaker Clarify" if explained is not None else ""


def _capture(row: Row) -> str:
    if not row.get("EnableCapture"):
        return ""
    modes = [str(each.get("CaptureMode", "")) for each in row.get("CaptureOptions") or ()]
    share = row.get("InitialSamplingPercentage")
    percent = f"{share} % of requests" if share is not None else "requests"
    return f"{percent} ({', '.join(modes) or 'nothing named'}) to {row.get('DestinationS3Uri', 'an unknown place')}"


def _network(row: Row) -> tuple[tuple[str, str], ...]:
    return (
        ("Subnets", ", ".join(map(str, row.get("Subnets") or ()))),
        ("Security groups", ", ".join(map(str, row.get("SecurityGroupIds") or ()))),
    )


def _resources(row: Row) -> str:
    least, most = row.get("MinMemoryRequiredInMb"), row.get("MaxMemoryRequiredInMb")
    parts = [
        _counted(row.get("NumberOfAcceleratorDevicesRequired"), "accelerator"),
        _counted(row.get("NumberOfCpuCoresRequired"), "CPU core"),
        f"{least:,} MB" + (f" to {most:,} MB" if most else "") if least else "",
    ]
    return ", ".join(part for part in parts if part)


def _counted(number: float | None, what: str) -> str:
    return f"{number:g} {what}{'' if number == 1 else 's'}" if number else ""


def _seconds(value: object) -> str:
    return f"{value} s" if value else ""
