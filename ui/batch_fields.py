"""The fields of a transform job's form, which begin as the model wants them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import streamlit as st

from services.batch import Problem, Suggestion
from services.deploy import Problem as FieldProblem
from ui.field import Fields

ASKED = "batch.asked"
OWN_ROLE, NEW_ROLE = "The model's own", "A new one for this job"


class BatchFields(Fields):
    """Keyed by the model, so that another model begins with what fits it."""

    defaults: ClassVar[Mapping[str, Any]] = {"count": 1}
    of_all: ClassVar[tuple[str, ...]] = ()
    asked: ClassVar[str] = ASKED

    def __init__(self, model: str, fits: Suggestion, problems: Iterable[Problem] = ()) -> None:
        found = tuple(FieldProblem(problem.field, problem.words) for problem in problems)
        super().__init__(f"batch.{model}", problems=found)
        self.fits = fits

    def value(self, name: str) -> Any:
        """What a field says, or what fits the model."""
        found = st.session_state.get(self.at(name))
        if found is not None:
            return found
        return getattr(self.fits, name, None) or self.defaults.get(name)

    def optional(self, name: str) -> int | None:
        """What a field of a whole number says, None where it is empty."""
        found = st.session_state.get(self.at(name))
        return None if found is None else int(found)
