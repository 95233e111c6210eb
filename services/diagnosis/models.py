"""Why something failed, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Every cause a failure is put down to; `UNKNOWN` where nothing shows which it is."""

    QUOTA = "quota"
    CAPACITY = "capacity"
    ROLE_MISSING = "role_missing"
    ROLE_TRUST = "role_trust"
    ROLE_PERMISSION = "role_permission"
    PASS_ROLE = "pass_role"
    EXPLICIT_DENY = "explicit_deny"
    IMAGE_UNAVAILABLE = "image_unavailable"
    IMAGE_START = "image_start"
    ARTIFACT_UNAVAILABLE = "artifact_unavailable"
    ARTIFACT_INVALID = "artifact_invalid"
    HEALTH_CHECK = "health_check"
    OUT_OF_MEMORY = "out_of_memory"
    DISK_FULL = "disk_full"
    EULA = "eula"
    GATED_OR_SUBSCRIPTION = "gated_or_subscription"
    CONFIGURATION_INVALID = "configuration_invalid"
    REGION_UNSUPPORTED = "region_unsupported"
    NAME_TAKEN = "name_taken"
    NOT_FOUND = "not_found"
    IN_USE = "in_use"
    PAYLOAD_FORMAT = "payload_format"
    PAYLOAD_TOO_LARGE = "payload_too_large"
    MODEL_TIMEOUT = "model_timeout"
    THROTTLED = "throttled"
    CREDENTIALS = "credentials"
    NETWORK = "network"
    DATA_INVALID = "data_invalid"
    ASTRA_AUTH = "astra_auth"
    ASTRA_LIMIT = "astra_limit"
    ASTRA_UNAVAILABLE = "astra_unavailable"
    COST_DATA = "cost_data"
    SERVICE_ERROR = "service_error"
    UNKNOWN = "unknown"


# A message alone says little more than that: the container's own lines may say why.
OPENED_BY_THE_LOG = frozenset({Cause.HEALTH_CHECK, Cause.UNKNOWN, Cause.IMAGE_START})


@dataclass(frozen=True, slots=True)
class Advice:
    """A cause for people: `words` name it, `fix` says what to do; `retry`: repeating the same request can help."""

    words: str
    fix: str
    retry: bool = False


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`evidence` is the very line that decided (shortened, without control characters); "" where nothing did.

    stream  the log stream that line is from; "" it is what the service said
    note    why the container's log was not asked, where it was wanted
    """

    cause: Cause
    words: str
    evidence: str
    fix: str
    retry: bool
    stream: str = ""
    note: str = ""

    def as_dict(self) -> dict[str, str | bool]:
        """{"cause", "evidence", "fix", "retry"}, as the command line prints it."""
        return {"cause": str(self.cause), "evidence": self.evidence, "fix": self.fix, "retry": self.retry}
