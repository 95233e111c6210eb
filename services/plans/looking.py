"""Sees by looking whether a step is done: there, missing, different, or not to be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.plans.models import Proof, Repeat, Step, Until, Upload
from services.plans.operators import answer_of
from services.plans.secrecy import HIDDEN, is_environment, looks_secret
from services.plans.values import Values, look, matches, resolve, resolved_expectation, shown

Call = Callable[[str, str, Mapping[str, Any]], Mapping[str, Any]]

# Doing these a second time leaves things as the first time left them; create, start, send and run do not.
_REPEATABLE = (
    "abort_", "add_tags", "associate_", "attach_", "delete_", "deregister_", "describe_", "detach_", "disable_",
    "disassociate_", "enable_", "get_", "head_", "list_", "modify_", "put_", "register_scalable_target", "remove_",
    "set_", "stop_", "tag_", "untag_", "update_", "upload_",
)  # fmt: skip
_TOKENS = ("ClientRequestToken", "ClientToken", "IdempotencyToken", "clientToken", "clientRequestToken")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look found. `there`: the step is done. `missing`: it is surely not. `differs`: how it clashes."""

    there: bool = False
    missing: bool = False
    differs: str = ""
    answer: Mapping[str, Any] | None = None


def look_for(proof: Proof, known: Values, call: Call) -> Finding:
    """Make the proof's reading call. An error that does not prove absence proves nothing."""
    try:
        answer = call(proof.read.service, proof.read.operation, resolve(proof.read.parameters, known))
    except Exception as error:  # noqa: BLE001 - no answer proves nothing
        told = answer_of(error)
        absent = told is not None and any(each.matches(*told) for each in proof.absent)
        return _nothing(proof, {}) if absent else Finding()
    if proof.found and look(proof.found, answer) in (None, "", [], {}, False):
        return _nothing(proof, answer)
    wrong = difference(proof.expect, answer, known)
    if wrong:
        return Finding(missing=True, answer=answer) if proof.replaces else Finding(differs=wrong)
    return Finding(there=not proof.gone, missing=proof.gone, answer=answer)


def _nothing(proof: Proof, answer: Mapping[str, Any]) -> Finding:
    return Finding(there=proof.gone, missing=not proof.gone, answer=answer)


def difference(expect: Mapping[str, Any], answer: Mapping[str, Any], known: Values) -> str:
    """How what is there differs from what was wanted, one sentence; empty when it does not."""
    for path, wanted in expect.items():
        actual = look(path, answer)
        expected = resolved_expectation(wanted, known)
        if not matches(expected, actual):
            return f"{path} is {_brief(path, actual, known)}, wanted is {_brief(path, expected, known)}."
    return ""


def _brief(path: str, value: Any, known: Values) -> str:
    """A value in one line, without secrets, not even those of somebody else's environment."""
    *above, last = path.split(".")
    if any(is_environment(name) for name in above) and looks_secret(last, value):
        return HIDDEN
    text = known.scrub(str(shown({path: value})[path]))
    return text if len(text) <= 120 else text[:119] + "…"


def repeatable(step: Step) -> bool:
    """Whether carrying out the step a second time does no more than once."""
    if isinstance(step.manner, Until | Repeat | Upload):
        return True
    return step.operation.startswith(_REPEATABLE) or any(name in step.parameters for name in _TOKENS)
