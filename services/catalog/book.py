"""The best price there is: AWS's price list as it was read last, else the bundled snapshot. Never waits for AWS.

A region's list is read by a thread of its own the first time somebody asks for a price there, and again when it is a
day old; until it is there the snapshot answers. It is the same for everybody of a partition, and is kept on disk.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from services.catalog import plausible, prices, rates
from services.catalog.plausible import Doubt
from services.catalog.price_list import METERED, SAGEMAKER, Parsed, machines, metered
from services.catalog.prices import LIVE, Price, Use
from services.catalog.rates import Rate
from services.catalog.sheets import Found, Priced, Sheet, Sheets
from services.connection import Mode
from services.errors import NotFound, Problem, problem_of

KEEP_SECONDS = 24 * 3600.0
ASK_AGAIN_SECONDS = 3600.0  # after a refusal or a fault
LOOK_SECONDS = 5.0  # how often the file is looked at: another process may have written it
_FIRM = "OV"  # of the snapshot's basis: more than a guess

Report = Callable[[float, str], None]


class ReadsProducts(Protocol):
    """Who asks the price list: `PriceGateway`, or the double of a test."""

    def products(self, region: str, service: str = SAGEMAKER, **filters: str) -> Iterator[str]:
        """Each product as JSON text."""


@dataclass(slots=True)
class _Held:
    """What this process has of one data set of one region, and when it looked (monotonic)."""

    found: Found
    changed: float
    looked: float


class PriceBook:
    """The prices of one partition, for every browser and command of this home.

    ask        gives who asks AWS for a region, None where nobody can be asked
    automatic  whether lists are read by themselves; else only by `renew`
    """

    def __init__(
        self,
        sheets: Sheets,
        ask: Callable[[str], ReadsProducts | None] = lambda _: None,
        *,
        automatic: bool = True,
        clock: Callable[[], float] = time.time,
        start: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        self._sheets, self._ask, self._automatic, self._clock = sheets, ask, automatic, clock
        self._start = start or _in_background
        self._held: dict[tuple[Priced, str], _Held] = {}
        self._tried: dict[tuple[Priced, str], float] = {}
        self._problems: dict[tuple[Priced, str], Problem] = {}
        self._lock = threading.RLock()

    def use(self, ask: Callable[[str], ReadsProducts | None]) -> PriceBook:
        """Ask by these credentials from now on: the earlier ones may have expired."""
        self._ask = ask
        return self

    def machine(self, region: str, instance_type: str, use: Use) -> Price:
        """USD an hour of one instance held for a use."""
        sheet = self.sheet(Priced.PRICES, region)
        for each, basis in ((use, "observed"), (Use.HOSTING, "estimate")) if sheet else ():
            row = sheet.rows.get(f"{each.value}/{instance_type}") if sheet else None
            if row and sheet:
                return Price(region, instance_type, row[0], basis, sheet.day, LIVE)
        return prices.machine(region, instance_type, use)

    def rate(self, region: str, usage: str) -> Rate:
        """USD of one unit of a usage."""
        sheet = self.sheet(Priced.RATES, region)
        row = sheet.rows.get(usage) if sheet else None
        if row is None or sheet is None:
            return rates.rate(region, usage)
        return Rate(usage, row[0], row[1], "observed", sheet.day, LIVE)

    def sheet(self, kind: Priced, region: str) -> Sheet | None:
        """AWS's list as it was read last, where that is newer than the snapshot. An old one is read anew meanwhile."""
        found = self.kept(kind, region).sheet
        fresh = found is not None and self.fresh(found)
        if not fresh:
            self._renew_later(kind, region)
        return found if found and (fresh or found.day >= prices.AS_OF) else None

    def fresh(self, sheet: Sheet) -> bool:
        """Whether a list is young enough not to be read again by itself."""
        return 0 <= self._clock() - sheet.read_at < KEEP_SECONDS

    def kept(self, kind: Priced, region: str) -> Found:
        """What is kept of a data set, and why it is not used where it is damaged. Asks nobody."""
        key, now = (kind, region), time.monotonic()
        with self._lock:
            held = self._held.get(key)
            if held is None or now - held.looked > LOOK_SECONDS:
                changed = self._sheets.changed(kind, region)
                if held is None or changed != held.changed:
                    held = _Held(self._sheets.load(kind, region), changed, now)
                self._held[key] = replace(held, looked=now)
            return self._held[key].found

    def problem(self, kind: Priced, region: str) -> Problem | None:
        """Why reading it failed or was refused the last time, None where it did not."""
        return self._problems.get((kind, region))

    def renew(
        self, kind: Priced, region: str, accepted: Collection[Doubt] = (), report: Report = lambda share, words: None
    ) -> Sheet:
        """Read a data set of a region now and keep it.

        Raises Implausible when it is refused, and what asking raises; what was there before then stays.
        """
        self._tried[kind, region] = self._clock()
        try:
            sheet = self._read(kind, region, report)
            before, firm = self.baseline(kind, region)
            if not sheet.rows:
                plausible.check(plausible.fewer(len(before), 0, "prices"))
            plausible.check(plausible.prices(before, sheet.usd, firm), accepted)
            with self._lock:
                self._sheets.save(sheet)
                self._held[kind, region] = _Held(Found(sheet), self._sheets.changed(kind, region), time.monotonic())
        except Exception as error:
            self._problems[kind, region] = problem_of(error)
            raise
        self._problems.pop((kind, region), None)
        return sheet

    def baseline(self, kind: Priced, region: str) -> tuple[Mapping[str, float], Collection[str]]:
        """What a new list is held against, and which of it is more than a guess: the kept one, else the snapshot."""
        found = self.kept(kind, region).sheet
        if found is not None:
            return found.usd, found.rows.keys()
        if kind is Priced.PRICES:
            listed = {f"{Use.HOSTING.value}/{name}": row for name, row in prices.listed(region).items()}
            return (
                {name: row[0] for name, row in listed.items()},
                {name for name, row in listed.items() if row[1] in _FIRM},
            )
        sold = {usage: rate for usage, rate in rates.listed(region).items() if rate.usd is not None and _sold(usage)}
        firm = {usage for usage, rate in sold.items() if rate.basis == "observed"}
        return {usage: rate.usd or 0.0 for usage, rate in sold.items()}, firm

    def _read(self, kind: Priced, region: str, report: Report) -> Sheet:
        reader = self._ask(region)
        if reader is None:
            raise NotFound(
                f"AWS has no price list in USD for {region}.",
                "Outside the partition aws there is none, or it tells another currency.",
                "Prices there stay unknown.",
            )
        rows: dict[str, tuple[float, str]] = {}
        published = ""
        parts = _parts(kind)
        for number, (words, read) in enumerate(parts):
            report(number / len(parts), f"{words} in {region}")
            parsed = read(reader, region, self._today())
            rows |= parsed.rows
            published = max(published, parsed.published)
        return Sheet(kind, region, rows, self._clock(), published)

    def _renew_later(self, kind: Priced, region: str) -> None:
        now = self._clock()
        with self._lock:
            tried = self._tried.get((kind, region))
            if not self._automatic or (tried is not None and 0 <= now - tried < ASK_AGAIN_SECONDS):
                return
            self._tried[kind, region] = now

        def work() -> None:
            try:
                self.renew(kind, region)
            except Exception:  # noqa: BLE001 - `problem` tells it; the snapshot goes on answering
                return

        self._start(work)

    def _today(self) -> str:
        return datetime.fromtimestamp(self._clock(), UTC).isoformat()


def open_book(folder: Path, mode: Mode) -> PriceBook:
    """The book of a home's folder of answers; a sandbox's list is read on request only, since it is the snapshot's."""
    return PriceBook(Sheets(folder, mode), automatic=mode is Mode.AWS)


Part = tuple[str, Callable[[ReadsProducts, str, str], Parsed]]


def _parts(kind: Priced) -> tuple[Part, ...]:
    """One reading of pages for each use, or for each service that is billed otherwise."""
    if kind is Priced.PRICES:
        return tuple((f"{use.value}", _uses(use)) for use in Use)
    services = dict.fromkeys(each.service for each in METERED.values())
    own: tuple[Part, ...] = tuple(
        (words, _own(**filters))
        for words, filters in (
            ("Serverless", {"productFamily": "ML Serverless"}),
            ("Volumes", {"productFamily": "Storage"}),
            ("Data taken in", {"group": "Hosting:IN"}),
            ("Data given out", {"group": "Hosting:OUT"}),
        )
    )
    return (*own, *((service, _other(service)) for service in services))


def _uses(use: Use) -> Callable[[ReadsProducts, str, str], Parsed]:
    return lambda reader, region, at: machines(reader.products(region, component=use.value), region, use, at)


def _own(**filters: str) -> Callable[[ReadsProducts, str, str], Parsed]:
    return lambda reader, region, at: metered(reader.products(region, **filters), region, at=at)


def _other(service: str) -> Callable[[ReadsProducts, str, str], Parsed]:
    return lambda reader, region, at: metered(reader.products(region, service), region, service, at)


def _sold(usage: str) -> bool:
    """Whether the price list is asked for a usage at all."""
    return usage in METERED or not usage.startswith(("CE:", "Scheduler:"))


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="sagedeck-prices", daemon=True).start()
