"""A request in the words of CreateAutoMLJobV2. Pure: where the data will lie is told by whoever plans the uploads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.access import tags
from services.autopilot.launching.places import Places
from services.autopilot.launching.seen import Seen
from services.autopilot.requesting.request import (
    AutopilotRequest,
    Forecast,
    Held,
    LanguageTuning,
    Limits,
    S3Data,
    Tabular,
    TextClasses,
)
from services.plans.models import Ref

_GENERATED = {"AutoGenerateEndpointName": True}


def parameters(request: AutopilotRequest, seen: Mapping[str, Seen], places: Places, role: str | Ref) -> dict[str, Any]:
    """What CreateAutoMLJobV2 is sent; nothing that was left out."""
    channels = [_channel(name, request, seen, places) for name, _ in request.sources]
    security = request.security
    vpc = {"Subnets": list(security.subnets), "SecurityGroupIds": list(security.security_groups)}
    safe = _given(
        VolumeKmsKeyId=security.volume_key,
        EnableInterContainerTrafficEncryption=security.encrypt_traffic,
        VpcConfig=vpc if security.subnets else None,
    )
    fraction = request.validation_fraction
    serverless = {"EmrServerlessComputeConfig": {"ExecutionRoleARN": request.emr_role}}
    return _given(
        AutoMLJobName=request.name,
        AutoMLJobInputDataConfig=channels,
        OutputDataConfig=_given(S3OutputPath=places.output, KmsKeyId=security.output_key),
        AutoMLProblemTypeConfig={request.kind.value: _config(request, places)},
        RoleArn=role,
        AutoMLJobObjective={"MetricName": request.objective} if request.objective else None,
        DataSplitConfig={"ValidationFraction": fraction} if fraction is not None else None,
        ModelDeployConfig=_deployment(request),
        SecurityConfig=safe,
        AutoMLComputeConfig=serverless if request.emr_role else None,
        Tags=[*tags(request.owner, project=request.project), *({"Key": k, "Value": v} for k, v in request.tags)],
    )


def _channel(name: str, request: AutopilotRequest, seen: Mapping[str, Seen], places: Places) -> dict[str, Any]:
    source = dict(request.sources)[name]
    held, told = Held.PREFIX, seen.get(name, Seen())
    content, compression = told.content_type, told.compression
    if isinstance(source, S3Data) and not told.path:
        held = source.held
        content, compression = source.content_type or content, source.compression or compression
    data = {"S3DataType": str(held), "S3Uri": places.data[name]}
    named = {"ContentType": content} if content else {}
    return {
        "ChannelType": name,
        **named,
        "CompressionType": compression,
        "DataSource": {"S3DataSource": data},
    }


def _deployment(request: AutopilotRequest) -> dict[str, Any] | None:
    if request.deploy is None:
        return None
    name = request.deploy.endpoint_name
    return {"AutoGenerateEndpointName": False, "EndpointName": name} if name else _GENERATED


def _config(request: AutopilotRequest, places: Places) -> dict[str, Any]:
    criteria = _criteria(request.limits)
    match request.settings:
        case Tabular() as settings:
            return criteria | _tabular(settings, places)
        case Forecast() as settings:
            return criteria | _forecast(settings, places)
        case TextClasses(content=content, label=label):
            return {"ContentColumn": content, "TargetLabelColumn": label} | criteria
        case LanguageTuning() as settings:
            return criteria | _language(settings)
        case _:
            return criteria


def _criteria(limits: Limits) -> dict[str, Any]:
    told = _given(
        MaxCandidates=limits.candidates,
        MaxRuntimePerTrainingJobInSeconds=limits.training_seconds,
        MaxAutoMLJobRuntimeInSeconds=limits.job_seconds,
    )
    return {"CompletionCriteria": told} if told else {}


def _algorithms(names: tuple[str, ...]) -> dict[str, Any] | None:
    return {"AlgorithmsConfig": [{"AutoMLAlgorithms": list(names)}]} if names else None


def _tabular(settings: Tabular, places: Places) -> dict[str, Any]:
    return _given(
        TargetAttributeName=settings.target,
        Mode=str(settings.mode),
        ProblemType=str(settings.problem_type),
        CandidateGenerationConfig=_algorithms(settings.algorithms),
        FeatureSpecificationS3Uri=places.features,
        SampleWeightAttributeName=settings.sample_weight,
        GenerateCandidateDefinitionsOnly=settings.definitions_only,
    )


def _forecast(settings: Forecast, places: Places) -> dict[str, Any]:
    filling: dict[str, dict[str, str]] = {}
    for each in settings.filling:
        ways = filling.setdefault(each.column, {})
        ways[each.where] = each.how
        if each.value:
            ways[f"{each.where}_value"] = each.value
    gathered = {settings.target: settings.aggregation} if settings.aggregation else None
    return _given(
        ForecastFrequency=settings.frequency,
        ForecastHorizon=settings.horizon,
        ForecastQuantiles=list(settings.quantiles),
        TimeSeriesConfig=_given(
            TargetAttributeName=settings.target,
            TimestampAttributeName=settings.timestamp,
            ItemIdentifierAttributeName=settings.item,
            GroupingAttributeNames=list(settings.grouping),
        ),
        Transformations=_given(Filling=filling, Aggregation=gathered),
        HolidayConfig=[{"CountryCode": settings.holidays}] if settings.holidays else None,
        CandidateGenerationConfig=_algorithms(settings.algorithms),
        FeatureSpecificationS3Uri=places.features,
    )


def _language(settings: LanguageTuning) -> dict[str, Any]:
    tuned = {
        "epochCount": settings.epochs,
        "batchSize": settings.batch_size,
        "learningRate": settings.learning_rate,
        "learningRateWarmupSteps": settings.warmup_steps,
    }
    return _given(
        BaseModelName=settings.base_model,
        TextGenerationHyperParameters={key: _number(value) for key, value in tuned.items() if value is not None},
        ModelAccessConfig={"AcceptEula": True} if settings.accept_eula else None,
    )


def _number(value: float) -> str:
    """As AWS takes it, in at most 16 characters: 0.00001 has no exponent with a plus sign."""
    text = f"{value:.14f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return text if len(text) <= 16 else f"{value:.8g}"


def _given(**members: Any) -> dict[str, Any]:
    """The members that say something: no None, no empty text or list, no False."""
    return {name: value for name, value in members.items() if value not in (None, "", False, [], {}, ())}
