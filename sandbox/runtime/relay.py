"""A model server of one's own behind an endpoint: its words in the container's shapes, as they come."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.hosting import Hosted
from sandbox.models import remote
from sandbox.runtime.asks import Ask
from sandbox.runtime.refusals import TIMED_OUT, ContainerError
from sandbox.runtime.speech import Said, Speaking, limited


def wanted(hosted: Hosted) -> bool:
    """Whether a server of one's own is to answer for what is hosted."""
    return bool(os.environ.get(remote.VARIABLE) or hosted.environment.get(remote.VARIABLE))


def address(hosted: Hosted) -> str:
    """Return the server's address, "" where none answers. Raises ContainerError if it may not be asked."""
    with translated():
        return remote.address(hosted.environment)


def said(url: str, ask: Ask, number: int) -> Said:
    """Return the server's whole answer, or raise ContainerError."""
    with translated():
        text, finish = remote.Remote(url).write(ask.turns, ask)
    found = limited(text, ask, number)
    return Said(found.pieces, "length", number) if finish == "length" else found


def speaking(url: str, ask: Ask, number: int) -> Speaking:
    """Return the server's answer as it comes; the first piece is there already. Raises ContainerError before it."""
    heard = remote.Remote(url).stream(ask.turns, ask)
    with translated():
        first = next(heard, None)
    spoken = Speaking((), number)
    spoken.pieces = _pieces(itertools.chain([first] if first else [], heard), spoken)
    return spoken


def _pieces(heard: Iterator[tuple[str, str]], spoken: Speaking) -> Iterator[str]:
    with translated():
        for text, finish in heard:
            spoken.finish = "length" if finish == "length" else "stop"
            if text:
                yield text


@contextmanager
def translated() -> Iterator[None]:
    """Turn what a server refuses, or does not do in time, into the container's error."""
    try:
        yield
    except remote.Refused as problem:
        raise ContainerError(problem.status, problem.body) from problem
    except remote.TimedOut as problem:
        raise ContainerError(0, TIMED_OUT) from problem
    except remote.Unreachable as problem:
        raise ContainerError(503, {"error": str(problem), "error_type": "unreachable"}) from problem
