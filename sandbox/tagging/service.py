"""The operations of the Resource Groups Tagging API."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sandbox.errors import AwsError
from sandbox.operations import Call, Elsewhere, Handler, Request, Response
from sandbox.paging import BadToken, page
from sandbox.tagging.holders import Holder, Tagged, holders

if TYPE_CHECKING:
    from sandbox.world import World

PAGE, KEYS = 50, 128  # resources on a page unless asked otherwise, and tag keys or values


class ResourceGroupsTagging:
    """The service as the world has it."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.operations: dict[str, Handler] = {
            "GetResources": self.get_resources,
            "GetTagKeys": self.get_tag_keys,
            "GetTagValues": self.get_tag_values,
            "TagResources": self.tag_resources,
            "UntagResources": self.untag_resources,
        }

    def get_resources(self, call: Call, request: Request) -> Response:
        _check(request)
        kinds = {_plain(kind) for kind in request.get("ResourceTypeFilters") or ()}
        arns, filters = set(request.get("ResourceARNList") or ()), request.get("TagFilters") or ()
        found = (
            each
            for each in self._all(call.region)
            if (not arns or each.arn in arns)
            and (not kinds or not kinds.isdisjoint(_plain_and_service(each.kind)))
            and (not filters or _fits(each.tags, filters))
        )
        if request.get("TagsPerPage"):
            chosen, token = _by_tags(list(found), request)
        else:
            chosen, token = _cut(found, request, len(arns) or request.get("ResourcesPerPage") or PAGE)
        listed = [{"ResourceARN": each.arn, "Tags": _pairs(each.tags)} for each in chosen]
        return {"PaginationToken": token, "ResourceTagMappingList": listed}

    def get_tag_keys(self, call: Call, request: Request) -> Response:
        keys = sorted({key for each in self._all(call.region) for key in each.tags})
        chosen, token = _cut(keys, request, KEYS)
        return {"PaginationToken": token, "TagKeys": chosen}

    def get_tag_values(self, call: Call, request: Request) -> Response:
        key = request["Key"]
        values = sorted({each.tags[key] for each in self._all(call.region) if key in each.tags})
        chosen, token = _cut(values, request, KEYS)
        return {"PaginationToken": token, "TagValues": chosen}

    def tag_resources(self, call: Call, request: Request) -> Response:
        tags = request["Tags"]
        if any(key.lower().startswith("aws:") for key in tags):
            raise _invalid("Tag keys that begin with aws: are reserved for AWS.")
        return self._each(call, request["ResourceARNList"], lambda holder, arn: holder.tag(arn, tags))

    def untag_resources(self, call: Call, request: Request) -> Response:
        keys = request["TagKeys"]
        return self._each(call, request["ResourceARNList"], lambda holder, arn: holder.untag(arn, keys))

    def _all(self, region: str) -> Iterator[Tagged]:
        seen: set[str] = set()
        for holder in holders(self._world, region):
            for each in holder.all():
                if each.arn not in seen:
                    seen.add(each.arn)
                    yield each

    def _each(self, call: Call, arns: Sequence[str], change: Callable[[Holder, str], None]) -> Response:
        """Change each resource; what cannot be changed is told beside what could."""
        for arn in arns:
            if arn.count(":") < 5 or not arn.startswith("arn:"):
                raise _invalid(f"{arn} is not a valid ARN.")
        failed: dict[str, Any] = {}
        everyone = holders(self._world, call.region)
        for arn in arns:
            for holder in everyone:
                if not holder.owns(arn):
                    continue
                try:
                    change(holder, arn)
                except (Elsewhere, NotImplementedError):
                    continue
                except AwsError as error:
                    failed[arn] = _failure(error.status, "InvalidParameterException", error.message)
                break
            else:
                failed[arn] = _failure(404, "InternalServiceException", "Service not yet supported")
        return {"FailedResourcesMap": failed}


def _failure(status: int, code: str, message: str) -> dict[str, Any]:
    return {"StatusCode": status, "ErrorCode": code, "ErrorMessage": message}


def _check(request: Request) -> None:
    arns, size, tags = (request.get(name) for name in ("ResourceARNList", "ResourcesPerPage", "TagsPerPage"))
    if size is not None and not 1 <= size <= 100:
        raise _invalid("ResourcesPerPage must be between 1 and 100")
    if tags is not None and (not 100 <= tags <= 500 or tags % 100):
        raise _invalid("TagsPerPage must be between 100 and 500, in steps of 100")
    if size is not None and tags is not None:
        raise _invalid("ResourcesPerPage and TagsPerPage cannot be specified together.")
    others = ("ResourcesPerPage", "TagsPerPage", "TagFilters", "ResourceTypeFilters", "PaginationToken")
    if arns and any(request.get(name) for name in others):
        raise _invalid("ResourceARNList cannot be specified with pagination or filters.")


def _plain(kind: str) -> str:
    """A resource type without dashes: AWS has log groups as `logs:log-group`, and some clients as `logs:loggroup`."""
    service, _, of_service = kind.partition(":")
    return f"{service}:{of_service.replace('-', '')}" if of_service else service


@lru_cache(maxsize=256)
def _plain_and_service(kind: str) -> tuple[str, str]:
    return _plain(kind), kind.partition(":")[0]


def _fits(tags: Mapping[str, str], filters: Sequence[Mapping[str, Any]]) -> bool:
    for asked in filters:
        values = asked.get("Values") or ()
        if asked.get("Key") not in tags or (values and tags[asked["Key"]] not in values):
            return False
    return True


def _by_tags(found: Sequence[Tagged], request: Request) -> tuple[list[Tagged], str]:
    """Cut where the tags of a page would be more than asked for; a resource is never cut."""
    rest, _ = _cut(found, request, len(found))
    count = size = 0
    for each in rest:
        if size and count + len(each.tags) > request["TagsPerPage"]:
            break
        count, size = count + len(each.tags), size + 1
    return _cut(found, request, max(1, size))


def _cut(items: Iterable[Any], request: Request, size: int) -> tuple[list[Any], str]:
    try:
        chosen, token = page(items, request.get("PaginationToken"), size)
    except BadToken:
        raise AwsError("PaginationTokenExpiredException", "Token does not exist") from None
    return chosen, token or ""


def _pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message)
