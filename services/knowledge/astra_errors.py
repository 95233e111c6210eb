"""What astrapy and the network raise, as the console's errors; and which of it passes by itself.

astrapy is recognised by the shape of its errors, so that nothing is imported here.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

from services.errors import (
    InvalidCredentials,
    NotFound,
    PermissionDenied,
    SagedeckError,
    ServiceFailure,
    StoreProblem,
    Throttled,
    Unreachable,
)

ATTEMPTS = 7  # with the pauses below about half a minute: a sleeping Astra database wakes in that time
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 10.0
_CHECK = "Check endpoint, token and keyspace under Settings."

T = TypeVar("T")


def patiently(call: Callable[[], T], endpoint: str, sleep: Callable[[float], None]) -> T:
    """`call`, repeated with growing pauses while it is told to slow down or not answered. Raises translated errors."""
    for attempt in range(ATTEMPTS - 1):
        try:
            return call()
        except Exception as error:
            if isinstance(error, SagedeckError):
                raise
            if not passing(error):
                raise explained(error, endpoint) from error
        sleep(min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt) * random.uniform(0.5, 1.0))
    try:
        return call()
    except Exception as error:
        raise explained(error, endpoint) from error


def passing(error: Exception) -> bool:
    """Whether the same call may succeed later: 429, 5xx, no connection, no answer in time."""
    status = _status(error)
    return status == 429 or status >= 500 or _is_network(error)


def explained(error: Exception, endpoint: str) -> Exception:
    """The console's error for `error`; one of no known shape stays what it is."""
    status = _status(error)
    if status:
        return _from_status(status, str(error))
    if _is_network(error):
        return Unreachable(
            "The Astra database did not answer.",
            f"No connection to {endpoint}: the address may be wrong, of another region, or of a deleted database.",
            "Compare the endpoint with the one Astra's portal shows, and check that the database is active.",
        )
    codes = [str(found.error_code) for found in getattr(error, "error_descriptors", [])]
    if codes:
        return _from_code(codes[0], str(error))
    if type(error).__module__.partition(".")[0] in ("astrapy", "httpx"):
        return StoreProblem("Astra answered in an unexpected way.", f"{type(error).__name__}: {error}", _CHECK)
    return error


def _status(error: Exception) -> int:
    response = getattr(error, "response", None)
    status = getattr(response, "status_code", 0)
    return status if isinstance(status, int) else 0


def _is_network(error: Exception) -> bool:
    names = {kind.__name__ for kind in type(error).__mro__}
    return bool(names & {"TransportError", "DataAPITimeoutException", "ConnectionError", "TimeoutError"})


def _from_status(status: int, text: str) -> SagedeckError:
    if status == 401:
        return InvalidCredentials(
            "Astra does not accept this token.", "It is mistyped, expired, or of another organisation.", _CHECK
        )
    if status == 403:
        return PermissionDenied(
            "This Astra token may not do that.", text, "Make a token with the role Database Administrator."
        )
    if status == 404:
        return Unreachable("There is no Data API at this address.", text, _CHECK)
    if status == 429:
        return Throttled("Astra asks to slow down.", text, "Wait a minute and try again; what is stored stays stored.")
    if status == 503:
        return StoreProblem(
            "The Astra database is not awake.",
            "A database that was not used for a while hibernates; the first call wakes it.",
            "Wait a few minutes, or resume it in Astra's portal, and try again.",
        )
    if status >= 500:
        return ServiceFailure("Astra answered with a fault of its own.", text, "Try again in a minute.")
    return StoreProblem("Astra refused the request.", text, _CHECK)


def _from_code(code: str, text: str) -> SagedeckError:
    if code in ("COLLECTION_NOT_EXIST", "UNKNOWN_COLLECTION_OR_TABLE"):
        return NotFound("The collection is not in this database.", text, "Make the collection first.")
    if code in ("UNKNOWN_KEYSPACE", "KEYSPACE_DOES_NOT_EXIST", "NAMESPACE_DOES_NOT_EXIST"):
        return NotFound("The keyspace is not in this database.", text, _CHECK)
    if code in ("TOO_MANY_COLLECTIONS", "TOO_MANY_INDEXES"):
        return StoreProblem(
            "This Astra database has no room for another collection.",
            "A database holds about ten collections, all keyspaces together.",
            "Use one of the collections that are there, or delete one.",
        )
    if code == "EXISTING_COLLECTION_DIFFERENT_SETTINGS":
        return StoreProblem(
            "A collection of this name exists with other settings.", text, "Choose another name, or use it as it is."
        )
    if code in ("INVALID_VECTOR_LENGTH", "VECTOR_SIZE_MISMATCH"):
        return StoreProblem(
            "The vectors do not fit the collection.", text, "Use the embedding model the collection was made for."
        )
    return StoreProblem("Astra refused the request.", text, "")
