"""One sign of a cause, and the fragments that several of them share."""

from __future__ import annotations

from dataclasses import dataclass

from services.diagnosis.models import Cause


@dataclass(frozen=True, slots=True)
class Sign:
    """What shows a cause. `words` are regular expressions, any of which may be found, without regard to case; `codes`
    are error codes, apart by blanks; a sign with both needs both. `unless`: wording that takes it back; `operations`:
    only for these (AWS's names). `rank`: services.diagnosis.rules."""

    cause: Cause
    rank: int
    words: tuple[str, ...] = ()
    codes: str = ""
    unless: str = ""
    operations: str = ""


ASTRA = r"(astra|datastax|data ?api|stargate)"
MODEL = r"received (server|client) error|\bModelError\b"  # a container speaks, not AWS
COST_EXPLORER = r"^(Get|List|Update)(Cost|Dimension|Tags|Savings|Reservation)"
