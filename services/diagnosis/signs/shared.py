"""Wording and codes of many causes, only once nothing better was found: their signs."""

from __future__ import annotations

from services.diagnosis.models import Cause as C
from services.diagnosis.signs.sign import MODEL, Sign

SIGNS: tuple[Sign, ...] = (
    Sign(
        C.NOT_FOUND,
        6,
        (r"could(n't| not) find|cannot be found|could not be found|does(n't| not) exist|\bnot found\b",),
        unless=MODEL + r"|implementation",
    ),
    Sign(C.CONFIGURATION_INVALID, 6, (r"(not|n't) support(ed)?\b|\bunsupported\b",), unless=MODEL + r"|operand"),
    Sign(C.IN_USE, 6, (r"\b(is )?(currently )?in use\b",), unless=MODEL),
    Sign(C.SERVICE_ERROR, 6, (r"\binternal (server )?error\b",), unless=MODEL + r"|\"detail\"|in the container"),
    # Last resort.
    Sign(
        C.PAYLOAD_FORMAT, 7, (r"client error \(4(00|06|15|22|24)\).{0,40}with message \W{0,3}\w", r"\"code\": ?400\b")
    ),
    Sign(
        C.CONFIGURATION_INVALID,
        7,
        (r"\w",),
        codes="ValidationException",
        operations=r"^(?!Invoke)",
    ),
)
