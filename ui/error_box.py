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
    """Show an error of ours raised inside, and go on with what follows; any other error is logged and named briefly."""
    try:
        yield
    except SagedeckError as error:
        show(error)
    except Exception as error:  # Streamlit's own control flow is a BaseException and passes through
        logging.getLogger("sagedeck").exception("Unexpected error in a page")
        show(
            SagedeckError(
                "Something went wrong in this console.",
                f"An error nobody foresaw ({type(error).__name__}); the details are in the console's log.",
                "Reload the page. Whatever was started goes on, and is listed under Activity.",
            )
        )
