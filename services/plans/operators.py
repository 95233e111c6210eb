"""Who carries out a step's call. AWS has its operator here; Astra and the local library have theirs in their rooms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from services.aws_errors import THROTTLES
from services.clients import ClientSource
from services.errors import SagedeckError, ServiceFailure, Unreachable
from services.pace import Pace

PATIENCE = 900.0  # seconds that a call is asked for again while the answer is "too fast"
SINGLE_UPLOAD_LIMIT = 100 * 1024**2  # above it a file goes in parts: a cut connection then costs one of them


class Operator(Protocol):
    """Carries out one call and gives back the answer as a mapping.

    Errors are raised as the other side worded them (botocore), or as one of `services.errors`, whose class name is then
    the code an ErrorMatch names (ErrorMatch("NotFound")). Unreachable and ServiceFailure mean that nobody knows whether
    the call was carried out; unless the step has a proof, or its operation is by its name one that may be repeated
    (delete_, put_, update_, set_ …), it is then not called again.
    """

    def call(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Make the call; whatever it raises is explained by `services.aws_errors.translate`."""
        ...


class AwsOperator:
    """Calls AWS with the clients of one connection, translating nothing. With a `pace` calls to SageMaker follow each
    other no faster than it lets them, and whatever is refused as too fast, so surely not done, is asked for again.
    """

    def __init__(self, clients: ClientSource, pace: Pace | None = None, patience: float = PATIENCE) -> None:
        self._clients, self._pace, self._patience = clients, pace, patience

    def call(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """One boto3 call; a PutObject above 100 MiB is sent in parts. Raises what botocore raises."""
        if self._pace is None or parameters.get("Body") is not None:
            return self._sent(service, operation, parameters)
        since = self._pace.now()
        while True:
            if service == "sagemaker":
                self._pace.wait()
            try:
                answer = self._sent(service, operation, parameters)
            except Exception as error:
                if not is_throttle(error) or self._pace.now() - since > self._patience:
                    raise
                self._pace.refused()
                if service != "sagemaker":
                    self._pace.wait()
            else:
                self._pace.answered()
                return answer

    def _sent(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        client = self._clients.get(service)
        if service == "s3" and operation == "put_object" and _too_large(parameters.get("Body")):
            return _send_in_parts(client, parameters)
        answer: Mapping[str, Any] = getattr(client, operation)(**parameters)
        return answer


def placed(service: str, region: str) -> str:
    """What an operator is asked for by: the service, and the region where that is not the connection's."""
    return f"{service}@{region}" if region else service


def _too_large(body: Any) -> bool:
    if not hasattr(body, "seek") or not hasattr(body, "tell"):
        return False
    here = body.tell()
    size: int = body.seek(0, 2) - here
    body.seek(here)
    return size > SINGLE_UPLOAD_LIMIT


def _send_in_parts(client: Any, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    own = ("Bucket", "Key", "Body", "ChecksumSHA256")  # S3 checks a whole-object SHA-256 only in one piece
    extra = {key: value for key, value in parameters.items() if key not in own}
    client.upload_fileobj(parameters["Body"], parameters["Bucket"], parameters["Key"], ExtraArgs=extra or None)
    return {}


def answer_of(error: BaseException) -> tuple[str, str] | None:
    """Code and message of an answered refusal (botocore's ClientError, errors of ours); None when no answer came."""
    if isinstance(error, SagedeckError):
        return None if isinstance(error, Unreachable | ServiceFailure) else (type(error).__name__, str(error))
    response = getattr(error, "response", None)
    if not isinstance(response, Mapping):
        return None
    told = response.get("Error")
    if not isinstance(told, Mapping):
        return None
    return str(told.get("Code", "")), str(told.get("Message", ""))


def http_status(error: BaseException) -> int:
    """The HTTP status of an answered refusal, 0 when there is none."""
    response = getattr(error, "response", None)
    meta = response.get("ResponseMetadata") if isinstance(response, Mapping) else None
    status = meta.get("HTTPStatusCode") if isinstance(meta, Mapping) else None
    return status if isinstance(status, int) else 0


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_THROTTLES = THROTTLES | {"Throttled"}
_PASSING = _THROTTLES | _words(
    """TransactionInProgressException RequestTimeout RequestTimeoutException InternalFailure InternalError
    InternalServerError ServiceUnavailable ServiceUnavailableException"""
)


def is_throttle(error: BaseException) -> bool:
    """Whether the other side refused because we are too fast."""
    answer = answer_of(error)
    return answer is not None and answer[0] in _THROTTLES


def passes_by_itself(error: BaseException) -> bool:
    """Whether asking again later may succeed: slow-down answers, faults of the service, a cut connection."""
    answer = answer_of(error)
    if answer is None:
        return _is_network(error)
    return answer[0] in _PASSING or http_status(error) >= 500


_CUT = _words("HTTPClientError ConnectionError ReadTimeoutError Unreachable Throttled ServiceFailure")
_UNSENT = _words(
    """ParamValidationError EndpointConnectionError ConnectTimeoutError NoCredentialsError PartialCredentialsError
    SSOError LoginError TokenRetrievalError CredentialRetrievalError ProxyConnectionError ConnectionRefusedError
    MissingCredentials InvalidRequest ReadOnly"""
)


def _kinds(error: BaseException) -> set[str]:
    return {kind.__name__ for kind in type(error).__mro__}  # by name: importing botocore here would slow every start


def _is_network(error: BaseException) -> bool:
    return isinstance(error, ConnectionError | TimeoutError) or bool(_kinds(error) & _CUT)


def never_left(error: BaseException) -> bool:
    """Whether the call certainly did nothing: refused before it was sent, or the other side was never reached."""
    return bool(_kinds(error) & _UNSENT)
