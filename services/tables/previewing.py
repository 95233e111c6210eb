"""The first rows of a table from its first bytes, as a range read of an object in S3 brings them."""

from __future__ import annotations

import zlib
from pathlib import Path

from services.tables.layout import laid_out
from services.tables.models import Layout, Preview
from services.tables.source import Source, Unreadable, refuse

SHOWN = 50
LONGEST = 500  # characters of a cell


def previewed(head: bytes, name: str = "") -> Preview:
    """What can be shown of a table of which only the beginning is at hand; `problem` says why where nothing can.

    A Parquet file is read from its end, so its beginning shows nothing.
    """
    nothing = Layout(kind="")
    if head[:4] == b"PAR1":
        return Preview(Layout(kind="parquet"), (), [], "A Parquet file can only be shown once all of it is here.")
    packed = head[:2] == b"\x1f\x8b"
    try:
        text = _unpacked(head) if packed else head
        if not text.strip():
            return Preview(nothing, (), [], "The file is empty.")
        refuse(text)
        source = Source(Path(name or "table.csv"), len(head), text, "gzip" if packed else "", False, False)
        laid = laid_out(source)
    except Unreadable as problem:
        return Preview(nothing, (), [], str(problem))
    if laid.quoted == "rows":
        return Preview(laid.layout, laid.names, [], "Every record is one quoted string.")
    rows = [[cell.strip()[:LONGEST] for cell in record] for record in laid.records[:SHOWN]]
    names = tuple(each.strip()[:LONGEST] or f"column_{at}" for at, each in enumerate(laid.names))
    return Preview(laid.layout, names, rows)


def _unpacked(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(head, 1 << 20)
    except zlib.error as problem:
        raise Unreadable("damaged", f"The gzip file cannot be unpacked: {problem}.") from None
