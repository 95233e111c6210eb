"""Between CreateAutoMLJob's form of a request and CreateAutoMLJobV2's, both ways."""

from typing import Any

from sandbox.errors import invalid
from sandbox.operations import Request, Response

_SAME = ("AutoMLJobName", "OutputDataConfig", "RoleArn", "AutoMLJobObjective", "ModelDeployConfig", "Tags")
_CHANNEL = ("ChannelType", "ContentType", "CompressionType", "DataSource")
_TABULAR = ("CompletionCriteria", "Mode")


def as_second(request: Request) -> Request:
    """Return the CreateAutoMLJobV2 request that asks for the same."""
    channels, config = request["InputDataConfig"], request.get("AutoMLJobConfig") or {}
    targets = {channel["TargetAttributeName"] for channel in channels}
    if len(targets) > 1:
        raise invalid("The TargetAttributeName of all channels must be the same.")
    generation = config.get("CandidateGenerationConfig") or {}
    tabular: dict[str, Any] = {
        "TargetAttributeName": targets.pop(),
        "ProblemType": request.get("ProblemType"),
        "SampleWeightAttributeName": channels[0].get("SampleWeightAttributeName"),
        "GenerateCandidateDefinitionsOnly": request.get("GenerateCandidateDefinitionsOnly"),
        "FeatureSpecificationS3Uri": generation.get("FeatureSpecificationS3Uri"),
        "Mode": "HYPERPARAMETER_TUNING",  # as it was before there were modes
    }
    tabular |= {key: config[key] for key in _TABULAR if config.get(key)}
    if generation.get("AlgorithmsConfig"):
        tabular["CandidateGenerationConfig"] = {"AlgorithmsConfig": generation["AlgorithmsConfig"]}
    return {
        **{key: request[key] for key in _SAME if request.get(key) is not None},
        "AutoMLJobInputDataConfig": [{key: each[key] for key in _CHANNEL if key in each} for each in channels],
        "AutoMLProblemTypeConfig": {
            "TabularJobConfig": {key: value for key, value in tabular.items() if value is not None}
        },
        **{key: config[key] for key in ("SecurityConfig", "DataSplitConfig") if config.get(key)},
    }


def as_first(described: Response, request: Request) -> Response:
    """Return what DescribeAutoMLJob says of a job that DescribeAutoMLJobV2 describes so."""
    tabular = request["AutoMLProblemTypeConfig"]["TabularJobConfig"]
    taken = ("AutoMLProblemTypeConfig", "AutoMLProblemTypeConfigName", "AutoMLJobInputDataConfig")
    moved = ("SecurityConfig", "DataSplitConfig")
    answer = {key: value for key, value in described.items() if key not in (*taken, *moved)}
    weight = tabular.get("SampleWeightAttributeName")
    extra = {"TargetAttributeName": tabular["TargetAttributeName"]} | (
        {"SampleWeightAttributeName": weight} if weight else {}
    )
    answer["InputDataConfig"] = [{**channel, **extra} for channel in request["AutoMLJobInputDataConfig"]]
    config = {key: request[key] for key in moved if request.get(key)}
    config |= {key: tabular[key] for key in _TABULAR if tabular.get(key)}
    generation = dict(tabular.get("CandidateGenerationConfig") or {})
    if tabular.get("FeatureSpecificationS3Uri"):
        generation["FeatureSpecificationS3Uri"] = tabular["FeatureSpecificationS3Uri"]
    if generation:
        config["CandidateGenerationConfig"] = generation
    answer["AutoMLJobConfig"] = config
    resolved = dict(described["ResolvedAttributes"])
    attributes = resolved.pop("AutoMLProblemTypeResolvedAttributes", {}).get("TabularResolvedAttributes", {})
    answer["ResolvedAttributes"] = {**resolved, **attributes}
    answer["GenerateCandidateDefinitionsOnly"] = bool(tabular.get("GenerateCandidateDefinitionsOnly"))
    return answer | ({"ProblemType": tabular["ProblemType"]} if tabular.get("ProblemType") else {})
