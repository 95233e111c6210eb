"""A line made fit to be shown: no terminal escapes, control or direction characters, no secret; a long one folded.

Nothing here is escaped for Markdown: that is for whoever writes Markdown. Every expression takes a time that grows with
the line: a hostile container may write 1 MB of anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from services.plans import looks_secret
from services.plans.secrecy import HIDDEN, scrub

LONGEST = 500  # characters of a line that are shown until somebody wants the whole of it
MOST_KEPT = 100_000  # characters of a line that are kept; CloudWatch takes up to 1 MB
_SHORT = 1_000  # characters of a line that is remembered
_BEYOND = 4_000  # looked at behind what is kept, so that no secret is cut before it is known for one

_ESCAPES = re.compile(
    r"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]|\x9b[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b[\]PX^_][^\x07\x1b]{0,1000}(?:\x07|\x1b\\)?|"
    r"\x1b[ -~]?|#033\[[0-9;]{0,64}[A-Za-z]"  # rsyslog writes the escape as #033
)
_RETURNED = re.compile(r"\r|#015")  # a progress bar draws over itself; rsyslog writes the return as #015
# Unicode's Cc, Cf, Cs, Co, Zl and Zp, but the tabulator
_UNSEEN = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u08e2\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\uf8ff\ufeff\ufff0-\ufffb\U000110bd\U000110cd\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)

_WORDS = ("token", "key", "secret", "passw", "passphrase", "credential")
_GIVEN = re.compile(
    r"(?:token|key|secret|password|passwd|passphrase|credential)s?[\w.-]{0,60}"
    r"""(?P<sign>\\{0,3}["']?\s{0,3}(?:=>|[:=])\s{0,3}(?:Some\()?)"""
    r"""(?:(?P<escaped>\\{1,3}["'])(?P<inner>[^"'\\]{0,4000})|"(?P<double>(?:[^"\\]|\\.){0,4000})"?|"""
    r"""'(?P<single>(?:[^'\\]|\\.){0,4000})'?|(?P<bare>[^\s"',;)}\]\\]+))""",
    re.IGNORECASE,
)
_OPTION = re.compile(r"(--?[\w-]{0,40}(?:token|key|secret|password)\s{1,3})([^\s-]\S{3,})", re.IGNORECASE)
_NAME_BEFORE = re.compile(r"[\w.-]{0,80}\Z")
_NO_NAME = re.compile(r"(?:Error|Exception|Warning)$")  # KeyError: 'model_type' names no key
_COUNT = re.compile(r"-?\d{1,7}(?:\.\d{1,7})?")
_NOTHING = {"none", "null", "true", "false", "", "none)"}

_MARKS = (
    "hf_",
    "akia",
    "asia",
    "astracs:",
    "gh",
    "sk-",
    "nvapi-",
    "eyj",
    "bearer",
    "basic",
    "x-amz-",
    "://",
    "failure mess",
)
_KNOWN = re.compile(
    r"\bhf_[A-Za-z0-9]{8,}|\b(?:AKIA|ASIA)[0-9A-Z]{12,}|\bAstraCS:[\w:.-]{3,}|\bgh[pousr]_[A-Za-z0-9]{16,}|"
    r"\bgithub_pat_\w{16,}|\bsk-[A-Za-z0-9_-]{16,}|\bnvapi-[\w-]{16,}|(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|"
    r"(?i:(?<=bearer )[\w.~+/=-]{8,}|(?<=basic )[\w+/=]{8,}|"
    r"(?<=x-amz-signature=)[^&\s]+|(?<=x-amz-credential=)[^&\s]+|(?<=x-amz-security-token=)[^&\s]+|"
    r"(?<=authorization failure message: )\S+)|"
    r"(?<=://)[^/\s:@]{1,200}:[^/\s@]{1,200}(?=@)"
)


def shown(text: str, secrets: Iterable[str] = ()) -> str:
    """A line fit to be shown, folded to LONGEST characters; nothing of `secrets` is in it."""
    line, left = cut(text, secrets, LONGEST)
    return f"{line}… ({left:,} more characters)" if left else line


def folded(line: str, cut: int = 0) -> str:
    """At most LONGEST characters of a clean line, and how many more there are; `cut`: those that were not kept."""
    left = len(line) - LONGEST + cut
    return f"{line[:LONGEST]}… ({left:,} more characters)" if len(line) > LONGEST else line


def clean(text: str, secrets: Iterable[str] = (), most: int = MOST_KEPT) -> str:
    """One line without escapes, control characters and secrets, at most `most` characters of it."""
    return cut(text, secrets, most)[0]


def cut(text: str, secrets: Iterable[str] = (), most: int = MOST_KEPT) -> tuple[str, int]:
    """The clean line, and how many characters of it were left out."""
    line = text.rstrip("\r\n")
    if "\r" in line or "#015" in line:
        line = _RETURNED.split(line.removesuffix("#015"))[-1]
    known = tuple(secrets)
    if known:
        line = scrub(line, known)
    left = max(len(line) - most - _BEYOND, 0)
    line = _known(line) if len(line) <= _SHORT else _tidied(line[: most + _BEYOND])
    return line[:most], left + max(len(line) - most, 0)


@lru_cache(maxsize=8192)  # the same lines are asked for again and again while somebody looks
def _known(line: str) -> str:
    return _tidied(line)


def _tidied(line: str) -> str:
    if "\x1b" in line or "#033" in line or "\x9b" in line:
        line = _ESCAPES.sub("", line)
    if not line.isprintable():
        line = _UNSEEN.sub(" ", line)
    return masked(line.rstrip())


def masked(text: str) -> str:
    """The text with the values of secret-looking names, and what has the shape of a key or token, replaced by ***."""
    lower = text.lower()
    if any(mark in lower for mark in _MARKS):
        text = _KNOWN.sub(HIDDEN, text)
    if any(word in lower for word in _WORDS):
        text = _OPTION.sub(rf"\1{HIDDEN}", _GIVEN.sub(_mask, text))
    return text


def _mask(found: re.Match[str]) -> str:
    end = found.start("sign")
    before = _NAME_BEFORE.search(found.string, max(0, found.start() - 80), found.start())
    key = (before[0] if before else "") + found.string[found.start() : end]
    values = (found["inner"], found["double"], found["single"], found["bare"])
    value = next(part for part in values if part is not None)
    if value.lower() in _NOTHING or _NO_NAME.search(key) or not looks_secret(key, value) or _counts(key, value):
        return found[0]
    head = found.string[found.start() : found.end("sign")]
    if found["escaped"]:
        return f"{head}{found['escaped']}{HIDDEN}"
    quote = '"' if found["double"] is not None else "'" if found["single"] is not None else ""
    return f"{head}{quote}{HIDDEN}{quote}"


def _counts(key: str, value: str) -> bool:
    """Whether it is a number of tokens or of keys, as a configuration has many: eos_token_id=2."""
    return bool(_COUNT.fullmatch(value)) and not re.search(r"secret|pass|credential", key, re.IGNORECASE)
