"""Templates of instruction tuning: which columns they name, what they make of a row, one suggested from the columns.

JumpStart's scripts fill template.json's `prompt` and `completion` with a row's columns, written in braces.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

_ASKS = ("instruction", "question", "prompt", "query", "task", "input", "request", "title")
_GIVES = ("context", "input", "passage", "document", "text", "article", "background", "body")
_ANSWERS = ("response", "output", "completion", "answer", "target", "summary", "label", "reply", "result")
_BEGINS = "Below is an instruction that describes a task. Write a response that completes it.\n\n"


@dataclass(frozen=True, slots=True)
class Template:
    """What the model is asked, and what it shall answer; columns stand in braces: "{question}"."""

    prompt: str
    completion: str

    def as_json(self) -> dict[str, str]:
        """The content of template.json."""
        return {"prompt": self.prompt, "completion": self.completion}


def placeholders(text: str) -> tuple[str, ...]:
    """The columns a text names, in their order, each once. ValueError in words where its braces do not close."""
    try:
        found = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError as error:
        raise ValueError(f"Its braces do not fit: {error}. A brace of the text itself is written twice.") from None
    for name in found:
        if not name or any(sign in name for sign in ".[]") or name.isdigit():
            raise ValueError(f"{{{name}}} is no column. A brace of the text itself is written twice: {{{{ and }}}}.")
    return tuple(dict.fromkeys(found))


def template_problems(template: Template, columns: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """What is wrong with it for these columns, as (field, words); no columns: they are not known."""
    known, found = tuple(columns), list[tuple[str, str]]()
    named: dict[str, tuple[str, ...]] = {}
    for part, text in (("prompt", template.prompt), ("completion", template.completion)):
        if not text.strip():
            found.append((part, f"The {part} is empty."))
            continue
        try:
            named[part] = placeholders(text)
        except ValueError as error:
            found.append((part, str(error)))
            continue
        if not named[part]:
            found.append((part, f"The {part} names no column, so it is the same for every row."))
        missing = [name for name in named[part] if known and name not in known]
        if missing:
            listed = ", ".join(f"{{{name}}}" for name in missing[:5])
            found.append((part, f"{listed} is no column of the text; it has {', '.join(known[:12])}."))
    return tuple(found)


def rendered(text: str, row: Mapping[str, Any]) -> str:
    """What a text makes of a row. KeyError for a column the row does not have, ValueError for braces that do not fit.

    Only columns are put in: what a value is, or a brace in it, means nothing.
    """
    parts = []
    for literal, name, _, _ in Formatter().parse(text):
        parts.append(literal)
        if name is not None:
            parts.append(_plain(row[name]))
    return "".join(parts)


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def suggested(columns: Iterable[str]) -> Template | None:
    """A template for columns whose names tell what they are; None where no two do."""
    names = {name.lower(): name for name in columns}
    answer = next((names[each] for each in _ANSWERS if each in names), None)
    ask = next((names[each] for each in _ASKS if each in names and names[each] != answer), None)
    if answer is None or ask is None:
        rest = list(names.values())
        if len(rest) != 2:
            return None
        answer = answer or next(each for each in reversed(rest) if each != ask)
        ask = ask or next(each for each in rest if each != answer)
    more = next((names[each] for each in _GIVES if each in names and names[each] not in (ask, answer)), None)
    context = f"### Input:\n{{{more}}}\n\n" if more else ""
    return Template(f"{_BEGINS}### Instruction:\n{{{ask}}}\n\n{context}### Response:\n", f"{{{answer}}}")
