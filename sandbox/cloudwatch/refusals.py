"""What CloudWatch answers to what it does not take; codes as of botocore 1.44.5."""

from sandbox.errors import AwsError


def validation(message: str) -> AwsError:
    return AwsError("ValidationError", message)


def value(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message)


def combination(message: str) -> AwsError:
    return AwsError("InvalidParameterCombination", message)


def missing(name: str) -> AwsError:
    return AwsError("MissingParameter", f"The parameter {name} is required.")


def bad_token() -> AwsError:
    return AwsError("InvalidNextToken", "Request parameter NextToken is invalid")
