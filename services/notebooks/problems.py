"""What is wrong with what is asked of a notebook instance, one sentence at the field where it can be mended. Pure.

Limits: CreateNotebookInstance and UpdateNotebookInstance in botocore's service model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from services.access import RoleChoice
from services.access import problems as role_problems
from services.deploy import Problem
from services.notebooks.models import LEAST_GB, MOST_GB, PLATFORMS, ChangeRequest, NotebookInstance, NotebookRequest

MOST_NAME, MOST_GROUPS, MOST_TAGS = 63, 5, 44  # of 50 tags, two are the console's own and four a lease's
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
_TYPE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9]+")
_NETWORK = re.compile(r"[-0-9a-zA-Z]{1,32}")
_KEY = re.compile(r"[a-zA-Z0-9:/_-]{1,2048}")
_REPOSITORY = re.compile(r"https://[^/\s]+(/\S*)?|[a-zA-Z0-9](-*[a-zA-Z0-9])*")
_TAG = re.compile(r"[\w .:/=+@-]{1,128}")


def request_problems(request: NotebookRequest) -> tuple[Problem, ...]:
    """Everything that can be seen to be wrong without asking AWS; empty when it can be planned."""
    return (
        *name_problems(request.name),
        *_type_problems(request.instance_type),
        *_volume_problems(request.volume_gb),
        *(Problem("role", words) for words in role_problems(request.role)),
        *_network_problems(request),
        *_other_problems(request),
        *tag_problems(request.tags),
    )


def change_problems(request: ChangeRequest, now: NotebookInstance) -> tuple[Problem, ...]:
    """The same of a change of what stands."""
    found = list[Problem]()
    if request.instance_type:
        found += _type_problems(request.instance_type)
    if request.volume_gb:
        found += _volume_problems(request.volume_gb)
    if 0 < request.volume_gb < now.volume_gb:
        words = f"It has {now.volume_gb:,} GB: a volume can only grow. For a smaller one, make another instance."
        found.append(Problem("volume_gb", words))
    same = request.volume_gb in (0, now.volume_gb) and request.instance_type in ("", now.instance_type)
    if same and not found:
        found.append(Problem("", "Nothing of it would change: give a larger volume or another type."))
    return tuple(found)


def name_problems(name: str) -> Iterator[Problem]:
    """Problems of the name of a notebook instance."""
    if not name:
        yield Problem("name", "Give it a name.")
    elif len(name) > MOST_NAME:
        yield Problem("name", f"The name has {len(name)} characters; up to {MOST_NAME} are allowed.")
    elif not _NAME.fullmatch(name):
        yield Problem("name", "Letters without accents, digits and - only; it begins and ends with a letter or digit.")


def _type_problems(instance_type: str) -> Iterator[Problem]:
    if not instance_type:
        yield Problem("instance_type", "Choose an instance type.")
    elif not _TYPE.fullmatch(instance_type):
        yield Problem("instance_type", f"{instance_type} is no instance type: they look like ml.t3.medium.")


def _volume_problems(size: int) -> Iterator[Problem]:
    if not LEAST_GB <= size <= MOST_GB:
        yield Problem("volume_gb", f"{size:,} GB cannot be: {LEAST_GB} to {MOST_GB:,} GB.")


def _network_problems(request: NotebookRequest) -> Iterator[Problem]:
    if request.subnet and not _NETWORK.fullmatch(request.subnet):
        yield Problem("subnet", f"{request.subnet} is no subnet: they look like subnet-0123abcd.")
    for group in request.groups:
        if not _NETWORK.fullmatch(group):
            yield Problem("groups", f"{group} is no security group: they look like sg-0123abcd.")
    if len(request.groups) > MOST_GROUPS:
        yield Problem("groups", f"{len(request.groups)} security groups are given; up to {MOST_GROUPS} are allowed.")
    if request.groups and not request.subnet:
        yield Problem("subnet", "Security groups belong to a VPC: choose a subnet of it too.")
    if request.subnet and not request.groups:
        yield Problem("groups", "Choose a security group for the subnet.")
    if not request.internet and not request.subnet:
        yield Problem("internet", "Without direct internet access it needs a subnet to be reached through.")


def _other_problems(request: NotebookRequest) -> Iterator[Problem]:
    if request.platform not in PLATFORMS:
        known = ", ".join(each for each in PLATFORMS if each)
        yield Problem("platform", f"There is no platform {request.platform}: {known}.")
    if request.lifecycle and not _NAME.fullmatch(request.lifecycle):
        yield Problem("lifecycle", f"{request.lifecycle} cannot be the name of a lifecycle configuration.")
    if request.kms_key and not _KEY.fullmatch(request.kms_key):
        yield Problem("kms_key", "This is no KMS key: give its ARN, id or alias.")
    if request.repository and not (len(request.repository) <= 1024 and _REPOSITORY.fullmatch(request.repository)):
        yield Problem("repository", "Give an address that begins with https://, or the name of a repository kept "
                      "in SageMaker.")  # fmt: skip
    if "@" in request.repository.partition("://")[2].partition("/")[0]:
        yield Problem("repository", "The address holds a name or password: everybody who may look would see it.")
    if request.imds not in ("1", "2"):
        yield Problem("imds", "The metadata service has the versions 1 and 2.")


def tag_problems(tags: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    """Problems of tags of one's own."""
    pairs = tuple(tags)
    if len(pairs) > MOST_TAGS:
        yield Problem("tags", f"{len(pairs)} tags are given; {MOST_TAGS} are allowed beside the console's own.")
    if len({key for key, _ in pairs}) < len(pairs):
        yield Problem("tags", "A tag is given twice.")
    for key, value in pairs:
        if not _TAG.fullmatch(key) or key.lower().startswith(("aws:", "sagedeck:")):
            yield Problem("tags", f"{key or 'An empty text'} cannot be the key of a tag.")
        elif value and not (len(value) <= 256 and _TAG.fullmatch(value[:128])):
            yield Problem("tags", f"The value of the tag {key} cannot be.")


def role_of(role: RoleChoice) -> str:
    """The ARN of a role that exists, "" of one that is to be made."""
    return getattr(role, "arn", "")
