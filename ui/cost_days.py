"""What AWS itself says was spent, by day, with this console's estimate beside the days it does not know yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from services.connection import Mode
from services.costs.explorer import LAG, REQUEST_USD
from services.errors import PermissionDenied
from ui import cost_chart, error_box, formats, plain_table
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.costs import Bill, Forecast, Spent

_DAYS = {7: "7 days", 14: "14 days", 30: "30 days", 90: "90 days"}
_BY = {"usage": "Usage type", "tag:sagedeck:owner": "Owner", "tag": "Another tag", "region": "Region"}
MOST_GROUPS = 20
_ASKED, _FORECAST = "bill.days.asked", "bill.forecast.asked"


def show(console: Console, regions: Sequence[str]) -> None:
    """Write the tab."""
    found = console.costs.bill(regions)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        days = st.segmented_control("Last", list(_DAYS), default=14, required=True, key="bill.days",
                                    format_func=lambda each: _DAYS[each]) or 14  # fmt: skip
        by = st.segmented_control("By", list(_BY), default="usage", required=True, key="bill.days.by",
                                  format_func=lambda each: _BY[each]) or "usage"  # fmt: skip
        if by == "tag":
            tags = [each for each in found.tag_keys() if each != "sagedeck:owner"]
            by = f"tag:{st.selectbox('Tag', tags, key='bill.days.tag', width=240, accept_new_options=True)}"
    with _explained("ce:GetCostAndUsage"):
        spent = _spent(console, int(days), by)
        if spent is not None:
            _draw(found, spent)
    with _explained("ce:GetCostForecast"):
        _forecast(console, found)
    _requests(console)


@contextmanager
def _explained(action: str) -> Iterator[None]:
    """As error_box.shown, and says which permission is missing; the rest of the page works without."""
    with error_box.shown():
        try:
            yield
        except PermissionDenied as refused:
            error_box.show(refused)
            needed = code(refused.action or action)
            st.markdown(f"This needs the permission {needed}; what bills now works without it.")


def _spent(console: Console, days: int, by: str) -> Spent | None:
    if by == "tag:None":
        return None
    asked = f"{days} {by}"
    free = console.connection.mode is Mode.SANDBOX
    kept = console.costs.spent(days, by, ask=free or st.session_state.get(_ASKED) == asked)
    if kept is None:
        st.button(
            f"Ask Cost Explorer (${REQUEST_USD:.2f})", icon=":material/cloud_download:", type="primary",
            key="bill.days.ask", on_click=lambda: st.session_state.update({_ASKED: asked}),
        )  # fmt: skip
    return kept


def _draw(found: Bill, spent: Spent) -> None:
    if spent.untagged:
        tag = spent.by.removeprefix("tag:")
        st.info(
            f"No cost carries the tag {literal(tag)}. Cost Explorer knows a tag only once it is activated as a cost "
            "allocation tag in the account's billing, and only from then on.", icon=":material/label_off:",
        )  # fmt: skip
    cost_chart.days(spent, _estimates(found, spent), key="bill.days.chart")
    whole = sum(day.usd for day in spent.days if day.whole)
    asked = formats.ago(spent.asked, found.at.timestamp())
    words = (
        f"{formats.money(spent.usd)} as Cost Explorer tells, {formats.money(whole)} of it on days that are whole; "
        f"asked {asked}. {LAG} The outlined bars are this console's own estimate of those days"
    )
    where = "." if len(found.regions) != 1 else f", of {found.regions[0]} only; Cost Explorer counts every region."
    st.markdown(f":gray[:small[{literal(words + where)}]]")
    with st.expander("Sums", icon=":material/functions:", type="compact"):
        rows = [{"What": literal(name), "USD": literal(formats.money(usd))} for name, usd in spent.groups[:MOST_GROUPS]]
        if rows:
            plain_table.show(rows, key="bill-days-sums")
        if len(spent.groups) > MOST_GROUPS:
            rest = sum(usd for _, usd in spent.groups[MOST_GROUPS:])
            st.markdown(f":gray[and {len(spent.groups) - MOST_GROUPS} more, {literal(formats.money(rest))}]")


def _estimates(found: Bill, spent: Spent) -> dict[date, float]:
    """What this console reckons for the days that Cost Explorer does not know wholly."""
    estimates = {}
    for day in (each.day for each in spent.days if not each.whole):
        start = datetime.combine(day, time(), UTC)
        if start < found.at:
            estimates[day] = found.between(start, min(start + timedelta(days=1), found.at))
    return estimates


def _forecast(console: Console, found: Bill) -> None:
    st.subheader("Expected by the month's end", anchor=False)
    ask = console.connection.mode is Mode.SANDBOX or bool(st.session_state.get(_FORECAST))
    told = console.costs.forecast(ask=ask)
    mine = f"This console: {formats.money(found.total.month_end)} in all, if nothing changes (an estimate)."
    st.markdown(literal(mine))
    if told is None:
        st.button(
            f"Ask for AWS's forecast (${REQUEST_USD:.2f})", icon=":material/cloud_download:", key="bill.forecast.ask",
            on_click=lambda: st.session_state.update({_FORECAST: True}),
        )  # fmt: skip
        return
    st.markdown(literal(_words(told)))


def _words(told: Forecast) -> str:
    bounds = ""
    if told.low is not None and told.high is not None:
        bounds = f", with 80 % certainty {formats.money(told.low)} to {formats.money(told.high)}"
    return f"AWS: {formats.money(told.usd)} more from today until {told.until:%B %-d}{bounds}, from how it went so far."


def _requests(console: Console) -> None:
    count = console.costs.asked()
    kept = formats.duration(console.costs.keep)
    free = " The sandbox charges nobody." if console.connection.mode is Mode.SANDBOX else ""
    words = (
        f"Each request of Cost Explorer costs ${REQUEST_USD:.2f}; an answer is kept for {kept}. This console made "
        f"{formats.count(count, 'request')} this month: {formats.money(count * REQUEST_USD)}.{free}"
    )
    st.markdown(f":gray[:small[{literal(words)}]]")
