"""How many instances of a type the account may have, and other limits SageMaker sets it.

Service Quotas says it. All of them together take some 27 calls, so that list is kept on disk for a day; one is asked
for by its code where it has to be true now. Where nobody may ask, AWS's default of a new account stands in, with its
date: facts/quotas.csv (see facts/README.md).
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import facts
from services.catalog.jumpstart import as_of
from services.catalog.keeping import put_whole
from services.errors import PermissionDenied, SagedeckError

KEEP_SECONDS = 24 * 3600.0
ENDPOINT = "endpoint usage"
PER_ENDPOINT = "Maximum number of instances per endpoint"
ALL_ENDPOINTS = "Number of instances across active endpoints"
SERVERLESS_ENDPOINTS = "Maximum number of serverless endpoints"
SERVERLESS_CONCURRENCY = "Maximum total concurrency that can be allocated across all serverless endpoints"
_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}

Listing = Mapping[str, tuple[str, float]]


class ReadsQuotas(Protocol):
    """Who asks Service Quotas: `QuotaGateway`, or the double of a test."""

    def applied(self) -> Listing:
        """Every applied quota by name: its code and value."""

    def one(self, code: str) -> tuple[str, float] | None:
        """Name and value of the quota of a code."""


@dataclass(frozen=True, slots=True)
class Quota:
    """One limit. `limit` None is unknown; `applied` says whether it is the account's own or AWS's default.

    code   by which more of it is asked for, "" where it is not known
    """

    name: str
    limit: float | None
    source: str
    code: str = ""
    applied: bool = False


class Quotas:
    """The quotas of one account and region.

    key      who asks, where (`Connection.key`): the list on disk is shared by nobody else
    folder   where that list is kept for a day; None keeps it in memory
    keep     seconds; a sandbox's quotas change by the click, so it keeps them for less
    """

    def __init__(
        self,
        reads: ReadsQuotas,
        *,
        region: str,
        partition: str = "aws",
        key: Sequence[str] = (),
        folder: Path | None = None,
        keep: float = KEEP_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._reads, self.region, self.partition = reads, region, partition
        self._key, self._folder, self._keep, self._clock = "\x00".join(key), folder, keep, clock
        self._lock = threading.Lock()
        self._listed: tuple[float, Listing] | None = None

    def limit(self, instance_type: str, use: str = ENDPOINT, *, fresh: bool = False) -> Quota:
        """How many instances of a type the account may use so. `fresh` asks for this one now, not the kept list."""
        return self.named(f"{instance_type} for {use}", fresh=fresh)

    def named(self, name: str, *, fresh: bool = False) -> Quota:
        """The quota of this exact name. Never raises: what cannot be asked is a default, or unknown, and says why."""
        known = _defaults().get(name)
        try:
            code = self._code(name, known) if fresh else ""
            row = self._reads.one(code) if code else None
            if row is not None and row[0] == name:
                return Quota(name, row[1], "Service Quotas", code, applied=True)
            listed = self.listing().get(name)
        except SagedeckError as error:
            return self._other_way(name, known, error)
        if listed is not None:
            return Quota(name, listed[1], "Service Quotas", listed[0], applied=True)
        return _default(name, known, "Service Quotas does not list it")

    def listing(self) -> Listing:
        """Every applied quota by name: (code, value). From the disk within a day. Raises what asking raises."""
        with self._lock:  # 27 calls: whoever comes second waits for the first
            held = self._listed or self._read()
            if held is None or not 0 <= self._clock() - held[0] < self._keep:
                held = (self._clock(), dict(self._reads.applied()))
                self._write(held)
            self._listed = held
            return held[1]

    def known(self) -> bool:
        """Whether the list is at hand without asking anyone: a page may use it without waiting."""
        held = self._listed or self._read()
        return held is not None and 0 <= self._clock() - held[0] < self._keep

    def held(self) -> tuple[float, int] | None:
        """When the list that is kept was read (Unix time) and how many quotas it has; None: none is, or it is old."""
        with self._lock:
            held = self._listed or self._read()
        return (held[0], len(held[1])) if held and 0 <= self._clock() - held[0] < self._keep else None

    def renew(self, check: Callable[[int, int], None] = lambda before, after: None) -> int:
        """Read the list now; how many quotas it has. `check` is told how many there were before and raises where the
        new list may not take their place. Raises what asking raises.
        """
        with self._lock:
            before = self._listed or self._read()
            held = (self._clock(), dict(self._reads.applied()))
            check(len(before[1]) if before else 0, len(held[1]))
            self._write(held)
            self._listed = held
        return len(held[1])

    def forget(self) -> None:
        """Ask anew the next time, because more was granted."""
        with self._lock:
            self._listed = None
            if self._folder is not None:
                self._path().unlink(missing_ok=True)

    def request_url(self, code: str) -> str:
        """Where a person asks AWS for more of a quota."""
        host = _CONSOLES.get(self.partition, _CONSOLES["aws"])
        return f"https://{self.region}.{host}/servicequotas/home/services/sagemaker/quotas/{code}"

    def _code(self, name: str, known: tuple[str, float | None] | None) -> str:
        """The code of a quota: as the kept list has it, else the bundled one, which may be another than AWS's."""
        listed = self.listing().get(name) if self.known() else None
        return listed[0] if listed else known[0] if known else ""

    def _other_way(self, name: str, known: tuple[str, float | None] | None, error: SagedeckError) -> Quota:
        """Listing and asking for one are rights of their own."""
        if known is not None and isinstance(error, PermissionDenied):
            try:
                row = self._reads.one(known[0])
            except SagedeckError:
                row = None
            if row is not None and row[0] == name:
                return Quota(name, row[1], "Service Quotas", known[0], applied=True)
        return _default(name, known, error.why or error.what)

    def _path(self) -> Path:
        assert self._folder is not None
        return self._folder / f"quotas-{hashlib.sha256(self._key.encode()).hexdigest()[:32]}.json"

    def _read(self) -> tuple[float, Listing] | None:
        if self._folder is None:
            return None
        try:
            kept = json.loads(self._path().read_text(encoding="utf-8"))
            rows = {str(name): (str(code), float(value)) for name, (code, value) in kept["quotas"].items()}
            return float(kept["at"]), rows
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _write(self, held: tuple[float, Listing]) -> None:
        if self._folder is None:
            return
        put_whole(self._path(), json.dumps({"at": held[0], "quotas": held[1]}))


def bundled_quotas() -> int:
    """How many defaults are bundled that are AWS's own."""
    return sum(default is not None for _, default in _defaults().values())


@cache
def _defaults() -> Mapping[str, tuple[str, float | None]]:
    """Code and default by name. Codes that are not AWS's own (basis M) have no default that could be told."""
    return {
        row["name"]: (row["code"], float(row["default"]) if row["basis"] == "R" else None)
        for row in facts.rows("quotas.csv")
    }


def _default(name: str, known: tuple[str, float | None] | None, why: str) -> Quota:
    if known is None or known[1] is None:
        return Quota(name, None, f"not known: {why.rstrip('.')}")
    return Quota(name, known[1], f"AWS's default of a new account, {as_of()}; {why.rstrip('.')}", known[0])
