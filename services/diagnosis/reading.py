"""What was said, made fit to be looked through, and the line that decided, made fit to be shown.

Everything is bounded: a message to 8,000 characters of its two ends, a log to 64,000 of its end, a line to 1,000.
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator
from functools import cache

from services.logs import masked

LONGEST_EVIDENCE = 300
MOST_TEXT = 8_000  # of a message, half from each end; AWS's are far shorter, a pasted log may not be
MOST_LOG, LONGEST_LINE = 64_000, 1_000  # characters of a log: of its end, where a container says why it stops

_CODES = (
    r"An error occurred \((?P<code>[\w.]+)\) when calling the (?P<operation>\w+) operation",
    r"operation error [\w ]+: (?P<operation>\w+),.*?api error (?P<code>\w+):",
    r"Error Code: (?P<code>\w+)",
    r"<Code>(?P<code>\w+)</Code>",
    r"\"(?:errorCode|__type|Code)\" ?: ?\"(?P<code>[\w.#]+)\"",
    r"'errorCode': '(?P<code>\w+)'",
    r"HandlerErrorCode: (?P<code>\w+)",
    r"(?:^|[\s:.])(?P<code>[A-Z][A-Za-z]+(?:Exception|Exceeded|Conflict|Expired|InUse|Operation|Unavailable)): ",
    r"^(?P<code>[A-Z]\w+): ",
)
_COLOURS = r"\x1b\[[0-9;?]*[A-Za-z]|#033\[[0-9;]*[A-Za-z]"
_BREAKS = r"[\r\n\x0b\x0c\x85\u2028\u2029]+"
_WHERE_TO_LOOK = (  # names in it are no signs
    r"\bSee https://\S+ in account \S+ for more information\.?|\bRequest ?(?:Token|ID): ?[\w-]+"
)
_ARN = r"\b(arn:aws[\w-]{0,12}:[\w-]{1,40}):[\w-]{0,20}:\d{0,12}:([a-z-]{0,40})[^\s\"',;)\]]{0,600}"
_JOINED = r"\b(?:[A-Z][a-z]{1,20}){2,6}\b"
_MOST_JOINED = 12  # names of a line that are taken apart


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def ends(text: str) -> str:
    """A message without colours and without what only says where to look; of a very long one its two ends."""
    half = MOST_TEXT // 2
    text = text if len(text) <= MOST_TEXT else f"{text[:half]}\n{text[-half:]}"
    return _compiled(_WHERE_TO_LOOK).sub("", _compiled(_COLOURS).sub("", text))


def last(log: Iterable[str]) -> list[str]:
    """The last lines of a log, as many as can be read in a moment, none too long, none twice."""
    kept: deque[str] = deque()
    seen: set[str] = set()
    room = MOST_LOG
    for line in reversed(list(log)):
        clear = _compiled(_COLOURS).sub("", line[:LONGEST_LINE])
        if clear in seen:
            continue
        seen.add(clear)
        kept.appendleft(clear)
        room -= len(clear)
        if room < 0:
            break
    return list(kept)


def named_in(text: str) -> tuple[frozenset[str], str]:
    """The error codes that a message names, in whatever program's way, and the operation; "" where it names none."""
    named = [found for pattern in _CODES if (found := _compiled(pattern).search(text))]
    operations = (found.groupdict().get("operation") for found in named)
    return frozenset(found["code"].rsplit("#")[-1] for found in named), next(filter(None, operations), "")


def lines(text: str) -> list[str]:
    """The lines with something in them, and of several also all of them as one: wording may be cut in two."""
    found = [line for line in _compiled(_BREAKS).split(text) if line.strip()]
    return [*found, " ".join(text.split())] if len(found) > 1 else found


def looked_at(line: str) -> str:
    """The line as the rules see it: small letters, its ARNs shortened to what they are of (an endpoint named
    `throttled-demo` is no sign), and the words of names such as NotEnoughMemory behind it.
    """
    line = _compiled(_ARN).sub(r"\1:\2", line)
    joined = dict.fromkeys(_compiled(_JOINED).findall(_compiled(_CODES[0]).sub("", line)))
    words = [_compiled(r"(?<=[a-z])(?=[A-Z])").sub(" ", name) for name in list(joined)[:_MOST_JOINED]]
    return "\n".join([line, *words]).lower()  # apart: no sign reaches over the end of a line


def mere_notice(line: str) -> bool:
    """Whether a line says of itself that it is none of an error."""
    return bool(_compiled(r"\b(INFO|DEBUG|WARN|WARNING|TRACE)\b").search(line[:80]))


def camel(operation: str) -> str:
    """create_endpoint as CreateEndpoint."""
    return "".join(part[:1].upper() + part[1:] for part in operation.split("_"))


def clean(line: str) -> str:
    """One line that may be shown: no control or invisible formatting characters, no secret, not too long."""
    kept = " ".join(masked("".join(_printable(_compiled(_COLOURS).sub("", line)))).split())
    return kept if len(kept) <= LONGEST_EVIDENCE else kept[: LONGEST_EVIDENCE - 1] + "…"


def _printable(line: str) -> Iterator[str]:
    for each in line:
        yield " " if unicodedata.category(each)[0] in "CZ" else each
