"""What the sandbox lets its users do to it, over HTTP: look, put its clock forward, set faults, fill it, empty it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.errors import InvalidRequest, ServiceFailure

TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A kind of fault: `does` says in a sentence what. `value_is`: what its value means, "" if it takes none.

    `resource_is`: what its resource pattern is compared with. `by_service`: whether service and operation choose.
    """

    kind: str
    group: str
    title: str
    does: str
    resource_is: str
    value_is: str
    value: float
    by_rate: bool
    by_service: bool


@dataclass(frozen=True, slots=True)
class SetFault:
    """A fault that is set. `rate`: the share of calls it hits; `left`: how often it strikes yet, None without end."""

    id: str
    kind: str
    service: str
    operation: str
    resource: str
    rate: float
    value: float
    left: int | None


@dataclass(frozen=True, slots=True)
class Holdings:
    """The sandbox's clock (`speed` 0: it stands still) and how much of each kind it holds."""

    now: datetime
    speed: float
    counts: Mapping[str, int]


class SandboxControl:
    """One sandbox by its address. Methods raise ServiceFailure if it does not answer, InvalidRequest if it refuses."""

    def __init__(self, url: str) -> None:
        self.url = url

    def fault_kinds(self) -> tuple[FaultKind, ...]:
        return tuple(FaultKind(**each) for each in self._ask("GET", "faults")["kinds"])

    def faults(self) -> tuple[SetFault, ...]:
        """The faults that are set now."""
        return tuple(SetFault(**each) for each in self._ask("GET", "faults")["set"])

    def set_fault(
        self,
        kind: str,
        *,
        service: str = "*",
        operation: str = "*",
        resource: str = "*",
        rate: float = 1.0,
        value: float = 0.0,
        times: int | None = None,
    ) -> SetFault:
        """Set a fault; one of the same kind, service, operation and resource is replaced."""
        where = {"service": service, "operation": operation, "resource": resource}
        body = {"kind": kind, **where, "rate": rate, "value": value, "left": times}
        return SetFault(**self._ask("POST", "faults", body))

    def clear_faults(self, which: str = "") -> int:
        """Clear a fault by its id, all of a kind, or all; returns how many there were."""
        from urllib.parse import quote

        return int(self._ask("DELETE", f"faults?id={quote(which)}")["cleared"])

    def holdings(self) -> Holdings:
        said = self._ask("GET", "holdings")
        return Holdings(datetime.fromtimestamp(said["now"], UTC), float(said["speed"]), dict(said["counts"]))

    def advance(self, seconds: float) -> datetime:
        """Put the clock forward; returns what time it is then."""
        return datetime.fromtimestamp(self._ask("POST", "advance", {"seconds": seconds})["now"], UTC)

    def reset(self) -> None:
        """Forget everything but the clock."""
        self._ask("POST", "reset", {})

    def seeds(self, region: str) -> Mapping[str, str]:
        """What a region of it can be filled with yet: names, and a sentence about each."""
        from urllib.parse import quote

        told = self._ask("GET", f"seeds?region={quote(region)}")["seeds"]
        return {str(each["name"]): str(each["about"]) for each in told if not each["filled"]}

    def seed(self, name: str, region: str) -> dict[str, Any]:
        """Fill it, which takes some seconds; returns what there is: region, endpoints, invocations.

        Raises InvalidRequest if it has been filled with this before.
        """
        return dict(self._ask("POST", "seed", {"name": name, "region": region}))

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        import http.client
        import urllib.error
        import urllib.request

        raw = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/{path}", raw, method=method)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                raise InvalidRequest("The sandbox refused this.", _why(refused.read()), "") from None
        except (OSError, ValueError, http.client.HTTPException):
            raise ServiceFailure(
                "The sandbox does not answer.",
                f"Nothing of ours answers at {self.url}.",
                "Start it again, or reload the page: it has kept what it held.",
            ) from None


def _why(raw: bytes) -> str:
    try:
        said = json.loads(raw)
    except ValueError:
        return ""
    return str(said.get("error", "")) if isinstance(said, dict) else ""
