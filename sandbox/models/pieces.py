"""Cut text into token-sized pieces, for streaming, counting and limits.

No language model stands behind the sandbox's chat endpoints, so no vocabulary does either: a piece is what the common
tokenisers make of plain text on average (about four characters of English, one of Chinese).
"""

import re

_PIECE = re.compile(r"\s*(?:[A-Za-z]{1,6}|\d{1,3}|[^\W\d_]{1,2}|.)|\s+$", re.DOTALL)


def split(text: str) -> list[str]:
    """Return the pieces of `text` in order; joined they are `text` again, whitespace leading each piece."""
    return _PIECE.findall(text)
