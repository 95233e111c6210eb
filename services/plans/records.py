"""The journal as flat records, one for each step that was carried out, and the report of one run. Pure.

Nothing secret is in the journal, so none is in what is made of it here.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from services.legible import cell
from services.plans.models import Plan
from services.plans.views import RunView, StepStatus, StepView

_MONTH_HOURS = 730.0
_NOT_BEGUN = frozenset({StepStatus.WAITING, StepStatus.SKIPPED})


@dataclass(frozen=True, slots=True)
class Record:
    """One step that was carried out or tried.

    at              when it ended, else began; seconds since 1970
    who             the owner of the run
    usd_per_hour    what it started (positive) or ended (negative) costing, once done; None is not known
    gone            what was to go was afterwards seen to be gone
    """

    at: float
    who: str
    run: str
    title: str
    step: str
    call: str
    what: str
    status: str
    name: str = ""
    arn: str = ""
    request_id: str = ""
    usd_per_hour: float | None = 0.0
    gone: bool = False
    problem: str = ""

    @property
    def moment(self) -> str:
        """Its time as ISO 8601, in UTC."""
        return datetime.fromtimestamp(self.at, UTC).isoformat(timespec="seconds")


def records(runs: Iterable[RunView], who: str) -> tuple[Record, ...]:
    """Every step of the runs that was begun, those that took something back among them; the newest first."""
    found = [record for run in runs for record in _of_run(run, who)]
    return tuple(sorted(found, key=lambda record: -record.at))


def _of_run(run: RunView, who: str) -> Iterable[Record]:
    for seen in (*run.steps, *run.earlier, *run.undo_steps):
        if seen.started is not None and seen.status not in _NOT_BEGUN:
            yield _record(run, seen, who)


def _record(run: RunView, seen: StepView, who: str) -> Record:
    receipt = seen.receipt
    return Record(
        at=seen.ended or seen.started or run.started,
        who=who,
        run=run.id,
        title=run.title,
        step=seen.id,
        call=f"{seen.service}.{seen.operation}",
        what=seen.reason,
        status=seen.status.value,
        name=seen.name,
        arn=receipt.arn if receipt else "",
        request_id=receipt.request_id if receipt else "",
        usd_per_hour=seen.usd_per_hour if seen.status in (StepStatus.DONE, StepStatus.UNDONE) else 0.0,
        gone=bool(receipt and receipt.gone),
        problem=str(seen.problem) if seen.problem else "",
    )


def matching(
    found: Iterable[Record],
    *,
    text: str = "",
    status: str = "",
    since: float = 0.0,
    until: float = float("inf"),
    changes: bool = False,
) -> tuple[Record, ...]:
    """The records that hold all words of `text`, of a status and a time; `changes`: without those that only read."""
    words = text.casefold().split()
    return tuple(
        record
        for record in found
        if since <= record.at < until
        and (not status or record.status == status)
        and not (changes and _only_reads(record))
        and all(word in _searched(record) for word in words)
    )


def _only_reads(record: Record) -> bool:
    return record.call.partition(".")[2].startswith(("describe_", "get_", "list_", "head_"))


def _searched(record: Record) -> str:
    parts = (record.title, record.what, record.call, record.name, record.arn, record.request_id, record.who, record.run)
    return " ".join((*parts, record.problem)).casefold()


def as_json(found: Iterable[Record]) -> str:
    """The records as a JSON list."""
    return json.dumps([{"time": record.moment, **asdict(record)} for record in found], indent=1)


def as_csv(found: Iterable[Record]) -> str:
    """The records as CSV. What a spreadsheet would take for a formula is preceded by an apostrophe."""
    written = io.StringIO()
    names = ["time", *(name for name in Record.__dataclass_fields__ if name != "at")]
    rows = csv.DictWriter(written, names, extrasaction="ignore")
    rows.writeheader()
    for record in found:
        rows.writerow({key: _cell(value) for key, value in {"time": record.moment, **asdict(record)}.items()})
    return written.getvalue()


def _cell(value: Any) -> Any:
    return "unknown" if value is None else cell(value)


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a run.

    done, gone, left    steps that were done; of these, what was seen to be gone; what was not done, each with why
    saved_per_month     USD that no longer bill in a month of 730 hours; None: not all of it is known
    """

    title: str
    run: str
    status: str
    started: float
    ended: float | None
    done: tuple[Record, ...]
    gone: tuple[Record, ...]
    left: tuple[tuple[str, str], ...]
    saved_per_month: float | None


def report_of(run: RunView, who: str) -> Report:
    """The report of a run as it stands."""
    found = records([run], who)
    ended = {StepStatus.DONE, StepStatus.ALREADY_THERE}
    done = tuple(record for record in reversed(found) if record.status in ended and not _only_reads(record))
    left = tuple(
        (step.reason, _why(step))
        for step in run.steps
        if step.status not in ended and step.status is not StepStatus.UNDONE
    )
    return Report(
        run.title,
        run.id,
        run.status.value,
        run.started,
        run.ended,
        done,
        tuple(record for record in reversed(found) if record.gone),
        left,
        _saved(run.plan, {record.step for record in done}),
    )


def _why(step: StepView) -> str:
    return (
        " ".join(part for part in (step.problem.what, step.problem.why) if part) if step.problem else step.status.value
    )


def _saved(plan: Plan, done: set[str]) -> float | None:
    ended = [step.cost.usd_per_hour for step in plan if step.cost is not None and step.id in done]
    if None in ended:
        return None
    return -sum(cost for cost in ended if cost and cost < 0) * _MONTH_HOURS


def report_json(report: Report) -> str:
    """The report as JSON."""
    return json.dumps(_plain(asdict(report)), indent=1)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def report_markdown(report: Report) -> str:
    """The report as Markdown; names and errors stand in code spans, so that nothing in them acts."""
    saved = "not known" if report.saved_per_month is None else f"${report.saved_per_month:,.2f}"
    lines = [
        f"# {_span(report.title)}",
        "",
        f"Run {_span(report.run)}, {report.status}; begun {_moment(report.started)}, ended {_moment(report.ended)}.",
        f"{len(report.done)} steps done, {len(report.gone)} things seen to be gone, {len(report.left)} left.",
        f"No longer bills each month (730 hours; an estimate): {saved}.",
        "",
        "| when (UTC) | call | what | seen gone | request |",
        "|---|---|---|---|---|",
        *(
            f"| {record.moment} | {_span(record.call)} | {_span(record.name or record.what)} | "
            f"{'yes' if record.gone else 'no'} | {_span(record.request_id)} |"
            for record in report.done
        ),
    ]
    if report.left:
        lines += ["", "Left:", "", *(f"- {_span(what)}: {_span(why)}" for what, why in report.left)]
    return "\n".join(lines) + "\n"


def _span(text: str) -> str:
    plain = " ".join(text.split()).replace("`", "'").replace("|", "\\|")
    return f"`{plain}`" if plain else ""


def _moment(at: float | None) -> str:
    return "not yet" if at is None else datetime.fromtimestamp(at, UTC).isoformat(sep=" ", timespec="seconds")
