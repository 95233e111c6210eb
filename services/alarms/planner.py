"""Plans alarms: put with what tells of them, and deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.access import tags
from services.alarms.measuring import measured, metrics_of, place_names, says
from services.alarms.models import Alarm, AlarmRequest, AlarmState, Kind
from services.deploy import Problem
from services.endpoints import EndpointDetail
from services.errors import InvalidRequest
from services.plans.alarms import ALARMS_TOPIC, delete_alarms_step, hourly, own_name, put_alarm_step
from services.plans.models import Cost, Estimate, Plan, Step
from services.plans.topics import create_topic_step, subscribe_step

MOST_HOURS = 168  # CloudWatch looks back a week at most
MOST_PERIODS = 288  # and a day where a period is shorter than an hour
SOURCE = "CloudWatch asks $0.10 a month for each metric of an alarm; an account's first ten are free"
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TOPIC = re.compile(r"arn:[\w-]+:sns:([a-z0-9-]+):\d{12}:[\w-]{1,256}")
_AWS_KEY = "alias/aws/sns"
_KEY = re.compile(r"[\w:/-]{1,2048}")


def kinds_for(detail: EndpointDetail) -> tuple[Kind, ...]:
    """The alarms that can be made of an endpoint."""
    common = (Kind.ERRORS, Kind.LATENCY, Kind.IDLE)
    return (*common, Kind.BACKLOG) if detail.asynchronous else common


def alarm_name(request: AlarmRequest) -> str:
    """What the alarm of a request is called: one of a kind for each variant or component."""
    return own_name(request.endpoint, request.kind, request.place)


def topic_name(endpoint: str) -> str:
    """What the topic that is made for an endpoint's alarms is called."""
    return f"{ALARMS_TOPIC}{endpoint}"


def alarm_problems(request: AlarmRequest, detail: EndpointDetail) -> tuple[Problem, ...]:
    """What is wrong with a request, by its field."""
    return (*_of_measure(request, detail), *_of_notice(request, detail))


def _of_measure(request: AlarmRequest, detail: EndpointDetail) -> Iterator[Problem]:
    places = place_names(detail)
    if request.kind not in kinds_for(detail):
        yield Problem("kind", f"{detail.name} cannot have an alarm on {request.kind}: it publishes no such figures.")
    if request.share and detail.asynchronous:
        yield Problem("share", "An asynchronous endpoint counts no requests, so there is no share of them.")
    if not places:
        yield Problem("place", f"{detail.name} has neither variants nor components to watch.")
    elif request.place and request.place not in places:
        yield Problem("place", f"{detail.name} has no variant or component {request.place}.")
    elif not request.place and len(places) > 1 and request.kind is not Kind.BACKLOG:
        yield Problem("place", f"Choose which is watched: {', '.join(places)}.")
    threshold = request.threshold
    if request.kind is Kind.IDLE:
        if threshold not in range(1, MOST_HOURS + 1):
            yield Problem("threshold", f"{threshold:g} hours cannot be: whole hours from 1 to {MOST_HOURS}, a week.")
    elif not 0 <= threshold < float("inf") or (request.kind is Kind.LATENCY and not threshold):
        yield Problem("threshold", f"{threshold:g} cannot be the threshold: a number above 0.")
    elif request.share and threshold >= 100:
        yield Problem("threshold", f"More than {threshold:g} % never fail.")
    if not 1 <= request.periods <= MOST_PERIODS:
        yield Problem("periods", f"{request.periods} times 5 minutes cannot be: 1 to {MOST_PERIODS}, a day.")


def _of_notice(request: AlarmRequest, detail: EndpointDetail) -> Iterator[Problem]:
    region = detail.arn.split(":")[3]
    told = _TOPIC.fullmatch(request.topic)
    if request.topic and request.email:
        yield Problem("email", "Give an e-mail address, or a topic that is there, not both.")
    if request.topic and told is None:
        words = "is no ARN of a standard SNS topic. One reads arn:aws:sns:us-east-1:123456789012:name."
        yield Problem("topic", f"{request.topic} {words}")
    elif told is not None and told[1] != region:
        yield Problem("topic", f"The topic is in {told[1]}; an alarm in {region} tells only topics there.")
    if request.email and not _EMAIL.fullmatch(request.email):
        yield Problem("email", f"{request.email} is no e-mail address.")
    if request.kms_key.endswith(_AWS_KEY):
        yield Problem("kms_key", "Alarms cannot write to a topic under AWS's own key for SNS: give a key of your own.")
    elif request.kms_key and not _KEY.fullmatch(request.kms_key):
        yield Problem("kms_key", f"{request.kms_key} is no KMS key: its id, its ARN, or its alias.")


def plan_create(request: AlarmRequest, state: AlarmState) -> Plan:
    """The alarm, the topic it tells where one is made, and who is asked to subscribe. One of this name is changed.

    Raises InvalidRequest.
    """
    wrong = alarm_problems(request, state.detail)
    if wrong:
        words = " ".join(each.words for each in wrong)
        raise InvalidRequest("This alarm cannot be made.", words, "Correct it and plan again.")
    arn = request.topic or (_topic_arn(request, state) if request.email else "")
    first = _topic(request, state, arn) if request.email else ()
    actions = [arn] if arn else []
    said = {"AlarmDescription": says(request), "ActionsEnabled": True, "AlarmActions": actions, "OKActions": actions}
    sent = {**said, **measured(request, state.detail)}
    name, held, near = alarm_name(request), state.held, state.detail.arn
    back = _as_before(held, near) if held else delete_alarms_step((name,), near, f"Takes back the alarm {name}.")
    before = metrics_of(held.sent) if held else 0
    usd = hourly(metrics_of(sent) - before)
    step = put_alarm_step(
        name, near, sent, f"Fires when: {says(request)}", step_id=f"alarm-{name}",
        tags=() if held else tags(state.owner, endpoint=request.endpoint), after=tuple(each.id for each in first[:1]),
        cost=Cost(usd_per_hour=usd, basis=SOURCE), undo=(back,),
    )  # fmt: skip
    title = f"Change the alarm {name}" if held else f"Create the alarm {name}"
    return Plan(title, (*first, step), _warnings(request, held), Estimate(usd_per_hour=usd, source=SOURCE))


def plan_delete(alarms: Sequence[Alarm], near: str) -> Plan:
    """Deletes alarms; their undo puts them back as they were. `near` is any ARN of the account and region."""
    steps, total = [], 0.0
    for alarm in alarms:
        usd = -hourly(metrics_of(alarm.sent))
        reason = f"The alarm {alarm.name} goes; nobody is told any more: {alarm.says or alarm.name}"
        step = delete_alarms_step((alarm.name,), near, reason, cost=Cost(usd_per_hour=usd, basis=SOURCE))
        steps.append(replace(step, undo=(_as_before(alarm, near),)))
        total += usd
    what = f"the alarm {alarms[0].name}" if len(alarms) == 1 else f"{len(alarms)} alarms"
    topics = sorted({arn.rpartition(":")[2] for alarm in alarms for arn in alarm.topics})
    stays = (f"What they told stays, with its subscriptions: {', '.join(topics)}.",) if topics else ()
    return Plan(f"Delete {what}", tuple(steps), stays, Estimate(usd_per_hour=round(total, 8), source=SOURCE))


def _as_before(alarm: Alarm, near: str) -> Step:
    reason = f"The alarm {alarm.name} is as it was."
    return put_alarm_step(alarm.name, near, alarm.sent, reason, step_id=f"again-{alarm.name}")


def _topic_arn(request: AlarmRequest, state: AlarmState) -> str:
    partition, _, region, account = state.detail.arn.split(":")[1:5]
    return f"arn:{partition}:sns:{region}:{account}:{topic_name(request.endpoint)}"


def _topic(request: AlarmRequest, state: AlarmState, arn: str) -> tuple[Step, ...]:
    name = topic_name(request.endpoint)
    how = "encrypted with your key" if request.kms_key else "sent encrypted, and not under a key of its own"
    create = create_topic_step(
        name, arn, f"{name} tells whoever subscribes what the alarms of {request.endpoint} say; {how}.",
        kms_key=request.kms_key, tags=tags(state.owner, endpoint=request.endpoint),
    )  # fmt: skip
    return create, subscribe_step(request.email, arn, name, after=(create.id,))


def _warnings(request: AlarmRequest, held: Alarm | None) -> tuple[str, ...]:
    found = []
    if held and not held.made_here:
        found.append(f"The alarm {held.name} was not made by this console; it gets these values.")
    if request.email:
        found.append(f"{request.email} gets a mail to confirm; until that is done nobody is told.")
    if not (request.email or request.topic):
        found.append("Nobody is told: it shows here and in CloudWatch only.")
    return tuple(found)
