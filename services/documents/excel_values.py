"""What a cell of a workbook shows: its number, date, share or words, as the format beside it says.

Built-in formats are those of ECMA-376, part 1, 18.8.30; dates count days from 1899-12-30, or from 1904-01-01.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.documents.package import Package, attribute, name_of

LITERAL = re.compile(r'"[^"]{0,200}"|\\.|_.|\*.')
BRACKETED = re.compile(r"\[(?!h+\]|m+\]|s+\])[^\]]{0,60}\]", re.IGNORECASE)
CURRENCY = re.compile(r"\[\$([^\]-]{1,8})[^\]]{0,20}\]|([€$£¥])")
LAST_DAY = 2_958_466
"""9999-12-31."""


class Shown(StrEnum):
    """What a number is shown as."""

    NUMBER = "number"
    SHARE = "share"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"
    SPAN = "span"


@dataclass(frozen=True, slots=True)
class Format:
    """How a number is shown, and the currency after it."""

    shown: Shown = Shown.NUMBER
    currency: str = ""


PLAIN = Format()
BUILT_IN = {
    **dict.fromkeys((9, 10), Format(Shown.SHARE)),
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 36, *range(50, 59)), Format(Shown.DATE)),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47), Format(Shown.TIME)),
    22: Format(Shown.MOMENT),
    46: Format(Shown.SPAN),
}


def read_formats(package: Package) -> list[Format]:
    """Return the formats of a workbook by the number that cells give; none where its styles are missing."""
    styles = package.tree(package.part("xl/styles"))
    own: dict[int, Format] = {}
    formats: list[Format] = []
    for group in styles if styles is not None else ():
        if name_of(group) == "numFmts":
            for each in group:
                own[_number(attribute(each, "numFmtId"))] = read_format(attribute(each, "formatCode"))
        elif name_of(group) == "cellXfs":
            for each in group:
                number = _number(attribute(each, "numFmtId"))
                formats.append(own.get(number) or BUILT_IN.get(number, PLAIN))
    return formats


def read_format(code: str) -> Format:
    """Return what a format's code makes of a number."""
    code = code.split(";")[0][:500]
    currency = CURRENCY.search(code)
    bare = BRACKETED.sub("", LITERAL.sub("", code)).lower()
    if "[" in bare:
        return Format(Shown.SPAN)
    day = any(sign in bare for sign in "dy") or ("m" in bare and not any(sign in bare for sign in "hs0#"))
    time = any(sign in bare for sign in "hs") and not any(sign in bare for sign in "#?")
    if day and "general" not in bare:
        return Format(Shown.MOMENT if time else Shown.DATE)
    if time:
        return Format(Shown.TIME)
    if "%" in bare:
        return Format(Shown.SHARE)
    return Format(Shown.NUMBER, (currency[1] or currency[2]) if currency else "")


def show_number(written: str, form: Format, since_1904: bool) -> str:
    """Return a number as people read it; what is no number stays as written."""
    try:
        value = float(written)
    except ValueError:
        return written
    if value != value or value in (float("inf"), float("-inf")):
        return written
    if form.shown is Shown.SHARE:
        return f"{round(value * 100, 4):.15g}%"
    if form.shown is Shown.SPAN:
        minutes, seconds = divmod(round(value * 86_400), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if form.shown is not Shown.NUMBER and 0 <= value < LAST_DAY:
        return _show_date(value, form.shown, since_1904)
    text = f"{value:.15g}"
    return f"{text} {form.currency}" if form.currency else text


def _show_date(value: float, shown: Shown, since_1904: bool) -> str:
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 31 if value < 60 else 30)
    try:
        moment = start + timedelta(days=int(value), seconds=round(value % 1 * 86_400))
    except OverflowError:
        return f"{value:.15g}"
    clock = moment.strftime("%H:%M:%S" if moment.second else "%H:%M")
    if shown is Shown.TIME and value < 1:
        return clock
    day = f"{moment.year:04}-{moment.month:02}-{moment.day:02}"
    return day if shown is Shown.DATE else f"{day} {clock}"


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else -1
