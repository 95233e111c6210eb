"""The manifest that SageMaker's jobs take for their input: a list of the objects they are to read.

Shape: S3DataSource of SageMaker's API reference, `ManifestFile`.
"""

from __future__ import annotations

import json

from services.errors import InvalidRequest
from services.objects.models import Uri


def manifest_uris(content: bytes) -> tuple[Uri, ...]:
    """The objects a manifest lists: [{"prefix": "s3://bucket/pre"}, "name", …], prefix and name put together.

    Raises InvalidRequest.
    """
    try:
        head, *names = json.loads(content)
        prefix = Uri.parse(head["prefix"])
        return tuple(Uri.parse(f"s3://{prefix.bucket}/{prefix.key + name}") for name in names)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        why = "A manifest is a JSON list of a prefix and the names of objects below it."
        raise InvalidRequest("This is no manifest.", why, "Correct it, or choose a prefix.") from error
