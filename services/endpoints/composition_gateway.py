"""Reads what an endpoint is made of, side by side; what may not be read is said and the rest is shown."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from services.aws_errors import found_or_none
from services.clients import ClientSource
from services.endpoints.composition import (
    Composition,
    component_of,
    model_of,
    priced_as,
    settings_of,
    variants_of,
)
from services.endpoints.models import EndpointDetail
from services.errors import NotFound, PermissionDenied

SIDE_BY_SIDE = 8
MOST_COMPONENTS = 60  # of one endpoint, that are described


class CompositionGateway:
    """Reads with the connection's SageMaker client: two calls, and one for each component and model."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    def composition(self, detail: EndpointDetail) -> Composition:
        """All of it. Raises NotFound where the endpoint is gone, Throttled, Unreachable."""
        problems: dict[str, None] = {}
        live = self._read(problems, "describe_endpoint", EndpointName=detail.name)
        if live is None and not problems:
            raise NotFound(
                f"There is no endpoint {detail.name} any more.", "It was deleted meanwhile.", "Look at the list."
            )
        config = self._read(problems, "describe_endpoint_config", EndpointConfigName=detail.config_name)
        if config is None and not problems and detail.config_name:
            problems[
                f"The configuration {detail.config_name} is deleted; the endpoint runs on, and keeps its name."
            ] = None
        variants = variants_of(live or {}, config or {})
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="composition") as pool:
            described = pool.map(lambda name: (name, self._component(problems, name)), self._components(detail))
            components = tuple(component_of(row, name) for name, row in described)
            named = dict.fromkeys((*(each.model for each in variants), *(each.model for each in components)))
            rows = list(pool.map(lambda name: self._model(problems, name), [name for name in named if name]))
        made = (config or {}).get("CreationTime")
        return Composition(
            variants=priced_as(detail, variants),
            components=components,
            settings=settings_of(config or {}),
            models=tuple(model_of(row) for row in rows if row),
            configured=made.timestamp() if made else None,
            role=str((config or {}).get("ExecutionRoleArn", "")),
            problems=tuple(problems),
        )

    def _components(self, detail: EndpointDetail) -> tuple[str, ...]:
        return detail.components[:MOST_COMPONENTS]

    def _component(self, problems: dict[str, None], name: str) -> Mapping[str, Any]:
        return self._read(problems, "describe_inference_component", InferenceComponentName=name) or {}

    def _model(self, problems: dict[str, None], name: str) -> Mapping[str, Any] | None:
        row = self._read(problems, "describe_model", ModelName=name)
        if row is None and not any("DescribeModel" in each for each in problems):
            problems[f"The model {name} is deleted: what runs goes on, and cannot be scaled or made again."] = None
        return row

    def _read(self, problems: dict[str, None], operation: str, **which: str) -> Mapping[str, Any] | None:
        """What a call answers; None where it is not there or not allowed, which is written down."""
        name = next(iter(which.values()))
        if not name:
            return None
        try:
            return found_or_none(lambda: getattr(self._clients.get("sagemaker"), operation)(**which), f"reading {name}")
        except PermissionDenied as denied:
            problems[f"{denied.what} {denied.why}".strip()] = None
            return None
