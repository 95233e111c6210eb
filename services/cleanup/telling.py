"""A cleanup as JSON and as Markdown: the dry run that is the very plan, and what became of each thing afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.cleanup.picture import Cleanup, Item
from services.plans import RunView, policy, shown
from services.plans.models import Step
from services.plans.records import Report, report_of
from services.resources import Key


def document(found: Cleanup, partition: str = "aws") -> dict[str, Any]:
    """The cleanup as JSON takes it: its steps in order, what goes, what stays and why, what it saves."""
    return {
        "title": found.plan.title,
        "account": found.account,
        "alias": found.alias,
        "regions": list(found.request.regions),
        "usd_per_hour": found.plan.estimate.usd_per_hour,
        "saves_usd_per_month": found.saved_per_month,
        "steps": [_step(step) for step in found.plan.steps],
        "removes": [_item(each) for each in found.going],
        "keeps": [_item(each) for each in found.staying],
        "not_looked_into": found.reading,
        "not_seen": list(found.gaps),
        "warnings": list(found.plan.warnings),
        "policy": policy(found.plan, partition=partition),
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "id": step.id,
        "call": f"{step.service}.{step.operation}",
        "region": step.region,
        "reason": step.reason,
        "after": list(step.after),
        "parameters": shown(step.parameters),
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        **_named(item.key),
        "why": item.why,
        "ours": item.ours,
        "owner": item.owner,
        "status": item.status,
        "known": not item.unknown,
        "used_by": [_named(each) for each in item.after],
        "usd_per_hour": item.usd_per_hour,
    }


def _named(key: Key) -> dict[str, str]:
    return {"kind": str(key.kind), "name": key.name, "region": key.region}


def outcome(view: RunView, who: str) -> dict[str, Any]:
    """What became of a run: the report, with what is gone, what is left and why."""
    report = report_of(view, who)
    return {
        "run": report.run,
        "status": report.status,
        "title": report.title,
        "gone": [{"call": each.call, "name": each.name, "at": each.moment} for each in report.gone],
        "done": [_done(each) for each in report.done],
        "left": [{"what": what, "why": why} for what, why in report.left],
        "saves_usd_per_month": report.saved_per_month,
    }


def _done(record: Any) -> Mapping[str, Any]:
    return {
        "call": record.call,
        "what": record.what,
        "name": record.name,
        "status": record.status,
        "seen_gone": record.gone,
        "request_id": record.request_id,
    }


def lines(report: Report) -> Iterator[str]:
    """A report in a few lines for a person."""
    saved = "an amount that is not known" if report.saved_per_month is None else f"${report.saved_per_month:,.2f}"
    yield f"{report.status}: {len(report.gone)} seen to be gone, {len(report.left)} left; saves {saved} a month."
    yield from (f"  left: {what} {why}" for what, why in report.left)


def markdown(found: Cleanup) -> str:
    """The plan as Markdown, to be handed round before it runs; names stand in code spans, so nothing in them acts."""
    saved = "not known" if found.saved_per_month is None else f"${found.saved_per_month:,.2f}"
    rows = [
        f"| {number} | {each.key.kind} | {_span(each.key.name)} | {_span(each.key.region)} | {_span(each.why)} |"
        for number, each in enumerate(found.going, 1)
    ]
    kept = [f"| {each.key.kind} | {_span(each.key.name)} | {_span(each.why)} |" for each in found.staying]
    return "\n".join(
        [
            f"# {_span(found.plan.title)}",
            "",
            f"Account {_span(found.confirmation)}; saves {saved} a month (730 hours; an estimate).",
            *(f"- {_span(each)}" for each in (*found.plan.warnings, *found.gaps)),
            "",
            "| | what | name | region | why it may go |",
            "|---|---|---|---|---|",
            *rows,
            *(["", "Stays:", "", "| what | name | why |", "|---|---|---|", *kept] if kept else []),
            "",
        ]
    )


def _span(text: str) -> str:
    plain = " ".join(str(text).split()).replace("`", "'").replace("|", "\\|")
    return f"`{plain}`" if plain else ""
