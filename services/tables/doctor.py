"""What is wrong with a table before it is given to Autopilot, and what would mend it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from services.tables.column_findings import column_findings
from services.tables.column_kinds import columns_of
from services.tables.file_findings import file_findings, names_of
from services.tables.inference import problem_of
from services.tables.leaking import associated
from services.tables.models import Association, Column, Finding, Layout, Level, Repair, Statistics, Verdict
from services.tables.reading import Table, read
from services.tables.source import Unreadable
from services.tables.target_findings import facts_of, target_findings, weight_findings

SHOWN, SHOWN_CELLS = 200, 40_000  # rows of the sample that a page is given, and cells

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Examination:
    """A verdict and the figures of the same reading."""

    verdict: Verdict
    statistics: Statistics


def examined(
    path: Path,
    target: str,
    *,
    weight: str = "",
    problem: str = "",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Examination:
    """Read a table once and tell everything. Raises OSError where the file cannot be opened, JobCancelled."""
    try:
        table = read(path, target, weight=weight, progress=progress, cancelled=cancelled)
    except Unreadable as refusal:
        return Examination(_refused(path, refusal), Statistics())
    named, naming = names_of(table)
    columns = columns_of(table, named)
    findings = [*file_findings(table), *naming, *_of_target(table, target, named, columns, problem)]
    findings += column_findings(table, columns)
    findings += weight_findings(table, columns, weight)
    kind, reason = problem_of(facts_of(table, named)) if table.target is not None else ("", "")
    associations, leaks = associated(table, columns, problem or kind)
    verdict = _verdict(
        table, named, [*findings, *leaks], (problem, f"As asked. {reason}") if problem else (kind, reason)
    )
    return Examination(verdict, _statistics(table, columns, verdict, associations))


def check(path: Path | str, target: str, *, weight: str = "", problem: str = "") -> Verdict:
    """Whether Autopilot may be given this table.

    target   a column's name; of a table without header its index, counted from 0
    weight   the column of sample weights, if any
    problem  the problem type that is wanted instead of the inferred one
    """
    return examined(Path(path), target, weight=weight, problem=problem).verdict


def statistics(
    path: Path | str,
    target: str = "",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Statistics:
    """The figures of every column. `progress` is told the bytes read and the bytes there are; raises JobCancelled."""
    return examined(Path(path), target, progress=progress, cancelled=cancelled).statistics


def _refused(path: Path, refusal: Unreadable) -> Verdict:
    finding = Finding(Level.STOP, refusal.code, str(refusal))
    size = path.stat().st_size if path.is_file() else 0
    return Verdict(False, "", "", 0, (), "", Layout(kind=""), (finding,), (), size=size)


def _of_target(
    table: Table, target: str, named: tuple[str, ...], columns: tuple[Column, ...], problem: str
) -> list[Finding]:
    if table.target is None:
        return [_absent(table, target, named)]
    return target_findings(table, columns, problem)


def _absent(table: Table, target: str, named: tuple[str, ...]) -> Finding:
    if not target.strip():
        return Finding(Level.STOP, "target_absent", "Say which column is to be predicted.")
    few = ", ".join(named[:12]) + (" …" if len(named) > 12 else "")
    if table.layout.header:
        words = f"There is no column “{target}”. The columns are: {few}."
    else:
        words = f"The table has no header, so a column is called by its index: 0 to {len(named) - 1}, not “{target}”."
    return Finding(Level.STOP, "target_absent", words)


def _verdict(table: Table, named: tuple[str, ...], findings: list[Finding], told: tuple[str, str]) -> Verdict:
    order = (Level.STOP, Level.WARNING, Level.NOTE)
    findings = sorted(findings, key=lambda each: order.index(each.level))
    repairs = tuple(dict.fromkeys(each.repair for each in findings if each.repair))
    accepted = not any(each.level is Level.STOP for each in findings)
    dropped = {
        name for each in repairs if each.safe and each.code in ("drop_empty", "drop_doubles") for name in each.columns
    }
    target = named[table.target] if table.target is not None else ""
    return Verdict(
        accepted, *told, table.rows, tuple(name for name in named if name not in dropped), target, table.layout,
        tuple(findings), repairs, weight=named[table.weight] if table.weight is not None else "", named=named,
        size=table.size,
        styles=tuple((name, each.style) for name, each in zip(named, table.counts, strict=True) if each.style),
    )  # fmt: skip


def _statistics(
    table: Table, columns: tuple[Column, ...], verdict: Verdict, associations: tuple[Association, ...]
) -> Statistics:
    if table.sample is None:
        return Statistics(columns, rows=table.rows, target=verdict.target)
    shown = table.sample.slice(0, max(5, min(SHOWN, SHOWN_CELLS // len(columns)))).to_pylist()
    rows = tuple(tuple(cell or "" for cell in row.values()) for row in shown)
    return Statistics(columns, associations, rows, table.rows, table.sample.num_rows, verdict.target)


__all__ = ["Examination", "Repair", "check", "examined", "statistics"]
