"""Work done several items at a time, its results taken in order.

Not concurrent.futures: its threads are joined at exit, so one stuck call would keep the console alive.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(slots=True)
class _Slot(Generic[Result]):
    """One item's result, once there."""

    done: threading.Event = field(default_factory=threading.Event)
    result: list[Result] = field(default_factory=list)
    error: BaseException | None = None


def in_order(work: Callable[[Item], Result], items: Iterator[Item], lanes: int, ahead: int) -> Iterator[Result]:
    """`work` of each item on `lanes` daemon threads, in the order of `items`; at most `ahead` results wait to be taken.

    `items` is read in the caller's thread. The first error, in the work or in `items`, is raised in its place in the
    order, after the results before it; nothing more is begun after that, nor after the iterator is closed.
    """
    queue: SimpleQueue[tuple[Item, _Slot[Result]] | None] = SimpleQueue()
    stopped = threading.Event()
    waiting: deque[_Slot[Result]] = deque()
    for _ in range(lanes):
        threading.Thread(target=_serve, args=(work, queue, stopped), daemon=True).start()
    more = True
    try:
        while more or waiting:
            if more and len(waiting) < ahead:
                more = _begin(items, queue, waiting)
            else:
                yield _taken(waiting.popleft())
    finally:
        stopped.set()
        for _ in range(lanes):
            queue.put(None)


def _begin(
    items: Iterator[Item],
    queue: SimpleQueue[tuple[Item, _Slot[Result]] | None],
    waiting: deque[_Slot[Result]],
) -> bool:
    """Hand the next item to the lanes; False where there is none, or where reading it failed."""
    slot: _Slot[Result] = _Slot()
    try:
        item = next(items)
    except StopIteration:
        return False
    except Exception as error:  # noqa: BLE001 - raised in its turn, when what came before has been taken
        slot.error = error
        slot.done.set()
        waiting.append(slot)
        return False
    waiting.append(slot)
    queue.put((item, slot))
    return True


def _serve(
    work: Callable[[Item], Result],
    queue: SimpleQueue[tuple[Item, _Slot[Result]] | None],
    stopped: threading.Event,
) -> None:
    while (taken := queue.get()) is not None and not stopped.is_set():
        item, slot = taken
        try:
            slot.result.append(work(item))
        except BaseException as error:  # noqa: BLE001 - raised again where the result is taken
            slot.error = error
        slot.done.set()


def _taken(slot: _Slot[Result]) -> Result:
    slot.done.wait()
    if slot.error is not None:
        raise slot.error
    return slot.result[0]
