"""The one way a problem is shown: what happened, why, what to do next. Never a traceback."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import streamlit as st

from services.errors import SagedeckError
from ui.escape import literal


class Explained(Protocol):
    """Anything that can say what happened, why and what next: an error, or a job's or step's problem."""

    @property
    def what(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def next(self) -> str: ...


def show(problem: Explained) -> None:
    """Write the problem as one red box of at most three lines."""
    lines = [f"**{literal(problem.what)}**", literal(problem.why), literal(problem.next)]
    st.error("  \n".join(line for line in lines if line), icon=":material/error:")


@contextmanager
def shown() -> Iterator[None]:
    """Show an error raised inside, and go on with what follows."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the last wall; Streamlit's own control flow is a BaseException
        last_resort(error)


def last_resort(error: BaseException) -> bool:
    """Show any error: ours in its own words, any other logged and named briefly. True: nothing else needs showing."""
    if not isinstance(error, SagedeckError):
        logging.getLogger("sagedeck").error("Unexpected error in a page", exc_info=error)
        error = SagedeckError(
            "Something went wrong in this console.",
            f"An error nobody foresaw ({type(error).__name__}); the details are in the console's log.",
            "Reload the page. Whatever was started goes on, and is listed under Activity.",
        )
    show(error)
    return True
