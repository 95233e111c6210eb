"""One sign of a cause, and the fragments that several of them share."""

from __future__ import annotations

from dataclasses import dataclass

from services.diagnosis.models import Cause


@dataclass(frozen=True, slots=True)
class Sign:
    """What shows a cause. `words` are regular expressions, any of which may be found, without regard to case; `codes`
    are error codes, apart by blanks; `code_like` an expression they match whole. A sign with words and codes needs
    both. `unless`: wording that takes it back; `operations`: only for these (AWS's names). `rank`:
    services.diagnosis.rules."""

    cause: Cause
    rank: int
    words: tuple[str, ...] = ()
    codes: str = ""
    unless: str = ""
    operations: str = ""
    code_like: str = ""


ASTRA = r"(astra|datastax|data ?api|stargate)"
MODEL = r"received (server|client) error|\bModelError\b"  # a container speaks, not AWS
COST_EXPLORER = r"^(Get|List|Update)(Cost|Dimension|Tags|Savings|Reservation)"
TRAINING = r"AutoML|Training|Processing|Transform|HyperParameter"
CALL = r"^(Invoke|Predict|Converse)"  # of a model
MISSING = (
    r"(does(n't| not)|do(n't| not)|did(n't| not)|no longer) exists?|(could|can) ?not be found"
    r"|couldn't (be found|find)"
    r"|(is|was|were|are) not found|not found|cannot find|no such|missing|deleted|unavailable"
)
REFUSED = (
    r"denied|forbidden|unauthori[sz]ed|not (authori[sz]ed|permitted|allowed)|no permissions?"
    r"|lacks?\b.{0,30}permissions?"
    r"|(insufficient|missing|required) permissions?|not have (\w+ ){0,3}(permissions?|access|privileges?)"
)
UNLOADED = (
    r"corrupt\w*|truncated|malformed|cannot be loaded|can't be loaded|(fail\w*|unable|could not|cannot) (to )?"
    r"(load|read|open|parse|unpack|extract|deseriali[sz]e|find)|not (be )?load(ed)?|incomplete|mismatch"
)
