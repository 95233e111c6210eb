"""Text made fit to store, to show and to search, whatever file it came from.

Every pattern here looks at a character a bounded number of times, so hostile text costs no more than long text.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028]")
SURROGATES = re.compile("[\ud800-\udfff]")
SPACES = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
SYMBOL_BULLETS = re.compile("[\uf076\uf0a7\uf0a8\uf0b7\uf0d8\uf0fc]")
"""Bullets of Word's Symbol and Wingdings fonts, which have no Unicode of their own."""

LETTER_FORMS = re.compile("[\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufdff\ufe70-\ufefc]+")
"""Ligatures and shapes of letters as fonts draw them: ﬁ, and Arabic as it looks within a word."""

UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # control characters
    "\xad\u200b\u2060-\u2064\ufeff"  # soft hyphen, zero-width space, invisible operators, byte-order mark
    "\u202a-\u202e\u2066-\u2069"  # bidirectional overrides, which make text read as what it is not
    "\ufff9-\ufffb\ufffe\uffff"  # annotation marks, noncharacters
    "\U000e0000-\U000e007f]"  # tag characters: text nobody sees, but a model reads
)
ACCENTS = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
ACCENT_RUN = re.compile(f"({ACCENTS}{{8}}){ACCENTS}+")
"""More accents on a letter than any language has; putting thousands in order takes minutes."""

ASCII_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""What of ASCII does not stay as it is; most text has none, and none of the slower patterns then applies."""

INNER_RUN = re.compile(r"(?<=\S)[ \t]{2,}")
BLANK_LINE = re.compile(r"^[ \t]+$", re.MULTILINE)
DEEP_INDENT = re.compile(r"^[ \t]{41,}", re.MULTILINE)
BLANK_LINES = re.compile(r"\n{3,}")
HYPHEN_AT_END = re.compile("([^\\W\\d_])([-\u2010\xad\ufffe])[ \t]*\n[ \t]*([^\\W\\d_]\\S{0,40}) ?")
BROKEN_LINE = re.compile("[-\u2010\xad\ufffe][ \t]*\n")
WORD_BEFORE = re.compile(r"[^\W_]+\Z")
WORD_AFTER = re.compile(r"[^\W_]+")
LIST_ITEM = re.compile(r"(?:[-–—*•◦▪‣·○●■►✓]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)]|\d{1,3}(?:\.\d{1,3})+)\s")

LONGEST_WORD = 40
FULL_LINE = 0.75
"""A line at least this part of the page's usual width was broken by the margin, not by its author."""


def tidy(text: str) -> str:
    """Return `text` in NFC with plain line ends and spaces, and without characters that cannot be seen."""
    if not text.isascii():
        text = _plain(text)
    elif ASCII_UNSEEN.search(text):
        text = UNSEEN.sub("", LINE_ENDS.sub("\n", text))
    if "  " in text or "\t" in text:
        text = DEEP_INDENT.sub(" " * 40, INNER_RUN.sub(" ", text))
    if " \n" in text or "\t\n" in text or text[:1] in " \t" or text[-1:] in " \t":
        text = BLANK_LINE.sub("", text).replace(" \n", "\n").replace("\t\n", "\n")
    if "\n\n\n" in text:
        text = BLANK_LINES.sub("\n\n", text)
    return text.strip("\n").rstrip()


def _plain(text: str) -> str:
    """Return letters beyond ASCII in their plain forms, without those that cannot be seen."""
    text = SURROGATES.sub("\ufffd", LINE_ENDS.sub("\n", text).replace("\u2029", "\n\n"))
    text = UNSEEN.sub("", SPACES.sub(" ", text))
    text = SYMBOL_BULLETS.sub("•", LETTER_FORMS.sub(lambda shapes: unicodedata.normalize("NFKC", shapes[0]), text))
    text = ACCENT_RUN.sub(r"\1", text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def join_hyphens(text: str) -> str:
    """Return `text` with words put together that a hyphen divides at the end of a line; the line ends after the word.

    The hyphen stays where the word has one elsewhere in the text ("well-known") or where the next line begins with
    a capital ("Jean-Luc").
    """
    if not BROKEN_LINE.search(text):
        return text
    folded = text.casefold()

    def joined(match: re.Match[str]) -> str:
        first, hyphen, rest = match.groups()
        before = WORD_BEFORE.search(text, max(0, match.start() - LONGEST_WORD), match.start() + 1)
        after = WORD_AFTER.match(rest)
        spelled = f"{before[0]}-{after[0]}".casefold() if before and after else "\n"
        keeps = (first.islower() and rest[0].isupper()) or (hyphen in "-\u2010" and spelled in folded)
        return f"{first}{'-' if keeps else ''}{rest}\n"

    return HYPHEN_AT_END.sub(joined, text)


def join_lines(text: str) -> str:
    """Return a page's `text` with lines put together that only the margin has broken."""
    lines = [line.strip() for line in text.split("\n")]
    lengths = sorted(len(line) for line in lines if line)
    width = lengths[int(len(lengths) * 0.9)] if len(lengths) >= 3 else 0
    if width < 30:
        return "\n".join(lines)
    joined = [lines[0]]
    for previous, line in pairwise(lines):
        full = len(previous) >= FULL_LINE * width and not (previous[-1].isdigit() and ". ." in previous)
        if full and line and not LIST_ITEM.match(line):
            joined[-1] += " " + line
        else:
            joined.append(line)
    return "\n".join(joined)
