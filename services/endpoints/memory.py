"""What a paused endpoint has to remember, and how its configuration carries it in tags until it is resumed.

A tag's value has up to 256 of few characters, so all but what a person may want to read is packed: JSON, compressed, in
base64, cut into numbered tags. A resource carries 50 tags; what does not fit is left out and said.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.endpoints.definitions import AutoScaling, Capacity, Component, Pairs, Policy, WakeUp
from services.plans.models import Secret
from services.plans.scaling import Scaled

ENDPOINT, AT, PIECE = "sagedeck:paused-endpoint", "sagedeck:paused-at", "sagedeck:paused-"
MOST_TAGS, LONGEST = 50, 256  # of a resource, and of a tag's value
LARGEST = 1_000_000  # of what is unpacked: tags hold some ten kilobytes, so more than this was not packed here
_SECRET = "$secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What creating the endpoint again needs beside its configuration.

    tags        the endpoint's own
    capacities  of variants that do not run as their configuration says
    """

    endpoint: str
    config: str
    at: str
    tags: Pairs = ()
    scalings: tuple[AutoScaling, ...] = ()
    components: tuple[Component, ...] = ()
    capacities: tuple[Capacity, ...] = ()

    def written(self) -> Pairs:
        """The tags that hold it."""
        packed = base64.b64encode(zlib.compress(json.dumps(_plain(self), separators=(",", ":")).encode(), 9)).decode()
        packed = f"{len(packed)}:{packed}"  # so that pieces of an earlier, longer memory are told apart
        pieces = [packed[start : start + LONGEST] for start in range(0, len(packed), LONGEST)]
        numbered = [(f"{PIECE}{number}", piece) for number, piece in enumerate(pieces, 1)]
        return ((ENDPOINT, self.endpoint), (AT, self.at), *numbered)

    def fitting(self, room: int) -> tuple[Memory, tuple[str, ...]]:
        """What of it fits into `room` tags, and the keys of the endpoint's tags that had to be left out.

        This console's own tags are kept before others. What is needed to serve is never left out: see `fits`.
        """
        kept = replace(
            self, tags=tuple(sorted(self.tags, key=lambda pair: (not pair[0].startswith("sagedeck:"), pair)))
        )
        left: list[str] = []
        while kept.tags and not kept.fits(room):
            left.append(kept.tags[-1][0])
            kept = replace(kept, tags=kept.tags[:-1])
        return replace(kept, tags=tuple(sorted(kept.tags))), tuple(sorted(left))

    def fits(self, room: int) -> bool:
        """Whether it can be written into `room` tags."""
        return len(self.written()) <= room


def is_memory(key: str) -> bool:
    """Whether a tag of this key was written by a pause."""
    return key in (ENDPOINT, AT) or (key.startswith(PIECE) and key.removeprefix(PIECE).isdigit())


def read(tags: Mapping[str, str]) -> Memory | None:
    """What the tags of a configuration remember; None where they are not (or no longer) what a pause wrote."""
    pieces = sorted((int(key.removeprefix(PIECE)), value) for key, value in tags.items() if _numbered(key))
    if ENDPOINT not in tags or [number for number, _ in pieces] != list(range(1, len(pieces) + 1)):
        return None
    try:
        length, _, text = "".join(value for _, value in pieces).partition(":")
        packed = base64.b64decode(text[: int(length)], validate=True)
        unpacked = zlib.decompressobj().decompress(packed, LARGEST)
        return _memory(json.loads(unpacked), tags[ENDPOINT], tags.get(AT, ""))
    except (ValueError, zlib.error, KeyError, TypeError, AttributeError):
        return None


def _numbered(key: str) -> bool:
    return is_memory(key) and key not in (ENDPOINT, AT)


def _plain(memory: Memory) -> dict[str, Any]:
    packed = {
        "config": memory.config,
        "tags": [list(pair) for pair in memory.tags],
        "scalings": [_plain_scaling(each) for each in memory.scalings],
        "components": [{"name": each.name, "sent": _hidden(each.sent)} for each in memory.components],
        "capacities": [[each.variant, each.count, each.weight] for each in memory.capacities],
    }
    return {key: value for key, value in packed.items() if value}


def _plain_scaling(scaling: AutoScaling) -> dict[str, Any]:
    return {
        "scaled": {"resource_id": scaling.scaled.resource_id, "dimension": scaling.scaled.dimension},
        "minimum": scaling.minimum,
        "maximum": scaling.maximum,
        "policies": [{"name": each.name, "kind": each.kind, "sent": each.sent} for each in scaling.policies],
        "alarms": [{"name": each.name, "policy": each.policy, "sent": each.sent} for each in scaling.alarms],
    }


def _memory(packed: Mapping[str, Any], endpoint: str, at: str) -> Memory:
    return Memory(
        endpoint=endpoint,
        config=str(packed["config"]),
        at=at,
        tags=tuple((str(key), str(value)) for key, value in packed.get("tags", ())),
        scalings=tuple(_scaling(each) for each in packed.get("scalings", ())),
        components=tuple(
            Component(name=str(each["name"]), sent=_shown(each["sent"])) for each in packed.get("components", ())
        ),
        capacities=tuple(
            Capacity(str(name), int(count), float(weight)) for name, count, weight in packed.get("capacities", ())
        ),
    )


def _scaling(packed: Mapping[str, Any]) -> AutoScaling:
    return AutoScaling(
        scaled=Scaled(**packed["scaled"]),
        minimum=int(packed["minimum"]),
        maximum=int(packed["maximum"]),
        policies=tuple(Policy(**each) for each in packed["policies"]),
        alarms=tuple(WakeUp(**each) for each in packed["alarms"]),
    )


def _hidden(value: Any) -> Any:
    """`value` as JSON can hold it: secrets by their names."""
    if isinstance(value, Secret):
        return {_SECRET: value.name}
    if isinstance(value, Mapping):
        return {key: _hidden(item) for key, item in value.items()}
    return [_hidden(item) for item in value] if isinstance(value, list | tuple) else value


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping):
        return Secret(value[_SECRET]) if set(value) == {_SECRET} else {key: _shown(item) for key, item in value.items()}
    return [_shown(item) for item in value] if isinstance(value, list) else value
