"""Container images by family, version and region, as far as they are bundled. Source: facts/images.json.

The authority is `sagemaker-core` (see gateway.py); this is what is used when it cannot be asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import facts
from services.errors import NotFound

_FILE = facts.path("images.json")

# AWS Deep Learning Containers documentation of 2026-08: CUDA 13 needs a newer driver than the default host image has,
# and 12.9 fails on ml.g5. Without it: CannotStartContainerError and no log group.
_NEWER_CUDA = 129
VLLM_AMI = "al2-ami-sagemaker-inference-gpu-3-1"
SGLANG_AMI = "al2023-ami-sagemaker-inference-gpu-4-1"


@cache
def _snapshot() -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return content


def dns_suffix(region: str) -> str:
    """The DNS suffix of a region's partition."""
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


def families() -> tuple[str, ...]:
    """The container families that are bundled, by sagemaker-core's names."""
    return tuple(_snapshot()["families"])


def bundled_versions(family: str) -> tuple[str, ...]:
    """The bundled versions of a family, oldest first; KeyError for an unknown family."""
    return tuple(_snapshot()["families"][family]["versions"])


def newest(family: str) -> str:
    """The newest bundled version of a family; KeyError for an unknown family."""
    return str(next(reversed(_snapshot()["families"][family]["versions"])))


def family_image(family: str, region: str, *, gpu: bool = True, version: str = "") -> str:
    """The image of a family in a region; NotFound when the family is not published there."""
    found = _snapshot()["families"][family]["versions"][version or newest(family)]
    tags = found["tags"]
    tag = tags.get("gpu" if gpu else "cpu") or next(iter(tags.values()))
    return _uri(f"{found['repository']}:{tag}", region, found["accounts"])


def regional_image(repository_and_tag: str, region: str) -> str:
    """`repository:tag` with the registry of a region in front; NotFound when AWS has none there."""
    repository = repository_and_tag.split(":")[0]
    for family in _snapshot()["families"].values():
        for version in family["versions"].values():
            if version["repository"] == repository:
                return _uri(repository_and_tag, region, version["accounts"])
    return _uri(repository_and_tag, region, "S1")


def registry_accounts(region: str) -> frozenset[str]:
    """The accounts whose registries hold AWS's own container images in a region."""
    found = (accounts.get(region) for accounts in _snapshot()["accounts"].values())
    return frozenset(str(account) for account in found if account)


def _uri(repository_and_tag: str, region: str, accounts: str) -> str:
    account = _snapshot()["accounts"][accounts].get(region)
    if account is None:
        raise NotFound(
            f"There is no container image for this model in {region}.",
            f"AWS publishes {repository_and_tag.split(':')[0]} in other regions.",
            "Choose another region or another model.",
        )
    return f"{account}.dkr.ecr.{region}.{dns_suffix(region)}/{repository_and_tag}"


def inference_ami(image: str) -> str:
    """The `InferenceAmiVersion` this image needs, or "" when the default host image will do."""
    found = re.search(r"cu(\d{3})", image)
    if found is None or int(found.group(1)) < _NEWER_CUDA:
        return ""
    return SGLANG_AMI if "sglang" in image else VLLM_AMI
