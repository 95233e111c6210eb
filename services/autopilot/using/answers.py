"""What a candidate answers: a label with its probability, a number, or a forecast.

The keys and their meaning: AWS's developer guide, "Configure inference output in generated containers". Of two labels
`probability` is that of the positive one, of more that of the winner; so the winner's is looked up in `probabilities`.
"""

from __future__ import annotations

import ast
import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.errors import UnknownAnswer

_ALL = ("predicted_label", "probability", "probabilities", "labels")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was predicted for one row. `scores`: (label, probability) pairs, () where the model tells none."""

    label: str
    probability: float | None = None
    scores: tuple[tuple[str, float], ...] = ()

    @property
    def number(self) -> float | None:
        """The label as a number; None where it is none."""
        try:
            return float(self.label)
        except ValueError:
            return None

    @property
    def certainty(self) -> float | None:
        """The probability of the label that was predicted; None where the model tells none."""
        return dict(self.scores).get(self.label, self.probability)


@dataclass(frozen=True, slots=True)
class Forecast:
    """One series: its moments, as texts, and by "mean" and quantile ("p10") a value for each."""

    item: str
    moments: tuple[str, ...]
    values: tuple[tuple[str, tuple[float, ...]], ...]


def read_answers(body: bytes, content_type: str, keys: Sequence[str], expected: int) -> tuple[Answer, ...]:
    """One answer a row sent. `keys` as asked of the container. Raises UnknownAnswer where it says something else."""
    text = body.decode("utf-8", "replace")
    try:
        rows = _from_json(text) if "json" in content_type else _from_csv(text, keys)
        found = tuple(_answer(row) for row in rows)
    except (ValueError, SyntaxError, KeyError, TypeError, IndexError, RecursionError, csv.Error):
        raise _unknown("It is not written as one of Autopilot's containers writes it.") from None
    if len(found) != expected:
        raise _unknown(f"It has {len(found):,} predictions for {expected:,} rows.")
    return found


def _unknown(why: str) -> UnknownAnswer:
    return UnknownAnswer(
        "The endpoint's answer is no prediction of a candidate.", why, "Look whether it is an endpoint of this job."
    )


def _from_json(text: str) -> list[Mapping[str, Any]]:
    found = [json.loads(line) for line in text.splitlines() if line.strip()] if "\n{" in text else json.loads(text)
    rows = found.get("predictions", [found]) if isinstance(found, dict) else found
    return [row if isinstance(row, dict) else {"predicted_label": row} for row in rows]


def _from_csv(text: str, keys: Sequence[str]) -> list[Mapping[str, Any]]:
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    return [dict(zip(_keys(keys, len(row)), row, strict=True)) for row in rows]


def _keys(keys: Sequence[str], cells: int) -> Sequence[str]:
    """What the cells are; an endpoint that was told something else is recognised by their number."""
    if cells == len(keys):
        return keys
    if cells > len(_ALL):
        raise ValueError
    return _ALL[:cells]


def _answer(row: Mapping[str, Any]) -> Answer:
    labels, shares = _list(row.get("labels")), _list(row.get("probabilities"))
    scores = tuple((str(label), float(share)) for label, share in zip(labels, shares, strict=False))
    probability = row.get("probability")
    label = row["predicted_label"]
    return Answer(
        label=str(label).strip(),
        probability=None if probability in (None, "") else float(str(probability)),
        scores=scores,
    )


def answer_of(cells: Sequence[str], keys: Sequence[str]) -> Answer:
    """The answer in the cells that a transform job wrote behind a record. Raises UnknownAnswer."""
    try:
        return _answer(dict(zip(_keys(keys, len(cells)), cells, strict=True)))
    except (ValueError, SyntaxError, KeyError, TypeError, RecursionError):
        raise _unknown("It is not written as one of Autopilot's containers writes it.") from None


def _list(value: Any) -> list[Any]:
    """A list, also where it was written into a cell of CSV as JSON or as Python writes one."""
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return value
    try:
        found = json.loads(value)
    except ValueError:
        found = ast.literal_eval(value)
    return list(found)


def read_forecasts(body: bytes, item: str, moment: str) -> tuple[Forecast, ...]:
    """The series of an answer in CSV with a header. Raises UnknownAnswer."""
    try:
        rows = list(csv.reader(io.StringIO(body.decode("utf-8", "replace"), newline="")))
        head = rows[0]
        items, moments = head.index(item), head.index(moment)
        names = [name for name in head if name not in (item, moment)]
        series: dict[str, list[list[str]]] = {}
        for row in rows[1:]:
            series.setdefault(row[items], []).append(row)
        return tuple(
            Forecast(
                name,
                tuple(row[moments] for row in lines),
                tuple((each, tuple(float(row[head.index(each)]) for row in lines)) for each in names),
            )
            for name, lines in series.items()
        )
    except (ValueError, IndexError, csv.Error):
        raise _unknown("It is no table with the columns of a forecast.") from None
