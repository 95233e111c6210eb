"""What a client did wrong that moto stumbles over instead of refusing it, told by the exception."""

import json
from xml.parsers.expat import ExpatError

from sandbox.errors import AwsError
from sandbox.validation import CODES

_MALFORMED = "The XML you provided was not well-formed or did not validate against our published schema"


_TAKEN_APART = ("invalid literal for int()", "not enough values to unpack", "too many values to unpack")


def mistake_of(error: Exception, service: str) -> AwsError | None:
    """Return the refusal AWS would have answered with, None if it is not known to be the client's mistake."""
    if isinstance(error, ExpatError) or str(error) == "entities are disabled":
        return AwsError("MalformedXML", _MALFORMED)
    if isinstance(error, json.JSONDecodeError | RecursionError):
        return AwsError("SerializationException", "What should be JSON in the request is not.")
    if isinstance(error, ValueError) and str(error).startswith(_TAKEN_APART):  # a token or an ARN that is none
        return AwsError(CODES.get(service, "ValidationException"), "A token or an ARN of the request is not valid.")
    return None
