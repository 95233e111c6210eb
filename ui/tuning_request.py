"""The request that the form stands for, with what is wrong about it; read before the form is drawn."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from services.deploy import Problem
from services.deploy.variables import parse_pairs
from services.tuning import Format, Learned, Template, TuningRequest, TuningState
from services.tuning.hyperparameters import CHAT, INSTRUCTION
from ui import form_role, tuning_template
from ui.tuning_fields import TuningFields, hyper
from ui.tuning_text import Seen, Text

if TYPE_CHECKING:
    from services.catalog import CatalogModel, TrainingSpec
    from services.console import Console

_NAME, _NAMED = "tune.name.suggested", "tune.name.of"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be tuned on what: known before the form is read."""

    model: CatalogModel
    spec: TrainingSpec
    format: Format
    text: Text


@dataclass(frozen=True, slots=True)
class Draft:
    """The request as the form stands, the world as far as it is known, and what is wrong."""

    request: TuningRequest
    state: TuningState
    problems: tuple[Problem, ...]
    learned: Learned


def given(spec: TrainingSpec, model_id: str) -> dict[str, str]:
    """The hyperparameters that were changed."""
    found = {}
    for each in spec.hyperparameters:
        value = st.session_state.get(f"tune.{hyper(model_id, each.name)}")
        if value is not None and str(value).strip() and str(value) != each.default:
            found[each.name] = str(value).strip()
    return {name: value for name, value in found.items() if name not in (INSTRUCTION, CHAT)}


def read(console: Console, chosen: Chosen, seen: Seen | None) -> Draft:
    """The request as the form stands."""
    fields, model, spec = TuningFields(text=chosen.text.id), chosen.model, chosen.spec
    tags, unread = parse_pairs(fields.text("tags"))
    spot = bool(fields.value("spot"))
    suggestion = (seen.beside or seen.report.suggestion) if seen else None
    template = tuning_template.read(fields, suggestion) if chosen.format is Format.INSTRUCTION else None
    request = TuningRequest(
        model_id=model.id, job_name=fields.text("name") or _suggested(console, model.id), format=chosen.format,
        text=chosen.text.given(), template=_sent(template, seen),
        instance_type=fields.text(f"type.{model.id}") or spec.default_instance,
        bucket=fields.text("bucket") or console.tuning.default_bucket, role=form_role.read(console, fields),
        owner=console.owner, accept_eula=bool(fields.value(f"eula.{model.id}")),
        validation=_prefix(fields.text("validation")), output=_prefix(fields.text("output")),
        hyperparameters=tuple(sorted(given(spec, model.id).items())), count=fields.number("count") or 1,
        volume_gb=fields.number("volume"), most_seconds=fields.seconds("hours"), spot=spot,
        wait_seconds=fields.seconds("wait") if spot else 0, checkpoints=_prefix(fields.text("checkpoints")),
        kms_volume=fields.text("kms_volume"), kms_output=fields.text("kms_output"),
        subnets=_ids(fields.text("subnets")), security_groups=_ids(fields.text("groups")),
        isolated={"yes": True, "no": False}.get(fields.text("isolated")),
        encrypt_between=True if fields.value("between") else None, tags=tags,
    )  # fmt: skip
    state = console.tuning.sketch(request)
    state = replace(state, beside=seen is not None and seen.beside is not None)
    problems = (
        *console.tuning.problems(request, state),
        *(Problem("tags", words) for words in unread),
        *_of_text(seen),
    )
    return Draft(request, state, problems, learned(seen))


def learned(seen: Seen | None) -> Learned:
    """How much is learned: of a text of which only the beginning was read, in proportion."""
    if seen is None:
        return Learned()
    report = seen.report
    share = seen.size / report.size if not report.complete and report.size else 1.0
    return Learned(round(report.rows * share), round(report.tokens * share))


def forget_name() -> None:
    """The next training gets another name."""
    for name in (_NAME, "tune.name"):
        st.session_state.pop(name, None)


def _suggested(console: Console, model_id: str) -> str:
    if st.session_state.get(_NAMED) != model_id or _NAME not in st.session_state:
        st.session_state[_NAME], st.session_state[_NAMED] = console.tuning.suggest_name(model_id), model_id
    return str(st.session_state[_NAME])


def _sent(template: Template | None, seen: Seen | None) -> Template | None:
    """The template where it has to be sent; one that lies beside the text already has not."""
    return None if seen is not None and seen.beside is not None and template == seen.beside else template


def _of_text(seen: Seen | None) -> tuple[Problem, ...]:
    if seen is None:
        return (Problem("text", "The text could not be looked at."),)
    stops = [each for each in seen.report.findings if each.level == "stop" and not each.code.startswith("template")]
    return tuple(Problem("doctor", f"The text: {each.words}") for each in stops)


def _prefix(url: str) -> str:
    return f"{url.rstrip('/')}/" if url else ""


def _ids(text: str) -> tuple[str, ...]:
    return tuple(each for each in re.split(r"[,;\s]+", text) if each)
