"""How grave a line is, and whether it belongs to the one before, in the words of each server.

vLLM, TGI (also as JSON), TEI, SGLang, LMI (DJL Serving), TorchServe and the multi-model server, gunicorn, nginx,
uvicorn, glog, Python's and Java's own traces: as their projects print them, 2026-11.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How grave a line says it is; PLAIN says nothing, and counts as INFO."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    DEBUG = "debug"
    PLAIN = "plain"

    @property
    def weight(self) -> int:
        """0 for DEBUG to 3 for ERROR."""
        return _WEIGHTS[self]

    @property
    def kind(self) -> Level:
        """What it is shown and chosen as: PLAIN stands with INFO."""
        return Level.INFO if self is Level.PLAIN else self


_WEIGHTS = {Level.DEBUG: 0, Level.PLAIN: 1, Level.INFO: 1, Level.WARNING: 2, Level.ERROR: 3}
_NAMED = {
    "trace": Level.DEBUG, "debug": Level.DEBUG, "info": Level.INFO, "notice": Level.INFO, "warn": Level.WARNING,
    "warning": Level.WARNING, "error": Level.ERROR, "err": Level.ERROR, "severe": Level.ERROR, "fatal": Level.ERROR,
    "critical": Level.ERROR, "crit": Level.ERROR, "alert": Level.ERROR, "emerg": Level.ERROR, "panic": Level.ERROR,
}  # fmt: skip
_GLOG = {"I": Level.INFO, "W": Level.WARNING, "E": Level.ERROR, "F": Level.ERROR}
_LOUD = r"TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|SEVERE|FATAL|CRITICAL"
_HEAD = 240  # characters in which a level stands, if it does

_PREFIXED = re.compile(  # what may stand before a level: times, (process), [brackets], mpi's <stdout>
    r"(?:(?>\([^()]{0,80}\)|\[[^\[\]]{0,80}\]|\d[\dT:.,+/Z-]{0,40}|<std(?:out|err)>|:|-)\s{0,8}+){0,8}+"
    rf"(?:\b(?P<level>{_LOUD})\b:?\s?)"
)
_BRACKETS = re.compile(
    r"\[\s{0,3}(?P<level>TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|SEVERE|FATAL|CRITICAL|CRIT|ALERT|EMERG)\s{0,6}\]\s?",
    re.IGNORECASE,
)
_DASHED = re.compile(rf"\s[-|]\s(?P<level>{_LOUD})\s[-|]\s|^(?P<first>{_LOUD}):[\w.]{{1,80}}:")
_GLOGGED = re.compile(r"(?P<level>[IWEF])\d{4} \d\d:\d\d:\d\d")
_MPI = re.compile(r"\[\d+,\d+\]<std(?:out|err)>:")
_PIPED = re.compile(r"-std(?:out|err)\b[^:]{0,80}?(?:: ?| - )|\[\d+,\d+\]<std(?:out|err)>:")  # what a server passes on
_ACCESS = re.compile(r'HTTP/[\d.]{1,4}" (?P<status>\d{3})\b')
_GRAVE = re.compile(
    r"^Traceback \(most recent call last\)|^(?:[A-Za-z_]\w{0,60}\.){0,8}[A-Z]\w{0,60}(?:Error|Exception)\b|"
    r"^Exception\b|^thread '[^']{0,80}' panicked|^Killed\b|^Segmentation fault|^Aborted\b|^exec \S+: exec format error|"
    r"CUDA error|core dumped|[Nn]o space left on device"
)
_WARNED = re.compile(r"^(?:\S{0,300}:\d+: )?[A-Z]?\w{0,60}Warning: ")
_JSON_LEVEL = re.compile(
    r'"(?:level|severity|levelname|log_level|log\.level)"\s?:\s?"(?P<level>\w{1,20})"', re.IGNORECASE
)
_MOST_JSON = 100_000

_TRACE = "Traceback (most recent call last)"
_CHAINED = ("During handling of the above exception", "The above exception was the direct cause")
_RAISED = re.compile(r"(?:[A-Za-z_]\w{0,60}\.){0,8}[A-Za-z_]\w{0,80}(?::|\Z)")
_JAVA = re.compile(r"\s*at [\w.$<>/]{1,300}\(|Caused by: |Suppressed: |\s*\.\.\. \d+ (?:more|common)")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line says of itself: its level, None where it names none; what it says behind time and level."""

    level: Level | None
    message: str


def level_of(text: str) -> Level:
    """The level of a line that stands alone."""
    return read(text).level or Level.PLAIN


def read(text: str) -> Reading:
    """The level of a clean line and its message."""
    if text.startswith("{"):
        return _json(text)
    head = text[:_HEAD]
    level, end = _stated(head)
    message = text[end:]
    piped = _PIPED.search(head, max(end - 1, 0))
    if piped:
        inner = read(text[piped.end() :]) if piped.end() > 0 else Reading(None, "")
        message = inner.message
        if inner.level and (level is None or inner.level.weight > level.weight):
            level = inner.level
    status = _ACCESS.search(text[:2000])
    if status:
        return Reading(_worse(level, _of_status(int(status["status"]))), message)
    if _GRAVE.search(message[:_HEAD]):
        return Reading(Level.ERROR if level is None or piped else level, message)
    if level is None and _WARNED.search(head):
        return Reading(Level.WARNING, message)
    return Reading(level, message)


def _stated(head: str) -> tuple[Level | None, int]:
    found = _GLOGGED.match(head)
    if found:
        return _GLOG[found["level"]], head.find("] ") + 2 if "] " in head else found.end()
    found = _PREFIXED.match(head) or _BRACKETS.search(head[:120])
    if found:
        rest = _MPI.match(head, found.end())
        return _NAMED[found["level"].lower()], rest.end() if rest else _behind(head, found.end())
    found = _DASHED.search(head[:160])
    if found:
        return _NAMED[(found["level"] or found["first"]).lower()], found.end()
    found = _MPI.match(head)
    return None, found.end() if found else 0


_PLACE = re.compile(r"\s?\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? \[[^\]]{1,120}\] ?")  # as vLLM's


def _behind(head: str, end: int) -> int:
    found = _PLACE.match(head, max(end - 1, 0))
    return found.end() if found else end


def _of_status(status: int) -> Level:
    return Level.ERROR if status >= 500 else Level.WARNING if status >= 400 else Level.INFO


def _worse(one: Level | None, other: Level) -> Level:
    return other if one is None or other.weight > one.weight else one


def _json(text: str) -> Reading:
    try:
        row = json.loads(text[:_MOST_JSON])
    except (ValueError, RecursionError):
        found = _JSON_LEVEL.search(text[:2000])
        return Reading(_NAMED.get(found["level"].lower()) if found else None, text)
    if not isinstance(row, dict):
        return Reading(None, text)
    lower = {str(key).lower(): value for key, value in row.items()}
    fields = lower.get("fields")
    words = fields.get("message") if isinstance(fields, dict) else None
    words = next((each for each in (words, *map(lower.get, ("message", "msg", "event"))) if isinstance(each, str)), "")
    named = next(
        (lower[key] for key in ("level", "severity", "levelname", "log_level", "log.level") if key in lower), ""
    )
    return Reading(_NAMED.get(str(named).lower()), words or text)


@dataclass(frozen=True, slots=True)
class Flow:
    """Where a stream stands: the level of what its last line belongs to, how long that is, whether a trace is open."""

    level: Level | None = None
    lines: int = 0
    trace: bool = False


MOST_TOGETHER = 400  # lines that belong together; whoever writes more is a machine gone mad


def following(text: str, before: Flow) -> tuple[Level, bool, Flow]:
    """The level of a clean line, whether it belongs to the one before, and where the stream then stands."""
    found = read(text)
    message = found.message
    opens = message.startswith(_TRACE)
    belongs = before.level is not None and before.lines < MOST_TOGETHER and _belongs(text, found, before, opens)
    if belongs and before.level is not None:
        level = Level.ERROR if opens else before.level
        chained = message.startswith(_CHAINED)
        trace = opens or chained or (before.trace and (not message.strip() or message[:1].isspace()))
        return level, True, Flow(level, before.lines + 1, trace)
    level = found.level or Level.PLAIN
    return level, False, Flow(level, 1, opens)


def _belongs(text: str, found: Reading, before: Flow, opens: bool) -> bool:
    message = found.message
    if opens:
        return before.trace or (message == text and before.level is Level.ERROR)
    if before.trace:  # each of its lines may have its own time and level
        indented = not message.strip() or message[:1].isspace()
        return indented or message.startswith(_CHAINED) or bool(_RAISED.match(message) and _short(found))
    if message.startswith(_CHAINED) or _JAVA.match(message):
        return True
    return found.level is None and (not text.strip() or text[0].isspace())


def _short(found: Reading) -> bool:
    return found.level in (None, Level.ERROR)
