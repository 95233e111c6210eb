"""The operations on hubs. There is the public one; private hubs are not built."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sandbox.errors import AwsError, invalid
from sandbox.operations import Call, Handler, Request, Response
from sandbox.records import Record
from sandbox.sagemaker import listing
from sandbox.sagemaker.hub import catalog
from sandbox.sagemaker.hub.catalog import AS_OF, Model
from sandbox.sagemaker.hub.documents import SCHEMA, document
from sandbox.scope import partition_of

if TYPE_CHECKING:
    from sandbox.world import World

PUBLIC = "SageMakerPublicHub"
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_LONGEST = 63  # characters of a content's name: what is longer cannot be asked for, so it is not listed


class Hubs:
    def __init__(self, world: "World") -> None:
        self.operations: dict[str, Handler] = {
            "ListHubs": self.list_hubs,
            "DescribeHub": self.describe_hub,
            "ListHubContents": self.list_contents,
            "ListHubContentVersions": self.list_versions,
            "DescribeHubContent": self.describe_content,
        }

    def list_hubs(self, call: Call, request: Request) -> Response:
        found = listing.matching([_hub(call)], request, contains={"NameContains": "HubName"})
        return {"HubSummaries": found}

    def describe_hub(self, call: Call, request: Request) -> Response:
        _require_public(call, request["HubName"])
        return _hub(call)

    def list_contents(self, call: Call, request: Request) -> Response:
        _require_public(call, request["HubName"])
        listed = _contents(call, catalog.models().values() if request["HubContentType"] == "Model" else ())
        kept = listing.matching(
            listed, request, contains={"NameContains": "HubContentName"}, times={"CreationTime": "CreationTime"}
        )
        orders = {
            "HubContentName": "HubContentName",
            "CreationTime": "CreationTime",
            "HubContentStatus": "HubContentStatus",
        }
        name, sort = "HubContentName", ("HubContentName", "Ascending")
        return listing.paged("HubContentSummaries", kept, request, dict, name=name, orders=orders, sort=sort)

    def list_versions(self, call: Call, request: Request) -> Response:
        _require_public(call, request["HubName"])
        return {"HubContentSummaries": list(_contents(call, [_found(call, request)]))}

    def describe_content(self, call: Call, request: Request) -> Response:
        _require_public(call, request["HubName"])
        model = _found(call, request)
        asked = request.get("HubContentVersion")
        if asked and asked != model.version:
            raise _absent(call, f"{model.id}/{asked}")
        (summary,) = _contents(call, [model])
        return {
            **summary,
            "HubName": PUBLIC,
            "HubArn": _hub_arn(call),
            "HubContentMarkdown": f"# {model.name}\n\nSimulated by Sagedeck's sandbox from facts as of 2026-11-20.",
            "HubContentDocument": document(model, call.region),
            "LastModifiedTime": AS_OF,
        }


def _hub_arn(call: Call) -> str:
    return f"arn:{partition_of(call.region)}:sagemaker:{call.region}:aws:hub/{PUBLIC}"


def _hub(call: Call) -> Record:
    return {
        "HubName": PUBLIC,
        "HubArn": _hub_arn(call),
        "HubDisplayName": "SageMaker Public Hub",
        "HubDescription": "JumpStart's public models, simulated by Sagedeck's sandbox.",
        "HubSearchKeywords": [],
        "HubStatus": "InService",
        "CreationTime": AS_OF,
        "LastModifiedTime": AS_OF,
    }


def _contents(call: Call, models: Iterable[Model]) -> Iterable[Record]:
    for model in models:
        if len(model.id) > _LONGEST or not _NAME.fullmatch(model.id):
            continue
        keywords = [f"@task:{model.task}", f"@provider:{model.provider}", f"@framework:{model.framework}"]
        if model.marketplace:
            keywords.append("@marketplace")
        yield {
            "HubContentName": model.id,
            "HubContentArn": (
                f"arn:{partition_of(call.region)}:sagemaker:{call.region}:aws:hub-content/{PUBLIC}/Model/"
                f"{model.id}/{model.version}"
            ),
            "HubContentVersion": model.version,
            "HubContentType": "Model",
            "DocumentSchemaVersion": SCHEMA,
            "HubContentDisplayName": model.name,
            "HubContentDescription": f"{model.task} by {model.provider}",
            "SupportStatus": "Supported",
            "HubContentSearchKeywords": keywords,
            "HubContentStatus": "Available",
            "CreationTime": AS_OF,
        }


def _found(call: Call, request: Request) -> Model:
    name = request["HubContentName"]
    found = catalog.models().get(name) if request["HubContentType"] == "Model" else None
    if found is None:
        raise _absent(call, name)
    return found


def _absent(call: Call, name: str) -> AwsError:
    arn = f"arn:{partition_of(call.region)}:sagemaker:{call.region}:aws:hub-content/{PUBLIC}/Model/{name}"
    return AwsError("ResourceNotFound", f"Hub content {arn} does not exist.")


def _require_public(call: Call, hub: str) -> None:
    if hub.startswith("arn:") and f":{call.region}:" not in hub:
        raise invalid(f"The hub {hub} is not in {call.region}.")
    if hub.rpartition("/")[2] != PUBLIC:
        arn = call.arn(f"hub/{hub.rpartition('/')[2]}")
        raise AwsError("ResourceNotFound", f"Hub {arn} does not exist.")
