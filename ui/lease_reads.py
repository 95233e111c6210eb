"""What pages read of leases: what may have one, the schedules, and who keeps to an end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from services.connection import Mode
from services.errors import SagedeckError
from services.plans.leasing import DELETE, PAUSE, STOP
from ui import formats

if TYPE_CHECKING:
    from services.console import Console
    from services.leases import Lease, Schedule, Subject
    from services.resources import Holdings

SECONDS = 30.0
KEEPERS = {"scheduler": "AWS", "reap": "sagedeck reap", "": "nobody"}
THEN = {DELETE: "Delete it", PAUSE: "Pause it", STOP: "Stop it"}


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
    console: Console, details: Iterable[Subject], known: tuple[Schedule, ...]
) -> tuple[tuple[Lease, ...], tuple[Subject, ...]]:
    """The leases of these, the one that ends first at the top; and what runs without one, the dearest first."""
    pairs = [(detail, console.leases.of(detail, known)) for detail in details]
    found = [lease for _, lease in pairs if lease is not None]
    without = [detail for detail, lease in pairs if lease is None and _bills(detail)]
    ordered = sorted(found, key=lambda lease: (lease.ends, lease.name))
    return tuple(ordered), tuple(sorted(without, key=_dearest))


def notebooks(console: Console, held: Holdings) -> dict[str, Lease]:
    """The leases of notebook instances by name."""
    known, _ = schedules(console)
    found = ((each.name, console.leases.of(each, known)) for each in console.leases.notebooks(held))
    return {name: lease for name, lease in found if lease is not None}


def _bills(detail: Subject) -> bool:
    """Whether it runs; of a notebook instance whose tags are not read it is not said that it has no end."""
    from services.leases import Leased

    if isinstance(detail, Leased):
        return detail.running and not detail.unread
    return detail.status != "Deleting"


def _dearest(detail: Subject) -> tuple[float, str]:
    price = detail.usd_per_hour
    return (-price if price is not None else float("-inf"), detail.name)


def label(detail: Subject) -> str:
    """Its name for a list of all kinds."""
    from services.leases import Leased

    return f"{formats.short(detail.name)} · {detail.kind}" if isinstance(detail, Leased) else formats.short(detail.name)


def crontab(console: Console) -> str:
    """The line that has `sagedeck reap` look every quarter of an hour."""
    identity = console.connection.identity
    where = "sandbox" if console.connection.mode is Mode.SANDBOX else "aws"
    return f"*/15 * * * * sagedeck --connection {where} --region {identity.region} reap --yes --json >> reap.log 2>&1"
