"""What the connected identity may do: asked of IAM's policy simulator, told as allowed, denied or unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.plans.models import Permission


class Verdict(StrEnum):
    """What is known of one permission."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Checked:
    """One permission and what IAM says of it; `why` is a sentence where it is not simply allowed."""

    permission: Permission
    verdict: Verdict
    why: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One call of the simulator: every action against every resource, under the same condition keys."""

    actions: tuple[str, ...]
    resource: str
    context: tuple[tuple[str, str], ...]


# The simulator's request may not grow without bound; AWS documents no number, a page of this size always passed.
MOST_ACTIONS = 50
_ASSUMED = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([\w+=,.@-]+)/.+")
_SIMULATED = re.compile(r"arn:aws[a-z-]*:(iam|sts)::\d{12}:(user|role|group)/.+")
_WORDS = {
    "explicitDeny": "A policy forbids it outright: allowing it elsewhere does not help.",
    "implicitDeny": "No policy allows it.",
}


def assumed_role(arn: str) -> str:
    """The name of the role an STS session was made from, "" where the principal is no such session."""
    found = _ASSUMED.fullmatch(arn)
    return found[3] if found else ""


def role_of_session(arn: str) -> str:
    """The ARN of a session's role as far as the session tells it (without the role's path); "" for no session."""
    found = _ASSUMED.fullmatch(arn)
    return f"arn:{found[1]}:iam::{found[2]}:role/{found[3]}" if found else ""


def can_be_simulated(arn: str) -> bool:
    """Whether the simulator knows this kind of principal: users, groups and roles. Not root, not federated users."""
    return _SIMULATED.fullmatch(arn) is not None


def questions(permissions: Sequence[Permission]) -> tuple[Question, ...]:
    """The fewest calls that answer for all: actions with the same resource and condition share one."""
    groups: dict[tuple[str, tuple[tuple[str, str], ...]], dict[str, None]] = {}
    for each in permissions:
        groups.setdefault((each.resource, _context(each)), {})[each.action] = None
    return tuple(
        Question(tuple(actions)[start : start + MOST_ACTIONS], resource, context)
        for (resource, context), actions in groups.items()
        for start in range(0, len(actions), MOST_ACTIONS)
    )


def _context(permission: Permission) -> tuple[tuple[str, str], ...]:
    """The condition keys of a permission with a value that fulfils them."""
    found = {}
    for keys in permission.condition.values():
        for key, value in keys.items():
            found[key] = str(value[0] if isinstance(value, list | tuple) else value).replace("*", "x")
    return tuple(sorted(found.items()))


def question_of(permission: Permission) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """What the answers are kept under: action, resource, condition keys."""
    return permission.action, permission.resource, _context(permission)


def judged(
    permissions: Sequence[Permission], decisions: Mapping[tuple[str, str, tuple[tuple[str, str], ...]], str]
) -> tuple[Checked, ...]:
    """Each permission with its verdict, by IAM's decisions (allowed, implicitDeny, explicitDeny); none is unknown."""
    return tuple(_judge(each, decisions.get(question_of(each), "")) for each in permissions)


def _judge(permission: Permission, decision: str) -> Checked:
    if decision == "allowed":
        return Checked(permission, Verdict.ALLOWED)
    if decision in _WORDS:
        return Checked(permission, Verdict.DENIED, _WORDS[decision])
    return Checked(permission, Verdict.UNKNOWN, "IAM gave no answer.")


def unknown(permissions: Sequence[Permission], why: str) -> tuple[Checked, ...]:
    """All of them unknown, for one reason."""
    return tuple(Checked(each, Verdict.UNKNOWN, why) for each in permissions)
