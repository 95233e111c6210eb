"""What AWS and botocore say, as one of our errors. botocore is imported only when a connection failed."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from services.errors import (
    ExpiredCredentials,
    InUse,
    InvalidCredentials,
    InvalidRequest,
    LimitExceeded,
    MissingCredentials,
    NameTaken,
    NotFound,
    PermissionDenied,
    SagedeckError,
    ServiceFailure,
    Throttled,
    Unreachable,
)

T = TypeVar("T")


def code_and_message(error: BaseException) -> tuple[str, str]:
    """The service's own code and message of a botocore ClientError; ("", text) of anything else."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        answer = response.get("Error") or {}
        return str(answer.get("Code") or ""), _without_request(str(answer.get("Message") or ""))
    return "", str(error)


def _without_request(message: str) -> str:
    """A message without the signed request that some services repeat in it: that holds the session token."""
    return re.split(r"\s*The Canonical String for this request|\s*The String-to-Sign should", message)[0]


def could_not_find(error: BaseException) -> bool:
    """Whether SageMaker says that the thing named is not there; a refusal or a fault proves no absence."""
    code, message = code_and_message(error)
    return code == "ValidationException" and "Could not find" in message


def found_or_none(ask: Callable[[], T], doing: str) -> T | None:
    """What `ask` gives, or None where SageMaker could not find it; any other failure as one of our errors."""
    try:
        return ask()
    except Exception as error:
        if could_not_find(error):
            return None
        raise translate(error, doing) from error


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


# https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
THROTTLES = _codes(
    "Throttling ThrottlingException ThrottledException RequestThrottled RequestThrottledException SlowDown"
    " TooManyRequestsException RequestLimitExceeded BandwidthLimitExceeded PriorRequestNotComplete"
)

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
        InvalidCredentials,
        "AWS refused the time of this machine",
        "Set the clock of this machine, then try again.",
        _codes("RequestTimeTooSkewed RequestInTheFuture"),
    ),
    _Meaning(
        PermissionDenied,
        "The account has not opened this service or region",
        "Let whoever runs the account enable it, or choose another region.",
        _codes("OptInRequired SubscriptionRequiredException"),
    ),
    _Meaning(
        PermissionDenied,
        "AWS refused permission",
        "Ask whoever manages permissions for it, then try again; a plan shows the whole policy that it needs.",
        _codes("AccessDenied AccessDeniedException UnauthorizedOperation 403 Forbidden"),
    ),
    _Meaning(
        Throttled,
        "AWS asked to slow down",
        "Wait a moment and try again.",
        THROTTLES,
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
    if isinstance(getattr(error, "response", None), dict):  # botocore's HTTP errors have one too, of another kind
        return _of_answer(error, doing)
    ours = _of_credentials(error, doing) or _of_transport(error, doing) or _of_rubbish(error, doing)
    if ours is None:
        raise error
    return ours


def _of_rubbish(error: Exception, doing: str) -> SagedeckError | None:
    """What came was no answer of AWS: botocore's parsers or the HTTP library broke over it."""
    broken = {str(frame.f_globals.get("__name__", "")) for frame, _ in traceback.walk_tb(error.__traceback__)}
    if not broken & {"botocore.parsers", "botocore.eventstream"} and not type(error).__module__.startswith(
        ("urllib3", "http.client")
    ):
        return None
    return not_aws(doing)


def not_aws(doing: str) -> Unreachable:
    """Something answered, and it was not AWS."""
    return Unreachable(
        f"What answered while {doing} was not AWS.",
        "Its answer makes no sense. A proxy, a login page of the network or a wrong AWS_ENDPOINT_URL may be why.",
        "Check the network, then try again.",
    )


def _of_answer(error: Exception, doing: str) -> SagedeckError:
    code, message = code_and_message(error)
    if re.fullmatch(r"3\d\d", code):
        return not_aws(doing)
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
    found = re.search(r"not authorized to perform:? ([a-z0-9-]+:[A-Za-z0-9*]+)", message)
    return found.group(1) if found else ""


def _of_credentials(error: Exception, doing: str) -> SagedeckError | None:
    import botocore.exceptions as botocore

    if isinstance(error, botocore.NoCredentialsError | botocore.PartialCredentialsError):
        return MissingCredentials(
            f"No complete AWS credentials were found while {doing}.", "", "Enter them in Settings, or use the sandbox."
        )
    if isinstance(error, botocore.SSOError | botocore.TokenRetrievalError):
        return ExpiredCredentials(
            f"There is no single sign-on session, or it ended, while {doing}.",
            "",
            "Run `aws sso login` for the profile, then reload.",
        )
    if isinstance(error, botocore.LoginError):
        return ExpiredCredentials(
            f"There is no AWS login, or it ended, while {doing}.", "", "Run `aws login` for the profile, then reload."
        )
    if isinstance(error, botocore.CredentialRetrievalError):  # its words may be those of a program that knows secrets
        return MissingCredentials(
            f"What gives this profile its credentials failed while {doing}.",
            f"It is the provider {error.kwargs.get('provider', 'of the profile')}.",
            "Try it by itself in a terminal, or choose another profile in Settings.",
        )
    if isinstance(error, botocore.ProfileNotFound):
        return MissingCredentials("The named AWS profile does not exist.", "", "Choose another profile in Settings.")
    if isinstance(error, botocore.InvalidConfigError | botocore.ConfigParseError | botocore.ConfigNotFound):
        return MissingCredentials(
            "AWS's own configuration file cannot be used.",
            type(error).__name__,
            "Correct it, or enter keys in Settings.",
        )
    return None


def _of_transport(error: Exception, doing: str) -> SagedeckError | None:
    import botocore.exceptions as botocore

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
