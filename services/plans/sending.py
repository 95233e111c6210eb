"""Sends a file of this machine, after seeing that it is still the file that was shown."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from services.errors import InvalidRequest
from services.plans.models import Step, Upload


@contextmanager
def opened(step: Step, upload: Upload) -> Iterator[dict[str, Any]]:
    """The parameters that carry the file: its open handle, and for S3 the checksum S3 itself verifies.

    Raises InvalidRequest when the file is gone or its SHA-256 is not the plan's.
    """
    try:
        handle = open(upload.path, "rb")  # noqa: SIM115 - closed below, after the call that reads it
    except OSError as error:
        raise InvalidRequest("The file to upload cannot be read.", type(error).__name__, "Choose it again.") from error
    with handle:
        digest = hashlib.file_digest(handle, "sha256")
        if digest.hexdigest() != upload.sha256.lower():
            raise InvalidRequest(
                "The file to upload is not the one that was shown.", "It changed since.", "Choose it again and plan."
            )
        handle.seek(0)
        checksum = {"ChecksumSHA256": base64.b64encode(digest.digest()).decode()} if step.service == "s3" else {}
        yield {"Body": handle} | checksum


def rewind(parameters: Mapping[str, Any]) -> None:
    """Let a file that a refused call may have read be read from its start again."""
    body = parameters.get("Body")
    if body is not None and hasattr(body, "seek"):
        body.seek(0)
