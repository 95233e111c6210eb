"""Reads every endpoint configuration and model of a region with its tags, and topics by theirs."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from services.aws_errors import could_not_find, found_or_none, translate
from services.cleanup.models import HeldConfig, HeldModel, HeldTopic
from services.clients import ClientSource

# Each one is described and its tags are read; beyond this many, take-down says that it could not look at all of them.
MOST = 500
# 8 calls at a time stay below 20 a second at SageMaker's usual 300-500 ms.
SIDE_BY_SIDE = 8
_TOPIC_COLONS = 5  # a subscription's ARN has one more


class CleanupGateway:
    """Reads configurations, models and topics with the connection's clients."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    def configs(self) -> tuple[tuple[HeldConfig, ...], bool]:
        """The endpoint configurations, newest first, and whether these are all."""
        rows, all_of_them = self._list("list_endpoint_configs", "EndpointConfigs", "listing endpoint configurations")
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="configs") as pool:
            return tuple(each for each in pool.map(self._config, rows) if each is not None), all_of_them

    def models(self) -> tuple[tuple[HeldModel, ...], bool]:
        """The models, newest first, and whether these are all."""
        rows, all_of_them = self._list("list_models", "Models", "listing models")
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="models") as pool:
            return tuple(each for each in pool.map(self._model, rows) if each is not None), all_of_them

    def topics(self, owner: str) -> tuple[HeldTopic, ...]:
        """The SNS topics this console made for an owner, by name."""
        tags = {"sagedeck:made-by": "sagedeck", "sagedeck:owner": owner}
        asked = {
            "TagFilters": [{"Key": key, "Values": [value]} for key, value in tags.items()],
            "ResourceTypeFilters": ["sns"],
        }
        try:
            pages = self._clients.get("resourcegroupstaggingapi").get_paginator("get_resources").paginate(**asked)
            arns = [row["ResourceARN"] for page in pages for row in page.get("ResourceTagMappingList", [])]
        except Exception as error:
            raise translate(error, "looking for topics by their tags") from error
        return tuple(HeldTopic(arn.rpartition(":")[2], arn) for arn in sorted(arns) if arn.count(":") == _TOPIC_COLONS)

    def jobs_under_way(self) -> tuple[tuple[str, str], ...]:
        """Name and role's ARN of every training and AutoML job that has not ended."""
        under_way = (
            ("list_training_jobs", "TrainingJobSummaries", "describe_training_job", "TrainingJobName"),
            ("list_auto_ml_jobs", "AutoMLJobSummaries", "describe_auto_ml_job_v2", "AutoMLJobName"),
        )
        found = []
        for listing, rows, looking, name in under_way:
            for status in ("InProgress", "Stopping"):
                doing = "listing the jobs under way"
                for row in self._list(listing, rows, doing, StatusEquals=status)[0]:
                    job = self._describe(looking, f"reading the job {row[name]}", **{name: row[name]})
                    found += [(row[name], job["RoleArn"])] if job is not None else []
        return tuple(found)

    def _config(self, row: Mapping[str, Any]) -> HeldConfig | None:
        name, arn = row["EndpointConfigName"], row["EndpointConfigArn"]
        found = self._describe("describe_endpoint_config", f"reading the configuration {name}", EndpointConfigName=name)
        if found is None:
            return None
        variants = [*found.get("ProductionVariants", []), *found.get("ShadowProductionVariants", [])]
        models = tuple(dict.fromkeys(each["ModelName"] for each in variants if each.get("ModelName")))
        told = found.get("AsyncInferenceConfig", {}).get("OutputConfig", {}).get("NotificationConfig", {})
        topics = tuple(told[each] for each in ("SuccessTopic", "ErrorTopic") if told.get(each))
        tags = self._tags(arn)
        paused = tags.get("sagedeck:paused-endpoint", "")
        return HeldConfig(name, arn, _owner(tags), models, tuple(dict.fromkeys(topics)), paused)

    def _model(self, row: Mapping[str, Any]) -> HeldModel | None:
        name, arn = row["ModelName"], row["ModelArn"]
        found = self._describe("describe_model", f"reading the model {name}", ModelName=name)
        if found is None:
            return None
        return HeldModel(name, arn, _owner(self._tags(arn)), found.get("ExecutionRoleArn", ""))

    def _tags(self, arn: str) -> dict[str, str]:
        try:
            pages = self._clients.get("sagemaker").get_paginator("list_tags").paginate(ResourceArn=arn)
            return {tag["Key"]: tag["Value"] for page in pages for tag in page.get("Tags", [])}
        except Exception as error:
            if could_not_find(error):
                return {}
            raise translate(error, f"reading the tags of {arn}") from error

    def _list(self, operation: str, rows: str, doing: str, **only: str) -> tuple[tuple[Mapping[str, Any], ...], bool]:
        order = {"SortBy": "CreationTime", "SortOrder": "Descending"}
        try:
            paginator = self._clients.get("sagemaker").get_paginator(operation)
            pages = paginator.paginate(**order, **only, PaginationConfig={"MaxItems": MOST + 1, "PageSize": 100})
            found = tuple(row for page in pages for row in page.get(rows, []))
        except Exception as error:
            raise translate(error, doing) from error
        return found[:MOST], len(found) <= MOST

    def _describe(self, operation: str, doing: str, **which: str) -> Mapping[str, Any] | None:
        return found_or_none(lambda: getattr(self._clients.get("sagemaker"), operation)(**which), doing)


def _owner(tags: Mapping[str, str]) -> str:
    return tags.get("sagedeck:owner", "") if tags.get("sagedeck:made-by") == "sagedeck" else ""
