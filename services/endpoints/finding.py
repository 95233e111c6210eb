"""Endpoints looked for among hundreds: by words, status, owner, machine and task, in one of several orders.

Pure. What an endpoint's detail would tell is not known until it is read; until then only its name and status match.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.endpoints.models import EndpointDetail, EndpointSummary

# what wants a person first; any other status comes between what moves and what is well
_TROUBLE = {
    "Failed": 0, "UpdateRollbackFailed": 1, "OutOfService": 2, "RollingBack": 3, "Creating": 4, "Updating": 5,
    "SystemUpdating": 5, "Deleting": 6, "InService": 8,
}  # fmt: skip
_OTHER = 7


class EndpointOrder(StrEnum):
    """How rows are sorted."""

    NEWEST = "newest"
    NAME = "name"
    TROUBLE = "trouble"
    PRICE = "price"
    SO_FAR = "so_far"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointQuery:
    """What is looked for; "" asks for nothing. `text`: words that all have to occur in what is told of an endpoint."""

    text: str = ""
    status: str = ""
    owner: str = ""
    machine: str = ""
    task: str = ""
    order: EndpointOrder = EndpointOrder.NEWEST

    @property
    def narrowed(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.text.strip() or self.status or self.owner or self.machine or self.task)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRow:
    """One endpoint as it is listed, with its detail once that is read, and what it is for as far as anything tells."""

    summary: EndpointSummary
    detail: EndpointDetail | None = None
    task: str = ""

    @property
    def owner(self) -> str:
        """Who it was made for, "" where no tag tells."""
        return self.detail.owner if self.detail else ""

    @property
    def machines(self) -> tuple[str, ...]:
        """The instance types it runs on, or "serverless"."""
        variants = self.detail.variants if self.detail else ()
        return tuple(dict.fromkeys(each.instance_type or "serverless" for each in variants))

    @property
    def words(self) -> str:
        """What a search goes through, in lower case."""
        told = [self.summary.name, self.summary.status, self.owner, self.task, *self.machines]
        if self.detail:
            told += [self.detail.model_id, self.detail.config_name, *(value for _, value in self.detail.tags)]
        return "\n".join(told).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEndpoints:
    """The rows that match, in order; `facets` counts, for each choice, what choosing it instead would leave.

    unread   how many are not read yet and might match
    """

    rows: tuple[EndpointRow, ...]
    facets: Mapping[str, Mapping[str, int]]
    unread: int = 0


_FACETS: Mapping[str, Callable[[EndpointRow], tuple[str, ...]]] = {
    "status": lambda row: (row.summary.status,),
    "owner": lambda row: (row.owner,) if row.owner else (),
    "machine": lambda row: row.machines,
    "task": lambda row: (row.task,) if row.task else (),
}


def find_endpoints(query: EndpointQuery, rows: Iterable[EndpointRow], now: float = 0.0) -> FoundEndpoints:
    """What of the rows matches. `now` in seconds since the epoch is needed for the order by $ so far."""
    words = query.text.lower().split()
    wanted = {name: getattr(query, name) for name in _FACETS if getattr(query, name)}
    matching: list[EndpointRow] = []
    counts: dict[str, Counter[str]] = {name: Counter() for name in _FACETS}
    unread = 0
    for row in rows:
        told = row.words if words else ""
        missing = [name for name, value in wanted.items() if value not in _FACETS[name](row)]
        said = all(word in told for word in words)
        if row.detail is None and (missing or not said) and "status" not in missing:
            unread += 1
        if not said:
            continue
        if not missing:
            matching.append(row)
        for name, values in _FACETS.items():
            if not missing or missing == [name]:
                counts[name].update(values(row))
    ordered = _ordered(matching, query.order, now)
    return FoundEndpoints(rows=ordered, facets={name: dict(each) for name, each in counts.items()}, unread=unread)


def _ordered(rows: Sequence[EndpointRow], order: EndpointOrder, now: float) -> tuple[EndpointRow, ...]:
    match order:
        case EndpointOrder.NAME:
            return tuple(sorted(rows, key=lambda row: row.summary.name.lower()))
        case EndpointOrder.TROUBLE:
            return tuple(sorted(rows, key=lambda row: _TROUBLE.get(row.summary.status, _OTHER)))
        case EndpointOrder.PRICE:
            return tuple(sorted(rows, key=lambda row: -_known(row.detail.usd_per_hour if row.detail else None)))
        case EndpointOrder.SO_FAR:
            return tuple(sorted(rows, key=lambda row: -_known(row.detail.usd_so_far(now) if row.detail else None)))
    return tuple(rows)


def _known(usd: float | None) -> float:
    """Unknown prices come last."""
    return -1.0 if usd is None else usd
