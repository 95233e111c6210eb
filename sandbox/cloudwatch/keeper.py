"""Keeps alarms: looks at them when it is time, changes their state, and lets them act."""

import json
from typing import TYPE_CHECKING, Any

from sandbox.cloudwatch import refusals
from sandbox.cloudwatch.actions import act
from sandbox.cloudwatch.alarms import ALARM, IN_ALARM, NO_DATA, OK, alarms_in, delete_alarms, put_alarm, remember
from sandbox.cloudwatch.evaluation import Verdict, judged, shown, step_of
from sandbox.cloudwatch.rules import name_of, rule_of, uses
from sandbox.errors import AwsError
from sandbox.operations import Call, Request, Response
from sandbox.records import Record

if TYPE_CHECKING:
    from sandbox.world import World

ACTION = "cloudwatch/look"
FIRST_LOOK = 60.0  # seconds that AWS takes to look at a new alarm


class Keeper:
    """All regions' alarms."""

    def __init__(self, world: "World") -> None:
        self._world = world
        world.agenda.on(ACTION, lambda due, payload: self._due(due, payload["region"]))

    def put(self, call: Call, request: Request) -> Response:
        if rule := request.get("AlarmRule"):
            self._check_rule(call.region, request["AlarmName"], rule)
        answer = put_alarm(self._world, call, request)
        soon = call.now + self._world.clock.lasts(FIRST_LOOK)
        appointed = self._world.agenda.due(ACTION, call.region)
        if appointed is None or soon < appointed:
            self._world.agenda.at(soon, ACTION, call.region, region=call.region)
        return answer

    def delete(self, call: Call, request: Request) -> Response:
        going = set(request["AlarmNames"])
        for held in alarms_in(self._world, call.region).values():
            used = uses(held) & going
            if used and held["AlarmName"] not in going:
                raise refusals.validation(f"Alarm {min(used)} is used by the composite alarm {held['AlarmName']}.")
        return delete_alarms(self._world, call, request)

    def set_state(self, call: Call, request: Request) -> Response:
        """SetAlarmState: the alarm acts on it, and goes back when it is looked at next."""
        held = alarms_in(self._world, call.region).get(request["AlarmName"])
        if held is None:
            raise AwsError("ResourceNotFound", "", 404)
        try:
            data = json.loads(request.get("StateReasonData") or "{}")
        except (ValueError, RecursionError):
            raise AwsError("InvalidFormat", "The StateReasonData is not JSON.") from None
        verdict = Verdict(request["StateValue"], request["StateReason"], data)
        self._settle(call.region, held, verdict, call.now, by_hand=request.get("StateReasonData"))
        return {}

    def _due(self, due: float, region: str) -> None:
        alarms = [held for held in alarms_in(self._world, region).values() if "AlarmRule" not in held]
        if not alarms_in(self._world, region):
            return
        step = min((step_of(held) for held in alarms), default=60)
        pause = max(step, self._world.agenda.stride // 60 * 60)
        self._world.agenda.at((due // pause + 1) * pause, ACTION, region, region=region)
        for held in alarms:
            if due % 60 < step or step_of(held) == step or held["StateValue"] == NO_DATA:
                self._settle(region, held, judged(self._world, region, held, due), due)
        self._look_at_composites(region, due)

    def _look_at_composites(self, region: str, at: float) -> None:
        shelf = alarms_in(self._world, region)
        for held in shelf.values():
            if "AlarmRule" not in held:
                continue
            rule, _ = rule_of(held["AlarmRule"])
            state = IN_ALARM if rule(lambda state, name: self._stands(region, state, name)) else OK
            reason = f"The alarm's rule is {'met' if state == IN_ALARM else 'not met'}: {held['AlarmRule']}"
            self._settle(region, held, Verdict(state, reason[:1000]), at)

    def _stands(self, region: str, state: str, name: str) -> bool:
        held = alarms_in(self._world, region).get(name_of(name))
        return held is not None and held["StateValue"] == state

    def _settle(self, region: str, held: Record, verdict: Verdict, at: float, by_hand: str | None = None) -> None:
        """Bring an alarm to the state it was found in, and let it act if that is another."""
        before, name = held["StateValue"], held["AlarmName"]
        if verdict.state == before and before != IN_ALARM and by_hand is None:
            return  # AWS keeps the reason of when the state changed
        old = {member: held.get(member) for member in ("StateValue", "StateReason")}
        if verdict.state != before or verdict.reason != held["StateReason"]:
            held.update(StateValue=verdict.state, StateReason=verdict.reason, StateUpdatedTimestamp=at)
            data = by_hand or (shown(verdict.data) if verdict.data else None)
            if data:
                held["StateReasonData"] = data
            alarms_in(self._world, region).changed(name)
        if verdict.state == before:
            return
        held["StateTransitionedTimestamp"] = at
        told = {"oldState": _told(old), "newState": _told(held)}
        remember(self._world, region, name, at, "StateUpdate", f"Alarm updated from {before} to {verdict.state}", told)
        act(self._world, region, held, before, at)

    def _check_rule(self, region: str, name: str, rule: str) -> None:
        for used in rule_of(rule)[1]:
            other = name_of(used)
            if other not in self._world.records.shelf(ALARM, region):
                raise refusals.validation(f"Alarms not found: {other}")
            if other == name:
                raise refusals.validation("A composite alarm cannot depend on itself.")


def _told(held: Any) -> dict[str, Any]:
    return {"stateValue": held["StateValue"], "stateReason": held["StateReason"]}
