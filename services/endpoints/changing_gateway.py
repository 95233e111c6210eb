"""Reads what changing an endpoint has to know beside its detail: what made it, what scales it, and what is paused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from services.aws_errors import found_or_none, translate
from services.clients import RegionalClients
from services.endpoints.definitions import AutoScaling, Component, Configuration, Model, Pairs, Policy, WakeUp
from services.endpoints.memory import ENDPOINT
from services.endpoints.models import EndpointDetail
from services.errors import PermissionDenied
from services.plans import looks_secret
from services.plans.alarms import own_names
from services.plans.leasing import GROUP, is_of, schedule_name
from services.plans.models import Secret
from services.plans.scaling import COMPONENT, NAMESPACE, VARIANT, Scaled

SIDE_BY_SIDE = 8
MOST_LISTED = 500  # read in one go; further rows (models, paused endpoints) are not shown
_MOST_ALARMS = 100  # names in one question to CloudWatch
_MOST_NAMED = 50  # resource ids in one question to Application Auto Scaling
_TOLD = ("EndpointConfigName", "EndpointConfigArn", "CreationTime", "ResponseMetadata")
# Members of an alarm that PutMetricAlarm takes as DescribeAlarms tells them; its actions are the policy's, made anew.
_OF_ALARM = (
    "AlarmDescription", "Namespace", "MetricName", "Dimensions", "Statistic", "ExtendedStatistic", "Period", "Unit",
    "EvaluationPeriods", "DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData", "Metrics",
)  # fmt: skip
_OF_MODEL = (
    "PrimaryContainer", "Containers", "InferenceExecutionConfig", "ExecutionRoleArn", "VpcConfig",
    "EnableNetworkIsolation",
)  # fmt: skip
_OWN_ALARMS = "TargetTrackingScaling"  # policies of this kind make and delete their alarms themselves


class ChangingGateway:
    """Reads configurations, components, scaling and paused endpoints of one region."""

    def __init__(self, clients: RegionalClients) -> None:
        self._clients = clients

    def configuration(self, name: str) -> Configuration | None:
        """An endpoint configuration as it was sent, with its tags; None where AWS does not know it."""
        row = self._found("sagemaker", "describe_endpoint_config", f"reading {name}", EndpointConfigName=name)
        if row is None:
            return None
        sent = {key: value for key, value in row.items() if key not in _TOLD and value not in ({}, [], None)}
        return Configuration(name=row["EndpointConfigName"], arn=row["EndpointConfigArn"], sent=sent,
                             tags=self.tags(row["EndpointConfigArn"]))  # fmt: skip

    def tags(self, arn: str) -> Pairs:
        """The tags of a SageMaker resource, by key."""
        rows = self._rows("sagemaker", "list_tags", "Tags", f"reading the tags of {arn}", ResourceArn=arn)
        return tuple(sorted((row["Key"], row["Value"]) for row in rows))

    def model(self, name: str) -> Model | None:
        """A model as it was sent, with its tags; None where AWS does not know it."""
        row = self._found("sagemaker", "describe_model", f"reading the model {name}", ModelName=name)
        if row is None:
            return None
        sent = {key: value for key, value in row.items() if key in _OF_MODEL and value not in ({}, [], None)}
        return Model(name=row["ModelName"], arn=row["ModelArn"], sent=sent, tags=self.tags(row["ModelArn"]))

    def models(self) -> tuple[str, ...]:
        """The names of the models of the region, newest first, at most MOST_LISTED."""
        order = {"SortBy": "CreationTime", "SortOrder": "Descending"}
        rows = self._rows("sagemaker", "list_models", "Models", "listing models", **order)
        return tuple(row["ModelName"] for row in rows)

    def status(self, endpoint: str) -> tuple[str, str]:
        """Status and configuration of the endpoint of this name; ("", "") where there is none."""
        row = self._found("sagemaker", "describe_endpoint", f"reading {endpoint}", EndpointName=endpoint)
        return (row["EndpointStatus"], row["EndpointConfigName"]) if row else ("", "")

    def components(self, detail: EndpointDetail) -> tuple[Component, ...]:
        """The inference components of an endpoint, as they would be created again."""
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="components") as pool:
            found = pool.map(lambda name: self._component(name, detail.name), detail.components)
            return tuple(each for each in found if each is not None)

    def scalings(self, detail: EndpointDetail, *, every: bool = False) -> tuple[tuple[AutoScaling, ...], int]:
        """What scales the endpoint's variants and components, and how many scheduled actions there are besides.

        With `every` also what scales something else than instances and copies: serverless concurrency.
        """
        ids = [f"endpoint/{detail.name}/variant/{variant.name}" for variant in detail.variants]
        ids += [f"inference-component/{name}" for name in detail.components]
        targets: list[Mapping[str, Any]] = []
        for start in range(0, len(ids), _MOST_NAMED):
            which = {"ServiceNamespace": NAMESPACE, "ResourceIds": ids[start : start + _MOST_NAMED]}
            targets += self._scaling("describe_scalable_targets", "ScalableTargets", **which)
        own = [each for each in targets if every or each["ScalableDimension"] in (VARIANT, COMPONENT)]
        scheduled = 0
        for each in targets:
            which = {key: each[key] for key in ("ServiceNamespace", "ResourceId", "ScalableDimension")}
            scheduled += len(self._scaling("describe_scheduled_actions", "ScheduledActions", **which))
        ordered = sorted(own, key=lambda each: (each["ResourceId"], each["ScalableDimension"]))
        return tuple(self._auto_scaling(each) for each in ordered), scheduled

    def own_alarms(self, detail: EndpointDetail) -> tuple[str, ...]:
        """The names of the alarms this console made of the endpoint: by exact names, and about nothing else."""
        wanted = own_names(detail.name, (*(variant.name for variant in detail.variants), *detail.components))
        subjects, found = {detail.name, *detail.components}, list[str]()
        for start in range(0, len(wanted), _MOST_ALARMS):
            names = list(wanted[start : start + _MOST_ALARMS])
            rows = self._rows("cloudwatch", "describe_alarms", "MetricAlarms", "reading alarms", AlarmNames=names)
            found += [row["AlarmName"] for row in rows if subjects & set(_subjects(row))]
        return tuple(sorted(found))

    def lease_schedules(self, detail: EndpointDetail) -> tuple[str, ...]:
        """The names of the schedules that keep to the endpoint's lease; none where they may not be looked at."""
        if not detail.tag("lease-ends"):
            return ()
        asked = {"GroupName": GROUP, "NamePrefix": schedule_name(detail.name)}
        try:
            rows = self._rows("scheduler", "list_schedules", "Schedules", "looking for its lease", **asked)
        except PermissionDenied:
            return ()  # what they would delete is gone then: they do nothing, and remove themselves
        return tuple(sorted(row["Name"] for row in rows if is_of(row["Name"], detail.name)))

    def paused(self, name: str = "") -> tuple[tuple[str, Pairs], ...]:
        """The ARNs of endpoint configurations that remember a paused endpoint (that of `name`), with their tags."""
        wanted = {"Key": ENDPOINT, **({"Values": [name]} if name else {})}
        rows = self._rows(
            "resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList", "looking for paused endpoints",
            TagFilters=[wanted], ResourceTypeFilters=["sagemaker:endpoint-config"],
        )  # fmt: skip
        return tuple((row["ResourceARN"], tuple(sorted((t["Key"], t["Value"]) for t in row["Tags"]))) for row in rows)

    def _component(self, name: str, endpoint: str) -> Component | None:
        doing, which = f"reading the inference component {name}", {"InferenceComponentName": name}
        row = self._found("sagemaker", "describe_inference_component", doing, **which)
        if row is None:
            return None
        sent: dict[str, Any] = {"VariantName": row["VariantName"]} if row.get("VariantName") else {}
        if "Specification" in row:
            sent["Specification"] = _specification(row["Specification"], f"{endpoint}/{name}")
        else:
            sent["Specifications"] = [_specification(each, f"{endpoint}/{name}") for each in row["Specifications"]]
        if not row.get("Specification", {}).get("BaseInferenceComponentName"):  # an adapter has its base's copies
            copies = row.get("RuntimeConfig", {}).get("DesiredCopyCount", 1)
            sent["RuntimeConfig"] = {"CopyCount": max(copies, 1)}  # one that sleeps is made awake
        tags = self.tags(row["InferenceComponentArn"])
        own = [{"Key": key, "Value": value} for key, value in tags if not key.lower().startswith("aws:")]
        return Component(name=name, sent={**sent, **({"Tags": own} if own else {})})

    def _auto_scaling(self, target: Mapping[str, Any]) -> AutoScaling:
        scaled = Scaled(target["ResourceId"], target["ScalableDimension"])
        rows = self._scaling("describe_scaling_policies", "ScalingPolicies", **scaled.which)
        alarms = [alarm for row in rows if row["PolicyType"] != _OWN_ALARMS for alarm in self._alarms(row)]
        return AutoScaling(
            scaled=scaled,
            minimum=target["MinCapacity"],
            maximum=target["MaxCapacity"],
            policies=tuple(
                Policy(
                    name=row["PolicyName"], kind=row["PolicyType"], sent=row[f"{row['PolicyType']}PolicyConfiguration"]
                )
                for row in sorted(rows, key=lambda row: str(row["PolicyName"]))
            ),
            alarms=tuple(alarms),
        )

    def _alarms(self, policy: Mapping[str, Any]) -> list[WakeUp]:
        doing, name = "reading the alarms of a scaling policy", policy["PolicyName"]
        rows = self._rows("cloudwatch", "describe_alarms", "MetricAlarms", doing, ActionPrefix=policy["PolicyARN"])
        return [
            WakeUp(
                name=row["AlarmName"],
                policy=name,
                sent={key: row[key] for key in _OF_ALARM if row.get(key) not in (None, [])},
            )
            for row in rows
        ]

    def _scaling(self, operation: str, rows: str, **which: Any) -> tuple[Mapping[str, Any], ...]:
        return self._rows("application-autoscaling", operation, rows, "reading what scales an endpoint", **which)

    def _found(self, service: str, operation: str, doing: str, **which: Any) -> Mapping[str, Any] | None:
        return found_or_none(lambda: getattr(self._clients.get(service), operation)(**which), doing)

    def _rows(self, service: str, operation: str, rows: str, doing: str, **which: Any) -> tuple[Mapping[str, Any], ...]:
        try:
            paginator = self._clients.get(service).get_paginator(operation)
            pages = paginator.paginate(**which, PaginationConfig={"MaxItems": MOST_LISTED})
            return tuple(row for page in pages for row in page.get(rows, []))
        except Exception as error:
            raise translate(error, doing) from error


def _subjects(alarm: Mapping[str, Any]) -> list[str]:
    """The endpoints and components an alarm is about."""
    metrics = [each.get("MetricStat", {}).get("Metric", {}) for each in alarm.get("Metrics", ())]
    pairs = [pair for metric in (alarm, *metrics) for pair in metric.get("Dimensions", ())]
    return [pair["Value"] for pair in pairs if pair["Name"] in ("EndpointName", "InferenceComponentName")]


def _specification(told: Mapping[str, Any], whose: str) -> dict[str, Any]:
    """A component's specification as CreateInferenceComponent takes it, from how it is described."""
    sent = {key: value for key, value in told.items() if value not in ({}, None)}
    if "Container" in told:
        container = dict(told["Container"])
        image = container.pop("DeployedImage", {}).get("SpecifiedImage")
        environment = _with_secrets(container.get("Environment", {}).items(), whose)
        sent["Container"] = {
            **container,
            **({"Image": image} if image else {}),
            **({"Environment": environment} if environment else {}),
        }
    if "DataCacheConfig" in sent:
        sent["DataCacheConfig"] = {"EnableCaching": sent["DataCacheConfig"].get("EnableCaching", False)}
    return sent


def _with_secrets(environment: Iterable[tuple[str, str]], whose: str) -> dict[str, Any]:
    return {key: Secret(f"{whose}/{key}") if looks_secret(key, value) else value for key, value in environment}
