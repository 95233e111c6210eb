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
    ├── Throttled                     slow down; trying again later helps
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

A page shows `what`, `why` and `next` and nothing else: none of them may hold a secret.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


class SagedeckError(Exception):
    """What happened (`what`), why (`why`), and what to do next (`next`), each one or two plain sentences."""

    def __init__(self, what: str, why: str = "", next: str = "") -> None:
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


class Throttled(SagedeckError):
    """Too many calls; the same call later will do."""


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
    """A file that will not be read: one sentence of `reason`, one of `hint`."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason, "", hint)
        self.reason, self.hint = reason, hint


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


def code_and_message(error: BaseException) -> tuple[str, str]:
    """The service's own code and message of a botocore ClientError; ("", text) of anything else."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        answer = response.get("Error") or {}
        return str(answer.get("Code", "")), str(answer.get("Message", ""))
    return "", str(error)


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a family of AWS error codes means. `words` are parts of a message that mean the same under any code."""

    kind: type[SagedeckError]
    what: str
    next: str
    codes: frozenset[str]
    words: tuple[str, ...] = ()


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


# In the order they are tried. Codes from the "common errors" pages of the services' API references.
_MEANINGS = (
    _Meaning(
        ExpiredCredentials,
        "The AWS credentials expired",
        "Enter new credentials in Settings; nothing else is lost.",
        _codes("ExpiredToken ExpiredTokenException RequestExpired TokenRefreshRequired"),
    ),
    _Meaning(
        InvalidCredentials,
        "AWS does not accept these credentials",
        "Check the keys and the session token in Settings.",
        _codes(
            "InvalidClientTokenId UnrecognizedClientException SignatureDoesNotMatch AuthFailure InvalidAccessKeyId"
            " IncompleteSignature InvalidSignatureException MissingAuthenticationToken"
            " MissingAuthenticationTokenException"
        ),
    ),
    _Meaning(
        PermissionDenied,
        "AWS refused permission",
        "Ask for the policy that the plan shows, then try again.",
        _codes("AccessDenied AccessDeniedException UnauthorizedOperation 403 Forbidden"),
    ),
    _Meaning(
        Throttled,
        "AWS asked to slow down",
        "Wait a moment and try again.",
        _codes(
            "Throttling ThrottlingException ThrottledException TooManyRequestsException RequestLimitExceeded"
            " RequestThrottled SlowDown PriorRequestNotComplete BandwidthLimitExceeded"
        ),
    ),
    _Meaning(
        LimitExceeded,
        "A limit of the account was met",
        "Ask for a higher quota, or choose another instance type.",
        _codes("ResourceLimitExceeded LimitExceeded LimitExceededException ServiceQuotaExceededException"),
    ),
    _Meaning(
        NameTaken,
        "The name is taken",
        "Choose another name, or use what exists.",
        _codes("EntityAlreadyExists BucketAlreadyExists BucketAlreadyOwnedByYou ResourceAlreadyExistsException"),
        ("already exist",),
    ),
    _Meaning(
        NotFound,
        "It was not found",
        "Check the name and the region.",
        _codes("NoSuchEntity NoSuchBucket NoSuchKey 404 NotFound ResourceNotFound ResourceNotFoundException"),
        ("could not find", "not found"),
    ),
    _Meaning(
        InUse,
        "It is in use or changing",
        "Wait until it has settled and try again.",
        _codes("ResourceInUse ResourceInUseException DeleteConflict ConflictException BucketNotEmpty"),
        ("in-progress endpoint",),
    ),
    _Meaning(
        ServiceFailure,
        "AWS had a fault of its own",
        "Try again in a minute.",
        _codes(
            "InternalFailure InternalServerError InternalError ServiceUnavailable 500 502 503"
            " ServiceUnavailableException InternalServerException InternalDependencyException"
        ),
    ),
)
_REFUSED = _Meaning(InvalidRequest, "AWS refused the request", "Correct the request and plan again.", frozenset())


def translate(error: Exception, doing: str) -> SagedeckError:
    """A botocore error as one of ours. `doing` completes "… while": "creating the endpoint demo".

    Errors of ours come back as they are. An error of neither kind (a fault in our own code, an unstubbed call of a
    test) is raised again, so that it is never mistaken for an answer of a service.
    """
    if isinstance(error, SagedeckError):
        return error
    if hasattr(error, "response"):
        return _of_answer(error, doing)
    ours = _of_transport(error, doing)
    if ours is None:
        raise error
    return ours


def _of_answer(error: Exception, doing: str) -> SagedeckError:
    code, message = code_and_message(error)
    lower = message.lower()
    meaning = next((each for each in _MEANINGS if code in each.codes), None)
    if meaning is None and code.startswith("Validation"):
        meaning = next((each for each in _MEANINGS if any(word in lower for word in each.words)), None)
    meaning = meaning or _REFUSED
    what, why = f"{meaning.what} while {doing}.", f"AWS says: {message}" if message else f"AWS answered {code}."
    if meaning.kind is PermissionDenied:
        action = _action_in(message)
        why = f"The identity in use lacks the permission {action}." if action else why
        return PermissionDenied(what, why, meaning.next, action=action)
    return meaning.kind(what, why, meaning.next)


def _action_in(message: str) -> str:
    found = re.search(r"not authorized to perform:? ([a-z0-9-]+:[A-Za-z*]+)", message)
    return found.group(1) if found else ""


def _of_transport(error: Exception, doing: str) -> SagedeckError | None:
    import botocore.exceptions as botocore

    if isinstance(error, botocore.NoCredentialsError | botocore.PartialCredentialsError):
        return MissingCredentials(
            f"No complete AWS credentials were found while {doing}.", "", "Enter them in Settings, or use the sandbox."
        )
    if isinstance(error, botocore.UnauthorizedSSOTokenError | botocore.TokenRetrievalError):
        return ExpiredCredentials(
            f"The single sign-on session ended while {doing}.", "", "Run `aws sso login` for the profile, then reload."
        )
    if isinstance(error, botocore.ProfileNotFound):
        return MissingCredentials("The named AWS profile does not exist.", "", "Choose another profile in Settings.")
    if isinstance(error, botocore.NoRegionError):
        return InvalidRequest("No AWS region is set.", "", "Choose a region in Settings.")
    if isinstance(error, botocore.ParamValidationError):
        return InvalidRequest(f"A value is not acceptable while {doing}.", str(error), "Correct it and try again.")
    if isinstance(error, botocore.HTTPClientError | botocore.ConnectionError):
        return Unreachable(
            f"AWS could not be reached while {doing}.",
            f"The connection failed ({type(error).__name__}). The region may not exist or the network may be down.",
            "Check the region and the network, then try again.",
        )
    if isinstance(error, botocore.BotoCoreError) and not isinstance(error, botocore.StubResponseError):
        return SagedeckError(f"The AWS library failed while {doing}.", type(error).__name__, "Try again.")
    return None
