"""Takes what is secret out of a request's parameters before they are kept."""

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"  # CloudTrail's own word for it
LONGEST = 1000  # characters of one value

# Members that are secret wherever they stand; members that only sound so.
_SECRET = re.compile(r"password|passwd|secret|token|credential|api_?key|private_?key|authorization", re.IGNORECASE)
_PLAIN = re.compile(
    r"(next|client|client_?request|creation|pagination|continuation|starting)_?token|secret(id|arn|name)|\w*tokens\w*",
    re.IGNORECASE,
)
_ENVIRONMENTS = re.compile(r"environment|hyperparameters|variables", re.IGNORECASE)
_ENVIRONMENT_SECRET = re.compile(r"key|token|secret|passw|credential|auth", re.IGNORECASE)
_LIMIT = re.compile(r"max_|num_|_length|tokenizer", re.IGNORECASE)  # MAX_TOTAL_TOKENS is a number, not a secret


def masked(parameters: Any, *, inside: str = "") -> Any:
    """Return parameters whose secrets are hidden, names written as CloudTrail writes them, and long texts cut."""
    if isinstance(parameters, Mapping):
        environment = bool(_ENVIRONMENTS.fullmatch(inside))
        return {
            (name if environment else name[:1].lower() + name[1:]): HIDDEN
            if _is_secret(name, value, environment=environment)
            else masked(value, inside=name)
            for name, value in parameters.items()
        }
    if isinstance(parameters, (list, tuple)):
        return [masked(each, inside=inside) for each in parameters]
    if isinstance(parameters, (bytes, bytearray)):
        return f"<{len(parameters)} bytes>"
    if isinstance(parameters, str) and len(parameters) > LONGEST:
        return parameters[:LONGEST] + "…"
    return parameters


def _is_secret(name: str, value: Any, *, environment: bool) -> bool:
    if not isinstance(value, str) or not value:
        return False
    if environment:
        return bool(_ENVIRONMENT_SECRET.search(name)) and not _LIMIT.search(name)
    return bool(_SECRET.search(name)) and not _PLAIN.fullmatch(name)
