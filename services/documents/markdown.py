"""Markdown read as text: headings, lists, tables and code stay, their marks go.

CommonMark with GitHub's tables and footnotes, as far as text needs it; every pattern is bounded to one line.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from services.documents.encoding import decoded
from services.documents.limits import Limits
from services.documents.marks import compose, foreign, row, titled
from services.documents.models import Page
from services.documents.tidy import tidy
from services.errors import DocumentRefused

FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]+|$)")
CLOSING_MARKS = re.compile(r"[ \t]#+[ \t]*$")
UNDERLINE = re.compile(r" {0,3}(?:=+|-{2,})[ \t]*$")
RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
TABLE_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*$")
QUOTE = re.compile(r"(?:[ \t]{0,3}>[ \t]?)+")
ITEM = re.compile(r"([ \t]*)[-*+][ \t]+(?:\[[ xX]\][ \t]+)?")
DEFINITION = re.compile(r" {0,3}\[(?!\^)[^\]\n]{1,200}\]:[ \t]*\S+.*$")
NOTE = re.compile(r" {0,3}\[\^([^\]\n]{1,100})\]:[ \t]*")
CODE = re.compile(r"(`{1,3})(?!`)([^\n]{1,500}?)(?<!`)\1(?!`)")
IMAGE = re.compile(
    r"!\[([^\[\]\n]{0,500})\](?:\([^()\n]{0,2000}(?:\([^()\n]{0,500}\)[^()\n]{0,500})?\)|\[[^\[\]\n]{0,200}\])?"
)
LINK = re.compile(
    r"\[([^\[\]\n]{1,500})\](?:\([^()\n]{0,2000}(?:\([^()\n]{0,500}\)[^()\n]{0,500})?\)|\[[^\[\]\n]{0,200}\])"
)
NOTE_MARK = re.compile(r"\[\^[^\]\n]{1,100}\]")
AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2000})>")
TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]{0,40}(?:\s[^<>\n]{0,1000})?/?>")
COMMENT_START, COMMENT_END = "<!--", "-->"
STRONG = re.compile(r"(\*{1,3}|~~)(?=\S)([^*~\n]{1,1000}?)(?<=\S)\1")
UNDERSCORED = re.compile(r"(?<!\w)(_{1,3})(?=\S)([^_\n]{1,1000}?)(?<=\S)\1(?!\w)")
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
ASIDE = 0xF0000
"""Where escaped signs wait, in a plane for private use, until marks are gone."""

SET_ASIDE = re.compile("[\U000f0021-\U000f007e]")
EMPTY = DocumentRefused("The file holds no text.", "Check that it was saved completely, and drop it again.")


def read_markdown(data: bytes, limits: Limits, warnings: list[str] | None = None) -> tuple[tuple[Page, ...], str]:
    """Return the pages (divided at form feeds) and the title, which is the first heading or the front matter's."""
    found = decoded(data)
    source = foreign(found.text)
    if warnings is not None:
        warnings += found.warnings
    if len(source) > limits.characters:
        raise DocumentRefused(
            f"The file holds more than {limits.characters:,} characters.", "Split it and drop the parts."
        )
    state = _State()
    body = _without_front_matter(source.replace("\r\n", "\n").replace("\r", "\n"), state)
    if body.count("\f") >= limits.pages:
        raise DocumentRefused(f"The file has more than {limits.pages:,} pages.", "Split it and drop the parts.")
    pages = tuple(compose(number, _plain(part, state)) for number, part in enumerate(body.split("\f"), 1))
    if not any(page.text for page in pages):
        raise EMPTY
    return pages, tidy(state.title)[:200]


@dataclass(slots=True)
class _State:
    """What lines before have opened, and the title once it is known."""

    title: str = ""
    fence: str = ""
    in_comment: bool = False
    in_table: bool = False
    lines: list[str] = field(default_factory=list)


def _without_front_matter(source: str, state: _State) -> str:
    """Return the text after a YAML block at the top, which may give the title."""
    if not source.startswith("---\n"):
        return source
    end = source.find("\n---\n", 3, 20_000)
    if end < 0:
        return source
    for line in source[4:end].split("\n"):
        if line.startswith("title:"):
            state.title = line[6:].strip().strip("\"'")
    return source[end + 5 :]


def _plain(text: str, state: _State) -> str:
    state.lines = []
    for line in text.split("\n"):
        _take(line, state)
    return "\n".join(state.lines)


def _take(line: str, state: _State) -> None:
    """Add one line as text, or leave it out."""
    fence = FENCE.match(line)
    if state.fence:
        if fence and fence[1].startswith(state.fence) and not line.strip("`~ \t"):
            state.fence = ""
        else:
            state.lines.append(line)
    elif fence:
        state.fence = fence[1]
    else:
        _take_prose(QUOTE.sub("", line, count=1) if QUOTE.match(line) else line, state)


def _take_prose(line: str, state: _State) -> None:
    """Add a line that is not code."""
    line, lines = _without_comment(line, state), state.lines
    state.in_table = state.in_table and bool(line.strip())
    if DEFINITION.match(line):
        return
    if UNDERLINE.match(line) and lines and lines[-1].strip():
        state.title = state.title or lines[-1]
        lines[-1:] = [titled(1 if "=" in line else 2, lines[-1]), ""]
    elif RULE.match(line):
        lines.append("")
    elif "|" in line and TABLE_RULE.match(line):
        if lines and lines[-1].strip() and not state.in_table:
            lines[-1] = _marked(lines[-1], names=True)
            state.in_table = True
    elif state.in_table and "|" in line:
        lines.append(_marked(_row(_inline(line)), names=False))
    elif heading := HEADING.match(line):
        text = _inline(CLOSING_MARKS.sub("", line[heading.end() :]))
        state.title = state.title or text
        lines.extend(("", titled(len(heading[0].split("#")) - 1, text), ""))
    elif item := ITEM.match(line):
        lines.append(item[1] + "- " + _inline(line[item.end() :]))
    else:
        lines.append(_row(_inline(NOTE.sub(r"[\1] ", line, count=1))))


def _without_comment(line: str, state: _State) -> str:
    """Return what of a line lies outside HTML comments."""
    kept: list[str] = []
    while line:
        mark = COMMENT_END if state.in_comment else COMMENT_START
        before, found, line = line.partition(mark)
        if not state.in_comment:
            kept.append(before)
        if found:
            state.in_comment = not state.in_comment
    return "".join(kept)


def _marked(line: str, names: bool) -> str:
    """Return a row of a table, or the `names` of its columns, marked."""
    before, after = row(names, names)
    return f"{before}{line}{after}"


def _row(line: str) -> str:
    """Return a table's row with " | " between cells; other lines as they are."""
    bare = line.strip()
    if len(bare) > 2 and bare.startswith("|") and bare.endswith("|"):
        return " | ".join(cell.strip() for cell in bare.strip("|").split("|"))
    return line


def _inline(line: str) -> str:
    """Return a line without the marks of links, pictures, emphasis and tags; code spans keep their letters."""
    pieces: list[str] = []
    last = 0
    for code in CODE.finditer(line):
        pieces += (_prose(line[last : code.start()]), code[2].strip() or code[2])
        last = code.end()
    pieces.append(_prose(line[last:]))
    return "".join(pieces)


def _prose(text: str) -> str:
    if not text:
        return ""
    text = ESCAPE.sub(lambda escape: chr(ASIDE + ord(escape[1])), text)
    text = LINK.sub(r"\1", IMAGE.sub(r"\1", text))
    text = NOTE_MARK.sub(lambda mark: "[" + mark[0][2:], text)
    text = TAG.sub("", AUTOLINK.sub(r"\1", text))
    for _ in range(2):  # emphasis within emphasis
        text = UNDERSCORED.sub(r"\2", STRONG.sub(r"\2", text))
    return foreign(html.unescape(SET_ASIDE.sub(lambda sign: chr(ord(sign[0]) - ASIDE), text)))
