"""Plans the savings that no other room plans: notebook instances that stop, variants that scale by themselves. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.endpoints import EndpointDetail
from services.errors import InvalidRequest
from services.plans.models import Cost, Estimate, Plan, Step
from services.plans.scaling import TRACKING, Scaled, delete_policy_step, deregister_step, policy_step, register_step
from services.plans.workplaces import notebook, start_step, stop_step, stopped_step
from services.resources import Kind, Resource
from services.savings.models import HOURS_OF_MONTH, Proposal

_COOL_SECONDS = 300  # AWS's own default between two moves


@dataclass(frozen=True, slots=True)
class Running:
    """A notebook instance that runs, and what its machine costs an hour; None not known."""

    notebook: Resource
    usd_per_hour: float | None


def plan_stop(running: Sequence[Running], *, pace: float = 1.0) -> Plan:
    """Stops notebook instances; volumes and files stay, and a start takes it back. Raises InvalidRequest of none."""
    if not running:
        raise InvalidRequest("Nothing is to be stopped.", "", "Choose a notebook instance that runs.")
    steps = [step for each in running for step in _stop(each, pace)]
    costs = [each.usd_per_hour for each in running]
    total = None if None in costs else -sum(cost or 0.0 for cost in costs)
    names = running[0].notebook.name if len(running) == 1 else f"{len(running)} notebook instances"
    return Plan(
        title=f"Stop {names}",
        steps=tuple(steps),
        warnings=("What is only in memory is lost; files under /home/ec2-user/SageMaker stay.",),
        estimate=Estimate(total, source="prices of notebook instances; their volumes go on to cost"),
    )


def _stop(running: Running, pace: float) -> tuple[Step, Step]:
    kept, hourly = running.notebook, running.usd_per_hour
    if kept.kind is not Kind.NOTEBOOK:
        raise InvalidRequest(f"{kept.name} is no notebook instance.", "", "Clean it up instead.")
    place, region = notebook(kept.name, kept.arn or "*"), kept.key.region
    back = start_step(
        place, f"{kept.name} runs again, with its files as they were.", step_id="start", cost=Cost(usd_per_hour=hourly)
    )
    stop = stop_step(
        place,
        f"{kept.name} stops: its machine costs nothing then, its volume and files stay.",
        step_id=f"stop-{kept.name}",
        cost=Cost(usd_per_hour=None if hourly is None else -hourly),
        undo=(replace(back, region=region),),
    )
    stopped = stopped_step(place, step_id=f"stopped-{kept.name}", after=(stop.id,), pace=pace)
    return replace(stop, region=region), replace(stopped, region=region)


def plan_autoscale(detail: EndpointDetail, proposal: Proposal) -> Plan:
    """Lets a variant move between 1 and what it has now, by its requests; taken back, it stays at what it then has.

    Raises InvalidRequest where the variant is not there any more.
    """
    variant = next((each for each in detail.variants if each.name == proposal.variant), None)
    if variant is None or not variant.instance_type:
        raise InvalidRequest(f"{detail.name} has no variant {proposal.variant} with instances.", "", "Look again.")
    what = Scaled.variant(detail.name, variant.name)
    undo = deregister_step(what, detail.arn, f"{what.name} no longer moves by itself.", step_id="deregister")
    reason = f"{what.name} may move between 1 and {proposal.count} instances by itself."
    bounds = (1, proposal.count)
    target = register_step(what, detail.arn, bounds, reason, step_id=f"scale-{what.name}", undo=(undo,))
    name = f"track-{what.name}"
    config = {
        "TargetValue": float(proposal.target),
        "ScaleInCooldown": _COOL_SECONDS,
        "ScaleOutCooldown": _COOL_SECONDS,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
    }
    gone = delete_policy_step(what, name, detail.arn, f"The scaling policy {name} goes.", step_id="delete-policy")
    why = f"As many run as answer about {proposal.target:g} requests a minute each."
    policy = policy_step(
        what, detail.arn, name, TRACKING, config, why, step_id=name, after=(target.id,), undo=(gone,)
    )  # fmt: skip
    saves = proposal.saves
    return Plan(
        title=f"Scale {detail.name} by itself",
        steps=(target, policy),
        warnings=(proposal.caution,) if proposal.caution else (),
        estimate=Estimate(
            None if saves is None else -saves / HOURS_OF_MONTH,
            source="an estimate from the load of the hours that were measured",
            usd_per_hour_most=0.0,
        ),
    )
