"""Alarms of endpoints: listed with where they fire, made with a threshold the last week suggests, deleted; by plans.

The alarm on cost is the account's: a budget of AWS Budgets (budgets.py).

May import the root files, plans, catalog, access, inference, endpoints and deploy. Tested by tests/services/alarms/:
the planner with plain state, the gateway with a stubbed client, the flow against the sandbox.
"""

from services.alarms.budgets import Budget, BudgetRequest, budget_problems, suggest_limit
from services.alarms.models import Alarm, AlarmRequest, AlarmState, Change, Kind, Measure, State, Subscription
from services.alarms.planner import alarm_name, alarm_problems, kinds_for, plan_create, plan_delete
from services.alarms.service import AlarmsService, firing, of
from services.alarms.suggesting import Suggestion, suggest

__all__ = [
    "Alarm",
    "AlarmRequest",
    "AlarmState",
    "AlarmsService",
    "Budget",
    "BudgetRequest",
    "Change",
    "Kind",
    "Measure",
    "State",
    "Subscription",
    "Suggestion",
    "alarm_name",
    "alarm_problems",
    "budget_problems",
    "firing",
    "kinds_for",
    "of",
    "plan_create",
    "plan_delete",
    "suggest",
    "suggest_limit",
]
