"""A field of a form with what is wrong about it underneath, told without asking anyone.

What a form says is read from the session before it is drawn: parts that are folded or belong to another choice say what
they said when they were last seen, and the sentence about a field stands right below it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import streamlit as st

from services.deploy import Components, Problem, Scaling, Server, Serverless
from ui.escape import literal

ASKED = "deploy.asked"  # the person wanted to go on: from then on what is left empty counts too

# What a field says before it was touched; a name that is not here says "", a number nothing.
DEFAULTS: Mapping[str, Any] = {
    "count": 1,
    "hub.server": Server.VLLM.value,
    "mode.memory": Serverless().memory_mb,
    "mode.at_once": Serverless().concurrency,
    "mode.copies": Components(name="").copies,
    "mode.component_memory": Components(name="").memory_mb,
    "scaling.minimum": Scaling().minimum,
    "scaling.maximum": Scaling().maximum,
    "scaling.in": Scaling().scale_in_cooldown,
    "scaling.out": Scaling().scale_out_cooldown,
    "advanced.percentage": 100,
}
# What stands before the sentence where the field itself is not seen.
_LABELS = {
    "endpoint_name": "Endpoint name",
    "count": "Count",
    "fallbacks": "Further types",
    "environment": "Environment",
    "secrets": "Secret variables",
    "tags": "Tags",
    "lease_hours": "Lease",
    "lease_ends": "Lease",
    "lease_then": "Lease",
    "lease_reason": "Lease",
    "scaling": "Scaling",
    "advanced": "Further settings",
    "role": "Execution role",
}
_OF_ALL_SOURCES = ("mode", "scaling", "environment", "advanced", "tags", "fallbacks", "lease")


class Fields:
    """The fields of one form: they live in the session under its key and outlast being hidden.

    shared      the key of those that mean the same whatever runs (mode, scaling, network, …)
    problems    what is wrong with the request as the form stands; each is shown once

    A form of another page says itself what its fields hold before they are touched, which of them are shared, and under
    which name the session keeps that the person wanted to go on.
    """

    defaults: ClassVar[Mapping[str, Any]] = DEFAULTS
    of_all: ClassVar[tuple[str, ...]] = _OF_ALL_SOURCES
    asked: ClassVar[str] = ASKED

    def __init__(self, key: str, *, shared: str = "", problems: Sequence[Problem] = ()) -> None:
        self.key, self._shared = key, shared or key
        self.problems = tuple(problems)
        self._told: set[Problem] = set()

    def at(self, name: str) -> str:
        """The session's key of a field."""
        return f"{self._shared if name.split('.')[0] in self.of_all else self.key}.{name}"

    def value(self, name: str) -> Any:
        """What a field says, or its default."""
        found = st.session_state.get(self.at(name))
        return self.defaults.get(name) if found is None else found

    def text(self, name: str) -> str:
        """What a field of text says, without blanks around it."""
        return str(self.value(name) or "").strip()

    def number(self, name: str) -> int:
        """What a field of a whole number says; an empty one 0."""
        return int(self.value(name) or 0)

    def several(self, name: str) -> tuple[str, ...]:
        """What a field of several values says."""
        return tuple(str(each).strip() for each in self.value(name) or ())

    def ask(self, label: str, name: str, field: str = "", *, value: str = "", **more: Any) -> None:
        """A line of text, looked at while it is typed. `field` is its name in the request."""
        if value and self.at(name) not in st.session_state:
            more["value"] = value
        st.text_input(
            label, key=self.at(name), live=True, autocomplete="off", persist_state="session", **more
        )  # fmt: skip
        self.under(field, empty=not (self.text(name) or value))

    def lines(self, label: str, name: str, field: str, **more: Any) -> None:
        """Several lines of text."""
        st.text_area(label, key=self.at(name), persist_state="session", **more)
        self.under(field)

    def whole(self, label: str, name: str, field: str, *, step: int = 1, **more: Any) -> None:
        """A whole number; what it may be is said by the request's own rules, not by the browser."""
        default = self.defaults.get(name)
        st.number_input(label, value=default, step=step, key=self.at(name), persist_state="session", **more)
        self.under(field)

    def pick(
        self, label: str, name: str, field: str, options: Sequence[str], *,
        shown: Callable[[str], str] = str, default: str | None = None, **more: Any,
    ) -> None:  # fmt: skip
        """One of several; the first, or `default`, before it is touched."""
        wanted = self.defaults.get(name) if default is None else default
        index = None if "placeholder" in more else 0
        if wanted in options and self.at(name) not in st.session_state:
            index = options.index(wanted)
        st.selectbox(
            label, options, index=index, format_func=shown, key=self.at(name), persist_state="session", **more
        )  # fmt: skip
        self.under(field, empty=not self.text(name) and index is None)

    def switch(self, label: str, name: str, **more: Any) -> bool:
        """On or off."""
        return st.toggle(label, key=self.at(name), persist_state="session", **more)

    def under(self, field: str, *, empty: bool = False) -> None:
        """Write what is wrong with a field of the request; what was not filled in yet counts once it was asked for."""
        for problem in self.problems:
            if not field or problem.field != field or problem in self._told:
                continue
            self._told.add(problem)
            if not empty or st.session_state.get(self.asked):
                wrong(problem.words)

    def rest(self) -> None:
        """Write what stands at no field that is drawn: it belongs to a folded part, or to the request as a whole."""
        for problem in self.problems:
            if problem not in self._told:
                self._told.add(problem)
                wrong(labelled(problem))


def labelled(problem: Problem) -> str:
    """What is wrong, with the name of its field where the sentence alone would leave one to guess."""
    label = _LABELS.get(problem.field.partition(".")[0], "")
    return f"{label}: {problem.words}" if label else problem.words


def wrong(words: str) -> None:
    """One thing that is wrong, in red."""
    st.markdown(f":red[:material/error: :small[{literal(words)}]]")
