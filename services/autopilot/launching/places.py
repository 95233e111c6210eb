"""Where data, features and output of a job lie in S3, and the role that may read and write there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from services.access import RoleRequest, autopilot_role_name, default_role_name
from services.autopilot.launching.seen import Seen
from services.autopilot.requesting.request import AutopilotRequest, Forecast, LocalFile, S3Data, Tabular
from services.deploy import Place
from services.plans.objects import default_bucket


@dataclass(frozen=True, slots=True)
class Places:
    """Where things lie in S3 once the plan has run: data by channel, the output, the file of features ("" none).

    sent   the channels whose data are uploaded
    """

    data: Mapping[str, str]
    output: str
    features: str = ""
    sent: tuple[str, ...] = ()

    @property
    def buckets(self) -> tuple[str, ...]:
        """The buckets it reads and writes, by name."""
        every = (*self.data.values(), self.output, self.features)
        return tuple(sorted({bucket_of(each) for each in every if each}))


def bucket_of(uri: str) -> str:
    """The bucket of s3://bucket/key."""
    return uri.removeprefix("s3://").partition("/")[0]


def places_of(request: AutopilotRequest, seen: Mapping[str, Seen], place: Place) -> Places:
    """As named, or below autopilot/<job>/ in the console's bucket."""
    own = f"s3://{default_bucket(place.region, place.account)}/autopilot/{request.name}"
    data, sent = {}, []
    for name, source in request.sources:
        told = seen.get(name)
        if isinstance(source, S3Data) and not (told and told.path):
            data[name] = source.uri
            continue
        given = PurePath(source.path).name if isinstance(source, LocalFile) else ""
        data[name] = f"{own}/input/{name}/{(told.name if told else '') or given}"
        sent.append(name)
    features = f"{own}/input/features.json" if feature_file(request) else ""
    return Places(data, request.output or f"{own}/output/", features, tuple(sent))


def feature_file(request: AutopilotRequest) -> str:
    """The JSON that names columns to learn from and their types; "" where all are taken as they are."""
    settings = request.settings
    if not isinstance(settings, Tabular | Forecast) or not (settings.features or settings.types):
        return ""
    told: dict[str, Any] = {"FeatureAttributeNames": settings.features} if settings.features else {}
    told |= {"FeatureDataTypes": dict(settings.types)} if settings.types else {}
    return json.dumps(told, ensure_ascii=False)


def with_role(request: AutopilotRequest, seen: Mapping[str, Seen], place: Place) -> AutopilotRequest:
    """The request with all that a role to be made has to be allowed.

    A job's role may start jobs, so it is none that models run under. IAM lets a role have 10,240 characters of rights:
    what a job needs beyond the console's bucket becomes a role of its own, named after it, rather than one more policy.
    """
    if not isinstance(request.role, RoleRequest):
        return request
    places, security = places_of(request, seen, place), request.security
    arn, own = f"arn:{place.partition}:s3:::", default_bucket(place.region, place.account)
    inside = bucket_of(places.output) == own
    out = f"{own}/autopilot" if inside else places.output.removeprefix("s3://").rstrip("/")
    wanted = replace(
        request.role,
        buckets=tuple(sorted({*request.role.buckets, *(f"{arn}{each}" for each in places.buckets), f"{arn}{own}"})),
        writes=tuple(sorted({*request.role.writes, f"{arn}{out}/*"})),
        keys=tuple(sorted({*request.role.keys, *filter(None, (security.output_key, security.volume_key))})),
        vpc=request.role.vpc or bool(security.subnets),
        starts=True,
    )
    return replace(request, role=replace(wanted, name=_name(wanted, place, own)))


def _name(role: RoleRequest, place: Place, own: str) -> str:
    usual = autopilot_role_name(place.region)
    if role.name not in (usual, default_role_name(place.region)):
        return role.name
    arn = f"arn:{place.partition}:s3:::{own}"
    plain = role.buckets == (arn,) and role.writes == (f"{arn}/autopilot/*",) and not role.keys and not role.vpc
    beyond: Any = [role.buckets, role.writes, role.keys, role.vpc]
    digest = hashlib.sha256(json.dumps(beyond).encode()).hexdigest()[:8]
    return usual if plain else f"{usual}-{digest}"
