"""What to deploy: a pair, one model, or an endpoint that exists; and the request and plan that came of it.

The cards are drawn again on their own: a choice in them does not cost the rest of the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from services.catalog import Task
from services.deploy import DeployRequest, RagPairRequest
from services.deploy.saved import save
from ui import error_box, existing_endpoint, field, form_role, form_source, formats, model_form, polling
from ui.escape import literal
from ui.model_form import Card, Draft

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import Plan

PAIR, ONE, EXISTING = "A pair for documents", "One model", "An endpoint that exists"
_PAIR = (
    Card(form_source.CHAT, f"deploy.{Task.CHAT.name}", alone=False),
    Card(form_source.EMBEDDING, f"deploy.{Task.EMBEDDING.name}", alone=False),
)
_KEYS = {kind: f"deploy.{task.name}" for kind, task in form_source.TASKS.items()}
_CARRIED = ("deploy.model", "deploy.source")  # what the page Models leaves: an id, and "catalog", "hub" or "custom"
_SOURCES = {"hub": form_source.HUB, "custom": form_source.OWN}
MOST_TOLD = 8  # what is to be mended, beside the button; the rest stands at its fields
_REVIEWED, _WANTED = "deploy.reviewed", "deploy.wanted"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A request with the plan of it, as a person looks at it."""

    request: DeployRequest | RagPairRequest
    plan: Plan


class _Turn:
    """One drawing of the whole form; `over` also where something overtook it."""

    over = False


def reviewed() -> Reviewed | None:
    """What is being reviewed; None while the form is being filled in."""
    found: Reviewed | None = st.session_state.get(_REVIEWED)
    return found


def review(console: Console, request: DeployRequest | RagPairRequest) -> None:
    """Plan the request and show that instead of the form. Raises what planning raises."""
    dated = console.deploy.dated  # the end of a lease is told from now, once
    if isinstance(request, RagPairRequest):
        request = RagPairRequest(embedding=dated(request.embedding), language=dated(request.language))
    else:
        request = dated(request)
    st.session_state[_REVIEWED] = Reviewed(request, plan_of(console, request))


def change() -> None:
    """Back to the form, which stands as it was left; for a button's callback."""
    st.session_state.pop(_REVIEWED, None)


def begun() -> None:
    """What was reviewed runs: the form is free for the next, under another name."""
    change()
    model_form.forget_names()


def plan_of(console: Console, request: DeployRequest | RagPairRequest) -> Plan:
    """The plan of a request, against the account as it is now."""
    if isinstance(request, RagPairRequest):
        return console.deploy.plan_pair(request)
    return console.deploy.plan_deploy(request)


def arrived() -> None:
    """Leave what was being reviewed where a person comes from the page Models with something to deploy."""
    if any(name in st.session_state for name in _CARRIED):
        change()


def _begin(console: Console) -> None:
    """Begin with what was chosen on the page Models, once."""
    model_id, source = (str(st.session_state.pop(name, "") or "") for name in _CARRIED)
    if not (model_id or source):
        return
    kind = _SOURCES.get(source) or form_source.kind_of(console, model_id)
    st.session_state["deploy.what"], st.session_state["deploy.kind"] = ONE, kind
    if model_id:
        form_source.begin_with(_card(kind).fields(), kind, model_id)


def _card(kind: str) -> Card:
    return Card(kind, _KEYS.get(kind, model_form.ONE_KEY))


def show(console: Console) -> None:
    """Write the form; its button plans, and draws the page again."""
    _begin(console)
    with st.container(gap="small"):  # one place for both, so that what follows keeps its own
        what = st.segmented_control(
            "What", [PAIR, ONE, EXISTING], default=PAIR, required=True, key="deploy.what",
            label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
        kind = _kind() if what == ONE else None
    if what == EXISTING:
        existing_endpoint.show(console)
        return
    cards = (_card(kind),) if kind else _PAIR
    turn = _Turn()
    try:
        _forms(console, cards, turn)
    finally:
        turn.over = True


def _forms(console: Console, cards: tuple[Card, ...], turn: _Turn) -> None:
    polling.alone(partial(_role, console))
    polling.alone(partial(_cards, console, cards, turn))
    st.button(
        "Review the plan", type="primary", icon=":material/fact_check:", key="deploy.review",
        on_click=_asked, args=(console, cards),
    )  # fmt: skip
    if st.session_state.get(_WANTED):
        _go_on(console, [model_form.read(console, card) for card in cards])


def _cards(console: Console, cards: tuple[Card, ...], turn: _Turn) -> None:
    """A part of its own is a block of its own: one for both forms keeps every widget at its place when they change."""
    if len(cards) == 1:  # it lays out its two columns itself
        model_form.show(console, cards[0])
    else:
        for place, card in zip(st.columns(2, gap="medium"), cards, strict=True):
            with place:
                model_form.show(console, card)
    if turn.over and st.session_state.get(_WANTED):
        st.rerun()  # the click was overtaken by what was typed right before it


def _role(console: Console) -> None:
    fields = field.Fields(model_form.ROLE_KEY, problems=form_role.problems(console, field.Fields(model_form.ROLE_KEY)))
    form_role.show(console, fields)


def _asked(console: Console, cards: tuple[Card, ...]) -> None:
    """From now on what is left empty counts; parts that hide something to be mended are opened."""
    st.session_state[field.ASKED] = st.session_state[_WANTED] = True
    for card in cards:
        model_form.unfold(card, model_form.read(console, card).problems)


def _go_on(console: Console, drafts: list[Draft]) -> None:
    problems = tuple(dict.fromkeys(problem for draft in drafts for problem in draft.problems))
    if problems:
        number = formats.count(len(problems), "thing is", "things are")
        lines = [f"- {literal(field.labelled(problem))}" for problem in problems[:MOST_TOLD]]
        st.error("\n".join([f"**{number} to be mended, marked red above:**", *lines]), icon=":material/error:")
        st.session_state.pop(_WANTED, None)
        return
    requests = [draft.request for draft in drafts]
    request = requests[0] if len(requests) == 1 else RagPairRequest(language=requests[0], embedding=requests[1])
    try:
        with st.spinner("Planning: images, role and names are looked up…"):
            review(console, request)
    except Exception:
        st.session_state.pop(_WANTED, None)
        raise
    st.session_state.pop(_WANTED, None)
    st.session_state.pop(field.ASKED, None)
    st.rerun()


def _kind() -> str:
    return st.selectbox(
        "Kind", form_source.KINDS, key="deploy.kind", label_visibility="collapsed", width=260, persist_state="session"
    )


def summary(console: Console, request: DeployRequest | RagPairRequest) -> None:
    """The form folded into a line for each model, with the way back to it."""
    parts = [request.language, request.embedding] if isinstance(request, RagPairRequest) else [request]
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="deploy-summary"):
        lines = [
            f"{model_form.sentence(console, part)} :gray[as] {literal(formats.short(part.endpoint_name))}"
            for part in parts
        ]
        st.markdown("  \n".join(lines), width="stretch")
        with error_box.shown():
            ordered = [request.embedding, request.language] if isinstance(request, RagPairRequest) else parts
            st.download_button(
                "Save", save(ordered), "request.json", "application/json", on_click="ignore", key="deploy.save",
                icon=":material/download:", help="What is asked for, without secrets: sagedeck deploy --request FILE.",
            )  # fmt: skip
        st.button("Change", icon=":material/edit:", on_click=change, key="deploy.change")
