"""What a container writes while it starts: which stage a line tells of, and the line made fit to be shown.

Marks are those of vLLM, TGI, LMI (DJL Serving), TEI, SGLang, TorchServe, the multi-model server and gunicorn, as their
own projects print them, 2026-11. A line that tells nothing is the rule.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from services.plans import looks_secret
from services.plans.secrecy import HIDDEN, scrub

LONGEST = 500  # characters of a line that are shown; a container may write a whole configuration in one
_LOOKED_AT = 4_000  # of a line, for secrets: more than is shown, so that none is cut before it is known for one


class Stage(StrEnum):
    """What an endpoint goes through until it answers, in order."""

    INSTANCES = "Asking for instances"
    CONTAINER = "Pulling the image, starting the container"
    WEIGHTS = "Loading weights"
    HEALTH = "Health check"
    READY = "In service"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line as the container wrote it. `at`: seconds since 1970."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What lines tell: the stage, since when (None: they do not reach back so far), how often it began anew."""

    stage: Stage | None
    since: float | None = None
    restarts: int = 0


_BEGINS = tuple(
    re.compile(pattern)
    for pattern in (
        r"^Starting container ",
        r"Starting djl-serving",
        r"[Tt]orch[Ss]erve version",
        r"MMS Home:",
        r"text_generation_launcher.*\bArgs \{",
        r"text_embeddings_router.*\bArgs \{",
        r"vLLM API server version",
        r"server_args=ServerArgs\(",
        r"Starting gunicorn",
    )
)
_LOADS = re.compile(
    r"Start(?:ing|ed)? (?:to )?load(?:ing)? model|Starting (?:check and )?download|Download(?:ed|ing) |"
    r"Fetching \d+ files|Loading (?:pt |safetensors )?(?:checkpoint )?shards|Loading weights|Load weight begin|"
    r"Starting model backend|Starting shard|Waiting for shard|shard-manager|Loading model|Loading initial|"
    r"WorkerLifeCycle - Loading|Memory profiling|Capturing (?:CUDA|cuda) graph|Warming up model"
)
_SERVES = re.compile(
    r"Uvicorn running on|Application startup complete|API bind to:|fired up and ready to roll|"
    r"text_generation_router\S*: .*Connected|Starting HTTP server|http::server.*Ready|Listening at: |"
    r"GET /ping|Started server process"
)
_ORDER = list(Stage)


def reading(lines: Sequence[LogLine]) -> Reading:
    """What the lines of one stream, oldest first, tell of how far its container is."""
    stage: Stage | None = Stage.WEIGHTS if lines else None  # it writes, so it runs
    since: float | None = None
    seen: set[int] = set()
    restarts = 0
    for line in lines:
        mark = next((number for number, begin in enumerate(_BEGINS) if begin.search(line.text)), None)
        if mark is not None:
            if mark in seen:  # the same server says for the second time that it begins
                restarts, seen, stage, since = restarts + 1, set(), Stage.WEIGHTS, line.at
            seen.add(mark)
        found = Stage.HEALTH if _SERVES.search(line.text) else Stage.WEIGHTS if _LOADS.search(line.text) else None
        if found is not None and (stage is None or _ORDER.index(found) > _ORDER.index(stage)):
            stage, since = found, line.at
    return Reading(stage, since, restarts)


_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|#033\[[0-9;]*[A-Za-z]")
_RETURNED = re.compile(r"\r|#015")  # a progress bar draws over itself; rsyslog writes the return as #015
_GIVEN = re.compile(
    r"""(?P<key>[A-Za-z_][\w.-]{0,80})(?P<sign>["']?\s{0,3}(?:=>|[:=])\s{0,3}(?:Some\()?)"""
    r"""(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'|(?P<bare>[^\s"',;)}\]]+))"""
)
_KNOWN = re.compile(
    r"\bhf_[A-Za-z0-9]{8,}|\b(?:AKIA|ASIA)[0-9A-Z]{12,}|\bAstraCS:[\w:.-]{8,}|\bgh[pousr]_[A-Za-z0-9]{16,}|"
    r"\bsk-[A-Za-z0-9_-]{16,}|\bnvapi-[\w-]{16,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|"
    r"(?<=Bearer )[\w.~+/=-]{8,}|(?<=Basic )[\w+/=]{8,}|"
    r"(?i:(?<=X-Amz-Signature=)[^&\s]+|(?<=X-Amz-Credential=)[^&\s]+|(?<=X-Amz-Security-Token=)[^&\s]+)|"
    r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)
_NOTHING = {"none", "null", "true", "false", ""}


def shown(text: str, secrets: Iterable[str] = ()) -> str:
    """A line fit to be shown: no control characters, nothing that looks like a secret nor any of `secrets`, folded."""
    line = _RETURNED.split(text.rstrip("\r\n").removesuffix("#015"))[-1]
    line = scrub(line, secrets)
    left = max(len(line) - _LOOKED_AT, 0)
    line = _tidied(line[:_LOOKED_AT])
    left += max(len(line) - LONGEST, 0)
    return f"{line[:LONGEST]}… ({left:,} more characters)" if left else line


@lru_cache(maxsize=1024)  # the same lines are shown again every second
def _tidied(line: str) -> str:
    line = _COLOUR.sub("", line)
    line = "".join(each if each == "\t" or unicodedata.category(each)[0] != "C" else " " for each in line).rstrip()
    return masked(line)


def masked(text: str) -> str:
    """The text with the values of secret-looking names, and what has the shape of a key or token, replaced by ***."""
    return _KNOWN.sub(HIDDEN, _GIVEN.sub(_mask, text))


def _mask(found: re.Match[str]) -> str:
    value = next(part for part in (found["double"], found["single"], found["bare"]) if part is not None)
    if value.lower() in _NOTHING or not looks_secret(found["key"], value):
        return found[0]
    quote = '"' if found["double"] is not None else "'" if found["single"] is not None else ""
    return f"{found['key']}{found['sign']}{quote}{HIDDEN}{quote}"
