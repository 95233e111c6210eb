"""A change of an endpoint that somebody asked for: its form where it has one, its plan, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from services.endpoints import PauseRequest, ScaleRequest, UpdateRequest
from ui import endpoint_forms, error_box, formats, plan_review, run_progress
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import Plan, RunView

_ASKED, _PLAN = "endpoints.asked", "endpoints.plan"
_SAID = {"Pause": "paused", "Resume": "resumed", "Scale": "scaled", "Update": "updated", "Delete": "deleted"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of which endpoint; `request` None is still to be filled in, where a change has a form."""

    verb: str
    name: str
    request: PauseRequest | ScaleRequest | UpdateRequest | None = None

    @property
    def button(self) -> str:
        """What the button that confirms it says."""
        return "Delete for good" if self.verb == "Discard" else self.verb


def ask(verb: str, name: str, request: ScaleRequest | UpdateRequest | None = None) -> None:
    """Ask for a change: Pause, Resume, Scale, Update, Delete or Discard; the page shows what comes of it.

    request   of a scaling or an update that is known already: its plan is shown at once, without the form
    """
    st.session_state[_ASKED] = Asked(verb, name, request)
    st.session_state.pop(_PLAN, None)


def show(console: Console, name: str = "") -> None:
    """The form or the plan of what was asked for (of `name` only); nothing where nothing was."""
    asked: Asked | None = st.session_state.get(_ASKED)
    if asked is None or (name and asked.name != name):
        return
    with error_box.shown():
        if asked.request is None and asked.verb in ("Scale", "Update"):
            _form(console, asked)
        else:
            _review(console, asked)
    asked = st.session_state.get(_ASKED)
    if asked is not None:
        st.button("Leave it as it is", type="tertiary", key="endpoints.keep", on_click=_leave)


def ended(view: RunView | None) -> None:
    """What a change of an endpoint came to, once its run is over."""
    verb = view.title.split(" ")[0] if view is not None else ""
    if view is None or view.status != "done" or verb not in _SAID:
        return
    hourly = view.plan.estimate.usd_per_hour
    what = f"It is {_SAID[verb]}"
    if hourly:
        more = "more" if hourly > 0 else "less"
        what += f" and costs {formats.per_hour(abs(hourly))} {more} than before"
    st.success(literal(f"{what}."), icon=":material/check_circle:")


def _form(console: Console, asked: Asked) -> None:
    detail = console.endpoints.describe_endpoint(asked.name)
    form = endpoint_forms.scale if asked.verb == "Scale" else endpoint_forms.update
    request = form(console, detail)
    if request is None:
        return
    wanted = Asked(asked.verb, asked.name, request)
    st.session_state[_PLAN] = _plan(console, wanted)  # what is wrong with it is told below the form
    st.session_state[_ASKED] = wanted
    st.rerun()


def _review(console: Console, asked: Asked) -> None:
    if asked.verb == "Pause" and asked.request is None:
        asked = Asked("Pause", asked.name, console.changes.pause_request(asked.name))
        st.session_state[_ASKED] = asked
    plan = st.session_state.get(_PLAN) or _plan(console, asked)
    st.session_state[_PLAN] = plan
    changes = asked.verb in ("Scale", "Update")
    run = plan_review.show(
        console, plan, key="endpoints", verb=asked.button, more=changes,
        typed=asked.name if asked.verb in ("Delete", "Discard") else "",
        replan=lambda: _plan(console, asked), changed=lambda new: st.session_state.update({_PLAN: new}),
    )  # fmt: skip
    if changes:
        st.button("Change what is asked for", key="endpoints.again", icon=":material/edit:",
                  on_click=ask, args=(asked.verb, asked.name))  # fmt: skip
    if run:
        _leave()
        run_progress.follow(run)


def _plan(console: Console, asked: Asked) -> Plan:
    match asked.request:
        case PauseRequest():
            return console.changes.plan_pause(asked.request)
        case ScaleRequest():
            return console.changes.plan_scale(asked.request)
        case UpdateRequest():
            return console.changes.plan_update(asked.request)
    if asked.verb == "Resume":
        return console.changes.plan_resume(asked.name)
    if asked.verb == "Discard":
        return console.changes.plan_discard(asked.name)
    return console.endpoints.plan_delete(asked.name)


def _leave() -> None:
    st.session_state.pop(_ASKED, None)
    st.session_state.pop(_PLAN, None)
