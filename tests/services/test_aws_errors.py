"""AWS's answers become what happened, why, and what next; faults of our own are never swallowed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    CredentialRetrievalError,
    EndpointConnectionError,
    InvalidConfigError,
    LoginRefreshRequired,
    NoCredentialsError,
    ProfileNotFound,
    SSOTokenLoadError,
    UnauthorizedSSOTokenError,
)

from services import errors
from services.aws_errors import could_not_find, translate
from services.clients import Clients, Hidden, Keys, Source, open_session


def answer(code: str, message: str = "as AWS words it") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "CreateEndpoint")


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("ExpiredTokenException", "The security token expired", errors.ExpiredCredentials),
        ("InvalidClientTokenId", "The security token is invalid", errors.InvalidCredentials),
        ("AccessDeniedException", "no", errors.PermissionDenied),
        ("ThrottlingException", "Rate exceeded", errors.Throttled),
        ("ResourceLimitExceeded", "The account-level service limit is 0", errors.LimitExceeded),
        ("EntityAlreadyExists", "Role exists", errors.NameTaken),
        ("ValidationException", 'Cannot create already existing endpoint "x".', errors.NameTaken),
        ("ValidationException", 'Could not find endpoint "x".', errors.NotFound),
        ("ValidationException", 'Cannot update in-progress endpoint "x".', errors.InUse),
        ("ValidationException", "1 validation error detected", errors.InvalidRequest),
        ("RequestTimeTooSkewed", "too large", errors.InvalidCredentials),
        ("OptInRequired", "needs a subscription", errors.PermissionDenied),
        ("302", "", errors.Unreachable),
        ("NoSuchBucket", "gone", errors.NotFound),
        ("InternalFailure", "", errors.ServiceFailure),
        ("NeverHeardOf", "well", errors.InvalidRequest),
    ],
)
def test_an_answer_of_aws_becomes_the_error_that_says_what_to_do(
    code: str, message: str, kind: type[errors.SagedeckError]
) -> None:
    error = translate(answer(code, message), "creating the endpoint demo")
    assert type(error) is kind
    assert "while creating the endpoint demo" in error.what
    assert error.why
    assert error.next


def test_a_refusal_that_words_absence_is_still_a_refusal() -> None:
    error = translate(answer("AccessDenied", "role not found or you may not see it"), "reading")
    assert type(error) is errors.PermissionDenied


def test_the_missing_action_is_named() -> None:
    message = "User: arn:aws:iam::123456789012:user/x is not authorized to perform: sagemaker:CreateEndpoint on it"
    error = translate(answer("AccessDeniedException", message), "creating")
    assert isinstance(error, errors.PermissionDenied)
    assert error.action == "sagemaker:CreateEndpoint"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NoCredentialsError(), errors.MissingCredentials),
        (ProfileNotFound(profile="x"), errors.MissingCredentials),
        (SSOTokenLoadError(profile_name="x", error_msg="no token"), errors.ExpiredCredentials),
        (UnauthorizedSSOTokenError(), errors.ExpiredCredentials),
        (LoginRefreshRequired(), errors.ExpiredCredentials),
        (CredentialRetrievalError(provider="custom-process", error_msg="password=abc"), errors.MissingCredentials),
        (InvalidConfigError(error_msg="x"), errors.MissingCredentials),
        (ConnectionClosedError(endpoint_url="http://127.0.0.1:9"), errors.Unreachable),
        (EndpointConnectionError(endpoint_url="https://sagemaker.nowhere-1.example"), errors.Unreachable),
    ],
)
def test_a_failure_on_the_way_says_so(error: Exception, kind: type[errors.SagedeckError]) -> None:
    ours = translate(error, "listing endpoints")
    assert type(ours) is kind
    assert ours.next
    assert "abc" not in str(ours)


def test_a_fault_of_our_own_is_raised_again() -> None:
    with pytest.raises(ZeroDivisionError):
        translate(ZeroDivisionError(), "listing endpoints")


def test_the_text_of_an_unexpected_error_is_not_shown() -> None:
    problem = errors.problem_of(RuntimeError("token=abc"))
    assert "abc" not in repr(problem)


@pytest.mark.parametrize(
    ("code", "message", "absent"),
    [
        ("ValidationException", 'Could not find model "arn:aws:sagemaker:eu-west-1:123456789012:model/x".', True),
        ("ValidationException", "1 validation error detected", False),
        ("AccessDeniedException", "Could not find out whether you may see it", False),
        ("ThrottlingException", "Rate exceeded", False),
    ],
)
def test_only_sagemakers_own_words_prove_that_something_is_absent(code: str, message: str, absent: bool) -> None:
    assert could_not_find(answer(code, message)) is absent


def test_the_signed_request_that_a_refusal_repeats_is_not_shown() -> None:
    message = (
        "The request signature we calculated does not match.\nThe Canonical String for this request should have been\n"
        "'POST\n/\n\nx-amz-security-token:testing-token-of-the-session'"
    )
    error = translate(answer("SignatureDoesNotMatch", message), "asking")
    assert type(error) is errors.InvalidCredentials
    assert "does not match" in error.why
    assert "testing-token" not in str(error)


@pytest.fixture
def speaking() -> Iterator[Callable[[bytes], Clients]]:
    """Clients whose other side answers every call with these bytes."""
    servers: list[HTTPServer] = []

    def make(raw: bytes) -> Clients:
        class Speaker(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.wfile.write(raw)
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Speaker)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        source = Source(region="eu-west-1", keys=Keys("testing", Hidden("testing")), endpoint_url=url)
        return Clients(open_session(source), source)

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


def said(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


RUBBISH = [said(b"\0\xff<>{"), said(b"<html>Log in to the network</html>"), said(b"[1]"), said(b""), said(b'{"a": 1}')]


@pytest.mark.parametrize("raw", [*RUBBISH, b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"])
@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("sts", "get_caller_identity", {}),
        ("sagemaker", "list_endpoints", {}),
        ("sagemaker", "create_model", {"ModelName": "x"}),
    ],
)
def test_what_is_no_answer_of_aws_is_said_to_be_none(
    speaking: Callable[[bytes], Clients], service: str, operation: str, parameters: dict[str, str], raw: bytes
) -> None:
    client = speaking(raw).get(service)
    with pytest.raises(Exception) as raised:  # noqa: PT011 - whatever botocore makes of it
        getattr(client, operation)(**parameters)
    error = translate(raised.value, "looking")
    assert type(error) is errors.Unreachable
    assert "not AWS" in error.what


def test_an_empty_list_of_aws_is_an_empty_list(speaking: Callable[[bytes], Clients]) -> None:
    client = speaking(said(b'{"Endpoints": []}')).get("sagemaker")
    assert client.list_endpoints()["Endpoints"] == []
