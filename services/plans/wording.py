"""The sentences the executor says when a step cannot be carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.errors import Problem
from services.plans.models import Repeat, Step, Until

ENDED = "Ended"  # the kind of problem of a resource that failed by itself: it holds no machine any more
IN_THE_WAY = "InTheWay"  # something uses it since the plan was made, or protects it
ROLLED_BACK = "RolledBack"  # of a change that was taken back by itself: what it started is gone, what was before serves

# What to do about the reasons AWS gives when something it was to start has failed, by a part of them.
_REMEDIES = (
    ("capacity", "Resume later, or undo this and plan again with another instance type."),
    ("ping health check", "Its log in CloudWatch says why; then resume, or undo this and choose a larger machine."),
    ("EULA", "Accept the model's licence, then undo this and plan again."),
    ("s3://", "See that the file is there and that the role may read it, then resume."),
)
_JOB_ENDED = "A job that has ended does not go on: mend the cause, undo this and begin one of another name."


def doing(step: Step) -> str:
    """The step's call as words that complete "… while": "creating endpoint config demo"."""
    verb, _, rest = step.operation.partition("_")
    if verb in ("put", "get", "set", "stop", "run", "tag", "begin"):
        verb += verb[-1]
    elif verb.endswith("e"):
        verb = verb[:-1]
    named = next((each for key, each in step.parameters.items() if key.endswith("Name") and isinstance(each, str)), "")
    return " ".join(part for part in (f"{verb}ing", _noun(rest), named) if part)


def _noun(rest: str) -> str:
    """What an operation is about, from its name without the verb: "endpoint config", "AutoML job"."""
    return rest.removesuffix("_v2").replace("auto_ml", "AutoML").replace("_", " ")


def clash(step: Step, differs: str) -> Problem:
    """Something of this name is there, and it is not what the plan would make."""
    if step.proof is not None and step.proof.gone:
        what = f"What is there now is not what this plan was made for ({doing(step)})."
    else:
        what = f"The name is taken by something else ({doing(step)})."
    return Problem(what, differs, "Nothing was changed. Choose another name, or plan again.", kind="NameTaken")


def in_the_way(step: Step, why: str) -> Problem:
    """What came about since the plan was made, and is why the step is left."""
    return Problem(
        f"It stays ({doing(step)}).", why, "Nothing was changed. Plan again to see it as it is now.", kind=IN_THE_WAY
    )


def unseen(step: Step, cause: Problem) -> Problem:
    """What may have come about could not be looked at, so nothing is done."""
    why = " ".join(part for part in (cause.what, cause.why) if part)
    return Problem(f"It stays, as it could not be looked at again ({doing(step)}).", why, "Resume later.", cause.kind)


def unknown(step: Step, cause: Problem | None) -> Problem:
    """Nobody knows whether the call was carried out; `cause` is why no answer was kept."""
    problem = Problem(
        f"It is not known whether {doing(step)} was carried out.",
        "The call was made but no answer was kept, and there is no way to see by looking.",
        f"Look at {step.service} yourself. If it was not done, start a new plan for what is missing.",
    )
    return replace(problem, why=f"{problem.why} {cause.what} {cause.why}".strip()) if cause else problem


def too_late(step: Step, manner: Until, heard: str) -> Problem:
    """A wait that took longer than its deadline."""
    minutes = manner.deadline / 60
    return Problem(
        f"{step.reason.rstrip('.')}: not finished after {minutes:.0f} minutes.",
        f"It still reads {heard}." if heard else "",
        "Resume to go on waiting, or cancel to take back what was made.",
    )


def ended_badly(step: Step, now: str, why: str) -> Problem:
    """What was waited for has failed by itself: `why` is AWS's reason, which decides what to do next."""
    subject = _named(step)
    what = f"{subject} ended as {now}." if subject else f"{step.reason.rstrip('.')}: it ended as {now}."
    remedies = (remedy for part, remedy in _REMEDIES if part.lower() in why.lower())
    then = next(remedies, "Read the explanation, then resume, or undo this and plan again.")
    if "_job" in step.operation:
        then = _JOB_ENDED
    return Problem(what, why, then, kind=ENDED if now == "Failed" else "")


def rolled_back(step: Step, now: str, wrong: str, why: str) -> Problem:
    """A change that ended well by its status and is not what was asked for: `wrong` says how, `why` is AWS's reason."""
    what = f"{_named(step) or 'It'} reads {now}, but the change was rolled back: {wrong}"
    unsaid = "AWS gives no reason here; the log of what was to come in may."
    then = "What was there before goes on. Look for the cause, undo this and plan again."
    return Problem(what, why or unsaid, then, kind=ROLLED_BACK)


def _named(step: Step) -> str:
    """The thing a step looks at: "The endpoint demo"; "" if its parameters name none."""
    named = next((each for key, each in step.parameters.items() if key.endswith("Name") and isinstance(each, str)), "")
    return f"The {_noun(step.operation.partition('_')[2])} {named}" if named else ""


def capped(manner: Repeat, treated: int) -> Problem:
    """A repeated step met its cap."""
    return Problem(
        f"Stopped after {treated} items; more are left.",
        f"One run treats at most {manner.cap}.",
        "Resume to go on with the rest.",
    )


def stuck(step: Step, treated: int) -> Problem:
    """A repeated step makes no progress."""
    return Problem(
        f"{doing(step).capitalize()} changes nothing: the same items are listed again.",
        f"{treated} were treated before.",
        "Look whether they are protected, then resume.",
    )


def partly(step: Step, errors: Any, treated: int) -> Problem:
    """Some items of a batch were refused."""
    first = errors[0] if isinstance(errors, list | tuple) and errors else errors
    told = first.get("Message") or first.get("Code") if isinstance(first, Mapping) else first
    return Problem(
        f"Some items were refused while {doing(step)}.",
        f"{treated} were treated before; the first refusal says: {told}",
        "Correct the cause, then resume.",
    )
