"""Changes of endpoints held in memory: plans of one step, and what was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.endpoints import NewModel, PausedEndpoint, PauseRequest, ScaleRequest, UpdateRequest
from services.endpoints.definitions import Configuration
from services.errors import SagedeckError
from services.plans import Estimate, Plan, Step
from tests.pages.fake_sandbox import MADE


def paused(name: str, usd: float | None = 1.5) -> PausedEndpoint:
    """An endpoint that was paused some time ago."""
    head = "arn:aws:sagemaker:us-east-1:123456789012"
    config = Configuration(
        name=name,
        arn=f"{head}:endpoint-config/{name}",
        sent={"ProductionVariants": [{"VariantName": "AllTraffic", "InstanceType": "ml.g5.xlarge"}]},
    )
    return PausedEndpoint(
        name=name, arn=f"{head}:endpoint/{name}", config=config, since=MADE, hardware="1 × ml.g5.xlarge",
        usd_per_hour=usd, usd_most=usd,
    )  # fmt: skip


@dataclass
class FakeChanges:
    """Plans of one step; `refuse` is raised instead, `asked` keeps the requests."""

    rows: list[PausedEndpoint] = field(default_factory=list)
    refuse: SagedeckError | None = None
    asked: list[Any] = field(default_factory=list)
    most_instances: int = 10

    def list_paused(self) -> tuple[PausedEndpoint, ...]:
        if self.refuse is not None:
            raise self.refuse
        return tuple(self.rows)

    def list_model_names(self) -> tuple[str, ...]:
        return ("embedder", "other-model")

    def suggest_config_name(self, name: str) -> str:
        return f"{name}-2"

    def catalogue_model(self, model_id: str, instance_type: str, *, accept_eula: bool = False) -> NewModel:
        return NewModel(name=model_id, image="image", accept_eula=accept_eula)

    def pause_request(self, name: str) -> PauseRequest:
        return PauseRequest(name=name, at="2026-11-20T00:00:00+00:00")

    def plan_pause(self, request: PauseRequest) -> Plan:
        return self._plan("Pause", request.name, request, -1.5)

    def plan_pause_several(self, names: Sequence[str], at: str) -> Plan:
        return self._plan("Pause", f"{len(names)}-endpoints", tuple(names), -1.5 * len(names))

    def plan_resume(self, name: str) -> Plan:
        return self._plan("Resume", name, name, 1.5)

    def plan_discard(self, name: str) -> Plan:
        return self._plan("Delete", name, name, 0.0)

    def plan_scale(self, request: ScaleRequest) -> Plan:
        return self._plan("Scale", request.name, request, 1.5)

    def plan_update(self, request: UpdateRequest) -> Plan:
        return self._plan("Update", request.name, request, 0.5)

    def _plan(self, verb: str, name: str, request: Any, usd: float) -> Plan:
        if self.refuse is not None:
            raise self.refuse
        self.asked.append(request)
        step = Step(id="one", service="sagemaker", operation="describe_endpoint", reason=f"{verb}: {name}.",
                    parameters={"EndpointName": name})  # fmt: skip
        return Plan(title=f"{verb} {name}", steps=(step,), estimate=Estimate(usd))
