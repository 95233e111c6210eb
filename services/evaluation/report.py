"""A run's results to take away: CSV for a spreadsheet, JSON for a program, Markdown for a colleague."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from services.evaluation import results
from services.evaluation.grid import parts_of, setting_dict
from services.evaluation.measures import NAMES
from services.evaluation.models import Figure, Outcome, RunView, Scored
from services.legible import cell

ALL_NAMES = {**NAMES, "usd": "$ per 1,000 (estimate)"}
Outcomes = Mapping[str, Mapping[str, Outcome]]


def shown(figure: Figure, name: str) -> str:
    """A figure in words, with its interval; "–" where there is none."""
    if figure.value is None:
        return "–"
    if name in ("search_ms", "tokens"):
        return f"{figure.value:,.0f}"
    if name in ("seconds", "usd"):
        return f"{figure.value:,.3f}"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.low:.2f}–{figure.high:.2f})"


def columns(scored: Sequence[Scored]) -> list[str]:
    """The figures that any setting has, in their order."""
    return [name for name in ALL_NAMES if any(each.figures[name].value is not None for each in scored)]


def as_csv(view: RunView) -> str:
    """A line for each setting: its parts, then each figure with the ends of its interval."""
    names = columns(view.scored)
    parts = list(dict.fromkeys(part for each in view.scored for part in parts_of(each.setting)))
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(["setting", *parts, *(f"{name}{end}" for name in names for end in ("", "_low", "_high", "_n"))])
    for each in view.scored:
        told = parts_of(each.setting)
        cells: list[Any] = [cell(each.label), *(cell(told.get(part, "")) for part in parts)]
        for name in names:
            figure = each.figures[name]
            cells += [figure.value, figure.low, figure.high, figure.count]
        writer.writerow(["" if value is None else value for value in cells])
    return sink.getvalue()


def as_dict(view: RunView, outcomes: Outcomes | None = None) -> dict[str, Any]:
    """The run as JSON; with `outcomes` every question of every setting too."""
    headline = results.headline(view.scored) if view.scored else ""
    best = next(iter(results.ordered(view.scored, headline)), None) if headline else None
    equal = results.as_good(view.scored, headline, view.set.items, outcomes) if outcomes and headline else set()
    told: dict[str, Any] = {
        "run": view.summary.id,
        "name": view.summary.name,
        "status": view.summary.status,
        "questions": {"name": view.set.name, "version": view.set.version, "count": len(view.set.items)},
        "headline": headline,
        "best": best.id if best else None,
        "no_worse_than_noise": sorted(equal - {best.id} if best else equal),
        "seconds": dict(view.timings),
        "settings": [
            {
                "id": each.id,
                "label": each.label,
                "setting": setting_dict(each.setting),
                "done": each.done,
                "figures": {name: asdict(each.figures[name]) for name in columns(view.scored)},
            }
            for each in view.scored
        ],
    }
    if outcomes is not None:
        told["items"] = [asdict(item) for item in view.set.items]
        told["outcomes"] = {
            which: {question: asdict(one) for question, one in held.items()} for which, held in outcomes.items()
        }
    return told


def as_json(view: RunView, outcomes: Outcomes | None = None) -> str:
    """The same as text."""
    return json.dumps(as_dict(view, outcomes), ensure_ascii=False, indent=1)


def as_markdown(view: RunView, outcomes: Outcomes) -> str:
    """A report: what was asked, the table best first, what is no better than noise, and what is to be looked at."""
    headline = results.headline(view.scored)
    found, names = results.ordered(view.scored, headline), columns(view.scored)
    equal = results.as_good(found, headline, view.set.items, outcomes)
    none = sum(item.unanswerable for item in view.set.items)
    lines = [
        f"# {_cell(view.summary.name)}", "",
        f"{len(view.set.items)} questions ({none} without an answer) of “{_cell(view.set.name)}”, version"
        f" {view.set.version}, in {len(found)} settings. Best first by {ALL_NAMES[headline]}; 95 % intervals by"
        " bootstrap over the questions. Settings marked ≈ are no worse than the first by more than chance.", "",
        "| | Setting | " + " | ".join(ALL_NAMES[name] for name in names) + " |",
        "|---|---|" + "---|" * len(names),
    ]  # fmt: skip
    for number, each in enumerate(found):
        mark = "**best**" if number == 0 else "≈" if each.id in equal else ""
        cells = " | ".join(shown(each.figures[name], name) for name in names)
        lines.append(f"| {mark} | {_cell(each.label)} | {cells} |")
    lost = results.found_nowhere(view.set.items, outcomes)
    if lost:
        lines += ["", f"The expected passage of {len(lost)} questions is nowhere in the documents; look at them."]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Foreign text in a cell: nothing of it is markup."""
    flat = " ".join(text.split())
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()<>#|!~" else sign for sign in flat)
