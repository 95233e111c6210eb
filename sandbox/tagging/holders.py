"""Who holds tagged resources, and how each is told to tag one.

An own service takes part by a method `tagged(region)` that returns the tags of its resources by ARN (SageMaker by its
`tags`); it is told of changes through its own operations. What moto holds is asked of moto's backends.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from sandbox.errors import AwsError
from sandbox.scope import ACCOUNT

if TYPE_CHECKING:
    from sandbox.world import World


@dataclass(frozen=True, slots=True)
class Tagged:
    """`kind`: as resource type filters name it ("sagemaker:endpoint")."""

    arn: str
    tags: Mapping[str, str]
    kind: str


class Holder(Protocol):
    """Changes raise AwsError where a resource is not there, Elsewhere or NotImplementedError where it is another's."""

    def owns(self, arn: str) -> bool: ...

    def all(self) -> Iterator[Tagged]: ...

    def tag(self, arn: str, tags: Mapping[str, str]) -> None: ...

    def untag(self, arn: str, keys: Sequence[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a service's own tagging operations are called: their names and members, and whether tags are pairs."""

    service: str
    arn_service: str
    tag: str = "TagResource"
    untag: str = "UntagResource"
    resource: str = "ResourceARN"
    tags: str = "Tags"
    keys: str = "TagKeys"
    pairs: bool = True


OWN = (
    Dialect("sagemaker", "sagemaker", tag="AddTags", untag="DeleteTags", resource="ResourceArn"),
    Dialect("application-autoscaling", "application-autoscaling", pairs=False),
    Dialect("logs", "logs", resource="resourceArn", tags="tags", keys="tagKeys", pairs=False),
    Dialect("cloudwatch", "cloudwatch"),
    Dialect("scheduler", "scheduler", resource="ResourceArn"),
)


class Own:
    """One of the sandbox's own services."""

    def __init__(self, world: "World", dialect: Dialect, region: str) -> None:
        self._world = world
        self._dialect = dialect
        self._region = region

    def owns(self, arn: str) -> bool:
        if arn.split(":")[2:3] != [self._dialect.arn_service]:
            return False
        if self._dialect.service == "sagemaker":  # moto holds the kinds that are not built here
            return bool(self._world.service("sagemaker").tags.holds(arn))
        return True

    def all(self) -> Iterator[Tagged]:
        service = self._world.service(self._dialect.service)
        sagemaker = self._dialect.service == "sagemaker"
        held = service.tags.all(self._region) if sagemaker else service.tagged(self._region).items()
        for arn, tags in held:
            if tags:
                yield Tagged(arn, tags, kind_of(arn))

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        self._call(self._dialect.tag, arn, {self._dialect.tags: pairs if self._dialect.pairs else dict(tags)})

    def untag(self, arn: str, keys: Sequence[str]) -> None:
        self._call(self._dialect.untag, arn, {self._dialect.keys: list(keys)})

    def _call(self, operation: str, arn: str, request: Mapping[str, Any]) -> None:
        if not self._world.has(self._dialect.service, operation):
            raise NotImplementedError(operation)
        asked = {self._dialect.resource: arn, **request}
        self._world.call(self._dialect.service, operation, asked, self._region)


class Motos:
    """One of moto's backends (`moto.core.resource_tagging.TaggableResourcesMixin`)."""

    def __init__(self, world: "World", backend: Any) -> None:
        self._world = world
        self._backend = backend

    def owns(self, arn: str) -> bool:
        return bool(self._backend.owns_arn(arn))

    def all(self) -> Iterator[Tagged]:
        for each in tuple(self._backend.iter_tagged_resources()):
            if each.tags or each.extra.get("include_untagged"):
                yield Tagged(each.arn, dict(each.tags), each.resource_type)

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        try:
            self._backend.tag_resource(arn, dict(tags))
        except KeyError:
            raise AwsError("InvalidParameterException", f"There is no {arn}.") from None
        self._changed()

    def untag(self, arn: str, keys: Sequence[str]) -> None:
        try:
            self._backend.untag_resource(arn, list(keys))
        except KeyError:
            raise AwsError("InvalidParameterException", f"There is no {arn}.") from None
        self._changed()

    def _changed(self) -> None:
        self._world.moto.changed(type(self._backend).__module__.split(".")[1])


def holders(world: "World", region: str) -> list[Holder]:
    """Return all who hold something in a region; own services first."""
    own = (Own(world, dialect, region) for dialect in OWN)
    return [*own, *(Motos(world, backend) for backend in _backends(world, region))]


@lru_cache(maxsize=32_768)  # asked for every resource at every page
def kind_of(arn: str) -> str:
    """Return a resource type from an ARN ("sagemaker:endpoint", "logs:log-group")."""
    pieces = arn.split(":", 5)
    return f"{pieces[2]}:{pieces[5].replace('/', ':').split(':')[0]}"


def _backends(world: "World", region: str) -> list[Any]:
    """Moto's, which of services that are built here hold what is not; none, and no import of moto, if it is unused."""
    if not world.moto.loaded and world.home is None:
        return []
    world.moto.backend("resourcegroupstaggingapi", ACCOUNT, region)  # what moto kept is taken up by now
    from moto.core.resource_tagging import iter_taggable_backends

    return list(iter_taggable_backends(ACCOUNT, region))
