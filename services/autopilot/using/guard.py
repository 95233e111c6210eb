"""The guard before a prediction: a file's columns against those the model was trained on, by name, order and type.

Nothing is sent that would be predicted from the wrong columns: a model takes cells by their place and never complains.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.autopilot.models import ProblemKind
from services.autopilot.using.schema import CATEGORICAL, DATETIME, NUMERIC, Feature, Schema, is_date
from services.errors import InvalidRequest
from services.tables.numerals import is_number, missing, plain, style_of

MOST_NAMED = 12
_TOO_MANY = 0.5  # of a column's cells that do not fit: then it is another column, or another table


@dataclass(frozen=True, slots=True)
class Misfit:
    """Cells of a column that are not of its kind: how many, of how many that were looked at, and one of them."""

    column: str
    kind: str
    count: int
    of: int
    example: str

    @property
    def words(self) -> str:
        """What does not fit, in a sentence."""
        what = {NUMERIC: "no numbers", DATETIME: "no dates"}.get(self.kind, "not seen in training")
        return f"{self.column}: {self.count:,} of {self.of:,} cells are {what} (“{self.example[:40]}”)."


@dataclass(frozen=True, slots=True)
class Match:
    """How a file is asked with.

    order     for each feature, the place of its column in the file
    styles    for each feature, how the file writes its numbers ("comma", …); "" plainly
    target    the place of the target in the file; None where it lacks it
    ignored   columns of the file that the model does not know
    notes     what was done about the columns, in sentences
    misfits   what does not fit in the rows that were looked at
    written   how the file writes the target's numbers; "" plainly
    """

    order: tuple[int, ...]
    styles: tuple[str, ...] = ()
    target: int | None = None
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    written: str = ""

    def row(self, cells: Sequence[str]) -> list[str]:
        """A record of the file as the model takes it."""
        return [
            plain(cells[place], style) if style else cells[place]
            for place, style in zip(self.order, self.styles or [""] * len(self.order), strict=True)
        ]

    def truth(self, cells: Sequence[str]) -> str:
        """What a record holds of the target; "" where the file lacks it."""
        if self.target is None:
            return ""
        return plain(cells[self.target], self.written) if self.written else cells[self.target]


def matched(
    schema: Schema, columns: Sequence[str], rows: Sequence[Sequence[str]] = (), *, header: bool = True, of: str = "file"
) -> Match:
    """How the file's columns stand to the model's. `rows` are its first records, `header` whether `columns` are names,
    `of` what is spoken of: a file, or the one row that was typed.

    Raises InvalidRequest, with the columns it names, for a file that lacks some or whose cells are of another table.
    """
    doubled = sorted(name for name, count in Counter(columns).items() if count > 1) if header else []
    if doubled:
        raise InvalidRequest(
            f"The file has two columns called {doubled[0]}.",
            "Which one is meant cannot be told.",
            "Rename one of them.",
        )
    places, notes = _by_name(schema, columns, of) if header else _by_place(schema, columns)
    order = tuple(places[name] for name in schema.names)
    styles = tuple(_style(each, rows, place) for each, place in zip(schema.features, order, strict=True))
    target = None if schema.training.kind is ProblemKind.FORECAST else places.get(schema.target)
    if styles.count("") < len(styles):
        other = [each.name for each, style in zip(schema.features, styles, strict=True) if style]
        notes.append(f"Numbers are written in another way than in training, and are rewritten: {_named(other)}.")
    if target is not None:
        notes.append(f"The file holds the target {schema.target}: it is not sent, and measures the predictions.")
    used = {*order, *([target] if target is not None else [])}
    ignored = tuple(name for place, name in enumerate(columns) if place not in used)
    if ignored and header:
        notes.append(f"The model does not know {_named(ignored)}: not sent.")
    numbers = [row[target] for row in rows if target is not None and target < len(row)]
    written = style_of(numbers) if schema.training.regression else ""
    found = Match(order, styles, target, ignored, tuple(notes), (), written)
    return replace(found, misfits=_checked(schema, found, rows))


def _by_name(schema: Schema, columns: Sequence[str], of: str) -> tuple[dict[str, int], list[str]]:
    wanted = [*schema.names, *([schema.target] if schema.target not in schema.names else [])]
    places = {name: place for place, name in enumerate(columns)}
    found = {name: places[name] for name in wanted if name in places}
    near = _nearly(wanted, columns, found)
    found |= {name: places[alike] for name, alike in near.items()}
    absent = [name for name in schema.names if name not in found]
    if absent:
        raise _lacking(schema, absent, columns, of)
    notes = [f"“{alike}” is taken for {name}." for name, alike in near.items()]
    sent = [found[name] for name in schema.names]
    if sent != sorted(sent):
        notes.append("The columns are in another order than in training; they are put in order.")
    return found, notes


def _nearly(wanted: Sequence[str], columns: Sequence[str], found: dict[str, int]) -> dict[str, str]:
    """Names that differ in case and blanks alone, where only one column does."""
    plainly: dict[str, list[str]] = {}
    for name in columns:
        plainly.setdefault("".join(name.casefold().split()), []).append(name)
    near: dict[str, str] = {}
    for name in wanted:
        alike = plainly.get("".join(name.casefold().split()), [])
        if name not in found and len(alike) == 1 and alike[0] not in (*wanted, *near.values()):
            near[name] = alike[0]
    return near


def _lacking(schema: Schema, absent: Sequence[str], columns: Sequence[str], of: str) -> InvalidRequest:
    many = "columns" if len(absent) > 1 else "the column"
    has = f"It has {_named(columns)}." if columns else ""
    return InvalidRequest(
        f"The {of} lacks {many} {_named(absent)}.",
        f"The model was trained on {_named(schema.names)}. {has}".strip(),
        "Add them, empty where nothing is known, and try again.",
    )


def _by_place(schema: Schema, columns: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """A file without header is taken by the places of the training table, where it has as many columns."""
    number = len(columns)
    if number == len(schema.features):
        places = {name: place for place, name in enumerate(schema.names)}
        return places, ["The file has no header: its columns are taken in the order of the training table."]
    if number == len(schema.columns):
        places = {name: place for place, name in enumerate(schema.columns)}
        return places, ["The file has no header: its columns are taken to be those of the training table."]
    raise InvalidRequest(
        "The file has no header, and another number of columns than the training table.",
        f"It has {number}; the model takes {len(schema.features)}: {_named(schema.names)}.",
        "Write the names into its first line.",
    )


def _style(feature: Feature, rows: Sequence[Sequence[str]], place: int) -> str:
    return style_of([row[place] for row in rows if place < len(row)]) if feature.kind == NUMERIC else ""


def _checked(schema: Schema, found: Match, rows: Sequence[Sequence[str]]) -> tuple[Misfit, ...]:
    width = max((*found.order, found.target or 0), default=0)
    sent = [found.row(row) for row in rows if len(row) > width]
    misfits = []
    for place, feature in enumerate(schema.features):
        cells = [row[place] for row in sent if not missing(row[place])]
        wrong = [cell for cell in cells if not _fits(feature, cell)]
        if wrong:
            misfits.append(Misfit(feature.name, feature.kind, len(wrong), len(cells), wrong[0]))
    refused = [
        each for each in misfits if each.kind in (NUMERIC, DATETIME) and each.count > _TOO_MANY * each.of
    ]  # fmt: skip
    if refused:
        raise InvalidRequest(
            f"{_named([each.column for each in refused])} cannot be what the model was trained on.",
            " ".join(each.words for each in refused[:3]),
            "Look whether the header stands over the right columns, and try again.",
        )
    return tuple(misfits)


def _fits(feature: Feature, cell: str) -> bool:
    match feature.kind:
        case "numeric":
            return is_number(cell)
        case "datetime":
            return is_date(cell)
        case kind if kind == CATEGORICAL and feature.choices:
            return cell.strip() in feature.choices
        case _:
            return True


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
