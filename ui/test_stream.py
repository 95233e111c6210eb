"""A streamed test call, read by a thread of its own: no click in this tab can cut it off but the one that means to."""

from __future__ import annotations

import logging
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import streamlit as st

from ui import polling

if TYPE_CHECKING:
    from services.console import Console
    from services.inference import Live
    from ui.test_result import Sent

EVERY = 0.2  # seconds between draws
AT_ONCE = 0.05  # seconds that are waited for a short answer before anything is drawn


class Reading:
    """A stream under way. What comes goes into `words`, and in the end into `sent`, whoever looks."""

    def __init__(self, console: Console, sent: Sent) -> None:
        self.words, self.ended = "", False
        self._console, self._sent = console, sent
        self._live: Live | None = None
        self._thread = threading.Thread(target=self._read, name="test-stream", daemon=True)
        self._thread.start()
        self._thread.join(AT_ONCE)

    def stop(self) -> None:
        """Keep what has arrived; the connection is closed at the next piece."""
        if not self.ended:
            self.ended = True
            self._sent.called = self._live.called if self._live is not None else None

    def _read(self) -> None:
        try:
            with closing(self._console.inference.open_call(self._sent.call, self._sent.family)) as live:
                self._live = live
                for piece in live:
                    self.words += piece
                    if self.ended:
                        return
                if not self.ended:
                    self._sent.called = live.called
        except Exception:
            logging.getLogger("sagedeck").exception("A streamed test call ended in an error nobody foresaw")
        finally:
            self.ended = True


def begin(console: Console, name: str, sent: Sent) -> None:
    """Send a call and read its answer beside this page; one before it is left."""
    current = of(name)
    if current is not None:
        current.stop()
    st.session_state[f"test.{name}.reading"] = Reading(console, sent)


def of(name: str) -> Reading | None:
    """The stream that is being read, None when there is none."""
    found: Reading | None = st.session_state.get(f"test.{name}.reading")
    return found if found is not None and not found.ended else None


def show(name: str, reading: Reading) -> None:
    """Write what has come, again and again, with the way to end it."""

    def draw() -> None:
        if reading.ended:
            st.rerun()
        st.button("Stop", icon=":material/stop_circle:", key=f"test.{name}.stop", on_click=reading.stop)
        if reading.words:
            st.code(reading.words, language=None, wrap_lines=True)
        else:
            st.markdown(":gray[:shimmer[Waiting for the first word]]")

    polling.live(draw, EVERY)
