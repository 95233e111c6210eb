"""Foreign words made harmless for Markdown: AWS names, model output, text of documents.

Streamlit's Markdown turns `![](…)` into a request without a click, `[…](…)` into a link, `:red[…]` and headings into
something that looks like the console's own. `literal` shows a text exactly as it is; `answer` keeps the modest
formatting of a model's answer (bold, lists, tables, code) and nothing else. The content security policy stands behind.
"""

from __future__ import annotations

import re

_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~^$&:=\"'/])")
_DANGEROUS = re.compile(r"([\\\[\]<>~^$&])")
_ADDRESS = re.compile(r"(?:\b[a-z][a-z0-9+.-]{1,20}://|\bwww\.|\bmailto:)[^\s`]*|\b[\w.+-]+@[\w-]+\.[\w.]+", re.I)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n`]*$")
_CODE_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_QUOTE = re.compile(r"^(\s{0,3})\\>")
_JOINER = "\u2060"  # invisible, no break: keeps ":material/x:" and the like from being read as a directive


def literal(text: object) -> str:
    """`text` on one line, shown character by character in any Markdown of Streamlit (labels included)."""
    line = " ".join(str(text).split())
    return _join_around(line, lambda part: _break_directives(_PUNCTUATION.sub(r"\\\1", part)))


def code(text: object) -> str:
    """`text` as an inline code span that it cannot leave."""
    line = " ".join(str(text).split()) or " "
    ticks = "`" * (max((len(run) for run in re.findall(r"`+", line)), default=0) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def answer(text: str) -> str:
    """A model's answer as Markdown that loads nothing, links nowhere and forges nothing.

    Code blocks are written anew with fences of our own, so that our reading of them and Streamlit's cannot differ.
    """
    out: list[str] = []
    block: list[str] | None = None
    fence = ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        found = _FENCE.match(line)
        if block is None and found:
            block, fence = [], found.group(1)
        elif block is not None and line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            out.append(_code_block(block))
            block = None
        elif block is not None:
            block.append(line)
        else:
            out.append(_prose(line))
    if block is not None:
        out.append(_code_block(block))
    return "\n".join(out)


def _code_block(lines: list[str]) -> str:
    body = "\n".join(lines)
    ticks = "`" * max(3, max((len(run) for run in re.findall(r"`+", body)), default=0) + 1)
    return f"\n{ticks}text\n{body}\n{ticks}\n"


def _prose(line: str) -> str:
    heading = _HEADING.match(line)
    if heading:
        line = f"**{heading.group(1).replace('*', '')}**" if heading.group(1) else ""
    indent = len(line) - len(line.lstrip(" \t"))
    line = " " * min(indent, 3 if not re.match(r"\s*([-*+]|\d+[.)])\s", line) else 12) + line.lstrip(" \t")
    parts: list[str] = []
    position = 0
    for span in _CODE_SPAN.finditer(line):
        parts += [_harmless(line[position : span.start()]), code(span.group(1))]
        position = span.end()
    parts.append(_harmless(line[position:]))
    return _QUOTE.sub(r"\1>", "".join(parts))


def _harmless(text: str) -> str:
    return _join_around(text, lambda part: _break_directives(_DANGEROUS.sub(r"\\\1", part).replace("`", "\\`")))


def _join_around(text: str, treat: object) -> str:
    """`text` with addresses as code (never a link) and the rest treated."""
    assert callable(treat)
    out: list[str] = []
    position = 0
    for address in _ADDRESS.finditer(text):
        out += [str(treat(text[position : address.start()])), code(address.group(0))]
        position = address.end()
    out.append(str(treat(text[position:])))
    return "".join(out)


def _break_directives(text: str) -> str:
    return re.sub(r":(?=[a-z+\-]+[/:\[\\])", f":{_JOINER}", text)
