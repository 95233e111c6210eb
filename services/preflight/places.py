"""Addresses as S3 and ECR write them, taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ECR = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?"
    r"/(?P<repository>[a-z0-9][a-z0-9._/-]*)(?:(?P<digest>@sha256:[0-9a-f]{64})|:(?P<tag>[\w.-]{1,128}))?"
)


@dataclass(frozen=True, slots=True)
class EcrImage:
    """An image in a registry of ECR; `reference` is a tag or "sha256:…"."""

    account: str
    region: str
    repository: str
    reference: str


def ecr_image(image: str) -> EcrImage | None:
    """Where an image lies, None where that is no registry of ECR."""
    found = _ECR.fullmatch(image)
    if found is None:
        return None
    reference = (found["digest"] or "").removeprefix("@") or found["tag"] or "latest"
    return EcrImage(found["account"], found["region"], found["repository"], reference)


def s3_place(url: str) -> tuple[str, str] | None:
    """Bucket and key of an s3:// address, None of anything else."""
    if not url.startswith("s3://"):
        return None
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return (bucket, key) if bucket else None


def region_of(arn: str) -> str:
    """The region an ARN names, "" where it names none."""
    parts = arn.split(":")
    return parts[3] if len(parts) > 5 and parts[0] == "arn" else ""
