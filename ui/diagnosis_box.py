"""The diagnosis of a failure, below its red box: the cause in words, the line that shows it, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui.error_box import Explained
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.diagnosis import Diagnosis

_SAID = "AWS says: "  # how our errors begin what a service said


def of_problem(console: Console, problem: Explained, operation: str = "") -> None:
    """Write the diagnosis of a problem; nothing where the cause is unknown, since a problem says itself what to do."""
    found = diagnosed(console, problem, operation)
    if found.cause != "unknown":
        _show(found)


def diagnosed(console: Console, problem: Explained, operation: str = "") -> Diagnosis:
    """The diagnosis of a problem: of what the other side said, else of our own words."""
    said = (problem.why or problem.what).removeprefix(_SAID)
    kind = str(getattr(problem, "kind", "")) or type(problem).__name__  # a Problem keeps the name of its error
    return console.diagnosis(said, code=kind, operation=operation)


def of_endpoint(console: Console, reason: str, instance_type: str = "") -> None:
    """Write the diagnosis of an endpoint that failed, from AWS's reason; also that it is unknown."""
    given = {"InstanceType": instance_type} if instance_type else {}
    _show(console.diagnosis(reason, operation="CreateEndpoint", configuration=given))


def _show(found: Diagnosis) -> None:
    again = "Trying again as it is can help." if found.retry else ""
    lines = [
        f"**Cause:** {literal(found.words)}",
        f"Shown by {code(found.evidence)}" if found.evidence else "",
        f"**What to do:** {literal(found.fix)} {again}".rstrip(),
    ]
    st.info("  \n".join(line for line in lines if line), icon=":material/troubleshoot:")
