"""The list of container images of a region by family and version: what the installed SageMaker SDK names.

It changes when the SDK is brought up to date; kept answers of an earlier one are then dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.catalog.images import bundled_versions, families, family_image
from services.catalog.keeping import Answer, Kept
from services.errors import NotFound, ServiceFailure

VERSIONS = 5  # of each family, newest


def name_of(family: str, version: str, *, gpu: bool) -> str:
    """What a row of the list is called."""
    return f"{family} {version} {'gpu' if gpu else 'cpu'}"


def bundled(region: str) -> dict[str, str]:
    """The list as the snapshot has it: image by row; families that are not published in the region are left out."""
    found: dict[str, str] = {}
    for family in families():
        for version in bundled_versions(family)[-VERSIONS:]:
            for gpu in (True, False):
                try:
                    image = family_image(family, region, gpu=gpu, version=version)
                except NotFound:
                    continue
                if image not in found.values():  # a family of one processor has one image for both
                    found[name_of(family, version, gpu=gpu)] = image
    return found


def question(region: str) -> Mapping[str, Any]:
    """What the worker is asked."""
    return {"families": list(families()), "versions": VERSIONS, "region": region}


def key(region: str) -> str:
    """Under which the list is kept."""
    return f"images {region}"


def put(kept: Kept, region: str, answer: Answer) -> None:
    """Keep a list, and forget the single answers an earlier SDK gave."""
    kept.drop("image ")
    kept.put(key(region), answer)


def checked(answer: Mapping[str, Any]) -> Answer:
    """The worker's answer with its images; raises ServiceFailure for one of another shape."""
    images = answer.get("images")
    if not isinstance(images, Mapping) or not all(isinstance(each, str) for each in images.values()):
        raise ServiceFailure("The SageMaker SDK did not name its images.", "", "Try again.")
    return {"images": dict(images), "source": str(answer.get("source", "sagemaker-core"))}
