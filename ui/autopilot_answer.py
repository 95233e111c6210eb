"""A prediction in words and bars, and how it moved since the one before."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from services.autopilot.using.answers import Answer
from services.autopilot.using.schema import Schema
from services.legible import legible
from ui import bars, formats
from ui.escape import literal

MOST_BARS = 12
_MOST_CHANGES = 6


def show(schema: Schema | None, answer: Answer) -> None:
    """Write one answer."""
    target = schema.target if schema else "It shows"
    st.metric(literal(target), figure(schema, answer), border=False)
    if answer.scores:
        ranked = sorted(answer.scores, key=lambda each: -each[1])[:MOST_BARS]
        bars.show([(legible(label, 60), share) for label, share in ranked], label="Probabilities", most=1.0)
    elif schema is None or schema.training.classes:
        words = "This endpoint was told to answer with labels alone; one that is deployed here tells probabilities."
        st.markdown(f":gray[:small[{words}]]")


def figure(schema: Schema | None, answer: Answer) -> str:
    """What was predicted, as a text."""
    if schema is not None and schema.training.regression and answer.number is not None:
        return formats.figure(answer.number)
    return literal(legible(answer.label, 60))


def moved(schema: Schema, before: tuple[Sequence[str], Answer], now: tuple[Sequence[str], Answer]) -> None:
    """Write what was changed since the prediction before, and what that changed."""
    changed = [
        f"{name} {legible(old, 30) or 'missing'} → {legible(new, 30) or 'missing'}"
        for name, old, new in zip(schema.names, before[0], now[0], strict=True)
        if old != new
    ]
    if not changed:
        return
    more = f" and {len(changed) - _MOST_CHANGES} more" if len(changed) > _MOST_CHANGES else ""
    said = f"{_said(schema, before[1], now[1])} → {_said(schema, now[1], now[1])}"
    st.markdown(
        f":small[:material/compare_arrows: {literal(', '.join(changed[:_MOST_CHANGES]) + more)}: **{literal(said)}**]"
    )


def _said(schema: Schema, answer: Answer, now: Answer) -> str:
    """The prediction as it is compared: a number, or how probable the label of now was."""
    if schema.training.regression and answer.number is not None:
        return formats.figure(answer.number)
    share = dict(answer.scores).get(now.label)
    return legible(answer.label, 40) if share is None else f"{legible(now.label, 40)} {share:.1%}"
