"""`sagedeck autopilot check`: what is wrong with a table before it is given to Autopilot. Asks no account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.autopilot_group import autopilot
from cli.opening import JsonFlag, answering, say
from services.legible import legible

if TYPE_CHECKING:
    from services.tables import Verdict


@autopilot.command()
def check(
    file: Annotated[Path, typer.Argument(help="A CSV (any delimiter and encoding, or gzip) or Parquet file.")],
    target: Annotated[str, typer.Option(help="The column to predict; without a header its index, counted from 0.")],
    weight: Annotated[str, typer.Option(help="The column of sample weights.")] = "",
    problem: Annotated[
        str, typer.Option(help="Regression, BinaryClassification or MulticlassClassification; else inferred.")
    ] = "",
    repaired: Annotated[
        Path | None, typer.Option(help="Write a copy with the safe repairs made: a file or a folder.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Examine a table: may Autopilot be given it, and what would mend it?"""
    from services.tables import check as examine
    from services.tables import repaired as write

    with answering(as_json):
        verdict = examine(file, target, weight=weight, problem=problem)
        copy = write(file, verdict, repaired) if repaired and verdict.named else None
        typer.echo(json.dumps(_row(verdict, copy), ensure_ascii=True) if as_json else _words(verdict))
        if copy and not as_json:
            say(f"The copy is {copy}.")


def _row(verdict: Verdict, copy: Path | None) -> dict[str, Any]:
    layout = verdict.layout
    row: dict[str, Any] = {
        "accepted": verdict.accepted,
        "problem_type": verdict.problem_type,
        "reason": legible(verdict.reason),
        "rows": verdict.rows,
        "columns": list(verdict.columns),
        "target": verdict.target,
        "layout": {"kind": layout.kind, "delimiter": layout.delimiter, "encoding": layout.encoding, "bom": layout.bom,
                   "header": layout.header, "compression": layout.compression, "quote": layout.quote},
        "findings": [
            {"level": str(each.level), "code": each.code, "words": legible(each.words), "columns": list(each.columns),
             "repair": each.repair.code if each.repair else None}
            for each in verdict.findings
        ],
        "repairs": [
            {"code": each.code, "words": legible(each.words), "columns": list(each.columns), "safe": each.safe}
            for each in verdict.repairs
        ],
    }  # fmt: skip
    return {**row, "copy": str(copy)} if copy else row


def _words(verdict: Verdict) -> str:
    safe = sum(each.safe for each in verdict.repairs)
    lines = ["Autopilot may be given this table" + (f", after {safe} repair{'s' * (safe > 1)}." if safe else ".")]
    if not verdict.accepted:
        lines = ["Autopilot should not be given this table."]
    if verdict.problem_type:
        lines.append(f"{verdict.problem_type}: {verdict.reason}")
    lines.append(f"{verdict.rows:,} rows, {len(verdict.columns):,} columns.")
    for each in verdict.findings:
        names = f" ({', '.join(each.columns[:8])}{' …' if len(each.columns) > 8 else ''})" if each.columns else ""
        mend = ""
        if each.repair is not None:
            mend = f" Repair {each.repair.code}{'' if each.repair.safe else ', only when asked'}: {each.repair.words}"
        lines.append(f"{each.level}: {each.words}{names}{mend}")
    return legible("\n".join(lines))
