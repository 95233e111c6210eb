"""Names of files as they are shown: nothing in one turns the line around, hides, or acts."""

from __future__ import annotations

import unicodedata

from ui import formats
from ui.escape import literal

LONGEST = 60  # characters of a name in a list


def plain(name: str) -> str:
    """A name with what is not seen, or turns a line around, taken out; for where no Markdown is read."""
    return "".join(sign for sign in name if unicodedata.category(sign) not in ("Cf", "Cc", "Cs")) or "document"


def shown(name: str, most: int = LONGEST) -> str:
    """A name in Markdown, without its middle where it is long."""
    return literal(formats.short(plain(name), most))
