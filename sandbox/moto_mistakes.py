"""What a client did wrong that moto stumbles over instead of refusing it, told by the exception."""

import json
from xml.parsers.expat import ExpatError

from sandbox.errors import AwsError

_MALFORMED = "The XML you provided was not well-formed or did not validate against our published schema"


def mistake_of(error: Exception) -> AwsError | None:
    """Return the refusal AWS would have answered with, None if it is not known to be the client's mistake."""
    if isinstance(error, ExpatError) or str(error) == "entities are disabled":
        return AwsError("MalformedXML", _MALFORMED)
    if isinstance(error, json.JSONDecodeError | RecursionError):
        return AwsError("SerializationException", "What should be JSON in the request is not.")
    return None
