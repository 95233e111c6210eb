"""The request that the form makes as it stands, and what is wrong with it. Asks nobody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from services.autopilot import ProblemKind
from services.autopilot.launching.examining import stops_of
from services.autopilot.launching.seen import Seen
from services.autopilot.requesting.known import default_metric, metrics_of
from services.autopilot.requesting.problems import request_problems
from services.autopilot.requesting.request import (
    AutoDeploy,
    AutopilotRequest,
    Filling,
    Forecast,
    ImageClasses,
    LanguageTuning,
    Limits,
    S3Data,
    Security,
    Settings,
    Source,
    Tabular,
    TextClasses,
    suggest_name,
)
from services.deploy import Problem
from services.deploy.variables import parse_pairs
from ui import autopilot_columns, autopilot_roles, autopilot_validation, form_role
from ui.autopilot_fields import MINUTE, JobFields

if TYPE_CHECKING:
    from services.console import Console
    from services.tables.looks import Look
    from services.tables.models import Verdict
    from ui.autopilot_data import Chosen
    from ui.autopilot_roles import Columns

GENERATED, GIVEN = "Generated", "Given"


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form says as it stands, and what is wrong with it, by the request's fields."""

    request: AutopilotRequest
    problems: tuple[Problem, ...]


def read(console: Console, kind: ProblemKind, data: Chosen, columns: Columns, look: Look, size: int | None) -> Draft:
    """The request as the form stands. `size` in bytes of the data; None where it is not known."""
    fields, verdict = JobFields(kind), look.verdict
    settings = _settings(fields, data, columns, verdict)
    problem_type = settings.problem_type if isinstance(settings, Tabular) else ""
    pairs, unread = parse_pairs(fields.text("tags"))
    request = AutopilotRequest(
        name=name_of(fields, data),
        training=_training(fields, data),
        settings=settings,
        role=form_role.read(console, fields),
        validation=autopilot_validation.read(console, fields, data),
        validation_fraction=_fraction(fields, kind),
        output=fields.text("output"),
        make_bucket=bool(fields.value("output.make")),
        objective=_objective(fields, problem_type),
        limits=_limits(fields, kind),
        security=_security(fields),
        deploy=_deploy(fields),
        emr_role=fields.text("emr_role"),
        project=fields.text("project"),
        tags=tuple(pairs),
        owner=console.owner,
    )
    stops = stops_of(verdict, "training", request, True) if verdict else ()
    seen = Seen(
        verdict=verdict, facts=look.statistics.columns if look.statistics else (), name=data.name, size=size,
        problems=tuple(Problem("training", words) for words in stops),
    )  # fmt: skip
    found = request_problems(request, console.deploy.place, {"training": seen})
    found = autopilot_validation.told(console, fields, found)
    return Draft(request, (*(Problem("tags", words) for words in unread), *found))


def _training(fields: JobFields, data: Chosen) -> Source:
    source, images = data.source, fields.text("training.content_type")
    return replace(source, content_type=images) if images and isinstance(source, S3Data) else source


def _objective(fields: JobFields, problem_type: str) -> str:
    """The objective; one that was chosen for another problem type counts no more."""
    asked = fields.text("objective")
    if asked in metrics_of(fields.kind, problem_type):
        return asked
    return default_metric(fields.kind, problem_type) if problem_type else ""


def name_of(fields: JobFields, data: Chosen) -> str:
    """The job's name: typed, else suggested."""
    typed = st.session_state.get(fields.at(f"name.{autopilot_roles.key_of(data)}"))
    return suggestion(fields, data) if typed is None else str(typed).strip()


def suggestion(fields: JobFields, data: Chosen) -> str:
    """A name with the time of asking in it."""
    now = st.session_state.setdefault(fields.at("asked_at"), datetime.now(UTC))
    return suggest_name(data.name, now)


def begun() -> None:
    """A job of this name is launched: suggest another for the next."""
    for key in [str(key) for key in st.session_state]:
        if key.startswith("autopilot.") and (".name." in key or key.endswith(".asked_at")):
            del st.session_state[key]


def _settings(fields: JobFields, data: Chosen, columns: Columns, verdict: Verdict | None) -> Settings:
    def column(role: str) -> str:
        found = autopilot_roles.read(fields, data, columns, role)
        if verdict is not None and verdict.target and found and role == autopilot_roles.target_role(fields.kind):
            return verdict.target
        return _after_repairs(found, columns, verdict)

    match fields.kind:
        case ProblemKind.TABULAR:
            return _tabular(fields, data, columns, verdict, column("target"), column("weight"))
        case ProblemKind.TEXT:
            return TextClasses(content=column("content"), label=column("label"))
        case ProblemKind.IMAGE:
            return ImageClasses()
        case ProblemKind.FORECAST:
            named = (column("target"), column("timestamp"), column("item"))
            return _forecast(fields, data, columns, verdict, named)
        case ProblemKind.LANGUAGE:
            return _language(fields)


def _after_repairs(name: str, columns: Columns, verdict: Verdict | None) -> str:
    """A column's name in what is launched: the plan sends a copy where the safe repairs give it another."""
    if not name or verdict is None or name in verdict.columns:
        return name
    same = len(verdict.named) == len(verdict.columns)
    if same and name in verdict.named:
        return verdict.columns[verdict.named.index(name)]
    if same and len(columns.names) == len(verdict.columns) and name in columns.names:
        return verdict.columns[columns.names.index(name)]
    return name


def _learned(
    data: Chosen, columns: Columns, verdict: Verdict | None, fixed: tuple[str, ...]
) -> dict[str, tuple[Any, ...]]:
    key = autopilot_roles.key_of(data)
    off = autopilot_columns.left_out(key)
    names = verdict.columns if verdict else columns.names
    taken = tuple(name for name in names if name not in fixed and name not in off)
    typed = tuple((name, word) for name, word in autopilot_columns.types(key) if name in taken)
    return {"features": taken if off or typed else (), "types": typed}


def _tabular(
    fields: JobFields, data: Chosen, columns: Columns, verdict: Verdict | None, target: str, weight: str
) -> Tabular:
    given = fields.text("settings.problem_type")
    asked = fields.text("objective") in metrics_of(fields.kind)  # with a type, or not at all
    mode = fields.text("settings.mode") or "AUTO"
    return Tabular(
        target=target,
        problem_type=given or (verdict.problem_type if verdict and asked else ""),
        mode=mode,
        algorithms=() if mode == "AUTO" else fields.several("settings.algorithms"),
        sample_weight=weight,
        definitions_only=bool(fields.value("settings.definitions_only")),
        **_learned(data, columns, verdict, (target, weight)),
    )


def _forecast(
    fields: JobFields, data: Chosen, columns: Columns, verdict: Verdict | None, named: tuple[str, str, str]
) -> Forecast:
    grouping = fields.several("settings.grouping")
    rows: list[Mapping[str, Any]] = st.session_state.get(fields.at("filling.rows")) or []
    return Forecast(
        target=named[0],
        timestamp=named[1],
        item=named[2],
        grouping=grouping,
        frequency=fields.text("settings.frequency"),
        horizon=fields.number("settings.horizon") or None,
        quantiles=fields.several("settings.quantiles"),
        filling=tuple(
            Filling(column=each["Column"], where=each["Where"], how=each["With"], value=str(each.get("Value") or ""))
            for each in rows if each.get("Column") and each.get("Where") and each.get("With")
        ),
        aggregation=fields.text("settings.aggregation"),
        holidays=fields.text("settings.holidays").upper(),
        algorithms=fields.several("settings.algorithms"),
        **_learned(data, columns, verdict, (*named, *grouping)),
    )  # fmt: skip


def _language(fields: JobFields) -> LanguageTuning:
    rate = fields.value("settings.learning_rate")
    warm = fields.value("settings.warmup_steps")
    return LanguageTuning(
        base_model=fields.text("settings.base_model"),
        epochs=fields.value("settings.epochs"),
        batch_size=fields.value("settings.batch_size"),
        learning_rate=None if rate is None else float(rate),
        warmup_steps=None if warm is None else int(warm),
        accept_eula=bool(fields.value("settings.accept_eula")),
    )


def _fraction(fields: JobFields, kind: ProblemKind) -> float | None:
    if kind is ProblemKind.FORECAST or autopilot_validation.own(fields):
        return None
    percent = fields.value("validation.percent")
    return None if percent in (None, 20) else float(percent) / 100


def _limits(fields: JobFields, kind: ProblemKind) -> Limits:
    def seconds(name: str) -> int | None:
        minutes = fields.value(name)
        return None if minutes is None else int(minutes) * MINUTE

    return Limits(
        job_seconds=seconds("limits.job_minutes"),
        training_seconds=seconds("limits.training_minutes"),
        candidates=fields.value("limits.candidates") if kind is ProblemKind.TABULAR else None,
    )


def _security(fields: JobFields) -> Security:
    def several(name: str) -> tuple[str, ...]:
        return tuple(each for each in re.split(r"[,;\s]+", fields.text(name)) if each)

    return Security(
        output_key=fields.text("security.output_key"),
        volume_key=fields.text("security.volume_key"),
        subnets=several("security.subnets"),
        security_groups=several("security.security_groups"),
        encrypt_traffic=bool(fields.value("security.encrypt_traffic")),
    )


def _deploy(fields: JobFields) -> AutoDeploy | None:
    if not fields.value("deploy"):
        return None
    return AutoDeploy(fields.text("deploy.endpoint_name") if fields.text("deploy.how") == GIVEN else "")
