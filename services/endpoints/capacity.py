"""Plans another count or weight of a variant, in place: no new configuration, no second fleet."""

from __future__ import annotations

from dataclasses import dataclass

from services.endpoints.definitions import AutoScaling, Capacity
from services.endpoints.models import EndpointDetail, Variant
from services.endpoints.paused import MOVING
from services.endpoints.starting import set_capacity
from services.errors import InUse, InvalidRequest, NotFound
from services.plans.models import Cost, Estimate, Plan
from services.settings import Settings

MOST_INSTANCES = Settings().most_instances
CAP = "More is refused here: the cap is the setting most_instances (SAGEDECK_MOST_INSTANCES or settings.toml)."


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleRequest:
    """Another `count` of instances or another `weight` of traffic; None leaves it. `variant` "" is the only one."""

    name: str
    variant: str = ""
    count: int | None = None
    weight: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleState:
    """The endpoint, what scales it by itself, and how many instances the settings allow."""

    detail: EndpointDetail
    scalings: tuple[AutoScaling, ...] = ()
    pace: float = 1.0
    most_instances: int = MOST_INSTANCES


def variant_of(detail: EndpointDetail, name: str) -> Variant:
    """The variant of this name, or the only one; raises InvalidRequest or NotFound."""
    names = [each.name for each in detail.variants]
    if not name and len(names) == 1:
        return detail.variants[0]
    if not name:
        words = "Name the one that is meant."
        raise InvalidRequest(f"{detail.name} has several variants: {', '.join(names)}.", "", words)
    found = next((each for each in detail.variants if each.name == name), None)
    if found is None:
        raise NotFound(f"{detail.name} has no variant {name}.", f"It has {', '.join(names)}.", "Choose one of them.")
    return found


def refuse_moving(detail: EndpointDetail, verb: str) -> None:
    """Raises InUse or InvalidRequest where an endpoint takes no change now."""
    if detail.status in MOVING:
        words = "Wait until it has settled and plan again."
        raise InUse(f"{detail.name} is {detail.status} and cannot be {verb} now.", "", words)
    if detail.status == "Failed":
        why = detail.failure and f"AWS says: {detail.failure}"
        raise InvalidRequest(f"{detail.name} failed and cannot be {verb}.", why, "Delete it and deploy it anew.")


def plan_scale(request: ScaleRequest, state: ScaleState) -> Plan:
    """One call and a wait. Raises InvalidRequest, NotFound or InUse; the error says what to change."""
    detail = state.detail
    refuse_moving(detail, "scaled")
    variant = variant_of(detail, request.variant)
    wanted = _wanted(request, state, variant)
    now = Capacity(variant.name, variant.desired if variant.instance_type else 0, variant.weight)
    each = None if variant.usd_per_hour is None or not variant.count else variant.usd_per_hour / variant.count
    more = wanted.count - now.count
    delta = 0.0 if not more else None if each is None else round(each * more, 6)
    own = detail.arn_of("endpoint", detail.name)
    undo = set_capacity(
        detail.name, own, (now,), state.pace, f"{variant.name} of {detail.name} is as before.", prefix="undo-",
        cost=Cost(usd_per_hour=None if delta is None else -delta) if more else None,
    )  # fmt: skip
    steps = set_capacity(
        detail.name, own, (wanted,), state.pace, _reason(variant, wanted, now), undo=undo,
        cost=Cost(usd_per_hour=delta) if more else None,
    )  # fmt: skip
    return Plan(
        title=f"Scale {detail.name}",
        steps=steps,
        warnings=_warnings(state, variant, wanted),
        estimate=Estimate(usd_per_hour=delta, source=detail.price_source),
    )


def _reason(variant: Variant, wanted: Capacity, now: Capacity) -> str:
    parts = [f"{now.count} → {wanted.count} × {variant.instance_type}"] if wanted.count != now.count else []
    parts += [f"weight {now.weight:g} → {wanted.weight:g}"] if wanted.weight != now.weight else []
    return f"{variant.name}: {', '.join(parts)}; it answers meanwhile."


def _wanted(request: ScaleRequest, state: ScaleState, variant: Variant) -> Capacity:
    detail = state.detail
    count = variant.desired if request.count is None else request.count
    weight = variant.weight if request.weight is None else request.weight
    if request.count is not None:
        _refuse_count(request.count, state, variant)
    if weight < 0:
        raise InvalidRequest(f"A weight of {weight:g} cannot be.", "", "It is 0 or more.")
    if request.weight is not None and weight == 0 and len(detail.variants) == 1:
        raise InvalidRequest("The only variant cannot have the weight 0.", "", "It takes all requests anyway.")
    if (count, weight) == (variant.desired, variant.weight):
        raise InvalidRequest(f"{variant.name} of {detail.name} is like this already.", "", "Nothing is to be done.")
    return Capacity(variant.name, count if variant.instance_type else 0, weight)


def _refuse_count(count: int, state: ScaleState, variant: Variant) -> None:
    detail, most = state.detail, state.most_instances
    if not variant.instance_type:
        why = "It has no instances of its own and scales with its requests."
        raise InvalidRequest(f"{detail.name} is serverless.", why, "Nothing is to be done.")
    if not variant.model_name:
        why = "Its instances follow the copies of its inference components."
        raise InvalidRequest(f"{detail.name} has inference components.", why, "Change the copies of a component.")
    if not 1 <= count <= most:
        words = "Pause it instead, so that it costs nothing." if count == 0 else f"Choose 1 to {most}."
        raise InvalidRequest(f"{count} instances cannot be.", CAP if count > most else "", words)


def _warnings(state: ScaleState, variant: Variant, wanted: Capacity) -> tuple[str, ...]:
    found: list[str] = []
    scaling = next((each for each in state.scalings if each.variant == variant.name), None)
    if scaling is not None and wanted.count:
        between = f"between {scaling.minimum} and {scaling.maximum}"
        found.append(f"{variant.name} scales by itself {between} instances, and may move from {wanted.count} at once.")
    if wanted.count > variant.desired:
        found.append(f"The quota for {variant.instance_type} must have room for {wanted.count - variant.desired} more.")
    return tuple(found)
