"""AddTags, ListTags, DeleteTags for all that is held here; the tags of other ARNs are moto's.

Whoever holds a kind of resource says so with `hold`, gives its tags with `put`, and takes them away with `drop`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.errors import AwsError, invalid
from sandbox.operations import Call, Elsewhere, Handler, Request, Response
from sandbox.records import Shelf
from sandbox.sagemaker.store import NOUNS

if TYPE_CHECKING:
    from sandbox.world import World

Exists = Callable[[str, str], bool]  # is told the region and what follows the kind in the ARN
MOST = 50  # tags a resource may carry, and tags on a page


class Tags:
    """`operations` as a part of the SageMaker service."""

    def __init__(self, world: "World") -> None:
        self._records = world.records
        self._kinds: dict[str, Exists] = {}
        self.operations: dict[str, Handler] = {
            "AddTags": self.add_tags,
            "ListTags": self.list_tags,
            "DeleteTags": self.delete_tags,
        }
        self.on_change: Callable[[str, str], None] = lambda region, arn: None

    def hold(self, kinds: Mapping[str, Exists]) -> None:
        """Say which kinds (as in `kind/name` of an ARN) are held here, and how to tell whether one exists."""
        self._kinds.update(kinds)

    def holds(self, arn: str) -> bool:
        """Tell whether the ARN is of a kind that is held here, existing or not."""
        return ":sagemaker:" in arn and _parts(arn)[1] in self._kinds

    def of(self, arn: str) -> dict[str, str]:
        """Return a resource's tags, none if it has or is none."""
        kept = self._shelf(_parts(arn)[0]).get(arn)
        return dict(kept["tags"]) if kept else {}

    def put(self, arn: str, tags: Iterable[Mapping[str, str]] | None) -> None:
        """Give a resource the tags of its creation (AWS's pairs, checked before with `as_map`)."""
        taken = as_map(tags)
        if taken:
            self._shelf(_parts(arn)[0])[arn] = {"tags": taken}

    def drop(self, arn: str) -> None:
        """Forget the tags of what is gone."""
        self._shelf(_parts(arn)[0]).pop(arn, None)

    def all(self, region: str) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield ARN and tags of all that is tagged in a region."""
        for arn, kept in tuple(self._shelf(region).items()):
            yield arn, dict(kept["tags"])

    def add_tags(self, call: Call, request: Request) -> Response:
        arn = self._existing(call, request["ResourceArn"])
        merged = {**self.of(arn), **as_map(request["Tags"])}
        if len(merged) > MOST:
            raise AwsError(
                "ResourceLimitExceeded", f"The account-level service limit 'Tags per resource' is {MOST} for {arn}."
            )
        self._shelf(_parts(arn)[0])[arn] = {"tags": merged}
        self.on_change(_parts(arn)[0], arn)
        return {"Tags": as_list(merged)}

    def list_tags(self, call: Call, request: Request) -> Response:
        tags = as_list(self.of(self._existing(call, request["ResourceArn"])))
        start, size = _start(request.get("NextToken")), request.get("MaxResults") or MOST
        answer: Response = {"Tags": tags[start : start + size]}
        return answer | ({"NextToken": str(start + size)} if start + size < len(tags) else {})

    def delete_tags(self, call: Call, request: Request) -> Response:
        arn = self._existing(call, request["ResourceArn"])
        kept = {key: value for key, value in self.of(arn).items() if key not in request["TagKeys"]}
        self.drop(arn)
        if kept:
            self._shelf(_parts(arn)[0])[arn] = {"tags": kept}
        self.on_change(_parts(arn)[0], arn)
        return {}

    def _existing(self, call: Call, arn: str) -> str:
        if not self.holds(arn):
            raise Elsewhere
        region, kind, name = _parts(arn)
        if arn != call.arn(f"{kind}/{name}", "sagemaker") or not self._kinds[kind](region, name):
            raise invalid(f'Could not find {NOUNS.get(kind, kind.replace("-", " "))} "{arn}".')
        return arn

    def _shelf(self, region: str) -> Shelf:
        return self._records.shelf("sagemaker/tags", region)


def as_map(tags: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """Turn AWS's list of pairs into a map; a key given twice or one of AWS's own is refused."""
    taken: dict[str, str] = {}
    for tag in tags or ():
        key = tag["Key"]
        if key in taken:
            raise invalid(f"Duplicate tag keys found: {key}. Please note that tag keys are case insensitive.")
        if key.lower().startswith("aws:"):
            raise invalid("aws: prefixed tag key names are not allowed for external use.")
        taken[key] = tag.get("Value", "")
    return taken


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _start(token: Any) -> int:
    if token and not str(token).isdigit():
        raise invalid("The pagination token is invalid.")
    return int(token or 0)


def _parts(arn: str) -> tuple[str, str, str]:
    """Split an ARN into region, kind and name ("" where it has none)."""
    pieces = [*arn.split(":", 5), "", "", "", "", ""]
    kind, _, name = pieces[5].partition("/")
    return pieces[3], kind, name
