"""Budgets on what SageMaker costs the account, as `sagedeck alarms` asks for and prints them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cli.opening import say

if TYPE_CHECKING:
    from services.alarms import Budget, BudgetRequest
    from services.console import Console


def asked_for(console: Console, name: str, limit: float | None, email: str) -> tuple[BudgetRequest, dict[str, Any]]:
    """The request, and what is printed of it once it is made; without a limit it is suggested from what runs now."""
    from services.alarms import BudgetRequest
    from services.alarms.budgets import NAME

    request = BudgetRequest(
        name=name or NAME,
        limit=_suggested(console) if limit is None else limit,
        emails=tuple(each.strip() for each in email.split(",") if each.strip()),
    )
    return request, {"budget": request.name, "limit": request.limit}


def listed(console: Console) -> tuple[Budget, ...]:
    """The account's budgets; where they may not be read, that is said and the rest goes on."""
    from services.errors import PermissionDenied

    try:
        return console.alarms.list_budgets()
    except PermissionDenied as refused:
        say(f"Budgets are not known: {refused.why or refused.what}")
        return ()


def packed(budget: Budget) -> dict[str, Any]:
    """A budget as JSON, among alarms."""
    told = asdict(budget)
    del told["sent"]
    return {**told, "kind": "cost", "firing": budget.firing, "exceeded": budget.exceeded, "says": budget.says}


def line(budget: Budget) -> str:
    """A budget as a line among alarms."""
    state = "FIRING" if budget.firing else "OK"
    return f"{state:<18} {'(account)':<32} {'cost':<8} {budget.name}  {budget.says} {budget.tells}"


def _suggested(console: Console) -> float:
    from services.alarms import suggest_limit

    suggestion = suggest_limit(console.endpoints.burn().usd_per_hour)
    say(suggestion.words)
    return suggestion.threshold
