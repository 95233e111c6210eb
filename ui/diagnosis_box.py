"""The diagnosis of a failure, below its red box: the cause in words, the line that shows it, what to do."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from services.diagnosis import Place, diagnose_container
from services.plans import Until
from ui.error_box import Explained
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.diagnosis import Diagnosis
    from services.plans import RunView, StepView

_ASTRA = "Astra"
_ABOUT = "AWS says: "  # how our errors begin what a service said


def of_problem(console: Console, problem: Explained, operation: str = "") -> None:
    """Write the diagnosis of a problem; nothing where the cause is unknown, since a problem says itself what to do."""
    _show_known(diagnosed(console, problem, operation))


def diagnosed(console: Console, problem: Explained, operation: str = "") -> Diagnosis:
    """The diagnosis of a problem: of what the other side said, else of our own words."""
    return console.diagnosis(_said(problem), code=_kind(problem), operation=operation)


def of_step(console: Console, view: RunView, step: StepView, problem: Explained) -> None:
    """The same of a step of a run, with the end of the log of the container it waited for."""
    _show_known(step_diagnosed(console, view, step, problem))


def step_diagnosed(console: Console, view: RunView, step: StepView, problem: Explained) -> Diagnosis:
    """The diagnosis of a step's problem. Only a wait can have failed for what a container wrote."""
    planned = next((each for each in view.plan if each.id == step.id), None)
    if planned is None or not isinstance(planned.manner, Until) or planned.manner.gone:
        return diagnosed(console, problem, step.operation)
    component = str(planned.parameters.get("InferenceComponentName", ""))
    name = component or str(planned.parameters.get("EndpointName", ""))
    read = partial(console.container_log, Place.COMPONENT if component else Place.ENDPOINT, name)
    return diagnose_container(_said(problem), read, code=_kind(problem), operation=step.operation)


def of_endpoint(console: Console, reason: str, instance_type: str = "", name: str = "") -> None:
    """Write the diagnosis of an endpoint that failed, from AWS's reason and its log; also that it is unknown."""
    of_container(console, Place.ENDPOINT, name, reason, operation="CreateEndpoint", instance_type=instance_type)


def of_container(
    console: Console, place: Place, name: str, reason: str, *, operation: str = "", instance_type: str = ""
) -> None:
    """Write the diagnosis of whatever runs a container and failed: an endpoint, a component, a job."""
    given = {"InstanceType": instance_type} if instance_type else {}
    if not name:
        _show(console.diagnosis(reason, operation=operation, configuration=given))
        return
    read = partial(console.container_log, place, name)
    _show(diagnose_container(reason, read, operation=operation, configuration=given))


def _said(problem: Explained) -> str:
    if _ASTRA in problem.what:
        return f"{problem.what} {problem.why}"
    return (problem.why or problem.what).removeprefix(_ABOUT)


def _kind(problem: Explained) -> str:
    if _ASTRA in problem.what:
        return ""  # our errors are named as AWS's are: a token of Astra's is none of AWS's credentials
    return str(getattr(problem, "kind", "")) or type(problem).__name__  # a Problem keeps the name of its error


def _show_known(found: Diagnosis) -> None:
    if found.cause != "unknown":
        _show(found)


def _show(found: Diagnosis) -> None:
    again = (
        "Trying again as it is can help." if found.retry
        else "" if found.cause == "unknown" else "Until then, trying again as it is will not help."
    )  # fmt: skip
    where = f" in its log stream {code(found.stream)}" if found.stream else ""
    lines = [
        f"**Cause:** {literal(found.words)}",
        f"Shown by {code(found.evidence)}{where}" if found.evidence else "",
        f":gray[{literal(found.note)}]" if found.note else "",
        f"**What to do:** {literal(found.fix)} {again}".rstrip(),
    ]
    st.info("  \n".join(line for line in lines if line), icon=":material/troubleshoot:")
