"""The fields of an Autopilot job in the session: drawn from the table of all fields, so that form and checks agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import streamlit as st

from services.autopilot import ProblemKind
from services.autopilot.requesting.field import Field
from services.autopilot.requesting.fields import fields_of
from ui.field import Fields

ASKED = "autopilot.asked"  # the person wanted to go on: from then on what is left empty counts too
MINUTE = 60
KINDS = {
    ProblemKind.TABULAR: ("A table", "table_chart", "Predict a column: a number, yes or no, or one of several."),
    ProblemKind.TEXT: ("Texts", "article", "Sort texts into classes."),
    ProblemKind.IMAGE: ("Images", "image", "Sort images into classes."),
    ProblemKind.FORECAST: ("A forecast", "timeline", "What comes next in series of numbers."),
    ProblemKind.LANGUAGE: ("A language model", "neurology", "Tune a language model on pairs of input and output."),
}


class JobFields(Fields):
    """The fields of one kind of job. What any job has (its role, keys, tags) is the same for all kinds.

    Their names are those of the request: what is wrong with `settings.mode` stands below the field of that name.
    """

    defaults: ClassVar[Mapping[str, Any]] = {
        "limits.job_minutes": 120,
        "validation.percent": 20,
        "settings.frequency": "D",
        "settings.horizon": 14,
        "role": None,
    }
    of_all = ("role", "arn", "security", "output", "tags", "project", "deploy", "emr_role")
    asked = ASKED

    def __init__(self, kind: ProblemKind, problems: Sequence[Any] = (), *, problem_type: str = "", mode: str = "AUTO"):
        super().__init__(f"autopilot.{kind.name}", shared="autopilot", problems=problems)
        self.kind = kind
        self.known = {each.name: each for each in fields_of(kind, problem_type, mode)}

    def of(self, name: str) -> Field:
        """What is known of a field; KeyError where the kind has none of it."""
        return self.known[name]

    def under(self, field: str, *, empty: bool = False) -> None:
        """As in any form; but an empty field that may stay empty is wrong because of another, and at once."""
        known = self.known.get(field)
        super().under(field, empty=empty and (known is None or known.required))

    def line(self, name: str, *, value: str = "", **more: Any) -> None:
        """A line of text, with the field's own label, help and example."""
        known = self.of(name)
        more.setdefault("placeholder", known.example or (f"{known.default}" if known.default else None))
        self.ask(more.pop("label", known.label), name, name, value=value, help=known.words or None, **more)

    def figure(self, name: str, *, at: str = "", label: str = "", field: str = "", **more: Any) -> None:
        """A whole number. `at` is where the session keeps it, when that is in another unit than the request's."""
        known = self.of(field or name)
        more.setdefault("placeholder", known.default or None)
        self.whole(label or known.label, at or name, field or name, help=known.words or None, **more)

    def fraction(self, name: str) -> None:
        """A number that need not be whole."""
        known = self.of(name)
        st.number_input(
            known.label, value=None, step=0.0001, format="%g", key=self.at(name), persist_state="session",
            placeholder="AWS's own", help=known.words or None,
        )  # fmt: skip
        self.under(name)

    def one(
        self, name: str, *, none: str = "", shown: Callable[[str], str] = str, options: Sequence[str] = (), **more: Any
    ) -> None:
        """One of the field's words, or `none`, which means that it is left out."""
        known = self.of(name)
        words = list(options or known.choices)
        offered = ["", *words] if none else words
        if self.value(name) not in (None, *offered):
            st.session_state.pop(self.at(name), None)  # of another problem type
        self.pick(
            more.pop("label", known.label), name, name, offered, help=known.words or None,
            shown=lambda each: shown(each) if each else none, **more,
        )  # fmt: skip

    def many(self, name: str, *, options: Sequence[str], label: str = "", **more: Any) -> None:
        """Several of a field's words."""
        known = self.of(name)
        kept = [each for each in self.value(name) or () if each in options or more.get("accept_new_options")]
        if kept != list(self.value(name) or ()):
            st.session_state[self.at(name)] = kept
        st.multiselect(
            label or known.label, options, key=self.at(name), persist_state="session", help=known.words or None,
            placeholder=more.pop("placeholder", known.default or "Choose"), **more,
        )  # fmt: skip
        self.under(name)
