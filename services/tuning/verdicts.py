"""From what was counted in a text to findings: what stops it, what is worth a warning, what can be mended. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.tuning.findings import Finding, Layout, Level, Repair
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
    NESTED,
    NO_DIALOG,
    SECRET,
    Asked,
    Tally,
)
from services.tuning.templates import Template, placeholders, template_problems
from services.tuning.text_reading import NOT_JSON, NOT_OBJECT, TOO_LONG

FEW_ROWS = 100  # fewer seldom teach a model anything
MANY_ROWS = 500_000
FEWEST_TOKENS = 512  # of a plain text: JumpStart cuts it into blocks, and needs some of them
BROKEN_SHARE = 0.05  # as many broken rows may be left out without asking

ENCODE = Repair("encode", "Write it anew in UTF-8.")
TO_LINES = Repair("lines", "Write each row as one line of JSON.")
DROP_DOUBLE = Repair("drop-duplicates", "Leave out what stands there already.", safe=False)
TO_DIALOG = Repair("dialog", "Call the list of turns \u201cdialog\u201d, as the script does.")


def findings_of(
    tally: Tally, asked: Asked, layout: Layout, encoding: str, columns: Sequence[str], name: str
) -> tuple[Finding, ...]:
    """The findings, the gravest first. `name`: the file's."""
    wanted = asked.format
    found = [
        *_written(tally, wanted, layout, encoding, name),
        *_broken(tally, wanted),
        *(_asked(asked.template, columns) if wanted is Format.INSTRUCTION else ()),
        *_amount(tally, asked),
        *_content(tally, wanted, columns, asked.limit),
    ]
    order = list(Level)
    return tuple(sorted(found, key=lambda each: order.index(each.level)))


def _written(tally: Tally, wanted: Format, layout: Layout, encoding: str, name: str) -> Iterator[Finding]:
    if encoding == "utf-8-sig":
        words = "It begins with a byte order mark, which the script takes for a part of the first row."
        yield Finding(Level.STOP, "byte-order-mark", words, (1,), ENCODE)
    elif encoding != "utf-8":
        yield Finding(Level.STOP, "encoding", f"It is written in {encoding}; the script reads UTF-8.", (), ENCODE)
    if wanted is not Format.DOMAIN and layout in (Layout.ARRAY, Layout.TABLE) and tally.total:
        words = f"It is {layout}; the script reads JSON lines."
        yield Finding(Level.STOP, "layout", words, (), TO_LINES)
    elif wanted is Format.DOMAIN and layout is Layout.LINES:
        words = "It is JSON lines: each row's text is taken from the column \u201ctext\u201d, else from the first one."
        yield Finding(Level.NOTE, "layout", words)
    if wanted is not Format.DOMAIN and layout is Layout.LINES and not name.lower().endswith((".jsonl", ".json")):
        yield Finding(Level.NOTE, "ending", "It is sent under a name that ends in .jsonl, which the script looks for.")


_BROKEN = {
    NOT_JSON: "are no JSON",
    NOT_OBJECT: "are no object with columns, or have another number of cells than the first line",
    TOO_LONG: "are longer than this console reads",
    MISSING: "lack a column that the template names",
    EMPTY: "are empty where something is asked or answered",
    NO_DIALOG: "have no list of turns called \u201cdialog\u201d",
    BAD_TURNS: "are no dialog of person and model in turn that ends with the model",
}


def _broken(tally: Tally, wanted: Format) -> Iterator[Finding]:
    count = sum(tally.counts[code] for code in _BROKEN)
    left_out = Repair(
        "drop-broken", f"Leave out the {count:,} rows that cannot be learned from.",
        safe=count <= BROKEN_SHARE * tally.total,
    )  # fmt: skip
    for code, words in _BROKEN.items():
        many = tally.counts[code]
        if many and not (wanted is Format.DOMAIN and code == EMPTY):
            said = f"{many:,} of {tally.total:,} rows {words}."
            yield Finding(Level.STOP, code, said, tuple(tally.lines[code]), left_out if tally.rows else None)
    if tally.counts[MESSAGES]:
        lines = tuple(tally.lines[MESSAGES])
        yield Finding(Level.STOP, MESSAGES, "The turns stand under \u201cmessages\u201d.", lines, TO_DIALOG)


def _asked(template: Template | None, columns: Sequence[str]) -> Iterator[Finding]:
    if template is None:
        if columns:
            words = f"No template is given, and the columns ({', '.join(columns[:8])}) do not suggest one."
            yield Finding(Level.STOP, "template", words)
        return
    problems = template_problems(template, columns)
    for part, words in problems:
        yield Finding(Level.STOP, f"template-{part}", f"The template's {part}: {words}")
    if problems:
        return
    asked, answered = placeholders(template.prompt), placeholders(template.completion)
    both = [name for name in asked if name in answered]
    if both:
        words = f"{', '.join(both)} is in the prompt as well as in the completion: the model is told what to answer."
        yield Finding(Level.WARNING, "told", words)
    unused = [name for name in columns if name not in (*asked, *answered)]
    if unused:
        yield Finding(Level.NOTE, "unused", f"The template does not use {', '.join(unused[:8])}.")


def _amount(tally: Tally, asked: Asked) -> Iterator[Finding]:
    wanted, split = asked.format, asked.split
    if not tally.rows:
        yield Finding(Level.STOP, "empty", "There is nothing in it that can be learned from.")
        return
    if asked.partial:
        return  # it has more than was read
    if wanted is Format.DOMAIN:
        if tally.tokens < FEWEST_TOKENS:
            words = f"It is about {tally.tokens:,} tokens long, too short to be cut into blocks."
            yield Finding(Level.STOP, "short", words)
        return
    if split > 0 and int(tally.rows * split) == 0:
        words = f"Of {tally.rows} rows, none is left for validation with a share of {split:g}."
        yield Finding(Level.STOP, "split", f"{words} Give more rows, a larger share, or none at all.")
    if tally.rows < FEW_ROWS:
        words = f"{tally.rows} rows are few; a model seldom learns from fewer than {FEW_ROWS}."
        yield Finding(Level.WARNING, "few", words)
    if tally.rows > MANY_ROWS:
        yield Finding(Level.WARNING, "many", f"{tally.rows:,} rows take long; max_train_samples learns from a part.")


def _content(tally: Tally, wanted: Format, columns: Sequence[str], limit: int) -> Iterator[Finding]:
    def met(code: str, level: Level, words: str, repair: Repair | None = None) -> Iterator[Finding]:
        if tally.counts[code]:
            words = words.format(f"{tally.counts[code]:,}")
            yield Finding(level, code, words, tuple(tally.lines[code]), repair)

    yield from met(LONG, Level.WARNING, f"{{}} rows are longer than {limit:,} tokens (estimated) and are cut off.")
    yield from met(DOUBLE, Level.WARNING, "{} rows stand there more than once.", DROP_DOUBLE)
    yield from met(CONTRADICTS, Level.NOTE, "{} rows ask the same as another and are answered differently.")
    yield from met(NESTED, Level.WARNING, "{} rows hold lists or objects, which a template writes as Python does.")
    yield from met(SECRET, Level.WARNING, "{} rows hold what looks like a token or a key; a model may repeat it.")
    yield from met(MAIL, Level.NOTE, "{} rows hold e-mail addresses; a model may repeat them.")
    if wanted is Format.DOMAIN and len(columns) > 1 and "text" not in columns:
        yield Finding(Level.NOTE, "column", f"Only the first column, {columns[0]}, is learned.")
