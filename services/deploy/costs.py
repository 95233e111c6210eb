"""What a deployment costs: what is expected, and what it may come to at most."""

from __future__ import annotations

from services.deploy.models import DeployRequest, DeployState
from services.deploy.modes import Components, Serverless
from services.deploy.scaling import most_instances
from services.plans.models import Estimate

_HOUR = 3600.0


def hourly(request: DeployRequest, state: DeployState) -> float | None:
    """USD an hour once it runs as asked for; None is unknown. Serverless: 0 while nobody asks."""
    match request.mode:
        case Serverless(provisioned=kept):
            return _kept_ready(kept, state)
        case Components(onto=True):
            return 0.0
        case _:
            return state.price.total(request.count)


def estimate(request: DeployRequest, state: DeployState) -> Estimate:
    """The price with its ceiling: as many instances as it may scale to, of the dearest type it may fall back to."""
    expected = hourly(request, state)
    match request.mode:
        case Serverless() as mode:
            return _by_request(mode, state)
        case Components(onto=True):
            return _onto(request, state)
        case _:
            most = _most(request, state)
            return Estimate(expected, source=_source(request, state), usd_per_hour_most=most)


def _most(request: DeployRequest, state: DeployState) -> float | None:
    totals = [price.total(most_instances(request)) for price in (state.price, *state.fallback_prices)]
    return None if any(total is None for total in totals) else max(total or 0.0 for total in totals)


def _source(request: DeployRequest, state: DeployState) -> str:
    words = [state.price.source]
    if request.fallbacks:
        words.append(f"the dearest of {', '.join(request.instance_types)} is the most")
    if most_instances(request) > request.count:
        words.append(f"at most {most_instances(request)} instances")
    if request.scaling and request.scaling.minimum == 0:
        words.append("nothing while it sleeps")
    return "; ".join(words)


def _kept_ready(count: int, state: DeployState) -> float | None:
    """USD an hour of concurrency that is kept ready, worked on or not."""
    if not count:
        return 0.0
    return None if state.ready is None or state.ready.usd is None else round(state.ready.usd * _HOUR * count, 6)


def _by_request(mode: Serverless, state: DeployState) -> Estimate:
    """Billed by the second in which a request is worked on; at most all of them all the time.

    Kept-ready concurrency bills while idle; where its price is not known, neither is the estimate.
    """
    second = state.second.usd if state.second else None
    kept = _kept_ready(mode.provisioned, state)
    if kept is None:
        return Estimate(None, source=f"what {mode.provisioned} kept ready cost is not known; it is not free")
    if second is None or state.second is None:
        words = f"billed by the request; the price in {state.region} is not known"
        return Estimate(kept, source=words, usd_per_hour_most=None)
    idle = f"${kept:.4f} an hour for {mode.provisioned} kept ready" if kept else "nothing while idle"
    words = f"billed by the request: ${second:.5f} a second, {idle}; {state.second.source}"
    return Estimate(kept, source=words, usd_per_hour_most=round(kept + second * _HOUR * mode.concurrency, 6))


def _onto(request: DeployRequest, state: DeployState) -> Estimate:
    """The instances are there and paid; where the endpoint adds some for it, they are the ceiling."""
    found = state.endpoint
    words = f"it shares the instances of {request.endpoint_name}"
    if found is None or found.most <= found.count:
        return Estimate(0.0, source=words)
    more = found.most - found.count
    words = f"{words}, which may add {more} for it"
    return Estimate(0.0, source=words, usd_per_hour_most=state.price.total(more))
