"""Puts a failure down to a cause: rules over the message, the error code, the operation, the log and the settings."""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Iterable, Mapping

from services.diagnosis.advice import advice
from services.diagnosis.models import Cause, Diagnosis
from services.diagnosis.rules import IN_A_LOG, rules

LONGEST_EVIDENCE = 300
MOST_TEXT = 8_000  # of a message, half from each end; AWS's are far shorter, a pasted log may not be
MOST_LOG, LONGEST_LINE = 64_000, 1_000  # characters of a log: of its end, where a container says why it stops
_OPENED_BY_THE_LOG = {Cause.HEALTH_CHECK, Cause.UNKNOWN, Cause.IMAGE_START}

_CODES = tuple(
    re.compile(pattern)
    for pattern in (
        r"An error occurred \((?P<code>[\w.]+)\) when calling the (?P<operation>\w+) operation",
        r"operation error [\w ]+: (?P<operation>\w+),.*?api error (?P<code>\w+):",
        r"Error Code: (?P<code>\w+)",
        r"\"(?:errorCode|__type|Code)\" ?: ?\"(?P<code>[\w.#]+)\"",
        r"'errorCode': '(?P<code>\w+)'",
        r"(?:^|[\s:])(?P<code>[A-Z][A-Za-z]+(?:Exception|Exceeded|Conflict|Expired|InUse|Operation|Unavailable)): ",
        r"^(?P<code>[A-Z]\w+): ",
    )
)


def diagnose(
    message: str,
    *,
    code: str = "",
    operation: str = "",
    log: Iterable[str] = (),
    configuration: Mapping[str, object] | None = None,
) -> Diagnosis:
    """Why this failed. `message` is what the service said, `code` and `operation` as botocore names them, `log` the
    lines of a container, `configuration` the parameters of the failed request (a production variant's members).

    The log is asked where the message alone says little. Never raises; UNKNOWN where nothing shows the cause.
    """
    text = _ends(message)
    found_code, found_operation = _named_in(text)
    codes = frozenset(filter(None, (code, found_code)))
    cause, evidence = _first(text, codes, _camel(operation) or found_operation)
    if cause in _OPENED_BY_THE_LOG:
        from_log = _from_log(_last(log))
        if from_log is not None:
            cause, evidence = from_log
    told = advice(cause, f"{' '.join(codes)} {text}", configuration or {})
    return Diagnosis(cause, told.words, _clean(evidence), told.fix, told.retry)


def _ends(text: str) -> str:
    half = MOST_TEXT // 2
    return text if len(text) <= MOST_TEXT else f"{text[:half]}\n{text[-half:]}"


def _last(log: Iterable[str]) -> list[str]:
    """The last lines of a log, as many as can be read in a moment, none too long."""
    kept: deque[str] = deque()
    room = MOST_LOG
    for line in reversed(list(log)):
        kept.appendleft(line[:LONGEST_LINE])
        room -= len(kept[0])
        if room < 0:
            break
    return list(kept)


def _named_in(text: str) -> tuple[str, str]:
    """The error code and the operation that a message names."""
    for pattern in _CODES:
        found = pattern.search(text)
        if found:
            return found["code"].rsplit("#")[-1], found.groupdict().get("operation") or ""
    return "", ""


def _camel(operation: str) -> str:
    """create_endpoint as CreateEndpoint."""
    return "".join(part[:1].upper() + part[1:] for part in operation.split("_"))


def _lines(text: str) -> list[str]:
    return [line for line in re.split(r"[\r\n\x0b\x0c\x85\u2028\u2029]+", text) if line.strip()]


def _first(text: str, codes: frozenset[str], operation: str) -> tuple[Cause, str]:
    """The first rule that fits, and the line that made it fit; lines are also read as one, for wording cut in two."""
    lines = _lines(text)
    together = [" ".join(text.split())] if len(lines) > 1 else []
    for rule in rules():
        for line in (*lines, *together):
            if rule.fits(line, codes, operation):
                return rule.cause, rule.around(line, LONGEST_EVIDENCE)
        if not lines and rule.fits("", codes, operation):
            return rule.cause, ", ".join(codes)
    return Cause.UNKNOWN, ""


def _from_log(log: list[str]) -> tuple[Cause, str] | None:
    """The cause that a container's log shows: the strongest rule first, and of its lines the first."""
    fitting = [rule for rule in rules() if rule.cause in IN_A_LOG and rule.text and rule.rank <= 1]
    for rule in fitting:
        for line in log:
            if rule.fits(line):
                return rule.cause, rule.around(line, LONGEST_EVIDENCE)
    return None


def _clean(line: str) -> str:
    """One line that may be shown: no control or invisible formatting characters, not too long."""
    without_colour = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line)
    kept = "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in without_colour)
    kept = " ".join(kept.split())
    return kept if len(kept) <= LONGEST_EVIDENCE else kept[: LONGEST_EVIDENCE - 1] + "…"
