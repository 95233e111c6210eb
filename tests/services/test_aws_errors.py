"""AWS's answers become what happened, why, and what next; faults of our own are never swallowed."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ProfileNotFound

from services import errors
from services.aws_errors import could_not_find, translate


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
        (EndpointConnectionError(endpoint_url="https://sagemaker.nowhere-1.example"), errors.Unreachable),
    ],
)
def test_a_failure_on_the_way_says_so(error: Exception, kind: type[errors.SagedeckError]) -> None:
    assert type(translate(error, "listing endpoints")) is kind


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
