"""Files of questions: CSV in any usual separator and encoding, or JSON lines; a bad row is named and left out."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from services.documents.encoding import decode
from services.errors import DocumentRefused, InvalidRequest
from services.evaluation.models import Item, Place, QuestionFile, RowProblem

MOST_BYTES = 10 * 1024 * 1024
MOST_QUESTIONS = 5000  # each is asked in every setting
LONGEST = 4000  # characters of a question or an answer, as Ask takes them
MOST_PROBLEMS = 200  # named one by one; the rest is counted
MISSING = frozenset({"unanswerable", "none", "n/a", "not in the documents", "no answer"})
_YES = frozenset({"1", "true", "yes", "y", "x"})

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "question": ("question", "questions", "query", "q", "prompt", "frage", "pregunta", "вопрос", "问题", "質問"),
    "answers": ("answers", "answer", "expectedanswer", "groundtruth", "reference", "a", "expected", "gold", "antwort",
                "respuesta", "ответ", "答案", "回答"),
    "document": ("document", "file", "filename", "source", "doc", "documentname", "dokument", "文件"),
    "page": ("page", "pagenumber", "p", "seite", "pagina"),
    "passage": ("passage", "context", "contexts", "evidence", "quote", "excerpt", "chunk"),
    "unanswerable": ("unanswerable", "isimpossible", "impossible"),
    "id": ("id", "number", "no", "key"),
}  # fmt: skip
"""What a column may be called, spaces, case and punctuation aside; the first that a row has is taken."""

Columns = Mapping[str, tuple[str, ...]]  # by what they hold


def read_file(data: bytes, name: str) -> QuestionFile:
    """The questions of a file. JSON lines, or one JSON list, by their first sign; else CSV with a heading line.

    Raises InvalidRequest where nothing in it can be used: too large, no text, no column of questions, no good row.
    """
    if len(data) > MOST_BYTES:
        raise InvalidRequest(f"{name} is larger than 10 MB.", "", "Ask fewer questions, or split the file.")
    try:
        text = decode(data).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").lstrip("\ufeff")
    except DocumentRefused as refused:
        raise InvalidRequest(f"{name} is not a text file.", refused.reason, "Give CSV or JSON lines.") from None
    first = text.lstrip()[:1]
    rows = list(_json_rows(text) if first in ("{", "[") else _csv_rows(text, name))
    columns = _columns([row for _, row in rows if isinstance(row, dict)])
    if "question" not in columns:
        raise InvalidRequest(
            f"{name} has no column of questions.", f"Its columns are: {_names(rows) or 'none'}.",
            "Call one “question”; “answer”, “document”, “page” and “passage” are understood as well.",
        )  # fmt: skip
    return _checked(rows, columns, name)


def _checked(rows: list[tuple[int, Any]], columns: Columns, name: str) -> QuestionFile:
    items: list[Item] = []
    problems: list[RowProblem] = []
    seen: set[str] = set()
    for line, row in rows:
        made = _item(row, columns, len(items) + 1)
        if isinstance(made, str):
            problems.append(RowProblem(line, made))
        elif made.id in seen:
            problems.append(RowProblem(line, f"The id {made.id[:40]} stands in the file twice."))
        elif len(items) >= MOST_QUESTIONS:
            problems.append(RowProblem(line, f"Only {MOST_QUESTIONS:,} questions are taken."))
        else:
            seen.add(made.id)
            items.append(made)
    if not items:
        why = f"Line {problems[0].line}: {problems[0].reason}" if problems else "It is empty."
        raise InvalidRequest(f"No question of {name} can be used.", why, "Mend the rows and give the file again.")
    taken = {what: names[0] for what, names in columns.items()}
    return QuestionFile(tuple(items), tuple(problems[:MOST_PROBLEMS]), taken)


def _json_rows(text: str) -> Iterator[tuple[int, Any]]:
    """(line, row) of JSON lines, or of one list; a line that is no object gives what is wrong with it as a string."""
    try:
        whole = json.loads(text) if text.lstrip().startswith("[") else None
    except (ValueError, RecursionError):
        whole = None
    if isinstance(whole, list):
        yield from enumerate((each if isinstance(each, dict) else "This is no object." for each in whole), 1)
        return
    for line, part in enumerate(text.split("\n"), 1):
        if part.strip():
            try:
                row = json.loads(part)
            except (ValueError, RecursionError):
                row = None
            yield line, row if isinstance(row, dict) else 'This is no JSON object such as {"question": "…"}.'


def _csv_rows(text: str, name: str) -> Iterator[tuple[int, Any]]:
    heading = next((line for line in text.split("\n") if line.strip()), "")
    separator = max(",;\t|", key=lambda sign: (heading.count(sign), sign == ","))
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    columns: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = [cell.strip() for cell in cells]
            else:
                yield reader.line_num, dict(zip(columns, cells, strict=False))
    except csv.Error as error:
        raise InvalidRequest(
            f"Line {reader.line_num} of {name} is no CSV.", f"{error}.", "Save it as CSV with quoted cells."
        ) from None


def _columns(rows: list[dict[str, Any]]) -> Columns:
    """Which columns may be what, the likeliest first; JSON rows need not have all of them."""
    there: dict[str, str] = {}
    for row in rows[:1000]:
        for column in row:
            there.setdefault(re.sub(r"[\W_]+", "", str(column)).casefold(), str(column))
    found = {what: tuple(there[each] for each in names if each in there) for what, names in COLUMNS.items()}
    return {what: columns for what, columns in found.items() if columns}


def _names(rows: list[tuple[int, Any]]) -> str:
    first = next((row for _, row in rows if isinstance(row, dict)), {})
    return ", ".join(str(column)[:40] for column in list(first)[:10])


def _item(row: Any, columns: Columns, number: int) -> Item | str:
    """The question of a row, or what is wrong with it."""
    if isinstance(row, str):
        return row
    cell = {what: next((row[each] for each in names if each in row), None) for what, names in columns.items()}
    question = cell.get("question")
    if not isinstance(question, str) or not question.strip():
        return "There is no question in this row."
    if len(question) > LONGEST:
        return f"The question is longer than {LONGEST:,} characters."
    answers = _answers(cell.get("answers"))
    none = str(cell.get("unanswerable") or "").strip().casefold() in _YES or any(
        each.casefold() in MISSING for each in answers
    )
    page = _page(cell.get("page"))
    if isinstance(page, str):
        return page
    place = Place(_words(cell.get("document")), page, _words(cell.get("passage")))
    if not none and not answers and not place.known:
        if columns.get("answers") and cell.get("answers") == []:
            none = True  # as public reading-comprehension sets write it
        else:
            return "Neither an answer nor a document is expected: give one, or write “unanswerable” as the answer."
    given = _words(cell.get("id"))
    return Item(given or f"q{number}-{_digest(question)}", _clean(question), () if none else answers,
                Place() if none else place, none, "uploaded")  # fmt: skip


def _answers(value: Any) -> tuple[str, ...]:
    """Answers of a list, of a JSON list in a cell, of {"text": […]} (SQuAD), or of a cell with " | " between them."""
    if isinstance(value, dict):
        value = value.get("text")
    if isinstance(value, str) and value.strip().startswith("["):
        with contextlib.suppress(ValueError, RecursionError):
            value = json.loads(value)
    if isinstance(value, str):
        value = re.split(r"\s+\|\s+|\s*\|\|\s*", value)
    if not isinstance(value, list):
        value = [] if value is None or isinstance(value, bool) else [value]
    texts = [each.get("text") if isinstance(each, dict) else each for each in value[:50]]
    return tuple(dict.fromkeys(words for each in texts if (words := _words(each))))


def _page(value: Any) -> int | str | None:
    text = str("" if value is None else value).strip()
    if not text or text.casefold() in ("nan", "none"):
        return None
    found = re.fullmatch(r"(?:p\.?\s*)?(\d{1,7})(?:\.0+)?", text, re.IGNORECASE)
    if not found or int(found[1]) < 1:
        return f"“{text[:20]}” is no page number."
    return int(found[1])


def _words(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    return _clean(str(value))[:LONGEST] if isinstance(value, str | int | float) and value is not True else ""


def _clean(text: str) -> str:
    """One line, without the halves of characters that no UTF-8 can spell."""
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:6]
