"""The line a container writes for one invocation, as its web server words it."""

import json
from datetime import UTC, datetime

from sandbox.hosting import Hosted
from sandbox.runtime.families import Family

_CALLER = "169.254.178.2"
_RUST = {
    Family.TGI: ("text_generation_router::server", "generate"),
    Family.TEI: ("text_embeddings_router::http::server", "embed"),
}
_REASONS = {
    200: "OK",
    400: "Bad Request",
    413: "Payload Too Large",
    422: "Unprocessable Entity",
    424: "Failed Dependency",
}
_GUNICORN = frozenset({Family.TABULAR, Family.ECHO, Family.ELSEWHERE})


def written(hosted: Hosted, family: Family, now: float, *, status: int, seconds: float, sizes: tuple[int, int]) -> str:
    """Return the line; `now` in seconds since the epoch, `sizes` of request and answer in bytes."""
    at = datetime.fromtimestamp(now, UTC)
    path = "POST /invocations HTTP/1.1"
    reason = _REASONS.get(status, "Internal Server Error" if status >= 500 else "")
    if family in _RUST:
        target, span = _RUST[family]
        said = {
            "timestamp": at.isoformat().replace("+00:00", "Z"),
            "level": "INFO" if status == 200 else "ERROR",
            "message": "Success" if status == 200 else f'"{path}" {status} {reason}',
            "target": target,
            "span": {"total_time": f"{seconds:.6f}s", "request": f'"{path}" {status}', "name": span},
        }
        return json.dumps(said)
    if family in (Family.LMI, Family.LMI_EMBEDDING, Family.LLAMA2_DIALOG):
        return f'[INFO ] WorkerThread {_CALLER}:43210 "{path}" {status} {seconds * 1000:.0f} ms {sizes[1]} bytes'
    if family in _GUNICORN:
        return f'{_CALLER} - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "{path}" {status} {sizes[1]} "-" "AHC/2.0"'
    if family is Family.MESSAGES:
        return f'INFO:     {_CALLER}:43210 - "{path}" {status} {reason}'
    return f"{at:%Y-%m-%dT%H:%M:%S},{at.microsecond // 1000:03d} [INFO ] pool ACCESS_LOG - /{_CALLER}:43210 " + (
        f'"{path}" {status} {seconds * 1000:.0f}'
    )
