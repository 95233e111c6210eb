"""What an inventory knows of endpoints at one moment, and what it reads with."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from services.endpoints.models import EndpointDetail, EndpointSummary
from services.errors import SagedeckError

Tags = Mapping[str, tuple[tuple[str, str], ...]]


class Reader(Protocol):
    """What the inventory reads with; it takes its turns (see Pace) but for the list. All may raise SagedeckError."""

    def list_endpoints(self) -> tuple[EndpointSummary, ...]:
        """Every endpoint, newest first."""

    def tags_of_all(self) -> Tags:
        """The tags of every endpoint by its ARN, in bulk."""

    def describe_row(self, name: str, tags: tuple[tuple[str, str], ...] | None) -> EndpointDetail:
        """What a row shows; `tags` None: not known, to be read with it. Raises NotFound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What is known at one moment.

    waiting   how many endpoints are listed and not read yet
    failed    names whose reading went wrong for a reason of their own; they are tried again after a minute
    slowed    the other side complained, so it goes slower than usual
    problem   why the rest cannot be read, None where it can
    outdated  why names and states are those of before, None where they are of now
    """

    summaries: tuple[EndpointSummary, ...]
    details: Mapping[str, EndpointDetail]
    waiting: int = 0
    failed: tuple[str, ...] = ()
    slowed: bool = False
    problem: SagedeckError | None = None
    outdated: SagedeckError | None = None

    def newest(self, task: str) -> str:
        """The newest endpoint that takes requests and whose tag says that it is for this task; "" none is known."""
        known = (self.details[each.name] for each in self.summaries if each.ready and each.name in self.details)
        return next((each.name for each in known if each.task == task), "")

    @property
    def complete(self) -> bool:
        """Whether everything that can be known is."""
        return self.waiting == 0 or self.problem is not None


@dataclass(slots=True)
class Known:
    listed: tuple[EndpointSummary, ...] = ()
    listed_at: float = float("-inf")
    listing_took: float = 0.0
    unlisted: SagedeckError | None = None
    looked_at: float = float("-inf")
    tags: Tags | None = None
    tagged: frozenset[str] = frozenset()  # the names that were listed when tags were read
    tags_tried: bool = False
    details: dict[str, tuple[str, EndpointDetail]] = field(default_factory=dict)
    queue: OrderedDict[str, None] = field(default_factory=OrderedDict)
    reading: set[str] = field(default_factory=set)
    states: dict[str, EndpointSummary] = field(default_factory=dict)
    failed: dict[str, tuple[str, float]] = field(default_factory=dict)
    problem: SagedeckError | None = None
    problem_at: float = float("-inf")
