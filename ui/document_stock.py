"""How much is kept of an owner's documents, and how much may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.errors import SagedeckError
from ui import formats

if TYPE_CHECKING:
    from services.console import Console
    from services.knowledge import DocumentRecord

KEPT_SECONDS = 10.0


def sentence(console: Console, records: Sequence[DocumentRecord]) -> str:
    """What the page is for where there is nothing yet, else what is kept and what of the room it takes."""
    if not records:
        return "PDF, Office, mail, e-books, tables, web pages, text, and ZIPs of them; originals stay on this machine."
    passages = formats.count(sum(record.chunks for record in records), "passage")
    told = f"{formats.count(len(records), 'document')}, {passages}"
    try:
        used = console.cached(
            ("originals", console.owner), KEPT_SECONDS, lambda: console.originals.used_bytes(console.owner)
        )
    except (SagedeckError, OSError):
        return f"{told}; originals stay on this machine."
    most = console.originals.quota_bytes / 1e9
    return f"{told}; originals on this machine take {formats.size(used)} of {most:.1f} GB."
