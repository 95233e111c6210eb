"""The process that opens files nobody has vouched for: `python -m services.documents.worker`.

It takes tasks on its standard input and answers on its standard output, as services.documents.wire says:

    {"task": "read", "path", "name", "password", "limits": {…}}
        -> {"pages": [[number, text, …]], "refusal": null or [reason, hint, locked], "kind", "title", "warnings"}
    {"task": "unpack", "path", "password", "start", "limits"}
        -> {"members": [[name, base64, refusal]], "following": null or the next start} or {"refusal": […]}
    {"task": "draw", "path", "number", "highlight", "width", "limits"}
        -> {"png": base64} or {"refusal": [reason, hint, locked]}

Limits: its address space (RLIMIT_AS; macOS does not keep to it, there the pool watches the resident size), processor
time for each task, no core dump, no written file of more than 4 MB; it ends itself when a task takes too long even
if its parent is gone, after an idle minute, and when memory ran out. It has no secrets: the pool gives it a bare
environment. Needs POSIX.
"""

from __future__ import annotations

import base64
import contextlib
import os
import select
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO

from services.documents.limits import Limits
from services.documents.models import Reading, Refusal
from services.documents.parse import read_file
from services.documents.wire import IDLE_SECONDS, OUT_OF_MEMORY, pack_members, pack_reading, receive, send
from services.errors import DocumentRefused

GRACE_SECONDS = 5
"""How much later than the pool the worker ends itself, so that normally the pool does and knows why."""

LARGEST_FILE = 4 * 1024 * 1024
"""Longest file it may write: room for Python's own compiled modules and for nothing else."""

TOO_MUCH_MEMORY = Refusal("Reading the file takes more memory than one file may.", "Split it and drop the parts.")


def main() -> None:
    """Serve tasks until the input ends, nothing came for a while, or memory ran out."""
    incoming, outgoing = _take_pipes()
    idle = float(sys.argv[1]) if len(sys.argv) > 1 else IDLE_SECONDS
    while select.select([incoming], [], [], idle)[0]:
        message = receive(incoming)
        if message is None:
            return
        limits = Limits(**message["limits"])
        confine(limits)
        answer, spent = _answer(message, limits)
        with contextlib.suppress(ValueError, OSError):
            signal.setitimer(signal.ITIMER_REAL, 0)
        send(outgoing, answer)
        if spent:
            return


def confine(limits: Limits) -> None:
    """Put this process under its limits for one task."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limits.seconds + GRACE_SECONDS)
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime + limits.seconds) + GRACE_SECONDS
    for kind, soft in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, limits.memory_bytes),
    ):
        hard = resource.getrlimit(kind)[1]
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return the pipes and put nothing in their place, so that no library writes into an answer."""
    incoming = os.fdopen(os.dup(0), "rb", buffering=0)
    outgoing = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    return incoming, outgoing


def _answer(message: dict[str, Any], limits: Limits) -> tuple[dict[str, Any], bool]:
    """Return the answer to one task, and whether this process should end after it."""
    try:
        if message["task"] == "draw":
            from services.documents.render import draw_page

            png = draw_page(Path(message["path"]), message["number"], message["highlight"], message["width"], limits)
            return {"png": base64.b64encode(png).decode("ascii")}, False
        if message["task"] == "unpack":
            from services.documents.archive import unpack

            return pack_members(*unpack(Path(message["path"]), message["password"], message["start"], limits)), False
        reading = read_file(Path(message["path"]), message["name"], limits, message.get("password", ""))
    except DocumentRefused as refused:
        return {"refusal": [refused.reason, refused.hint, refused.locked]}, False
    except MemoryError:
        return pack_reading(Reading((), TOO_MUCH_MEMORY)), True
    return pack_reading(reading), False


if __name__ == "__main__":
    try:
        main()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
