"""Botocore's description of a service, kept small: each shape as JSON bytes without its documentation."""

import gzip
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson

Shape = Mapping[str, Any]


class Api:
    """`metadata`, `operations` and shapes of one service, by botocore's name of it."""

    def __init__(self, service: str, model: dict[str, Any]) -> None:
        self.service = service
        self.metadata: Mapping[str, Any] = model["metadata"]
        self.protocol: str = self.metadata["protocol"]
        self.version: str = self.metadata["apiVersion"]
        self.operations: Mapping[str, Shape] = model["operations"]
        self._shapes = {name: orjson.dumps(shape) for name, shape in model["shapes"].items()}

    def shape(self, name: str) -> Shape:
        """Return a shape of botocore's model, read anew each time: keep what you make of it. KeyError if none."""
        found: Shape = orjson.loads(self._shapes[name])
        return found

    def input_of(self, operation: str) -> str:
        """The name of the shape of an operation's request, "" if it takes nothing. KeyError for no such operation."""
        return str(self.operations[operation].get("input", {}).get("shape", ""))

    def output_of(self, operation: str) -> str:
        return str(self.operations[operation].get("output", {}).get("shape", ""))


# Where AWS takes more than the model says: shapes, and what is not asked of them. ReceiveMessage's AttributeNames names
# attributes of messages too (SQS API reference, ReceiveMessage).
_NARROWER = {"sqs": {"QueueAttributeName": "enum"}}


@cache
def api(service: str) -> Api:
    """Return a service's description. KeyError if botocore has none of that name."""
    found = _newest(service)
    if found is None:
        raise KeyError(service)
    model = orjson.loads(gzip.decompress(found.read_bytes()))
    model["operations"] = {name: _without(described) for name, described in model["operations"].items()}
    for shape in model["shapes"].values():
        _strip(shape)
    for name, key in _NARROWER.get(service, {}).items():
        model["shapes"][name].pop(key)
    return Api(service, model)


@cache
def exists(service: str) -> bool:
    """Tell whether botocore knows a service of that name."""
    return service.replace("-", "").isalnum() and _newest(service) is not None


def shapes_within(described: Api, name: str) -> Iterator[tuple[str, Shape]]:
    """Yield a shape and all that it is made of, each once."""
    seen, left = {name}, [name]
    while left:
        shape = described.shape(found := left.pop())
        yield found, shape
        parts = [*shape.get("members", {}).values(), *(shape[k] for k in ("member", "key", "value") if k in shape)]
        for part in parts:
            if part["shape"] not in seen:
                seen.add(part["shape"])
                left.append(part["shape"])


def _newest(service: str) -> Path | None:
    import botocore

    folder = Path(botocore.__file__).parent / "data" / service
    versions = sorted(folder.glob("*/service-2.json.gz")) if folder.is_dir() else []
    return versions[-1] if versions else None


def _without(described: dict[str, Any]) -> dict[str, Any]:
    kept = ("name", "http", "input", "output")
    return {key: described[key] for key in kept if key in described}


def _strip(shape: dict[str, Any]) -> None:
    shape.pop("documentation", None)
    for member in shape.get("members", {}).values():
        member.pop("documentation", None)
    for part in ("member", "key", "value"):
        if part in shape:
            shape[part].pop("documentation", None)
