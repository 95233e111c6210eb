"""Text of others inside our sentences: nothing in it moves the cursor, turns the line round, or is a secret."""

from __future__ import annotations

import re

HIDDEN = "***"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes a formula to begin with
# As those who issue them write them: Hugging Face, AWS, Astra, GitHub, GitLab, OpenAI and Anthropic, Slack, JSON web
# tokens, private keys, signed URLs of S3, a password in a URL.
_TOKEN = re.compile(
    r"\bhf_[A-Za-z0-9]{16,}|\b(?:AKIA|ASIA)[A-Z0-9]{12,}|\bAstraCS:[A-Za-z0-9:]{8,}"
    r"|\b(?:gh[pousr]_|github_pat_|glpat-)\w{16,}|\bsk-(?:proj-|ant-)?[A-Za-z0-9]{20,}|\bxox[abpr]-[\w-]{10,}"
    r"|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*"
    r"|(?<=X-Amz-Signature=)\w+|(?<=X-Amz-Security-Token=)[\w%./+=-]+"
    r"|(?<=://)[^\s/:@]{1,200}:[^\s/@]{1,200}(?=@)",
    re.ASCII,
)

# One of these is in whatever the expression finds; looking for them takes a hundredth of its time.
_MARKS = (
    "hf_", "AKIA", "ASIA", "AstraCS:", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "sk-", "xox",
    "eyJ", "-----BEGIN ", "X-Amz-S", "://",
)  # fmt: skip


def holds_token(text: str) -> bool:
    """Whether a text holds what looks like a token or a key, whatever it is called."""
    return any(mark in text for mark in _MARKS) and _TOKEN.search(text) is not None


def legible(text: str, longest: int = 0) -> str:
    """`text` without tokens, and with what does not print written by its number; line ends stay.

    longest   characters; of a longer text the middle is left out. 0: any length
    """
    shown = _TOKEN.sub(HIDDEN, text)
    if not shown.replace("\n", "").isprintable():
        shown = "".join(each if each.isprintable() or each == "\n" else _number(each) for each in shown)
    if longest and len(shown) > longest:
        half = (longest - 1) // 2
        return f"{shown[:half]}…{shown[-half:]}"
    return shown


def spelled(text: str) -> str:
    """`text` as UTF-8 can spell it: halves of a character that belong together are joined, others become U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _number(character: str) -> str:
    return f"\\u{ord(character):04x}"


def cell(value: object) -> object:
    """A value for a CSV cell; a text that a spreadsheet would take for a formula is preceded by an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
