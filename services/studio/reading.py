"""From what is held to Studio's domains with people, spaces and apps. Pure."""

from __future__ import annotations

from collections import defaultdict

from services.resources import Holdings, Kind, Resource
from services.studio.models import App, Domain, Profile, Space

GIGABYTE = 1024.0**3


def domains_of(held: Holdings, region: str) -> tuple[Domain, ...]:
    """Every domain of the region by name, without prices."""
    apps: dict[tuple[bool, str], list[App]] = defaultdict(list)
    for each in held.of(Kind.APP):
        if each.key.region == region:
            domain, holder, kind, name = each.name.split("/")
            apps[each.about == "space", f"{domain}/{holder}"].append(_app(each, kind, name))
    spaces: dict[str, list[Space]] = defaultdict(list)
    people: dict[str, list[Profile]] = defaultdict(list)
    for each in held.of(Kind.SPACE, Kind.USER_PROFILE):
        domain, _, name = each.name.partition("/")
        if each.key.region != region:
            continue
        if each.kind is Kind.SPACE:
            spaces[domain].append(_space(each, tuple(apps[True, each.name])))
        else:
            mine = tuple(apps[False, each.name])
            people[domain].append(Profile(domain=domain, name=name, status=each.status, apps=mine))
    found = [_domain(each, held, spaces, people) for each in held.of(Kind.DOMAIN) if each.key.region == region]
    return tuple(sorted(found, key=lambda each: (each.name.lower(), each.id)))


def _domain(each: Resource, held: Holdings, spaces: dict[str, list[Space]], people: dict[str, list[Profile]]) -> Domain:
    home = next((key for key in each.uses if key.kind is Kind.FILE_SYSTEM), None)
    files = held.by_key.get(home) if home else None
    stored = files.stored if files is not None else None
    return Domain(
        id=each.name,
        name=each.about or each.name,
        status=each.status,
        created=each.created,
        arn=each.arn or "*",
        spaces=tuple(sorted(spaces[each.name], key=lambda one: (not _runs(one), one.name.lower()))),
        profiles=tuple(sorted(people[each.name], key=lambda one: one.name.lower())),
        file_system=home.name if home else "",
        files_gb=None if stored is None else stored / GIGABYTE,
    )


def _runs(space: Space) -> bool:
    return any(each.bills for each in space.apps)


def _space(each: Resource, apps: tuple[App, ...]) -> Space:
    domain, _, name = each.name.partition("/")
    return Space(
        domain=domain,
        name=name,
        status=each.status,
        owner=each.about.removeprefix("of "),
        kind=next((one.kind for one in apps), ""),
        volume_gb=int(each.volume_gb),
        created=each.created,
        changed=each.changed,
        arn=each.arn or "*",
        apps=apps,
    )


def _app(each: Resource, kind: str, name: str) -> App:
    """The machine of what starts or stops is not known from the lists; what runs without one costs nothing."""
    machine = next((one.instance_type for one in each.machines), "system" if each.status == "InService" else "")
    return App(kind=kind, name=name, status=each.status, instance_type=machine, created=each.created, arn=each.arn)
