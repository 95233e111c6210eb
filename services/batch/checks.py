"""What only a look tells of a request: buckets, the name, the quota, the rights of the model's role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.access import AccessService, Checked, Verdict
from services.batch.gateway import BatchGateway
from services.batch.models import Problem, TransformRequest
from services.catalog.quotas import Quota, Quotas
from services.errors import InvalidRequest, PermissionDenied, SagedeckError
from services.objects import ObjectsService, Uri
from services.plans.models import Permission

QUOTA = "transform job usage"


class Checks:
    """Asks what a request needs. What cannot be found out is no problem; nothing here raises."""

    def __init__(
        self, gateway: BatchGateway, objects: ObjectsService, access: AccessService, quotas: Quotas, own_bucket: str
    ) -> None:
        self._gateway, self._objects, self._access, self._quotas = gateway, objects, access, quotas
        self._own = own_bucket

    def problems(self, request: TransformRequest) -> Iterator[Problem]:
        """What is wrong, at its field."""
        yield from self._buckets(request)
        yield from self._name(request)
        yield from self._quota(request)
        yield from self._role(request)

    def quota(self, instance_type: str) -> Quota:
        """How many instances of a type transform jobs may use."""
        return self._quotas.limit(instance_type, QUOTA)

    def rights(self, role_arn: str, request: TransformRequest) -> tuple[Checked, ...]:
        """What IAM says of what a role needs for this job."""
        head = f"arn:{self._access.partition}:s3:::"
        wanted: list[Permission] = []
        for uri in addresses((request.source,)):
            wanted += [
                Permission("s3:ListBucket", f"{head}{uri.bucket}"),
                Permission("s3:GetObject", f"{head}{uri.bucket}/{uri.key or '*'}"),
            ]
        wanted += [Permission("s3:PutObject", f"{head}{uri.bucket}/{uri.key}*") for uri in addresses((request.target,))]
        return self._access.check(role_arn, wanted) if role_arn else ()

    def _buckets(self, request: TransformRequest) -> Iterator[Problem]:
        for field, text in (("input", request.source), ("output", request.target)):
            for uri in addresses((text,)):
                try:
                    there = uri.bucket == self._own or self._objects.exists(uri.bucket)
                except PermissionDenied:
                    yield Problem(field, f"The bucket {uri.bucket} is another account's, or you may not look at it.")
                except SagedeckError:
                    continue
                else:
                    if not there:
                        yield Problem(field, f"There is no bucket {uri.bucket}.")

    def _name(self, request: TransformRequest) -> Iterator[Problem]:
        try:
            if request.name and self._gateway.exists(request.name):
                yield Problem("name", "A transform job of this name is there; names are never free again.")
        except SagedeckError:
            return

    def _quota(self, request: TransformRequest) -> Iterator[Problem]:
        found = self.quota(request.instance_type)
        if found.applied and found.limit is not None and request.count > found.limit:
            words = f"The account may use {found.limit:g} × {request.instance_type} for transform jobs."
            yield Problem("count" if found.limit else "instance_type", words)

    def denied(self, request: TransformRequest) -> tuple[Permission, ...]:
        """What the role of the model lacks for this job; nothing where the job has another one, or nobody can tell."""
        if request.role is not None:
            return ()
        try:
            role = self._gateway.model(request.model).role_arn
        except SagedeckError:
            return ()
        return tuple(each.permission for each in self.rights(role, request) if each.verdict is Verdict.DENIED)

    def _role(self, request: TransformRequest) -> Iterator[Problem]:
        lacking = [f"{each.action} on {each.resource}" for each in self.denied(request)]
        if lacking:
            yield Problem("role", f"The model's role may not {', '.join(lacking)}: give the job a role of its own.")


def addresses(texts: Iterable[str]) -> Iterator[Uri]:
    """Those of the texts that are S3 addresses."""
    for text in texts:
        try:
            yield Uri.parse(text)
        except InvalidRequest:
            continue
