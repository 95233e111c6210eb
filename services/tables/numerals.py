"""How numbers are written in a column: plainly, or with a comma, thousands, a currency or a per cent sign."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "-nan", "null", "NULL", "?", "#N/A", "#NA", "<NA>")
"""What Autopilot's reader takes for no value (pandas' own list, and "?" as many public tables have it)."""
PERHAPS = "None"
"""Read as no value too, though some tables have a class of this name."""

NO = "No value"
"""What a class "None" is called in a copy."""

_PLAIN = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
PLAIN = re.compile(rf"(?:{_PLAIN}|[+-]?[iI]nf(?:inity)?)")
_STYLES = {
    "comma": re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?"),
    "points": re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?"),
    "thousands": re.compile(
        r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[+-]?\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?"
        r"|\((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?\)"
    ),
    "spaces": re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u2009\u202f’']\d{3})+(?:[.,]\d+)?"),
    "percent": re.compile(r"[+-]?\d+(?:[.,]\d+)?\s?%"),
    "currency": re.compile(
        r"\(?[+-]?\s?(?:[$€£¥₹₽]|USD|EUR|GBP|CHF|R\$)\s?[+-]?\d[\d,. \u00a0\u2009\u202f’']*[kKmMbB]?\)?"
        r"|[+-]?\d[\d,. \u00a0\u2009\u202f’']*\s?(?:[$€£¥₹₽]|USD|EUR|GBP|CHF|kr|zł)"
    ),
}
_KEPT = re.compile(r"[^\d.,+\-eE]")
LEAST = 0.95  # of what is there must read as numbers in a style


def is_number(cell: str) -> bool:
    """Whether a cell is a plainly written number."""
    return PLAIN.fullmatch(cell.strip()) is not None


def is_finite(cell: str) -> bool:
    """Whether a cell is a plainly written number other than infinity."""
    return is_number(cell) and "n" not in cell.casefold()


def missing(cell: str) -> bool:
    """Whether a cell says that there is nothing."""
    return cell.strip() in MISSING or cell.strip() == PERHAPS


def style_of(cells: Sequence[str]) -> str:
    """How the numbers among these cells are written; "" where they are plain, or where it is not numbers."""
    there = [stripped for cell in cells if not missing(stripped := cell.strip())]
    if not there:
        return ""
    plain = sum(PLAIN.fullmatch(cell) is not None for cell in there)
    if plain >= LEAST * len(there):
        return ""
    best, most = "", 0
    for style, pattern in _STYLES.items():
        fitting = sum(pattern.fullmatch(cell) is not None for cell in there)
        if fitting > most:
            best, most = style, fitting
    if best == "thousands" and _of_comma(there):
        best = "comma"
    elif best == "comma" and _all_threes(there) and not _of_comma(there):
        best = "thousands"
    if not most or most + plain < LEAST * len(there) or len(set(there)) < 2:
        return ""
    return _thousands_or_comma(best, there)


def _of_comma(cells: Iterable[str]) -> bool:
    """Whether the comma must be a decimal one: nothing begins with 0, that parts thousands."""
    return any(cell.lstrip("+-").startswith("0,") for cell in cells)


def doubtful(cells: Sequence[str]) -> bool:
    """Whether numbers of the style "thousands" could as well have a decimal comma: 12,345."""
    return all(cell.count(",") <= 1 and "." not in cell for cell in cells)


def _all_threes(cells: Iterable[str]) -> bool:
    """Whether every comma stands before three digits, as in 1,234: then it parts thousands."""
    with_comma = [cell for cell in cells if "," in cell]
    return all(_STYLES["thousands"].fullmatch(cell) for cell in with_comma)


def _thousands_or_comma(style: str, cells: Sequence[str]) -> str:
    if style == "points" and not any("," in cell for cell in cells) and any(cell.startswith("0.") for cell in cells):
        return ""
    return style


def plain(cell: str, style: str) -> str:
    """A cell of that style as a plain number; unchanged where it is none."""
    text = cell.strip()
    if missing(text) or (PLAIN.fullmatch(text) and style != "points"):
        return text
    pattern = _STYLES.get(style)
    if pattern is None or not pattern.fullmatch(text):
        return cell
    negative = text.startswith("(") and text.endswith(")")
    factor = {"k": "e3", "m": "e6", "b": "e9"}.get(text.rstrip(")")[-1:].lower(), "") if style == "currency" else ""
    digits = _KEPT.sub("", re.sub(r"USD|EUR|GBP|CHF|R\$|kr|zł", "", text))
    digits = digits.rstrip("eE.,") if style == "currency" else digits
    decimal_comma = style in ("comma", "points") or (style in ("percent", "currency", "spaces") and _comma_last(digits))
    digits = digits.replace(".", "").replace(",", ".") if decimal_comma else digits.replace(",", "")
    return f"{'-' if negative else ''}{digits}{factor}"


def _comma_last(digits: str) -> bool:
    """Whether the comma is the decimal sign: it comes last, with one, two or more than three digits behind it."""
    at = digits.rfind(",")
    return at > digits.rfind(".") and len(digits) - at - 1 != 3


def to_numbers(cells: Any, style: str) -> Any:
    """An arrow array of texts as one of plain numerals, unconverted where a cell does not fit."""
    import pyarrow  # type: ignore[import-untyped]
    from pyarrow import compute

    if style == "comma":
        return compute.replace_substring(cells, ",", ".")
    if style == "points":
        return compute.replace_substring(compute.replace_substring(cells, ".", ""), ",", ".")
    encoded = cells.dictionary_encode()
    values = pyarrow.array([plain(cell, style) for cell in encoded.dictionary.to_pylist()], pyarrow.string())
    return values.take(encoded.indices)
