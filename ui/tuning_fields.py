"""The fields of the form that fine-tunes: what they hold before they are touched, and what goes with which model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import streamlit as st

from services.deploy import Problem
from services.tuning import Format
from ui.field import Fields

KEY = "tune"
FORMATS = {
    Format.INSTRUCTION: "Instructions",
    Format.DOMAIN: "Plain text",
    Format.CHAT: "Dialogs",
}


class TuningFields(Fields):
    """The fields of one training; hyperparameters belong to the model they are of."""

    defaults: ClassVar[Mapping[str, Any]] = {"count": 1, "hours": 6.0, "wait": 12.0}
    of_all: ClassVar[tuple[str, ...]] = ()
    asked: ClassVar[str] = "tune.asked"

    def __init__(self, *, text: str = "", problems: Sequence[Problem] = ()) -> None:
        super().__init__(KEY, problems=problems)
        self._text = text

    def at(self, name: str) -> str:
        """The session's key of a field; a template belongs to the text that suggested it."""
        return f"{super().at(name)}.{self._text}" if name in ("prompt", "completion") else super().at(name)

    def told(self, problem: Problem) -> None:
        """What is said elsewhere is not said again."""
        self._told.add(problem)

    def decimal(self, label: str, name: str, field: str, **more: Any) -> None:
        """A number with a fraction, such as hours."""
        st.number_input(
            label, value=float(self.defaults[name]), key=self.at(name), persist_state="session", format="%g", **more
        )  # fmt: skip
        self.under(field)

    def seconds(self, name: str) -> int:
        """What a field of hours says, in seconds."""
        return round(float(self.value(name) or 0) * 3600)


def hyper(model_id: str, name: str) -> str:
    """The name of a hyperparameter's field."""
    return f"hyper.{model_id}.{name}"
