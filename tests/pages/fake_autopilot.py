"""A console for the page Autopilot: the real doctor, planner and jobs, over tables on disk and an S3 held in memory."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from services.autopilot import AutopilotService
from services.errors import NotFound
from services.jobs import Jobs
from services.objects import Entry, Listing, ObjectsService, Peek, Shelf, Uri
from services.objects.gateway import ObjectsGateway
from services.tables.kept import KeptTable, KeptTables
from services.tables.looks import TableLooks
from tests.pages.fake_console import FakeConsole

HEAD = ("Customer", "Length", "Charge", "Int'l Plan", "Churn?")


def table(rows: int = 600, *, delimiter: str = ",", header: bool = True, encoding: str = "utf-8") -> bytes:
    """A made-up table of customers who leave or stay."""
    chance = random.Random(7)
    lines = [HEAD] if header else []
    for number in range(rows):
        length, charge = chance.randint(1, 72), round(chance.uniform(10, 99), 2)
        leaves = chance.random() < 0.2 + 0.005 * length
        plan = chance.choice(("yes", "no"))
        lines.append((f"Müller {number}", str(length), str(charge), plan, "True." if leaves else "False."))
    return "\n".join(delimiter.join(line) for line in lines).encode(encoding) + b"\n"


class FakeS3(ObjectsGateway):
    """Objects by address, in the place of the gateway; what was asked is written down."""

    def __init__(self, held: dict[str, bytes]) -> None:
        self.held = held
        self.asked: list[str] = []

    def peek(self, uri: Uri, start: int, length: int) -> Peek:
        self.asked.append(f"peek {uri}")
        data = self._data(uri)
        return Peek(uri, len(data), data[start : start + length])

    def stream(self, uri: Uri) -> Iterator[bytes]:
        self.asked.append(f"stream {uri}")
        yield self._data(uri)

    def shelf(self, uri: Uri, more: str) -> Shelf:
        below = self.below(uri, 1000).entries
        here = [each for each in below if "/" not in each.uri.key.removeprefix(uri.key)]
        names = (each.uri.key.removeprefix(uri.key).split("/")[0] for each in below if each not in here)
        folders = [Uri(uri.bucket, f"{uri.key}{name}/") for name in dict.fromkeys(names)]
        return Shelf((*(Entry(each.name, each, folder=True) for each in folders), *here))

    def below(self, prefix: Uri, most: int) -> Listing:
        found = [Uri.parse(each) for each in self.held if each.startswith(str(prefix))]
        return Listing(tuple(Entry(each.name, each, size=len(self.held[str(each)])) for each in found[:most]))

    def exists(self, bucket: str, account: str = "") -> bool:
        return any(each.startswith(f"s3://{bucket}/") for each in self.held)

    def buckets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(Uri.parse(each).bucket for each in self.held))

    def _data(self, uri: Uri) -> bytes:
        if str(uri) not in self.held:
            raise NotFound(f"There is no {uri}.", "", "Check the address.")
        return self.held[str(uri)]


def _nothing(name: str) -> Any:
    raise NotFound(f"There is no job {name}.", "", "")


class AutopilotConsole(FakeConsole):
    """What ui/session.py hands to the page Autopilot in these tests."""

    def __init__(self, held: dict[str, bytes] | None = None, **more: Any) -> None:
        super().__init__(**more)
        self.stored: Any = FakeS3(held or {})
        self.objects: Any = ObjectsService(self.stored)
        self.jobs: Any = Jobs(self.state)
        self.launching: Any = SimpleNamespace(
            running=lambda: 0, endpoint_exists=lambda _: False, bucket_region=lambda _: "us-east-1"
        )

    @cached_property
    def kept_tables(self) -> KeptTables:
        return KeptTables(self.state.path.parent)

    @cached_property
    def table_looks(self) -> TableLooks:
        return TableLooks(self.jobs, self.kept_tables)

    @cached_property
    def autopilot(self) -> AutopilotService:
        gateway: Any = SimpleNamespace(describe=_nothing, list_jobs=lambda: ())
        return AutopilotService(
            gateway, self.catalog, self.access, owner=self.owner, now=lambda: 1_795_000_000.0,
            objects=lambda: self.objects, launching=self.launching, tables=lambda: self.kept_tables,
        )  # fmt: skip

    def kept(self, name: str, data: bytes) -> KeptTable:
        """A table that was sent before."""
        return self.kept_tables.put(self.owner, name, [data])
