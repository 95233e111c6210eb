"""How a model wants its records: media type, split and an example, from what is known of its container."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from services.batch.models import HostedModel
from services.inference import Contract, EndpointFacts, Kind, recognise
from services.inference.templates import question

JSON, LINES, CSV = "application/json", "application/jsonlines", "text/csv"
_TABULAR = re.compile(r"automl|autopilot|autogluon|xgboost|linear-learner|sklearn|lightgbm|catboost|tabular", re.I)
_EXAMPLES = ("What is deep learning? Answer in one sentence.", "The cat sat on the mat.")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Settings that fit a model. `example` is one record; `wraps` whether a line of text can be made into one.

    kind      "chat", "embedding", "tabular", "image" or "" where nothing is known
    a_second  records that one instance answers in a second, roughly; None is unknown
    note      what a person should know of such records
    """

    kind: str = ""
    content_type: str = ""
    accept: str = ""
    split: str = ""
    assemble: str = ""
    strategy: str = ""
    example: str = ""
    note: str = ""
    wraps: bool = False
    a_second: float | None = None
    contract: Contract | None = None


def usual_machine(model: HostedModel | None) -> str:
    """The instance type to begin with: one with a GPU where the image is for one."""
    image = model.image if model else ""
    return "ml.g5.xlarge" if "gpu" in image or "-cu1" in image or "neuronx" in image else "ml.m5.xlarge"


def suggestion(model: HostedModel) -> Suggestion:
    """What fits a model as far as its image, environment and tags tell."""
    facts = EndpointFacts(
        name=model.name,
        image=model.image,
        environment={key: str(value) for key, value in model.environment.items()},
        artifact=model.artifact,
        tags=dict(model.tags),
    )
    if "image-inference" in model.image or "image-classification" in model.image:
        return Suggestion("image", "application/x-image", note="Each object is one picture.", a_second=10.0)
    if _TABULAR.search(model.image):
        return _tabular(model)
    contract = recognise(facts)
    if contract is None:
        return Suggestion(note="What this model reads is not known: its own documentation says it.")
    chat = contract.kind is Kind.CHAT
    return Suggestion(
        kind="chat" if chat else "embedding",
        content_type=JSON,
        accept=JSON,
        split="Line",
        assemble="Line",
        strategy="SingleRecord",
        example=_asking(contract, _EXAMPLES[0 if chat else 1]).decode(),
        note="Each line is one request in JSON, sent on its own: several lines together would not be JSON.",
        wraps=True,
        a_second=0.3 if chat else 20.0,
        contract=contract,
    )


def _tabular(model: HostedModel) -> Suggestion:
    if "forecasting" in model.image:
        note = "Each object is sent whole: its header names the columns, and a series needs all of its rows."
        return Suggestion("tabular", CSV, CSV, note=note, a_second=200.0)
    return Suggestion(
        kind="tabular",
        content_type=CSV,
        accept=CSV,
        split="Line",
        assemble="Line",
        strategy="MultiRecord",
        example="5.1,3.5,1.4,0.2",
        note="Rows without a header and without the target, columns in the order of training.",
        a_second=2000.0,
    )


def wrapped(contract: Contract, lines: Iterable[str]) -> bytes:
    """Lines of text as lines of requests that this model reads; empty ones are left out."""
    asked = (line.strip() for line in lines)
    return b"".join(_asking(contract, line) + b"\n" for line in asked if line)


def _asking(contract: Contract, text: str) -> bytes:
    """One request on one line, about this text alone."""
    body = json.loads(question(contract, text))
    if contract.kind is Kind.EMBEDDING:  # an example to begin with embeds several texts
        body = {key: [text] if isinstance(value, list) and text in value else value for key, value in body.items()}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def readable(record: bytes, most: int = 400) -> str:
    """A record as a person reads it; what is no text is told by its size."""
    try:
        text = record.decode("utf-8")
    except UnicodeDecodeError:
        return f"{len(record):,} bytes that are no text"
    shown = " ".join(text.split())
    return shown if len(shown) <= most else f"{shown[:most]}…"


def parses(record: bytes) -> bool:
    """Whether a record is JSON."""
    try:
        json.loads(record)
    except (ValueError, RecursionError):
        return False
    return True
