"""What is known of Autopilot: metrics, algorithms, limits, base models. Sources: facts/README.md.

autopilot.json is AWS's own (API and developer guide). autopilot_machines.json holds which instances are reckoned with:
AWS chooses them and does not publish which, so those are assumptions; its base models are the developer guide's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import facts
from services.autopilot.models import ProblemKind, TabularProblem
from services.autopilot.requesting.request import ANY_IMAGE, CSV, JPEG, PARQUET, PNG, Held


@cache
def _read(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(facts.path(name).read_text(encoding="utf-8"))
    return found


_SAID = _read("autopilot.json")
MACHINES = _read("autopilot_machines.json")
ALGORITHMS: Mapping[str, tuple[str, ...]] = {mode: tuple(names) for mode, names in _SAID["algorithms"].items()}
"""By mode, and "TimeSeriesForecasting"."""

MOST_CANDIDATES = int(_SAID["limits"]["MaxCandidates"]["tabular_max"])
MOST_SECONDS = int(_SAID["limits"]["max_runtime_days"]) * 86_400
MOST_HORIZON = int(_SAID["limits"]["forecast_horizon_max"])
FEWEST_ROWS = int(_SAID["limits"]["fewest_rows_tabular"])
MOST_BYTES = int(_SAID["limits"]["input_dataset_gb"]) * 10**9
MOST_PARQUET_BYTES = int(_SAID["limits"]["single_parquet_file_gb"]) * 10**9
LARGE_BYTES = {ProblemKind.TABULAR: 5 * 10**9, ProblemKind.FORECAST: 30 * 10**9}
"""Above these EMR Serverless takes over where it may (CreateAutoMLJobV2, AutoMLComputeConfig)."""

MOST_SERIES_BYTES = int(MACHINES["series"]["bytes"])
TUNED_BYTES = 100 * 10**6
"""Above this the mode AUTO tunes."""

DEFAULT_FRACTION = 0.2
PROBLEM_TYPES = tuple(TabularProblem)
TYPES = ("numeric", "categorical", "text", "datetime", "sequence")
AGGREGATIONS = ("sum", "avg", "first", "min", "max")
# CreateAutoMLJobV2, TimeSeriesTransformations: where gaps are filled, and with what.
_WITH = ("zero", "value", "mean", "median", "min", "max")
FILLINGS: Mapping[str, tuple[str, ...]] = {
    "frontfill": ("none",),
    "middlefill": (*_WITH, "nan"),
    "backfill": (*_WITH, "nan"),
    "futurefill": _WITH,
}
_TABLES = (CSV, PARQUET)
CONTENT_TYPES: Mapping[ProblemKind, tuple[str, ...]] = {
    ProblemKind.TABULAR: _TABLES,
    ProblemKind.TEXT: _TABLES,
    ProblemKind.IMAGE: (ANY_IMAGE, PNG, JPEG),
    ProblemKind.FORECAST: _TABLES,
    ProblemKind.LANGUAGE: _TABLES,
}
# CreateAutoMLJobV2, AutoMLJobInputDataConfig.
HELD: Mapping[ProblemKind, tuple[str, ...]] = {
    ProblemKind.TABULAR: (Held.PREFIX, Held.MANIFEST),
    ProblemKind.IMAGE: tuple(Held),
    ProblemKind.TEXT: (Held.PREFIX,),
    ProblemKind.FORECAST: (Held.PREFIX,),
    ProblemKind.LANGUAGE: (Held.PREFIX,),
}
_METRICS = {
    ProblemKind.TEXT: "TextClassification",
    ProblemKind.IMAGE: "ImageClassification",
    ProblemKind.FORECAST: "TimeSeriesForecasting",
    ProblemKind.LANGUAGE: "TextGeneration",
}


@dataclass(frozen=True, slots=True)
class BaseModel:
    """A language model that Autopilot fine-tunes; `size` names the machine reckoned with.

    rows     of training and validation data together, at most; more fail the job
    tokens   of an instruction or an answer; the rest is cut off
    """

    name: str
    jumpstart: str
    size: str
    rows: int
    tokens: int
    eula: bool = False


BASE_MODELS: Mapping[str, BaseModel] = {
    name: BaseModel(name, each["jumpstart"], each["size"], each["rows"], each["tokens"], bool(each.get("eula")))
    for name, each in MACHINES["base_models"].items()
}
DEFAULT_BASE_MODEL = "Falcon7BInstruct"


def metrics_of(kind: ProblemKind, problem_type: str = "") -> tuple[str, ...]:
    """The objectives a problem may have; of a table without a type those of every type."""
    every = _SAID["objective_metrics"]
    if kind is ProblemKind.TABULAR:
        types = [problem_type] if problem_type in every["tabular"] else list(every["tabular"])
        return tuple(dict.fromkeys(name for each in types for name in every["tabular"][each]["available"]))
    described = every[_METRICS[kind]]
    return tuple(described.get("api_enum") or described["available"])


def default_metric(kind: ProblemKind, problem_type: str = "") -> str:
    """What candidates are ranked by when nothing is asked; "" while the type of a table is not known."""
    every = _SAID["objective_metrics"]
    if kind is ProblemKind.TABULAR:
        return str(every["tabular"][problem_type]["default"]) if problem_type in every["tabular"] else ""
    return "" if kind is ProblemKind.LANGUAGE else str(every[_METRICS[kind]]["default"])


def concurrent_jobs(region: str) -> int:
    """How many jobs may run at once in a region, unless AWS has raised it."""
    limits = _SAID["limits"]["concurrent_jobs"]
    return next((int(count) for count in ("4", "2") if region in limits[count]), int(limits["other"]))
