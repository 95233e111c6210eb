"""Every error the console raises on purpose, drawn as a tree.

    SagedeckError                     what happened, why, what to do next
    ├── ConnectionProblem             we cannot speak to the other side as this person
    │   ├── MissingCredentials
    │   ├── ExpiredCredentials
    │   ├── InvalidCredentials
    │   ├── PermissionDenied          .action: the missing IAM action, where the answer names it
    │   └── Unreachable               wrong region, no route, connection refused or cut
    ├── RequestProblem                the other side understood and said no
    │   ├── InvalidRequest
    │   ├── NotFound
    │   ├── NameTaken
    │   ├── InUse                     exists, and cannot change now
    │   └── LimitExceeded             quota or platform limit
    │       └── RequestTooLong        .drop, .answer_tokens: what would make it fit
    ├── Throttled                     slow down; trying again later helps
    │   └── RateLimited               our own limit; .seconds until the next request may go
    ├── ServiceFailure                a fault of theirs (5xx)
    ├── InvocationProblem             an endpoint was called and did not answer as hoped
    │   ├── ModelFailed               the container answered with an error (.status, .original)
    │   ├── EndpointNotReady
    │   ├── StreamBroken              .partial: what had arrived
    │   └── UnknownAnswer             an answer of no known shape
    ├── DocumentRefused               a file that will not be read (.reason, .hint)
    ├── StoreProblem                  the vector store said no
    ├── PlanProblem                   a plan that cannot be run as it is
    │   ├── PlanInvalid               .problems: one sentence each
    │   ├── PlanChanged               re-planning gave other steps or a higher price
    │   ├── ReadOnly                  the connection refuses every change
    │   └── RunTaken                  another worker holds the run
    └── JobCancelled                  a background job stopped as asked (services.jobs)

A page shows `what`, `why` and `next` and nothing else: none of them may hold a secret. What AWS answers becomes one of
these in `services.aws_errors`.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.legible import legible


class SagedeckError(Exception):
    """What happened (`what`), why (`why`), and what to do next (`next`), each one or two plain sentences.

    They may repeat what someone typed or AWS answered: what looks like a token is hidden, what does not print is shown.
    """

    def __init__(self, what: str, why: str = "", next: str = "") -> None:
        what, why, next = legible(what), legible(why), legible(next)
        super().__init__(what, why, next)
        self.what, self.why, self.next = what, why, next

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.why, self.next) if part)


class ConnectionProblem(SagedeckError):
    """We cannot speak to the other side as this person."""


class MissingCredentials(ConnectionProblem):
    """No credentials were found."""


class ExpiredCredentials(ConnectionProblem):
    """The credentials were valid once."""


class InvalidCredentials(ConnectionProblem):
    """The other side does not know these credentials."""


class PermissionDenied(ConnectionProblem):
    """Known, but not allowed; `action` is the missing IAM action where the answer names it."""

    def __init__(self, what: str, why: str = "", next: str = "", *, action: str = "") -> None:
        super().__init__(what, why, next)
        self.action = action


class Unreachable(ConnectionProblem):
    """No answer: wrong region, no route, refused or cut."""


class RequestProblem(SagedeckError):
    """The other side understood and said no."""


class InvalidRequest(RequestProblem):
    """A value in the request is not acceptable."""


class NotFound(RequestProblem):
    """The thing named is not there."""


class NameTaken(RequestProblem):
    """Something of this name exists already."""


class InUse(RequestProblem):
    """It exists and cannot change now."""


class LimitExceeded(RequestProblem):
    """A quota or a platform limit was met."""


class RequestTooLong(LimitExceeded):
    """More than an endpoint takes; without the `drop` oldest messages it fits, or with `answer_tokens` for the answer.

    Either is 0 where it does not help.
    """

    def __init__(self, what: str, why: str = "", next: str = "", *, drop: int = 0, answer_tokens: int = 0) -> None:
        super().__init__(what, why, next)
        self.drop, self.answer_tokens = drop, answer_tokens


class Throttled(SagedeckError):
    """Too many calls; the same call later will do."""


class RateLimited(Throttled):
    """More requests a minute than this console lets one person send; the next may go in `seconds`."""

    def __init__(self, what: str, why: str = "", next: str = "", *, seconds: float = 0.0) -> None:
        super().__init__(what, why, next)
        self.seconds = seconds


class ServiceFailure(SagedeckError):
    """A fault on the other side."""


class InvocationProblem(SagedeckError):
    """An endpoint was called and did not answer as hoped."""


class ModelFailed(InvocationProblem):
    """The model's container answered with an error: its HTTP `status` and its own words, `original`."""

    def __init__(self, what: str, why: str = "", next: str = "", *, status: int = 0, original: str = "") -> None:
        super().__init__(what, why, next)
        self.status, self.original = status, original


class EndpointNotReady(InvocationProblem):
    """The endpoint exists but does not take requests now."""


class StreamBroken(InvocationProblem):
    """A streamed answer ended early; `partial` is the text that had arrived."""

    def __init__(self, what: str, why: str = "", next: str = "", *, partial: str = "") -> None:
        super().__init__(what, why, next)
        self.partial = partial


class UnknownAnswer(InvocationProblem):
    """The endpoint answered in a shape none of the known families has."""


class DocumentRefused(SagedeckError):
    """A file that will not be read: one sentence of `reason`, one of `hint`; `locked` where it wants a password."""

    def __init__(self, reason: str, hint: str = "", locked: bool = False) -> None:
        super().__init__(reason, "", hint)
        self.reason, self.hint, self.locked = reason, hint, locked


class StoreProblem(SagedeckError):
    """The vector store refused or could not be reached."""


class PlanProblem(SagedeckError):
    """A plan that cannot be run as it is."""


class PlanInvalid(PlanProblem):
    """Checked before the run and found wrong; `problems` has a sentence for each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("This plan would be refused.", " ".join(problems), "Change the request and plan again.")
        self.problems = problems


class PlanChanged(PlanProblem):
    """Planning again gave other steps or a higher price than was confirmed."""


class ReadOnly(PlanProblem):
    """This connection refuses every change."""


class RunTaken(PlanProblem):
    """Another worker holds this run."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as it is kept and shown: plain sentences, no secret, no traceback."""

    what: str
    why: str = ""
    next: str = ""
    kind: str = "SagedeckError"

    def as_dict(self) -> dict[str, str]:
        return {"what": self.what, "why": self.why, "next": self.next, "kind": self.kind}


def problem_of(error: BaseException) -> Problem:
    """Any error as something that may be shown; one we did not expect shows only its kind."""
    if isinstance(error, SagedeckError):
        return Problem(error.what, error.why, error.next, type(error).__name__)
    return Problem(
        what="Something went wrong that the console did not expect.",
        why=f"It was a {type(error).__name__}.",
        next="Try again. If it stays, the log of the console holds the details.",
        kind=type(error).__name__,
    )
