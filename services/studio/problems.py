"""What is wrong with what is asked of Studio, one sentence at its field. Pure.

Limits: CreateDomain, CreateUserProfile, CreateSpace in botocore's service model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.access import problems as role_problems
from services.deploy import Problem
from services.studio.models import (
    APP_TYPES,
    LEAST_GB,
    LEAST_IDLE,
    MOST_GB,
    MOST_IDLE,
    DomainRequest,
    DomainSettings,
    ProfileRequest,
    Space,
    SpaceChange,
    SpaceRequest,
)

MOST_NAME, MOST_SUBNETS = 63, 16
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
_TYPE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9]+")


def name_problems(name: str, where: str, what: str) -> Iterator[Problem]:
    """Problems of the name of a domain, user profile or space."""
    if not name:
        yield Problem(where, f"Give the {what} a name.")
    elif len(name) > MOST_NAME:
        yield Problem(where, f"The name has {len(name)} characters; up to {MOST_NAME} are allowed.")
    elif not _NAME.fullmatch(name):
        yield Problem(where, "Letters without accents, digits and - only; it begins and ends with a letter or digit.")


def domain_problems(request: DomainRequest) -> tuple[Problem, ...]:
    """Everything that can be seen to be wrong without asking AWS."""
    found = [*name_problems(request.name, "name", "domain"), *name_problems(request.profile, "profile", "user profile")]
    found += [Problem("role", words) for words in role_problems(request.role)]
    if not request.vpc_id:
        found.append(Problem("vpc_id", "Choose a VPC: a domain stands in one."))
    if not 1 <= len(request.subnets) <= MOST_SUBNETS:
        found.append(Problem("subnets", f"{len(request.subnets)} subnets are given: 1 to {MOST_SUBNETS}."))
    return (*found, *_idle_problems(request.idle_minutes))


def profile_problems(request: ProfileRequest) -> tuple[Problem, ...]:
    """The same of a user profile."""
    return tuple(name_problems(request.name, "name", "user profile"))


def space_problems(request: SpaceRequest, settings: DomainSettings | None = None) -> tuple[Problem, ...]:
    """The same of a space; `settings` of its domain say how long an app may be idle."""
    found = [*name_problems(request.name, "name", "space")]
    if not request.profile:
        found.append(Problem("profile", "Choose whose space it is."))
    if request.kind not in APP_TYPES:
        found.append(Problem("kind", f"There is no space of the kind {request.kind}: {', '.join(APP_TYPES)}."))
    found += type_problems(request.instance_type)
    found += _size_problems(request.volume_gb, settings)
    return (*found, *_idle_problems(request.idle_minutes), *_idle_of(request.idle_minutes, request.kind, settings))


def type_problems(instance_type: str) -> tuple[Problem, ...]:
    """Problems of the machine of an app."""
    if not _TYPE.fullmatch(instance_type):
        words = f"{instance_type or 'Nothing'} is no instance type: they look like ml.t3.medium."
        return (Problem("instance_type", words),)
    return ()


def change_problems(request: SpaceChange, now: Space, settings: DomainSettings | None = None) -> tuple[Problem, ...]:
    """The same of a change of a space."""
    found = list(_size_problems(request.volume_gb, settings)) if request.volume_gb else []
    if 0 < request.volume_gb < now.volume_gb:
        words = f"It has {now.volume_gb:,} GB: a volume can only grow. For a smaller one, make another space."
        found.append(Problem("volume_gb", words))
    found += _idle_problems(request.idle_minutes)
    found += _idle_of(request.idle_minutes, now.kind, settings)
    if not found and request.volume_gb in (0, now.volume_gb) and request.idle_minutes in (0, now.idle_minutes):
        found.append(Problem("", "Nothing of it would change: give a larger volume or another idle time."))
    return tuple(found)


def _size_problems(size: int, settings: DomainSettings | None) -> Iterator[Problem]:
    most = settings.largest_gb if settings else MOST_GB
    if not LEAST_GB <= size <= most:
        where = "" if most == MOST_GB else " in this domain"
        yield Problem("volume_gb", f"{size:,} GB cannot be: {LEAST_GB} to {most:,} GB{where}.")


def _idle_problems(minutes: int) -> Iterator[Problem]:
    if minutes and not LEAST_IDLE <= minutes <= MOST_IDLE:
        yield Problem("idle_minutes", f"{minutes:,} minutes cannot be: {LEAST_IDLE} to {MOST_IDLE:,}, or 0 for none.")


def _idle_of(minutes: int, kind: str, settings: DomainSettings | None) -> Iterator[Problem]:
    if not minutes or settings is None or kind not in APP_TYPES:
        return
    if kind not in settings.idle:
        yield Problem("idle_minutes", f"This domain does not let AWS stop an idle {APP_TYPES[kind]}; who administers "
                      "it can switch that on.")  # fmt: skip
        return
    _, least, most = settings.idle[kind]
    if not least <= minutes <= most:
        yield Problem("idle_minutes", f"{minutes:,} minutes cannot be: this domain allows {least:,} to {most:,}.")
