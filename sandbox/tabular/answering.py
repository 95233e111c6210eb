"""What a container of Autopilot answers to a request's bytes. Runs in the worker only."""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sandbox.tabular.forecasting import Forecaster
from sandbox.tabular.images import ImageModel
from sandbox.tabular.models import BINARY, REGRESSION, Predicts
from sandbox.tabular.reading import MISSING, Unfit

KEYS = ("predicted_label", "probability", "probabilities", "labels")
_OUTPUT, _SUPPORTED = "SAGEMAKER_INFERENCE_OUTPUT", "SAGEMAKER_INFERENCE_SUPPORTED"


class Refusal(Exception):
    """The container's HTTP status and words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


def answer(
    model: Any, body: bytes, content_type: str, accept: str, environment: Mapping[str, str]
) -> tuple[bytes, str]:
    """Return body and content type. Raises Refusal."""
    kind = content_type.partition(";")[0].strip().lower() or "text/csv"
    wanted = _accepted(accept or environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", ""), kind)
    if isinstance(model, ImageModel):
        return _image(model, body, kind, wanted, environment)
    frame = _frame(model, body, kind)
    if isinstance(model, Forecaster):
        return _forecast(model, frame, wanted)
    rows = _rows(model, frame, _keys(model.problem, environment))
    return _written(rows, wanted)


def _accepted(accept: str, kind: str) -> str:
    for each in accept.split(","):
        bare = each.partition(";")[0].strip().lower()
        if bare in ("text/csv", "application/json", "application/jsonlines"):
            return bare
        if bare not in ("", "*/*"):
            raise Refusal(406, f"Accept type {bare} is not supported. Supported: text/csv, application/json.")
    return "application/json" if kind == "application/json" else "text/csv"


def _keys(problem: str, environment: Mapping[str, str]) -> list[str]:
    asked = [key.strip() for key in environment.get(_OUTPUT, "predicted_label").split(",") if key.strip()]
    supported = [key.strip() for key in environment.get(_SUPPORTED, "").split(",") if key.strip()]
    possible = supported or (["predicted_label"] if problem == REGRESSION else list(KEYS))
    unknown = [key for key in asked if key not in possible or key not in KEYS]
    if unknown:
        raise Refusal(400, f"{_OUTPUT} {unknown} is not supported. Supported: {possible}")
    return asked


def _frame(model: Any, body: bytes, kind: str) -> Any:
    """Return a frame of texts with the columns the model knows."""
    forecasts = isinstance(model, Forecaster)
    names = list(model.names if forecasts else model.columns.names)
    if kind == "text/csv":
        return _from_csv(body, names, forecasts)
    if kind in ("application/json", "application/jsonlines"):
        return _from_json(body, names, kind)
    if kind in ("application/x-parquet", "x-application/vnd.amazon+parquet"):
        try:
            read = pd.read_parquet(io.BytesIO(body))
        except (OSError, ValueError) as problem:
            raise Refusal(400, f"Unable to read the request as Parquet: {problem}") from None
        return _texts([list(row) for row in read.to_numpy()], names)
    raise Refusal(415, f"Content type {kind} is not supported. Supported: text/csv, application/json.")


def _from_csv(body: bytes, names: list[str], header: bool) -> Any:
    try:
        rows = [row for row in csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")) if row]
    except (UnicodeDecodeError, csv.Error) as problem:
        raise Refusal(400, f"Unable to parse the request as CSV: {problem}") from None
    if header and rows:
        head = rows[0]
        if not set(names) <= set(head):
            raise Refusal(400, f"The request needs a header with the columns {names}.")
        rows = [[row[head.index(name)] for name in names] for row in rows[1:] if len(row) == len(head)]
    return _texts(rows, names)


def _from_json(body: bytes, names: list[str], kind: str) -> Any:
    try:
        text = body.decode("utf-8")
        asked = [json.loads(x) for x in text.splitlines() if x.strip()] if kind.endswith("lines") else json.loads(text)
    except ValueError as problem:
        raise Refusal(400, f"Unable to parse the request as JSON: {problem}") from None
    if isinstance(asked, dict):
        asked = asked.get("instances") or asked.get("data") or [asked]
    if not isinstance(asked, list):
        raise Refusal(400, "The request must be a JSON list of rows, or an object with instances.")
    asked = asked if asked and isinstance(asked[0], list | dict) else [asked]
    rows = []
    for row in asked:
        values = row.get("features", row) if isinstance(row, dict) else row
        if isinstance(values, dict):
            missing = [name for name in names if name not in values]
            if missing:
                raise Refusal(400, f"The request lacks the columns {missing}.")
            values = [values[name] for name in names]
        rows.append(values)
    return _texts(rows, names)


def _texts(rows: list[Any], names: list[str]) -> Any:
    if not rows:
        raise Refusal(400, "The request has no rows.")
    for row in rows:
        if not isinstance(row, list) or len(row) != len(names):
            got = len(row) if isinstance(row, list) else 1
            raise Refusal(
                400,
                "Received data of unknown size. "
                f"Expected number of columns is {len(names)}. Number of columns in the received data is {got}.",
            )
    cells = [[None if c is None or str(c).strip() in MISSING else str(c) for c in row] for row in rows]
    return pd.DataFrame(cells, columns=names, dtype="str")


def _rows(model: Predicts, frame: Any, keys: list[str]) -> list[dict[str, Any]]:
    scores = model.scores(frame)
    if model.problem == REGRESSION:
        return [{"predicted_label": float(value)} for value in scores]
    return [_row(model.labels, line, keys, model.problem) for line in scores]


def _row(labels: Any, line: Any, keys: list[str], problem: str = "") -> dict[str, Any]:
    best = int(np.argmax(line))
    found = {
        "predicted_label": labels[best],
        # AWS: of two classes the positive one's, of more the winner's
        "probability": float(line[1 if problem == BINARY else best]),
        "probabilities": [float(value) for value in line],
        "labels": list(labels),
    }
    return {key: found[key] for key in keys}


def _image(model: ImageModel, body: bytes, kind: str, wanted: str, environment: Mapping[str, str]) -> tuple[bytes, str]:
    if kind not in ("image/png", "image/jpeg", "image/jpg", "application/x-image"):
        raise Refusal(415, f"Content type {kind} is not supported. Supported: image/png, image/jpeg.")
    try:
        scores = model.classify(body)
    except ValueError as problem:
        raise Refusal(400, str(problem)) from None
    return _written([_row(model.labels, scores, _keys(model.problem, environment))], wanted)


def _forecast(model: Forecaster, frame: Any, wanted: str) -> tuple[bytes, str]:
    try:
        made = model.forecast(frame)
    except Unfit as problem:
        raise Refusal(400, str(problem)) from None
    if wanted == "text/csv":
        return made.to_csv(index=False).encode(), wanted
    return json.dumps({"predictions": made.to_dict("records")}).encode(), wanted


def _written(rows: list[dict[str, Any]], wanted: str) -> tuple[bytes, str]:
    if wanted == "application/json":
        return json.dumps({"predictions": rows}).encode(), wanted
    if wanted == "application/jsonlines":
        return "".join(json.dumps(row) + "\n" for row in rows).encode(), wanted
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    for row in rows:
        lines.writerow([json.dumps(value) if isinstance(value, list) else value for value in row.values()])
    return written.getvalue().encode(), "text/csv; charset=utf-8"
