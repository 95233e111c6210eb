"""Home's first row: what runs, what it costs an hour and this month, and the traffic of the last day."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from services.costs import sum_of
from services.endpoints import month_to_date
from services.errors import SagedeckError
from services.metrics import together
from services.resources import Kind
from ui import endpoint_reads, formats, inventory_line, polling, status_chip

if TYPE_CHECKING:
    from services.console import Console
    from services.costs import Sum
    from services.endpoints import EndpointDetail
    from services.endpoints.looked import Looked
    from services.metrics import Seen, Together

MOST_MEASURED = 50  # endpoints whose traffic is read: CloudWatch asks $0.01 for 1,000 metrics
MOST_HELD = 100  # endpoints; of more, what else costs is on the page Bill, which reads everything the account holds
REST_SECONDS = 3.0
_PACE = "home.pace"


def show(console: Console) -> None:
    """Write the row; it fills in while endpoints and traffic are still being read."""

    def draw() -> float | None:
        found = endpoint_reads.looked(console)
        measured = running(found)
        seen = console.traffic.look(measured)
        rest, known = besides(console, found)
        _draw(console, found, seen, len(measured), rest)
        if seen.waiting and found.complete:
            return endpoint_reads.READING_SECONDS
        again = endpoint_reads.seconds_between_looks(console, found)
        return again if known or not found.complete else min(again or REST_SECONDS, REST_SECONDS)

    polling.adaptive(draw, _PACE, endpoint_reads.READING_SECONDS)


def running(found: Looked) -> list[EndpointDetail]:
    """The endpoints whose traffic is read: the newest that take requests."""
    names = [each.name for each in found.summaries if each.ready and each.name in found.details]
    return [found.details[name] for name in names[:MOST_MEASURED]]


def besides(console: Console, found: Looked) -> tuple[Sum | None, bool]:
    """What else costs than endpoints, as far as it was read, and whether that is all; None where it is not read."""
    if len(found.summaries) > MOST_HELD:
        return None, True
    with suppress(SagedeckError):
        bill = console.costs.bill()
        return sum_of("", (line for line in bill.lines if line.key.kind is not Kind.ENDPOINT)), bill.complete
    return None, True


@dataclass(frozen=True, slots=True)
class _Costs:
    """What there is to say of cost: USD an hour and so far, each without those of unknown price, and in words."""

    hourly: float
    unknown: int
    so_far: float
    words: str


def _costs(console: Console, found: Looked, rest: Sum | None) -> _Costs:
    details = found.details.values()
    unread = len(found.summaries) - len(found.details)
    unknown = sum(each.usd_per_hour is None for each in details) + unread
    unpriced = [formats.count(unknown, "endpoint")] if unknown else []
    if rest and rest.unknown:
        unpriced.append(formats.count(rest.unknown, "other thing"))
    return _Costs(
        hourly=sum(each.usd_per_hour or 0.0 for each in details) + (rest.usd_per_hour if rest else 0.0),
        unknown=unknown + (rest.unknown if rest else 0),
        so_far=month_to_date(details, console.connection.now()).usd + (rest.so_far if rest else 0.0),
        words=f"{_what(rest)} {' and '.join(unpriced)} of unknown price not counted." if unpriced else _what(rest),
    )


def _draw(console: Console, found: Looked, seen: Seen, measured: int, rest: Sum | None) -> None:
    costs = _costs(console, found, rest)
    ready = sum(each.ready for each in found.summaries)
    with st.grid(3, min_column_width=150):
        st.metric("Endpoints in service", f"{ready} of {len(found.summaries)}", icon=":material/dns:", border=True,
                  height="stretch")  # fmt: skip
        st.metric(
            "Costs now", formats.at_least(costs.hourly, costs.unknown), icon=":material/payments:", border=True,
            height="stretch", help=costs.words,
        )  # fmt: skip
        st.metric(
            "If left running",
            formats.UNKNOWN_PRICE if costs.unknown and not costs.hourly
            else formats.money(costs.hourly * formats.HOURS_PER_MONTH),
            "a month", delta_color="off", delta_arrow="off", icon=":material/calendar_month:", border=True,
            height="stretch",
        )  # fmt: skip
        st.metric(
            "This month so far", _so_far(costs.so_far, costs.unknown), icon=":material/date_range:", border=True,
            height="stretch", delta="estimate", delta_color="off", delta_arrow="off",
            help="What runs now, since the month began or since it was made, at its present size and price. "
            "What ran this month and is gone is not in it, nor what is billed by the request: see Bill.",
        )  # fmt: skip
        _traffic(together(seen.traffic.values()), seen, measured)
    inventory_line.show(found)
    _states(Counter(each.status for each in found.summaries))
    if seen.problem is not None:
        st.markdown(f":gray[:small[Traffic is not known: {_said(seen)}]]")


def _what(rest: Sum | None) -> str:
    if rest is None:
        return "Endpoints; the page Bill has everything that costs."
    return f"Endpoints, and {formats.per_hour(rest.usd_per_hour)} for notebooks, volumes, logs and the like: see Bill."


def _traffic(all_of_them: Together, seen: Seen, measured: int) -> None:
    reading = "…" if seen.waiting or (measured and not seen.traffic and seen.problem is None) else "—"
    errors = f"{all_of_them.error_share:.1%} errors" if all_of_them.errors else None
    known, total = len(seen.traffic), formats.number(all_of_them.total)
    partly = 0 < known < measured
    told = total if not partly else f"over {total}" if all_of_them.total else reading
    st.metric(
        "Requests, last day", told if known else reading, errors,
        delta_color="inverse" if all_of_them.error_share >= 0.01 else "off", delta_arrow="off",
        icon=":material/swap_vert:", border=True, height="stretch", chart_type="area",
        chart_data=list(all_of_them.requests) if all_of_them.total else None,
        help=f"Of {f'{known} of ' if partly else ''}the {measured} newest endpoints in service, hour by hour",
    )  # fmt: skip
    typical = all_of_them.typical_ms
    latency = [each for each in all_of_them.latency_ms if each is not None]
    st.metric(
        "Typical latency", formats.milliseconds(typical) if typical is not None else reading,
        icon=":material/speed:", border=True, height="stretch", chart_type="line",
        chart_data=latency if len(latency) > 1 else None,
        help="The median latency of each endpoint's model in the last day; busy endpoints weigh more",
    )  # fmt: skip


def _so_far(usd: float, unknown: int) -> str:
    if unknown and not usd:
        return formats.UNKNOWN_PRICE
    return f"over {formats.money(usd)}" if unknown else formats.money(usd)


def _states(counts: Counter[str]) -> None:
    """A chip for each state there is, with how many are in it."""
    if counts:
        chips = [(status_chip.chip(status), number) for status, number in counts.most_common()]
        st.markdown(
            " ".join(f":{chip.colour}-badge[:material/{chip.icon}: {chip.word} {number}]" for chip, number in chips)
        )


def _said(seen: Seen) -> str:
    from ui.escape import literal

    problem = seen.problem
    return literal(f"{problem.what} {problem.why}".strip()) if problem is not None else ""
