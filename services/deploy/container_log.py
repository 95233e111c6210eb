"""What a container writes while it starts, and which stage a line tells of.

Marks are those of vLLM, TGI, LMI (DJL Serving), TEI, SGLang, TorchServe, the multi-model server and gunicorn, as their
own projects print them, 2026-11. A line that tells nothing is the rule.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


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
