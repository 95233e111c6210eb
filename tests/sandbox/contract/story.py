"""A story: the operations of one service in an order in which each is allowed, with a request for each.

A request may be a function of the answers so far (by operation, the latest of each), where it needs something of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Answers = Mapping[str, Any]
Request = Mapping[str, Any] | Callable[[Answers], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Step:
    """One call; `after` seconds are let pass before it. `refused`: the code it ends with. `motos`: moto answers it."""

    operation: str
    request: Request
    after: float = 0.0
    refused: str = ""
    motos: bool = False


def step(operation: str, after: float = 0.0, **request: Any) -> Step:
    return Step(operation, request, after)


def told(operation: str, request: Callable[[Answers], Mapping[str, Any]], after: float = 0.0) -> Step:
    """A step whose request needs something of an earlier answer."""
    return Step(operation, request, after)


def refused(operation: str, code: str, **request: Any) -> Step:
    """A step that ends with an error, as it is not built."""
    return Step(operation, request, refused=code)


def motos(operation: str, **request: Any) -> Step:
    """A step that is left to moto."""
    return Step(operation, request, motos=True)
