"""Endpoints that live in the test: they say what they are told to, piece by piece, and wait where they are told to."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.chats import ChatsService
from services.inference import ChatParams, Delta, Message, Timing, Usage
from services.state import State

END = Delta(done=True, usage=Usage(12, 5), timing=Timing(900.0, 120.0, 44.0), finish="stop")


@dataclass
class Endpoints:
    """What each endpoint says; an exception among the pieces is raised, an Event is waited for."""

    says: dict[str, Sequence[object]] = field(default_factory=dict)
    sent: list[tuple[str, list[Message], ChatParams]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    usd: dict[str, float | None] = field(default_factory=dict)

    def stream(self, endpoint: str, messages: Sequence[Message], params: ChatParams) -> Iterator[Delta]:
        self.sent.append((endpoint, list(messages), params))
        try:
            for piece in self.says.get(endpoint, ("Yes, ", f"says {endpoint}.", END)):
                if isinstance(piece, Exception):
                    raise piece
                if isinstance(piece, threading.Event):
                    assert piece.wait(20)
                else:
                    yield piece if isinstance(piece, Delta) else Delta(str(piece))
        finally:
            self.closed.append(endpoint)

    def last(self, endpoint: str) -> list[tuple[str, str]]:
        """The messages an endpoint was sent last."""
        found = [sent for name, sent, _ in self.sent if name == endpoint]
        return [(each.role, each.content) for each in found[-1]]

    def service(self, state: State, owner: str = "ana", **more: object) -> ChatsService:
        return ChatsService(state, owner, stream=self.stream, usd_per_hour=self.usd.get, **more)  # type: ignore[arg-type]
