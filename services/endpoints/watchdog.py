"""What about an endpoint wants a person: stuck, frozen, rolled back without a word, or not what was confirmed.

Pure rules over what has been read already. A plan is what a run of this console confirmed and carried out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from services.endpoints.models import EndpointDetail, ModelFacts, Variant
from services.plans import Plan, Step, Until
from services.plans.secrecy import HIDDEN, Concealed

# Beyond three times the typical time, and half an hour of AWS, a start is no longer merely slow.
TIMES_TYPICAL, STUCK_SECONDS = 3.0, 1800.0
SILENT_SECONDS = 900.0  # without one line of log; images of 10 GB and weights from S3 take up to about ten minutes
SHORT_SECONDS = 900.0  # with fewer instances than wanted, though nothing is under way
AWS_SECONDS = 7200.0  # for a change AWS makes by itself (SystemUpdating), of which it gives no duration
CHANGES = ("create_endpoint", "update_endpoint", "update_endpoint_weights_and_capacities")


class Worry(StrEnum):
    """The kinds of concern."""

    STUCK = "stuck"
    FROZEN = "frozen"
    COMPONENT_STUCK = "component_stuck"
    NO_LOGS = "no_logs"
    SHORT = "short_of_instances"
    ROLLED_BACK = "rolled_back"
    DIFFERS = "differs"
    FAILED = "failed"
    IDLE = "idle"
    LEASE = "lease"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing about `endpoint`: what happened, why perhaps, what to do."""

    kind: Worry
    endpoint: str
    what: str
    why: str
    next: str

    def as_dict(self) -> dict[str, str]:
        """As the command line prints it."""
        return {key: str(value) for key, value in asdict(self).items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What was seen of an endpoint beside its detail, as far as somebody has looked.

    typical      seconds until in service, at the other side's pace; None: not known, so 8 minutes of AWS
    pace         how many times as fast as AWS the other side works
    lines        whether its containers have written anything; None: nobody looked
    components   of inference components: (name, status, since when in seconds since 1970)
    """

    typical: float | None = None
    pace: float = 1.0
    lines: bool | None = None
    components: tuple[tuple[str, str, float], ...] = ()

    def lasts(self, aws_seconds: float) -> float:
        """So many seconds of AWS, on the other side."""
        return aws_seconds / self.pace

    @property
    def usual(self) -> float:
        """How long a start typically takes."""
        return self.typical if self.typical is not None else self.lasts(480.0)

    @property
    def too_long(self) -> float:
        """From when on a change counts as stuck."""
        return max(TIMES_TYPICAL * self.usual, self.lasts(STUCK_SECONDS))


def watch(
    detail: EndpointDetail, plan: Plan | None, now: float, activity: Activity | None = None
) -> tuple[Concern, ...]:
    """All concerns about one endpoint at `now` (seconds since 1970).

    `plan` is the newest that was carried out on it here (see services.endpoints.confirmed), None when there is none.
    """
    seen = activity or Activity()
    found = [*_stuck(detail, now, seen), *_components(detail, now, seen), *_short(detail, now, seen)]
    if plan is not None:
        found += _not_as_asked(detail, plan)
    return tuple(found)


def typical_of(plan: Plan, endpoint: str) -> float | None:
    """How long the plan expected to wait for the endpoint, in seconds; None when it does not wait."""
    waits = (
        step.manner.typical
        for step in plan
        if isinstance(step.manner, Until)
        and not step.manner.gone
        and step.operation == "describe_endpoint"
        and step.parameters.get("EndpointName") == endpoint
    )
    return next(waits, None)


def _names(step: Step, endpoint: str) -> bool:
    return step.operation in CHANGES and step.parameters.get("EndpointName") == endpoint


def _stuck(detail: EndpointDetail, now: float, seen: Activity) -> Iterator[Concern]:
    since = (detail.created if detail.status == "Creating" else detail.modified).timestamp()
    lasted = now - since
    if detail.status == "Creating" and lasted > seen.too_long:
        yield Concern(
            Worry.STUCK,
            detail.name,
            f"{detail.name} has been Creating for {_time(lasted)}; about {_time(seen.usual)} is usual.",
            _why_stuck(seen),
            "Wait, or cancel and undo the run that made it: AWS removes an endpoint only once it has settled, which it "
            "does within an hour or so. Then try again with another instance type, or with fallbacks for it.",
        )
    elif detail.status == "Creating" and seen.lines is False and lasted > max(seen.usual, seen.lasts(SILENT_SECONDS)):
        yield Concern(
            Worry.NO_LOGS,
            detail.name,
            f"No container of {detail.name} has written a line in {_time(lasted)}.",
            "No instance may have been found yet, or the image or the weights are still fetched. AWS does not tell.",
            "Wait a little; what does not come up fails with a reason. Check that the role may write logs.",
        )
    aws = detail.status == "SystemUpdating"
    if detail.status in ("Updating", "RollingBack", "SystemUpdating") and lasted > (
        seen.lasts(AWS_SECONDS) if aws else seen.too_long
    ):
        yield Concern(
            Worry.FROZEN,
            detail.name,
            f"{detail.name} has been {detail.status} for {_time(lasted)}.",
            "AWS changes it by itself, for security or maintenance."
            if aws
            else "New instances may not be had, or the new containers do not pass their health check.",
            "It serves with its old configuration meanwhile, and can be neither changed nor deleted until it has "
            "settled. Wait; ask AWS Support if it stays so.",
        )


def _why_stuck(seen: Activity) -> str:
    if seen.lines is False:
        return "No container has written a line, so it is rather the instance, the image or the weights in S3."
    if seen.lines:
        return "Its containers have written into the log: look there for what they wait for, or for why they end."
    return "AWS may have no instance of this type to give, or the container does not come up; it does not tell which."


def _components(detail: EndpointDetail, now: float, seen: Activity) -> Iterator[Concern]:
    for name, status, since in seen.components:
        if status in ("Creating", "Updating") and now - since > seen.too_long:
            yield Concern(
                Worry.COMPONENT_STUCK,
                detail.name,
                f"The inference component {name} has been {status} for {_time(now - since)}.",
                "The instances may have too little free memory or too few accelerators for its copies, or its "
                "container does not pass its health check.",
                f"Look at its log and at what else runs on {detail.name}; delete the component and try again with "
                "fewer copies or more instances.",
            )


def _short(detail: EndpointDetail, now: float, seen: Activity) -> Iterator[Concern]:
    settled = detail.status == "InService" and now - detail.modified.timestamp() > seen.lasts(SHORT_SECONDS)
    for variant in detail.variants:
        if settled and variant.desired > variant.count:
            yield Concern(
                Worry.SHORT,
                detail.name,
                f"{variant.count} of {variant.desired} instances of {detail.name} run.",
                f"AWS may have no more {variant.instance_type or 'capacity'} to give at the moment.",
                "It answers with those it has. Wait, ask for fewer, or take another instance type.",
            )


def _not_as_asked(detail: EndpointDetail, plan: Plan) -> Iterator[Concern]:
    asked = _last(plan, detail.name)
    wanted = asked.parameters.get("EndpointConfigName") if asked else None
    if asked is None or detail.status not in ("InService", "Updating", "OutOfService"):
        return
    if isinstance(wanted, str) and wanted != detail.config_name:
        if detail.status != "Updating":
            yield _rolled_back(detail, wanted, updated=asked.operation == "update_endpoint")
        return
    told = tuple(_differences(detail, plan, str(wanted or "")))
    if told:
        yield Concern(
            Worry.DIFFERS,
            detail.name,
            f"{detail.name} is not what was confirmed: {'; '.join(told)}.",
            "Something else has changed it since, or a name was used that held something else before.",
            "If that was meant, nothing is to do. Else deploy it anew, and delete this one.",
        )


def _rolled_back(detail: EndpointDetail, wanted: str, *, updated: bool) -> Concern:
    why = (
        "AWS rolls back by itself when the new instances cannot be had or do not pass their health check, and says so "
        "only by keeping the old configuration."
        if updated
        else "It was changed since by something else, or an update from elsewhere was rolled back."
    )
    return Concern(
        Worry.ROLLED_BACK,
        detail.name,
        f"{detail.name} runs with the configuration {detail.config_name}; {wanted} was asked for.",
        why,
        "Look at its log for what failed, mend that, and update it again. What runs now costs what it did before.",
    )


def _last(plan: Plan, endpoint: str) -> Step | None:
    return next((step for step in reversed(plan.steps) if _names(step, endpoint)), None)


def _differences(detail: EndpointDetail, plan: Plan, config: str) -> Iterator[str]:
    """How what runs differs from what was confirmed: instance type, count, image, artefact, variables."""
    step = _made(plan, "create_endpoint_config", "EndpointConfigName", config)
    live = {variant.name: variant for variant in detail.variants}
    free = any(each.operation in ("register_scalable_target", "put_scaling_policy") for each in plan)
    for wanted in step.parameters.get("ProductionVariants", ()) if step else ():
        variant = live.get(wanted["VariantName"])
        if variant is None:
            yield f"the variant {wanted['VariantName']} is missing"
        else:
            yield from _variant(wanted, variant, counted=not free and "ManagedInstanceScaling" not in wanted)
    for model in detail.models:
        made = _made(plan, "create_model", "ModelName", model.name)
        if made is not None and made.parameters.get("PrimaryContainer"):
            yield from _model(made.parameters["PrimaryContainer"], model)


def _variant(wanted: Mapping[str, Any], live: Variant, *, counted: bool) -> Iterator[str]:
    kind, count = wanted.get("InstanceType"), wanted.get("InitialInstanceCount")
    if kind and live.instance_type and kind != live.instance_type:
        yield f"it runs on {live.instance_type} instead of {kind}"
    if counted and isinstance(count, int) and live.desired != count:
        yield f"{live.desired} instances were asked for instead of {count}"


def _model(wanted: Mapping[str, Any], live: ModelFacts) -> Iterator[str]:
    source = (wanted.get("ModelDataSource") or {}).get("S3DataSource") or {}
    artifact = source.get("S3Uri") or wanted.get("ModelDataUrl")
    for what, asked, found in (("image", wanted.get("Image"), live.image), ("artefact", artifact, live.artifact)):
        if isinstance(asked, str) and asked != found:
            yield f"the {what} of {live.name} is {found or 'none'} instead of {asked}"
    asked_for, there = dict(wanted.get("Environment") or {}), dict(live.environment)
    yield from _variables(live.name, asked_for, there)


def _variables(model: str, asked: Mapping[str, Any], there: Mapping[str, str]) -> Iterator[str]:
    """Names only where values are secret: those are known neither here nor there."""
    sides: Sequence[tuple[str, set[str]]] = (
        ("lacks", set(asked) - set(there)),
        ("has besides", set(there) - set(asked)),
    )
    for word, names in sides:
        if names:
            yield f"the environment of {model} {word} {', '.join(sorted(names))}"
    for key in sorted(set(asked) & set(there)):
        plain = isinstance(asked[key], str) and not isinstance(asked[key], Concealed)
        if plain and there[key] != HIDDEN and asked[key] != there[key]:
            yield f"{key} of {model} is not what was confirmed"


def _made(plan: Plan, operation: str, key: str, name: str) -> Step | None:
    return next((step for step in plan if step.operation == operation and step.parameters.get(key) == name), None)


def _time(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{max(round(seconds), 1)} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
