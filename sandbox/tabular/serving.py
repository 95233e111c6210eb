"""The worker that answers: one request after the other, each a line of JSON and a body, over its standard streams."""

import hashlib
import json
import select
import warnings
from collections import OrderedDict
from pathlib import Path
from typing import IO, Any

from sandbox.tabular.answering import Refusal, answer
from sandbox.tabular.models import unpacked

_KEPT = 4  # models in memory
IDLE = 900.0  # seconds


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until the stream of requests ends, or nobody has asked for so long that the worker goes home."""
    warnings.simplefilter("ignore")
    models: OrderedDict[str, Any] = OrderedDict()
    while select.select([requests], [], [], IDLE)[0] and (line := requests.readline()):
        asked = json.loads(line)
        body = requests.read(asked["bytes"])
        status, words, kind = _answered(models, asked, body)
        head = {"status": status, "content_type": kind, "bytes": len(words)}
        answers.write(json.dumps(head).encode() + b"\n" + words)
        answers.flush()


def _answered(models: "OrderedDict[str, Any]", asked: dict[str, Any], body: bytes) -> tuple[int, bytes, str]:
    try:
        model = _model(models, asked["digest"], asked["path"])
        words, kind = answer(model, body, asked["content_type"], asked["accept"], asked["environment"])
        return 200, words, kind
    except Refusal as refusal:
        return refusal.status, str(refusal).encode(), "text/plain"
    except Exception as mistake:  # noqa: BLE001 - as a container does: the error is the answer, the next is served
        return 500, f"{type(mistake).__name__}: {mistake}"[:1000].encode(), "text/plain"


def _model(models: "OrderedDict[str, Any]", digest: str, path: str) -> Any:
    """Return the model of that digest; what lies at `path` is unpickled only if it has it."""
    if digest not in models:
        artefact = Path(path).read_bytes()
        if hashlib.sha256(artefact).hexdigest() != digest:
            raise Refusal(500, "The model artifact is not the one that was recorded.")
        models[digest] = unpacked(artefact)
        while len(models) > _KEPT:
            models.popitem(last=False)
    models.move_to_end(digest)
    return models[digest]
