"""What CreateAutoMLJobV2 refuses, beyond what botocore's model says. Facts: facts/autopilot.json."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import facts
from sandbox.errors import invalid

Request = Mapping[str, Any]

KINDS = {  # of a problem type's configuration
    "TabularJobConfig": "Tabular",
    "TextClassificationJobConfig": "TextClassification",
    "ImageClassificationJobConfig": "ImageClassification",
    "TimeSeriesForecastingJobConfig": "TimeSeriesForecasting",
    "TextGenerationJobConfig": "TextGeneration",
}
_TABLES = ("text/csv;header=present", "text/csv", "x-application/vnd.amazon+parquet")
_IMAGES = ("image/*", "image/png", "image/jpeg")
_LISTED = {"Tabular": ("S3Prefix", "ManifestFile"), "ImageClassification": ("S3Prefix", "ManifestFile",
                                                                            "AugmentedManifestFile")}  # fmt: skip
_GATED = ("llama", "gemma", "mistral-large")
_TUNED = {"epochCount": (1, 10), "batchSize": (1, 64), "learningRateWarmupSteps": (0, 250)}


@cache
def autopilot() -> dict[str, Any]:
    """Return the facts of Autopilot."""
    found: dict[str, Any] = json.loads(facts.path("autopilot.json").read_text(encoding="utf-8"))
    return found


def concurrent_jobs(region: str) -> int:
    """Return how many jobs may run at once in a region."""
    limits = autopilot()["limits"]["concurrent_jobs"]
    return next((int(count) for count in ("4", "2") if region in limits[count]), int(limits["other"]))


def kind_of(request: Request) -> tuple[str, Mapping[str, Any]]:
    """Return the problem's kind ("Tabular", …) and its configuration."""
    member, config = next(iter(request["AutoMLProblemTypeConfig"].items()))
    return KINDS[member], config


def check(request: Request) -> None:
    """Raise AwsError for what does not go together."""
    given = [member for member, config in request["AutoMLProblemTypeConfig"].items() if config is not None]
    if len(given) != 1:
        raise invalid("Exactly one problem type configuration must be specified in AutoMLProblemTypeConfig.")
    kind, config = kind_of(request)
    _check_channels(request)
    _check_data(kind, request)
    _check_objective(kind, config, request)
    _check_criteria(kind, config)
    _check_deployment(request)
    if kind == "Tabular":
        _check_tabular(config)
    elif kind == "TimeSeriesForecasting":
        _check_forecast(config)
    elif kind == "TextGeneration":
        _check_generation(config)
    elif kind == "TextClassification" and config["ContentColumn"] == config["TargetLabelColumn"]:
        raise invalid("ContentColumn and TargetLabelColumn must differ.")


def _check_channels(request: Request) -> None:
    types = [channel.get("ChannelType") or "training" for channel in request["AutoMLJobInputDataConfig"]]
    if "training" not in types:
        raise invalid("A channel of type training is required in AutoMLJobInputDataConfig.")
    if len(set(types)) < len(types):
        raise invalid("AutoMLJobInputDataConfig can have at most one channel of each ChannelType.")
    fraction = (request.get("DataSplitConfig") or {}).get("ValidationFraction")
    if fraction is not None and "validation" in types:
        raise invalid("ValidationFraction cannot be specified together with a channel of type validation.")
    if fraction is not None and not 0 < fraction < 1:
        raise invalid("ValidationFraction must be greater than 0 and less than 1.")
    first, *others = request["AutoMLJobInputDataConfig"]
    for channel in others:
        if (channel.get("ContentType") or "") != (first.get("ContentType") or ""):
            raise invalid("The ContentType of the training and validation channels must be the same.")


def _check_data(kind: str, request: Request) -> None:
    """What CreateAutoMLJobV2's documentation says of channels, split and compute of each problem type."""
    types = _IMAGES if kind == "ImageClassification" else _TABLES
    held = _LISTED.get(kind, ("S3Prefix",))
    for channel in request["AutoMLJobInputDataConfig"]:
        given, source = channel.get("ContentType"), channel["DataSource"]["S3DataSource"]["S3DataType"]
        if given and given not in types:
            raise invalid(f"ContentType {given} is not supported for problem type {kind}. Supported: {list(types)}.")
        if source not in held:
            raise invalid(f"S3DataType {source} is not supported for problem type {kind}. Supported: {list(held)}.")
        if channel.get("CompressionType") == "Gzip" and (kind != "Tabular" or source != "S3Prefix"):
            raise invalid("CompressionType Gzip is only supported for S3Prefix inputs of problem type Tabular.")
    if kind == "TimeSeriesForecasting" and (
        request.get("DataSplitConfig") or len(request["AutoMLJobInputDataConfig"]) > 1
    ):
        raise invalid(
            "DataSplitConfig and a validation channel are not supported for problem type TimeSeriesForecasting."
        )
    if request.get("AutoMLComputeConfig") and kind not in ("Tabular", "TimeSeriesForecasting"):
        raise invalid(f"EmrServerlessComputeConfig is not supported for problem type {kind}.")


def _check_objective(kind: str, config: Mapping[str, Any], request: Request) -> None:
    metric = (request.get("AutoMLJobObjective") or {}).get("MetricName")
    metrics = autopilot()["objective_metrics"]
    if kind == "Tabular":
        problem = config.get("ProblemType")
        if bool(problem) != bool(metric):
            raise invalid("Either both ProblemType and AutoMLJobObjective must be specified, or none of them.")
        possible = metrics["tabular"][problem]["available"] if problem else []
    else:
        problem, described = kind, metrics[kind]
        possible = described.get("api_enum") or described["available"]
    if metric and metric not in possible:
        raise invalid(f"Objective metric {metric} is not supported for problem type {problem}. Supported: {possible}.")


def _check_criteria(kind: str, config: Mapping[str, Any]) -> None:
    criteria = config.get("CompletionCriteria") or {}
    most = criteria.get("MaxCandidates")
    if kind != "Tabular" and most not in (None, 1):
        raise invalid(f"MaxCandidates must be 1 for problem type {kind}.")
    whole, single = criteria.get("MaxAutoMLJobRuntimeInSeconds"), criteria.get("MaxRuntimePerTrainingJobInSeconds")
    if whole and single and single > whole:
        raise invalid("MaxRuntimePerTrainingJobInSeconds cannot be greater than MaxAutoMLJobRuntimeInSeconds.")
    if whole and whole > autopilot()["limits"]["max_runtime_days"] * 86400:
        raise invalid("MaxAutoMLJobRuntimeInSeconds cannot be greater than 2592000.")


def _check_deployment(request: Request) -> None:
    deploy = request.get("ModelDeployConfig") or {}
    if deploy.get("AutoGenerateEndpointName") and deploy.get("EndpointName"):
        raise invalid("EndpointName must not be specified if AutoGenerateEndpointName is set to true.")
    if request.get("ModelDeployConfig") is not None and not (
        deploy.get("AutoGenerateEndpointName") or deploy.get("EndpointName")
    ):
        raise invalid("EndpointName must be specified if AutoGenerateEndpointName is set to false.")


def _check_tabular(config: Mapping[str, Any]) -> None:
    mode, wanted = config.get("Mode") or "AUTO", algorithms(config)
    if (config.get("CandidateGenerationConfig") or {}).get("AlgorithmsConfig") and mode == "AUTO":
        raise invalid("AlgorithmsConfig cannot be specified if Mode is AUTO.")
    unknown = [a for a in wanted if mode != "AUTO" and a not in autopilot()["algorithms"][mode]]
    if unknown:
        raise invalid(f"Algorithms {unknown} are not supported in mode {mode}.")
    if config.get("SampleWeightAttributeName") and mode == "HYPERPARAMETER_TUNING":
        raise invalid("SampleWeightAttributeName is only supported in mode ENSEMBLING.")
    if config.get("SampleWeightAttributeName") == config["TargetAttributeName"]:
        raise invalid("SampleWeightAttributeName and TargetAttributeName must differ.")
    if config.get("GenerateCandidateDefinitionsOnly") and mode == "ENSEMBLING":
        raise invalid("GenerateCandidateDefinitionsOnly is not supported in mode ENSEMBLING.")


def _check_forecast(config: Mapping[str, Any]) -> None:
    if config["ForecastHorizon"] > autopilot()["limits"]["forecast_horizon_max"]:
        raise invalid("ForecastHorizon cannot be greater than 500.")
    series = config["TimeSeriesConfig"]
    names = [series[f"{each}AttributeName"] for each in ("Target", "Timestamp", "ItemIdentifier")]
    if len(set(names)) < len(names):
        raise invalid("The target, timestamp and item identifier attributes must be different columns.")
    unknown = [a for a in algorithms(config) if a not in autopilot()["algorithms"]["TimeSeriesForecasting"]]
    if unknown:
        raise invalid(f"Algorithms {unknown} are not supported for problem type TimeSeriesForecasting.")


def _check_generation(config: Mapping[str, Any]) -> None:
    name = (config.get("BaseModelName") or "").lower()
    accepted = (config.get("ModelAccessConfig") or {}).get("AcceptEula")
    if any(word in name for word in _GATED) and not accepted:
        raise invalid(f"The base model {config['BaseModelName']} requires accepting its end-user license agreement: "
                      "AcceptEula must be set to true in ModelAccessConfig.")  # fmt: skip
    for key, value in (config.get("TextGenerationHyperParameters") or {}).items():
        if key not in (*_TUNED, "learningRate"):
            raise invalid(f"Hyperparameter {key} is not supported. Supported: {[*_TUNED, 'learningRate']}.")
        least, most = _TUNED.get(key, (0.0000001, 1))
        try:
            fits = least <= float(value) <= most
        except ValueError:
            fits = False
        if not fits:
            raise invalid(f"Hyperparameter {key} must be between {least} and {most}, but is {value}.")


def algorithms(config: Mapping[str, Any]) -> list[str]:
    """Return the algorithms asked for, none if any will do."""
    wanted = (config.get("CandidateGenerationConfig") or {}).get("AlgorithmsConfig") or []
    return list(wanted[0]["AutoMLAlgorithms"]) if wanted else []
