"""From a finding to its plan: in the endpoint's own way (pause, scale, update), as a stop, or through cleaning up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from services.endpoints import ScaleRequest, UpdateRequest
from services.savings import Way
from ui import endpoint_changes, error_box, plain_table, plan_review, run_progress
from ui.escape import literal

if TYPE_CHECKING:
    from services.cleanup import Cleanup
    from services.console import Console
    from services.plans import Plan
    from services.resources import Key
    from services.savings import Finding, Proposal

_ASKED, _PLAN = "savings.asked", "savings.plan"
MOST_KEPT = 8  # of what stays, that is told


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be done with which resources; `finding` of an endpoint's change."""

    way: Way
    keys: tuple[Key, ...]
    finding: Finding | None = None
    proposal: Proposal | None = None


def ask(finding: Finding, proposal: Proposal) -> None:
    """Ask for what a finding proposes; for a button's callback."""
    leave()
    if proposal.way is Way.PAUSE:
        endpoint_changes.ask("Pause", finding.key.name)
    elif proposal.way is Way.SCALE:
        request = ScaleRequest(name=finding.key.name, variant=proposal.variant, count=proposal.count)
        endpoint_changes.ask("Scale", finding.key.name, request)
    else:
        st.session_state[_ASKED] = Asked(proposal.way, (finding.key,), finding, proposal)


def clean_up(keys: tuple[Key, ...]) -> None:
    """Ask for the plan that removes these; for a button's callback."""
    leave()
    st.session_state[_ASKED] = Asked(Way.CLEAN_UP, keys)


def leave() -> None:
    """Ask for nothing any more."""
    st.session_state.pop(_ASKED, None)
    st.session_state.pop(_PLAN, None)


def show(console: Console) -> None:
    """Write the plan of what was asked for; nothing where nothing was."""
    endpoint_changes.show(console)
    asked: Asked | None = st.session_state.get(_ASKED)
    if asked is None:
        return
    with error_box.shown():
        if asked.way is Way.UPDATE:
            _update(console, asked)
        elif asked.way is Way.CLEAN_UP:
            _clean_up(console, asked)
        else:
            _review(console, asked)
    if st.session_state.get(_ASKED) is not None:
        st.button("Leave it as it is", type="tertiary", key="savings.leave", on_click=leave)


def _update(console: Console, asked: Asked) -> None:
    """An endpoint's update has a page's part of its own; the name of its new configuration is made here."""
    assert asked.proposal is not None
    name = asked.keys[0].name
    request = UpdateRequest(
        name=name, config_name=console.changes.suggest_config_name(name), variant=asked.proposal.variant,
        instance_type=asked.proposal.instance_type,
    )  # fmt: skip
    leave()
    endpoint_changes.ask("Update", name, request)
    st.rerun()


def _review(console: Console, asked: Asked) -> None:
    plan = st.session_state.get(_PLAN) or _plan(console, asked)
    st.session_state[_PLAN] = plan
    run = plan_review.show(
        console, plan, key="savings", verb="Stop" if asked.way is Way.STOP else "Let it scale",
        replan=lambda: _plan(console, asked), changed=lambda new: st.session_state.update({_PLAN: new}),
    )  # fmt: skip
    if run:
        leave()
        run_progress.follow(run)


def _plan(console: Console, asked: Asked) -> Plan:
    if asked.way is Way.STOP:
        return console.savings.plan_stop(asked.keys)
    assert asked.finding is not None
    return console.savings.plan_autoscale(asked.finding, console.detail(asked.finding.key.name))


def _clean_up(console: Console, asked: Asked) -> None:
    found = _cleanup(console, asked.keys)
    if found.staying:
        st.markdown(f"**{len(found.staying)} stay:**")
        rows = [{"What": str(each.key.kind), "Name": literal(each.key.name), "Why": literal(each.why)}
                for each in found.staying[:MOST_KEPT]]  # fmt: skip
        plain_table.show(rows, key="savings-staying")
    if not found.going:
        st.info("Nothing of it goes.", icon=":material/info:")
        return
    run = plan_review.show(
        console, found.plan, key="savings", verb="Clean up", typed=found.confirmation,
        replan=lambda: _cleanup(console, asked.keys).plan, changed=lambda _: None,
    )  # fmt: skip
    if run:
        leave()
        run_progress.follow(run)


def _cleanup(console: Console, keys: tuple[Key, ...]) -> Cleanup:
    """The cleanup of exactly these: what else has one of the names is left out by its key."""
    chosen = frozenset(keys)
    asked = {
        "kinds": frozenset(key.kind for key in keys), "names": tuple(dict.fromkeys(key.name for key in keys)),
        "others": True, "also": chosen, "most": max(50, len(keys)),
    }  # fmt: skip
    found = console.cleaning.look(console.cleaning.request(**asked))
    more = frozenset(each.key for each in found.items) - chosen
    return console.cleaning.look(console.cleaning.request(**asked, without=more)) if more else found
