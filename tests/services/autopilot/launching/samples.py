"""Requests for AutoML jobs of every kind, with everything set that it has, and the world they are planned for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from services.access import ExistingRole, RoleRequest, RoleState
from services.autopilot import (
    AutoDeploy,
    AutopilotRequest,
    Filling,
    Forecast,
    ImageClasses,
    LanguageTuning,
    Limits,
    LocalFile,
    ProblemKind,
    S3Data,
    Security,
    Seen,
    Tabular,
    TextClasses,
)
from services.autopilot.launching.ceiling import ceiling
from services.autopilot.launching.state import LaunchState
from services.autopilot.planner import plan_launch
from services.autopilot.requesting.request import CSV, Settings
from services.catalog import CatalogService
from services.plans import Plan
from services.tables.models import Layout, Verdict

ROLE = ExistingRole("arn:aws:iam::123456789012:role/Mine")
NEW_ROLE = RoleRequest(name="sagedeck-autopilot-us-east-1", owner="ada")
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
EMR = "arn:aws:iam::123456789012:role/Emr"
CATALOG = CatalogService("us-east-1", offline=True)
TABLE = Tabular(
    target="Churn?",
    problem_type="BinaryClassification",
    mode="ENSEMBLING",
    algorithms=("xgboost", "catboost"),
    features=("age", "Int'l Plan"),
    types=(("age", "numeric"),),
    sample_weight="weight",
)
SERIES = Forecast(
    target="demand",
    timestamp="day",
    item="item",
    grouping=("store",),
    frequency="15min",
    horizon=20,
    quantiles=("p10", "p50", "p99"),
    filling=(
        Filling(column="demand", where="middlefill", how="zero"),
        Filling(column="price", where="backfill", how="value", value="2"),
    ),
    aggregation="avg",
    holidays="DE",
    algorithms=("cnn-qr", "ets"),
    features=("price",),
    types=(("price", "numeric"),),
)
TUNED = LanguageTuning(
    base_model="Llama2-7B", epochs=3, batch_size=8, learning_rate=0.0001, warmup_steps=10, accept_eula=True
)
SETTINGS: Mapping[ProblemKind, Settings] = {
    ProblemKind.TABULAR: TABLE,
    ProblemKind.TEXT: TextClasses(content="review", label="mood"),
    ProblemKind.IMAGE: ImageClasses(),
    ProblemKind.FORECAST: SERIES,
    ProblemKind.LANGUAGE: TUNED,
}
COLUMNS = {
    ProblemKind.TABULAR: ("age", "Int'l Plan", "weight", "Churn?"),
    ProblemKind.TEXT: ("review", "mood"),
    ProblemKind.IMAGE: (),
    ProblemKind.FORECAST: ("day", "item", "store", "price", "demand"),
    ProblemKind.LANGUAGE: ("input", "output"),
}
OBJECTIVES = {
    ProblemKind.TABULAR: "AUC",
    ProblemKind.TEXT: "Accuracy",
    ProblemKind.IMAGE: "Accuracy",
    ProblemKind.FORECAST: "MAPE",
    ProblemKind.LANGUAGE: "",
}


def plain(**changes: Any) -> AutopilotRequest:
    """A table in S3, with nothing but what is needed."""
    start = AutopilotRequest(
        name="churn-1",
        training=S3Data(uri="s3://mine/churn/train.csv"),
        settings=Tabular(target="Churn?"),
        role=ROLE,
        owner="ada",
    )
    return replace(start, **changes)


def full(kind: ProblemKind, **changes: Any) -> AutopilotRequest:
    """Everything set that the kind has and that goes together."""
    images, series = kind is ProblemKind.IMAGE, kind is ProblemKind.FORECAST
    start = plain(
        training=S3Data(uri="s3://mine/data/train/", content_type="image/*" if images else CSV),
        validation=None if series else S3Data(uri="s3://mine/data/held/", content_type="image/*" if images else CSV),
        settings=SETTINGS[kind],
        objective=OBJECTIVES[kind],
        output="s3://mine/out/",
        limits=Limits(job_seconds=7200, training_seconds=3600, candidates=5 if kind is ProblemKind.TABULAR else 1),
        security=Security(
            output_key=KEY,
            volume_key=KEY,
            subnets=("subnet-0123456789abcdef0",),
            security_groups=("sg-0123456789abcdef0",),
            encrypt_traffic=True,
        ),
        deploy=AutoDeploy("best-of-churn"),
        emr_role=EMR if kind in (ProblemKind.TABULAR, ProblemKind.FORECAST) else "",
        project="churn",
        tags=(("team", "sales"),),
    )
    return replace(start, **changes)


def verdict_of(columns: tuple[str, ...], *, rows: int = 1_000, target: str = "", **changes: Any) -> Verdict:
    start = Verdict(
        accepted=True,
        problem_type="BinaryClassification",
        reason="It has two values.",
        rows=rows,
        columns=columns,
        target=target,
        layout=Layout(),
        findings=(),
        repairs=(),
        size=40_000,
    )
    return replace(start, **changes)


def seen_of(request: AutopilotRequest, **changes: Any) -> dict[str, Seen]:
    columns = COLUMNS[request.kind]
    verdict = verdict_of(columns, target=request.target) if columns else None
    found = {}
    for name, source in request.sources:
        path = source.path if isinstance(source, LocalFile) else ""
        content = "image/*" if request.kind is ProblemKind.IMAGE else CSV
        seen = Seen(verdict=verdict, path=path, name=Path(path).name, size=40_000, content_type=content)
        found[name] = replace(seen, **changes)
    return found


def state_for(request: AutopilotRequest, **changes: Any) -> LaunchState:
    seen = changes.pop("seen", None) or seen_of(request)
    start = LaunchState(
        role=RoleState(region="us-east-1", account="123456789012"),
        seen=seen,
        ceiling=ceiling(request, seen, CATALOG.machine),
        running=0,
    )
    return replace(start, **changes)


def plan_for(request: AutopilotRequest, **changes: Any) -> Plan:
    return plan_launch(request, state_for(request, **changes))
