"""Sample tables to try Autopilot with."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot import ProblemKind
from services.tables.kept import CHUNK, hashed
from ui import error_box, formats
from ui.autopilot_fields import KINDS
from ui.escape import code, literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.console import Console
    from services.tables.models import Sample

_TARGET = "target"


def show(console: Console, kind: ProblemKind) -> str:
    """Write the samples; the sha256 of the one that was taken, else ""."""
    from services.tables import samples

    offered = samples()
    ranked = sorted(offered, key=lambda each: each.kind != kind.value)
    taken = ""
    with st.grid(3, min_column_width=260):
        for each in ranked:
            with st.container(border=True, height="stretch", gap="small", key=f"autopilot-sample-{_short(each)}"):
                if _card(each, fits=each.kind == kind.value):
                    with error_box.shown():
                        taken = take(console, each)
    return taken


def take(console: Console, sample: Sample) -> str:
    """Keep a sample as if it had been sent, with its kind and its target; its sha256."""
    kept = console.kept_tables.put(console.owner, sample.path.name, _pieces(sample.path), origin="sample")
    st.session_state["autopilot.kind.wanted"] = sample.kind
    st.query_params[_TARGET] = sample.target
    return kept.sha256


def _card(sample: Sample, *, fits: bool) -> bool:
    kind = ProblemKind(sample.kind)
    title, icon, _ = KINDS[kind]
    st.markdown(f":material/{icon}: **{literal(sample.name)}**  \n{literal(sample.about)}")
    target = f" · to be predicted: {code(sample.target)}" if sample.target else ""
    st.markdown(f":gray[:small[{title} · {formats.size(_size(sample.path))}{target}]]")
    st.space("stretch")
    return st.button(
        "Try it",
        type="primary" if fits else "secondary",
        icon=":material/science:",
        key=f"autopilot.try.{_short(sample)}",
    )


def _short(sample: Sample) -> str:
    return "".join(sign if sign.isalnum() else "-" for sign in sample.path.stem.lower())


@cache
def _size(path: Path) -> int:
    return hashed(path)[1]


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            yield piece
