"""Moto remembers every object it ever made, for its dashboard; here only those that still live are remembered."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from weakref import WeakValueDictionary


class Living:
    """What of a class has been made and is still there; stands for the list that moto would append to."""

    def __init__(self) -> None:
        self._held: WeakValueDictionary[int, Any] = WeakValueDictionary()

    def append(self, made: Any) -> None:
        self._held[id(made)] = made

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._held.values()))


@cache
def track_the_living() -> None:
    """Let moto's models be tracked so; once a process."""
    from moto.core.common_models import BaseModel

    def new(cls: Any, *_: Any, **__: Any) -> Any:
        made = object.__new__(cls)
        if not isinstance(cls.__dict__.get("instances_tracked"), Living):
            cls.instances_tracked = Living()
        cls.instances_tracked.append(made)
        return made

    model: Any = BaseModel
    model.__new__ = new
