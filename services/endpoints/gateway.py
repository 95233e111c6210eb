"""Reads endpoints, their configurations, models and tags."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar

from services.aws_errors import found_or_none, translate
from services.catalog import dns_suffix
from services.clients import RegionalClients
from services.endpoints.changing_gateway import ChangingGateway
from services.endpoints.definitions import AutoScaling, Component
from services.endpoints.memory import ENDPOINT
from services.endpoints.models import EndpointDetail, EndpointSummary, ModelFacts, Parts, Sharing, Variant, masked
from services.endpoints.sharing import models_of, sharing_of
from services.errors import NotFound, PermissionDenied

PAGE = 100  # names a call: the most that AWS gives
# An account with more endpoints than this is not read in one go.
MOST_ENDPOINTS = 2_000
# Looking who else uses a configuration or model describes each of them; beyond this we say that we did not look.
MOST_DESCRIBED = 500
# Describing side by side: 8 calls at a time stay below 20 a second at SageMaker's usual 300-500 ms.
SIDE_BY_SIDE = 8
KEPT = 2_000
# botocore's service model: EndpointName.
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")

Kept = TypeVar("Kept")


class EndpointsGateway:
    """Reads endpoints of one region.

    Configurations and models cannot change, though a name can be used anew: they are read once for each state of the
    endpoint (its time of change) and kept. `turn` is called before each call but those that list
    endpoints; it may wait.
    """

    def __init__(self, clients: RegionalClients, turn: Callable[[], None] = lambda: None) -> None:
        self._clients, self._turn = clients, turn
        self._changing = ChangingGateway(clients)
        self._kept: OrderedDict[tuple[str, ...], Any] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def region(self) -> str:
        """The region that is read."""
        return self._clients.region

    def endpoints(self) -> tuple[EndpointSummary, ...]:
        """Every endpoint, newest first."""
        rows = self._pages(
            "list_endpoints", "Endpoints", "listing endpoints", SortBy="CreationTime", SortOrder="Descending"
        )
        return tuple(
            EndpointSummary(
                name=row["EndpointName"],
                arn=row["EndpointArn"],
                status=row["EndpointStatus"],
                created=row["CreationTime"],
                modified=row["LastModifiedTime"],
            )
            for row in rows
        )

    def endpoint(
        self, name: str, *, tags: tuple[tuple[str, str], ...] | None = None, brief: bool = False
    ) -> EndpointDetail:
        """One endpoint with its configuration, models and tags, not yet priced; raises NotFound.

        tags    as they are known already; None reads them
        brief   for a row of a table: its models are read only where no tag tells what it is for
        """
        row = self._endpoint(name)
        if brief and tags is None:
            tags = self.tags(row["EndpointArn"])
        version = f"{row['EndpointArn']} {row['LastModifiedTime']}"
        named = row.get("EndpointConfigName", "")  # an endpoint may have none
        config = self._config(named, version) if named else {}
        live = {each["VariantName"]: each for each in row.get("ProductionVariants", [])}
        variants = tuple(
            _variant(each, live.get(each["VariantName"], {})) for each in config.get("ProductionVariants", [])
        )
        wanted = () if brief and any(key == "sagedeck:task" for key, _ in tags or ()) else variants
        models = tuple(self._model(variant.model_name, version) for variant in wanted if variant.model_name)
        return EndpointDetail(
            name=row["EndpointName"],
            arn=row["EndpointArn"],
            url=f"https://runtime.sagemaker.{self.region}.{dns_suffix(self.region)}/endpoints/{name}/invocations",
            status=row["EndpointStatus"],
            created=row["CreationTime"],
            modified=row["LastModifiedTime"],
            config_name=named,
            config_arn=config.get("EndpointConfigArn", ""),
            failure=row.get("FailureReason", ""),
            variants=variants,
            models=tuple(dict.fromkeys(model for model in models if model is not None)),
            components=self._components(name) if any(not variant.model_name for variant in variants) else (),
            asynchronous="AsyncInferenceConfig" in config,
            output=config.get("AsyncInferenceConfig", {}).get("OutputConfig", {}).get("S3OutputPath", ""),
            tags=self.tags(row["EndpointArn"]) if tags is None else tags,
        )

    def tags_of_all(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """The tags of every endpoint by its ARN, 100 endpoints a call; those never tagged are left out."""
        try:
            paginator = self._clients.get("resourcegroupstaggingapi").get_paginator("get_resources")
            pages = paginator.paginate(ResourceTypeFilters=["sagemaker:endpoint"], ResourcesPerPage=100)
            rows = [row for page in pages for row in page.get("ResourceTagMappingList", [])]
        except Exception as error:
            raise translate(error, "reading the tags of endpoints") from error
        return {
            row["ResourceARN"]: tuple(sorted((tag["Key"], tag["Value"]) for tag in row.get("Tags", []))) for row in rows
        }

    def tags(self, arn: str) -> tuple[tuple[str, str], ...]:
        """The tags of a SageMaker resource, by key."""
        self._turn()
        rows = self._pages("list_tags", "Tags", f"reading the tags of {arn}", ResourceArn=arn)
        return tuple(sorted((row["Key"], row["Value"]) for row in rows))

    def parts(self, detail: EndpointDetail) -> Parts:
        """What scales an endpoint, its components and alarms. What may not be looked at is a problem, not an error."""
        with ThreadPoolExecutor(2, thread_name_prefix="scaling") as pool:
            asked = pool.submit(self._changing.scalings, detail, every=True)
            watching = pool.submit(self._changing.own_alarms, detail)
            components = self._changing.components(detail)
        scalings, alarms, problems = tuple[AutoScaling, ...](), tuple[str, ...](), list[str]()
        try:
            alarms = watching.result()
        except PermissionDenied as denied:
            problems.append(f"Alarms on {detail.name} stay, as they could not be looked at: {denied.why}")
        try:
            scalings, _ = asked.result()
        except PermissionDenied as denied:
            words = f"Whether {detail.name} scales by itself could not be looked at: {denied.why or denied.what}"
            problems.insert(0, f"{words} If it does, its scalable target has to go first.")
        found = Parts(scalings=scalings, components=components, alarms=alarms, problem=" ".join(problems))
        return replace(found, schedules=self._changing.lease_schedules(detail))

    def sharing(self, detail: EndpointDetail, parts: Parts | None = None) -> Sharing:
        """Who else uses the configuration and the models of an endpoint and of its components."""
        return self.sharings([(detail, parts or Parts())])[0]

    def sharings(self, wanted: Sequence[tuple[EndpointDetail, Parts]]) -> tuple[Sharing, ...]:
        """The same for several endpoints, in the order given; what is asked is asked once for all of them."""
        mine = {detail.name: detail.config_name for detail, _ in wanted}
        others = [each.name for each in self.endpoints() if each.name not in mine]
        rows = self._pages("list_endpoint_configs", "EndpointConfigs", "listing endpoint configurations")
        configs = [(row["EndpointConfigName"], str(row["CreationTime"])) for row in rows]
        configs = [each for each in configs if each[0] not in mine.values()]
        own = [each for _, parts in wanted for each in parts.components]
        elsewhere = self._elsewhere(mine) if any(each.models for each in own) else []
        if max(len(others), len(configs), len(elsewhere)) > MOST_DESCRIBED:
            return tuple(Sharing(complete=False) for _ in wanted)
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="sharing") as pool:
            used = mine | dict(zip(others, pool.map(self._config_of, others), strict=True))
            described = list(pool.map(lambda each: self._config(*each), configs))
            running = list(pool.map(self._models_of, elsewhere))
            paused = list(pool.map(lambda each: self._paused_by(each[0]), wanted))
        users = [
            (variant.get("ModelName", ""), name)
            for (name, _), config in zip(configs, described, strict=True)
            for variant in [*config.get("ProductionVariants", []), *config.get("ShadowProductionVariants", [])]
        ]
        users += [(model, detail.config_name) for detail, _ in wanted for model in models_of(detail)]
        users += [(model, name) for name, models in zip(elsewhere, running, strict=True) for model in models]
        users += [(model, each.name) for each in own for model in each.models]
        by_model: dict[str, list[str]] = {}
        for model, name in dict.fromkeys(users):
            by_model.setdefault(model, []).append(name)
        told = zip(wanted, paused, strict=True)
        return tuple(sharing_of(detail, parts, used, by_model, sleeper) for (detail, parts), sleeper in told)

    def _paused_by(self, detail: EndpointDetail) -> str:
        """The paused endpoint that the configuration of this one remembers, "" none."""
        return dict(self.tags(detail.config_arn)).get(ENDPOINT, "") if detail.config_arn else ""

    def _elsewhere(self, names: Collection[str]) -> list[str]:
        """The components of endpoints but these."""
        rows = self._pages("list_inference_components", "InferenceComponents", "listing inference components")
        return [row["InferenceComponentName"] for row in rows if row["EndpointName"] not in names]

    def _models_of(self, component: str) -> tuple[str, ...]:
        doing = f"reading the inference component {component}"
        row = self._describe("describe_inference_component", doing, InferenceComponentName=component) or {}
        return Component(name=component, sent=row).models

    def _endpoint(self, name: str) -> Mapping[str, Any]:
        if not _NAME.fullmatch(name):
            raise NotFound(
                f"There is no endpoint “{name[:70]}”.",
                "A name has up to 63 letters, digits and hyphens.",
                "Look at the list of endpoints.",
            )
        found = self._describe("describe_endpoint", f"reading the endpoint {name}", EndpointName=name)
        if found is None:
            raise NotFound(
                f"There is no endpoint {name} in {self.region}.",
                "SageMaker does not know it: it may be deleted, or in another region or account.",
                "Look at the list of endpoints, or check the region in Settings.",
            )
        return found

    def _config_of(self, name: str) -> str:
        found = self._describe("describe_endpoint", f"reading the endpoint {name}", EndpointName=name)
        return str(found.get("EndpointConfigName", "")) if found else ""

    def _config(self, name: str, version: str) -> Mapping[str, Any]:
        def ask() -> Mapping[str, Any]:
            doing = f"reading the endpoint configuration {name}"
            return self._describe("describe_endpoint_config", doing, EndpointConfigName=name) or {}

        return self._once(("config", name, version), ask)

    def _model(self, name: str, version: str) -> ModelFacts | None:
        return self._once(("model", name, version), lambda: self._facts(name))

    def _facts(self, name: str) -> ModelFacts | None:
        row = self._describe("describe_model", f"reading the model {name}", ModelName=name)
        if row is None:
            return None
        several = row.get("Containers") or [{}]
        container: Mapping[str, Any] = row.get("PrimaryContainer") or several[0]
        source = container.get("ModelDataSource", {}).get("S3DataSource", {})
        return ModelFacts(
            name=row["ModelName"],
            arn=row["ModelArn"],
            image=container.get("Image", ""),
            artifact=source.get("S3Uri") or container.get("ModelDataUrl", ""),
            environment=masked(dict(container.get("Environment", {}))),
            role_arn=row.get("ExecutionRoleArn", ""),
        )

    def _components(self, name: str) -> tuple[str, ...]:
        self._turn()
        rows = self._pages(
            "list_inference_components", "InferenceComponents", f"listing components of {name}", EndpointNameEquals=name
        )
        return tuple(row["InferenceComponentName"] for row in rows)

    def _describe(self, operation: str, doing: str, **which: str) -> Mapping[str, Any] | None:
        self._turn()
        return found_or_none(lambda: getattr(self._clients.get("sagemaker"), operation)(**which), doing)

    def _pages(self, operation: str, rows: str, doing: str, **which: str) -> tuple[Mapping[str, Any], ...]:
        try:
            paginator = self._clients.get("sagemaker").get_paginator(operation)
            size = {} if operation == "list_tags" else {"PageSize": PAGE}  # left out, AWS gives 10 names a call
            pages = paginator.paginate(**which, PaginationConfig={"MaxItems": MOST_ENDPOINTS, **size})
            return tuple(row for page in pages for row in page.get(rows, []))
        except Exception as error:
            raise translate(error, doing) from error

    def _once(self, key: tuple[str, ...], ask: Callable[[], Kept]) -> Kept:
        """What `ask` gave the first time; nothing found is asked for again."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: Kept = self._kept[key]
                return found
        answer = ask()
        if answer:
            with self._lock:
                self._kept[key] = answer
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return answer


def _of_pools(config: Mapping[str, Any], live: Mapping[str, Any]) -> str:
    """The type that an instance pool's variant runs on, or the one that is tried first; "" has no pools."""
    running = [each["InstanceType"] for each in live.get("InstancePools", []) if each.get("CurrentInstanceCount")]
    pools = sorted(config.get("InstancePools", []), key=lambda pool: int(pool.get("Priority", 0)))
    return next(iter([*running, *(str(pool["InstanceType"]) for pool in pools)]), "")


def _variant(config: Mapping[str, Any], live: Mapping[str, Any]) -> Variant:
    initial = config.get("InitialInstanceCount", 0)
    return Variant(
        name=config["VariantName"],
        model_name=config.get("ModelName", ""),
        instance_type=config.get("InstanceType") or _of_pools(config, live),
        count=live.get("CurrentInstanceCount", initial),
        desired=live.get("DesiredInstanceCount", initial),
        weight=live.get("CurrentWeight", config.get("InitialVariantWeight", 1.0)),
    )
