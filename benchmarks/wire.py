"""Streamlit sessions without a browser: its WebSocket and its messages, as little as a load needs of them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

WAIT_SECONDS = 30.0
Value = float | str | list[str] | bool  # True presses a button


class SessionFailed(RuntimeError):
    """A session ended, or its page showed an error instead of finishing."""


@dataclass(slots=True)
class Session:
    """One connected session: which page it is on, and what the last run drew there.

    `widgets` holds (kind, label, id) in order, `texts` what stood on the page, `errors` what was shown as an error.
    """

    socket: ClientConnection
    page: str
    page_hash: str = ""
    widgets: list[tuple[str, str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    messages: int = 0
    size: int = 0

    def widget(self, kind: str, label: str = "") -> str | None:
        """The id of the first widget of this kind and label ("" is any), None when the page has none."""
        return next((id for each, said, id in self.widgets if each == kind and label in ("", said)), None)

    async def rerun(self, values: dict[str, Value] | None = None) -> float:
        """Run the page's script with these widgets' values; seconds until it said that it had finished."""
        ask = BackMsg()
        ask.rerun_script.page_name = self.page
        ask.rerun_script.page_script_hash = self.page_hash
        for widget, value in (values or {}).items():
            state = ask.rerun_script.widget_states.widgets.add(id=widget)
            if value is True:
                state.trigger_value = True
            elif isinstance(value, float):
                state.double_value = value
            elif isinstance(value, str):
                state.string_value = value
            else:
                state.string_array_value.data.extend(value)
        self.errors, self.texts, self.widgets = [], [], []
        started = time.perf_counter()
        await self.socket.send(ask.SerializeToString())
        await asyncio.wait_for(self._finished(), WAIT_SECONDS)
        return time.perf_counter() - started

    async def _finished(self) -> None:
        self.messages = self.size = 0
        while True:
            data = await self.socket.recv()
            assert isinstance(data, bytes)
            self.messages, self.size = self.messages + 1, self.size + len(data)
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            if kind == "delta":
                self._note(message.delta)
            elif kind == "navigation":
                self.page_hash = message.navigation.page_script_hash
            elif kind == "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue  # a page switch: the run that follows is the one waited for
                return

    def _note(self, delta: Any) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type")
        drawn: Any = getattr(element, kind) if kind else None
        if hasattr(drawn, "id") and hasattr(drawn, "label"):
            self.widgets.append((kind, drawn.label, drawn.id))
        elif kind in ("heading", "markdown"):
            self.texts.append(drawn.body)
        elif kind == "exception" or (kind == "alert" and drawn.format == drawn.ERROR):
            self.errors.append(str(drawn)[:400])

    async def close(self) -> None:
        """Leave, as a closed window does."""
        await self.socket.close()


async def open_session(url: str, page: str = "") -> Session:
    """Connect to the server at `url` and run `page` ("" is its first) once. Raises SessionFailed if it shows errors."""
    address = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    # deflate would be half of this client's work, and loopback gains nothing by it
    socket = await connect(address, subprotocols=["streamlit"], compression=None, max_size=2**26)  # type: ignore[list-item]
    session = Session(socket, page)
    await session.rerun()
    if session.errors:
        raise SessionFailed(f"{page or 'first page'}: {session.errors[0]}")
    return session
