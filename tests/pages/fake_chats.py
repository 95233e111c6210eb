"""Conversations for pages: the real room over endpoints that are invented."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from services.chats import ChatsService
from services.inference import PARAMETERS, ChatParams, Contract, Delta, Family, Kind, Message

if TYPE_CHECKING:
    from services.endpoints import EndpointDetail
    from services.state import State


class FakeChats:
    """What a FakeConsole has of chats; `said` is what every endpoint says."""

    state: State
    owner: str
    said: list[Delta]

    def detail(self, name: str) -> EndpointDetail:
        raise NotImplementedError

    def stream(self, name: str, messages: Sequence[Message], params: ChatParams | None = None) -> Iterator[Delta]:
        yield from self.said

    @cached_property
    def chats(self) -> ChatsService:
        return ChatsService(
            self.state, self.owner, stream=lambda *asked: self.stream(*asked),
            usd_per_hour=lambda name: self.detail(name).usd_per_hour, check=lambda *asked: self.check_chat(*asked),
        )  # fmt: skip

    def check_chat(self, name: str, messages: Sequence[Message], params: ChatParams) -> None:
        """Everything may be sent."""

    def chat_parameters(self, name: str) -> frozenset[str]:
        return PARAMETERS[Family.TGI]

    def contract(self, name: str, kind: Kind | None = None) -> Contract:
        return Contract(Family.TGI)
