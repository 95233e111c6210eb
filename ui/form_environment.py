"""Container variables: what is plain goes into the request, what is secret is only named and asked for when it runs."""

from __future__ import annotations

import streamlit as st

from services.deploy import Problem
from services.deploy.variables import Pairs, parse_pairs, set_aside, without_secrets
from ui.escape import code
from ui.field import Fields


def read(fields: Fields) -> tuple[Pairs, tuple[str, ...]]:
    """The plain variables and the keys of the secret ones; a value that looks secret is left out."""
    plain, secret = without_secrets(parse_pairs(fields.text("environment"))[0])
    return plain, tuple(dict.fromkeys((*fields.several("environment.secrets"), *secret)))


def problems(fields: Fields) -> tuple[Problem, ...]:
    """What cannot be read of the text."""
    return tuple(Problem("environment", words) for words in parse_pairs(fields.text("environment"))[1])


def _set_aside(fields: Fields) -> None:
    """Take what looks secret out of the text, so that it is neither kept nor shown again."""
    text, secret = set_aside(fields.text("environment"))
    if secret:
        known = fields.several("environment.secrets")
        st.session_state[fields.at("environment")] = text
        st.session_state[fields.at("environment.secrets")] = list(dict.fromkeys((*known, *secret)))
        st.session_state[fields.at("environment.moved")] = secret


def show(fields: Fields) -> None:
    """Write the variables."""
    fields.lines(
        "Environment of the container", "environment", "environment", height=110,
        placeholder='MAX_BATCH_SIZE=8\nor {"MAX_BATCH_SIZE": "8"}',
        help="KEY=value, one a line, or a JSON object. It goes over what the model brings along.",
        on_change=_set_aside, args=(fields,),
    )  # fmt: skip
    moved = fields.value("environment.moved")
    if moved:
        names = ", ".join(code(each) for each in moved)
        many = len(moved) > 1
        st.markdown(
            f":orange[:material/key: :small[{names} {'look like secrets' if many else 'looks like a secret'}: the "
            f"{'values were' if many else 'value was'} taken out and {'are' if many else 'is'} asked for when the plan "
            "runs.]]"
        )
    known = fields.several("environment.secrets")
    st.multiselect(
        "Secret variables", list(known), key=fields.at("environment.secrets"), accept_new_options=True,
        placeholder="names only; values are asked for when the plan runs", persist_state="session",
    )  # fmt: skip
    fields.under("secrets")
