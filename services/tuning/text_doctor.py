"""Says what is wrong with a text before a machine is paid for: its rows, columns, template, length, and what it tells.

What JumpStart's scripts want: instruction tuning reads JSON lines and a template.json, domain adaptation a TXT or CSV
file (its column "text", else the first), chat JSON lines with {"dialog": [{"role", "content"}, …]}.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from services.legible import holds_token
from services.tuning.findings import Layout, TextReport
from services.tuning.models import Format
from services.tuning.tally import (
    BAD_TURNS,
    CONTRADICTS,
    DOUBLE,
    EMPTY,
    LONG,
    MAIL,
    MESSAGES,
    MISSING,
    MOST_HASHED,
    NESTED,
    NO_DIALOG,
    SAMPLE,
    SECRET,
    Asked,
    Tally,
)
from services.tuning.templates import Template, placeholders, rendered, suggested
from services.tuning.text_reading import Row, encoding_of, layout_of, rows_of, tokens
from services.tuning.verdicts import findings_of

EVERY = 5_000  # rows between two looks at whether to go on
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63})+")
_MAIL_LETTERS = 20_000  # of a row that is searched
_ROLES = ("user", "assistant")
MOST_COLUMNS = 200

Content = Mapping[str, Any]


def check(
    path: Path,
    wanted: Format,
    *,
    template: Template | None = None,
    limit: int = 0,
    split: float = 0.2,
    partial: bool = False,
    going_on: Callable[[int], None] = lambda rows: None,
) -> TextReport:
    """Look at a whole text.

    template   None: the one suggested by the columns is taken, and given back as the report's `template`
    limit      tokens the model reads of a row (max_input_length); 0 not known
    split      the share that is held back for validation
    partial    it is the beginning of a longer one: its last line may be cut off
    going_on   is called now and then with the rows read, and may raise to end it
    Raises OSError.
    """
    encoding = encoding_of(path)
    layout = layout_of(path, encoding, plain=wanted is Format.DOMAIN)
    if wanted is Format.INSTRUCTION and template is None:
        template = _suggested(path, encoding, layout)
    asked = Asked(wanted, template, _named(template) if wanted is Format.INSTRUCTION else (), limit, split, partial)
    tally = _counted(rows_of(path, encoding, layout), asked, going_on)
    order = list(tally.sample[0]) if tally.sample else []
    names = (name for name, _ in tally.columns.most_common(MOST_COLUMNS))
    columns = tuple(sorted(names, key=lambda name: order.index(name) if name in order else len(order)))
    return TextReport(
        format=wanted, layout=layout, encoding=encoding, size=path.stat().st_size, rows=tally.rows, columns=columns,
        findings=findings_of(tally, asked, layout, encoding, columns, path.name), template=template,
        suggestion=suggested(columns) if wanted is Format.INSTRUCTION else None,
        tokens=tally.tokens, typical=tally.tokens // max(1, tally.rows), longest=tally.longest,
        over=tally.counts[LONG], limit=limit, sample=tuple(tally.sample), complete=not partial,
    )  # fmt: skip


def _suggested(path: Path, encoding: str, layout: Layout) -> Template | None:
    first = next((row.content for row in rows_of(path, encoding, layout) if row.content is not None), None)
    return None if first is None else suggested(first)


def _named(template: Template | None) -> tuple[str, ...]:
    """The columns a template names; none where it cannot be filled in."""
    try:
        return placeholders(template.prompt + template.completion) if template is not None else ()
    except ValueError:
        return ()


def _counted(rows: Iterable[Row], asked: Asked, going_on: Callable[[int], None]) -> Tally:
    tally = Tally()
    last: Row | None = None
    for row in rows:
        if last is not None:
            _look(tally, last, asked)
            if tally.total % EVERY == 0:
                going_on(tally.total)
        last = row
    if last is not None and not (asked.partial and last.problem):
        _look(tally, last, asked)
    return tally


def _look(tally: Tally, row: Row, asked: Asked) -> None:
    tally.total += 1
    if row.content is None:
        tally.note(row.problem, row.line)
        return
    if len(tally.sample) < SAMPLE:
        tally.sample.append(row.content)
    tally.columns.update(str(name) for name in row.content)
    text = _LEARNED[asked.format](tally, row.content, row.line, asked)
    if text is None:
        return
    if not text.strip():
        tally.note(EMPTY, row.line)
        return
    tally.rows += 1
    length = tokens(text)
    tally.tokens += length
    tally.longest = max(tally.longest, length)
    if 0 < asked.limit < length and asked.format is not Format.DOMAIN:
        tally.note(LONG, row.line)
    _told(tally, text, row.line)


def _told(tally: Tally, text: str, line: int) -> None:
    """What the text says that was said before, or that is nobody's business."""
    if len(tally.seen) < MOST_HASHED:
        key = _hash(text)
        if key in tally.seen:
            tally.note(DOUBLE, line)
        tally.seen.add(key)
    if holds_token(text):
        tally.note(SECRET, line)
    if "@" in text and _MAIL.search(text[:_MAIL_LETTERS]):
        tally.note(MAIL, line)


def _domain(tally: Tally, content: Content, line: int, asked: Asked) -> str | None:
    return _plain(content.get("text", next(iter(content.values()), "")))


def _instruction(tally: Tally, content: Content, line: int, asked: Asked) -> str | None:
    template, named = asked.template, asked.named
    if any(isinstance(value, dict | list) for value in content.values()):
        tally.note(NESTED, line)
    if template is None or not named:
        return "\n".join(_plain(value) for value in content.values())
    if any(name not in content for name in named):
        tally.note(MISSING, line)
        return None
    prompt, answer = rendered(template.prompt, content), rendered(template.completion, content)
    if not answer.strip() or all(not _plain(content[name]).strip() for name in placeholders(template.prompt)):
        tally.note(EMPTY, line)
        return None
    if len(tally.answers) < MOST_HASHED:
        key, value = _hash(prompt), _hash(answer)
        if tally.answers.setdefault(key, value) != value:
            tally.note(CONTRADICTS, line)
    return prompt + answer


def _dialog(tally: Tally, content: Content, line: int, asked: Asked) -> str | None:
    turns = content.get("dialog")
    if turns is None and isinstance(content.get("messages"), list):
        turns = content["messages"]
        tally.note(MESSAGES, line)
    if not isinstance(turns, list) or not turns:
        tally.note(NO_DIALOG, line)
        return None
    if not turns_fit(turns):
        tally.note(BAD_TURNS, line)
        return None
    return "\n".join(str(turn["content"]) for turn in turns)


def turns_fit(turns: list[Any]) -> bool:
    """Whether the scripts can read a dialog: a system's turn perhaps, then person and model in turn, the model last."""
    if not all(isinstance(turn, dict) and isinstance(turn.get("content"), str) for turn in turns):
        return False
    roles = [turn.get("role") for turn in turns]
    spoken = roles[1:] if roles[0] == "system" else roles
    return bool(spoken) and len(spoken) % 2 == 0 and all(role == _ROLES[place % 2] for place, role in enumerate(spoken))


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest())


def _plain(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_LEARNED = {Format.INSTRUCTION: _instruction, Format.DOMAIN: _domain, Format.CHAT: _dialog}
