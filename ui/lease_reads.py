"""What pages read of leases: the endpoints known, their schedules, and who keeps to an end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from services.connection import Mode
from services.errors import SagedeckError

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail
    from services.leases import Lease, Schedule

SECONDS = 30.0
KEEPERS = {"scheduler": "AWS", "reap": "sagedeck reap", "": "nobody"}
THEN = {"delete": "Delete it", "pause": "Pause it"}


def schedules(console: Console) -> tuple[tuple[Schedule, ...], SagedeckError | None]:
    """The schedules of leases, and why they are not known."""
    try:
        return console.lease_schedules(), None
    except SagedeckError as error:
        return (), error


def schedules_of(console: Console, name: str) -> tuple[Schedule, ...]:
    """Those of one endpoint's lease; none where they may not be read."""
    try:
        return console.cached(("leases", name), SECONDS, lambda: console.leases.schedules_of(name))
    except SagedeckError:
        return ()


def leases(
    console: Console, details: Iterable[EndpointDetail], known: tuple[Schedule, ...]
) -> tuple[tuple[Lease, ...], tuple[EndpointDetail, ...]]:
    """The leases of these endpoints, the one that ends first at the top; and the endpoints that have none."""
    pairs = [(detail, console.leases.of(detail, known)) for detail in details]
    found = [lease for _, lease in pairs if lease is not None]
    without = [detail for detail, lease in pairs if lease is None and detail.status != "Deleting"]
    ordered = sorted(found, key=lambda lease: (lease.ends, lease.name))
    return tuple(ordered), tuple(sorted(without, key=_dearest))


def _dearest(detail: EndpointDetail) -> tuple[float, str]:
    price = detail.usd_per_hour
    return (-price if price is not None else float("-inf"), detail.name)


def crontab(console: Console) -> str:
    """The line that has `sagedeck reap` look every quarter of an hour."""
    identity = console.connection.identity
    where = "sandbox" if console.connection.mode is Mode.SANDBOX else "aws"
    return f"*/15 * * * * sagedeck --connection {where} --region {identity.region} reap --yes --json >> reap.log 2>&1"
