"""What an endpoint is to run, made of a configuration and the models it names; whether the account may have it."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.records import Record
from sandbox.sagemaker.limits import exceeded, limit
from sandbox.sagemaker.store import ENDPOINT, SERVERLESS, Store, variants_of
from sandbox.sagemaker.variants import first_count, first_type, model_of

if TYPE_CHECKING:
    from sandbox.world import World

_CONCURRENCY = "Maximum total concurrency that can be allocated across all serverless endpoints"
_SERVERLESS_ENDPOINTS = "Maximum number of serverless endpoints"
_VARIANTS = ("ProductionVariants", "ShadowProductionVariants")


class Deployments:
    """Makes deployments and asks the quotas."""

    def __init__(self, world: "World", store: Store) -> None:
        self._world = world
        self._store = store

    def make(self, region: str, configuration: Record, now: float) -> Record:
        """Return the deployment of a configuration, with its models as they are now. AwsError if one is gone."""
        request = configuration["request"]
        production, shadows = ([self._variant(region, spec) for spec in request.get(key, ())] for key in _VARIANTS)
        settings = {key: value for key, value in request.items() if key not in _VARIANTS}
        return {
            "config": configuration["name"],
            "settings": settings,
            "variants": production,
            "shadows": shadows,
            "started": now,
        }

    def check_quotas(self, region: str, wanted: Counter[str], operation: str, *, fresh: bool = False) -> None:
        """Raise ResourceLimitExceeded unless the account may have `wanted` more of each (see `Store.in_use`)."""
        if fresh and wanted[SERVERLESS]:
            self._check_endpoints(region)
        for what, delta in wanted.items():
            if delta <= 0:
                continue
            quota, unit = (_CONCURRENCY, "None") if what == SERVERLESS else (f"{what} for endpoint usage", "Instances")
            most, used = limit(self._world, quota, region, operation, what), self._store.in_use(region, what)
            if used + delta > most:
                raise exceeded(quota, most, used, delta, unit)

    def _check_endpoints(self, region: str) -> None:
        used = sum(
            any(variant["serverless"] for variant in variants_of(endpoint["now"] or endpoint["next"]))
            for endpoint in self._store.shelf(ENDPOINT, region).values()
        )
        most = limit(self._world, _SERVERLESS_ENDPOINTS, region, "CreateEndpoint", "")
        if used + 1 > most:
            raise exceeded(_SERVERLESS_ENDPOINTS, most, used, 1, "None")

    def _variant(self, region: str, spec: Mapping[str, Any]) -> Record:
        serverless = spec.get("ServerlessConfig")
        return {
            "name": spec["VariantName"],
            "spec": spec,
            "model": self._store.model(region, model_of(spec, first_type(spec))),
            "type": first_type(spec),
            "weight": float(spec.get("InitialVariantWeight", 1.0)),
            "count": 0 if serverless else first_count(spec),
            "serverless": dict(serverless) if serverless else None,
            "resolved": 0.0,
            "since": 0.0,
        }


def retain(before: Record, after: Record, excluded: set[str]) -> None:
    """Keep counts, weights and data capture of an update, but for the kinds of property that are excluded."""
    kept = {variant["name"]: variant for variant in before["variants"]}
    for variant in after["variants"]:
        old = kept.get(variant["name"])
        if old is None:
            continue
        if "DesiredInstanceCount" not in excluded and not (variant["serverless"] or old["serverless"]):
            variant["count"] = old["count"]
        if "DesiredWeight" not in excluded:
            variant["weight"] = old["weight"]
    if "DataCaptureConfig" not in excluded and "DataCaptureConfig" in before["settings"]:
        after["settings"]["DataCaptureConfig"] = before["settings"]["DataCaptureConfig"]


def seconds_of(policy: Mapping[str, Any] | None, usual: float) -> float:
    """Return how long, at AWS's pace, an update takes with this DeploymentConfig."""
    blue_green = (policy or {}).get("BlueGreenUpdatePolicy")
    if blue_green:
        routing = blue_green["TrafficRoutingConfiguration"]
        waits = 1 if routing["Type"] == "CANARY" else _steps(routing.get("LinearStepSize"))
        waits = 0 if routing["Type"] == "ALL_AT_ONCE" else waits
        return (
            usual
            + waits * float(routing["WaitIntervalInSeconds"])
            + float(blue_green.get("TerminationWaitInSeconds", 0))
        )
    rolling = (policy or {}).get("RollingUpdatePolicy")
    if rolling:
        return usual + _steps(rolling["MaximumBatchSize"]) * float(rolling["WaitIntervalInSeconds"])
    return usual


def _steps(size: Mapping[str, Any] | None) -> int:
    if size and size["Type"] == "CAPACITY_PERCENT":
        return -(-100 // int(size["Value"]))
    return 2
