"""Lifecycle configurations: scripts of notebook instances and Studio's apps, kept here and never run."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.errors import AwsError, invalid
from sandbox.operations import Call, Handler, Request, Response
from sandbox.records import Shelf, shown
from sandbox.sagemaker import listing
from sandbox.sagemaker.studio.life import OVER
from sandbox.sagemaker.studio.tagging import Tagging

if TYPE_CHECKING:
    from sandbox.world import World

ORDERS = {"Name": "Name", "CreationTime": "CreationTime", "LastModifiedTime": "LastModifiedTime"}
SORT = ("CreationTime", "Descending")
NOTEBOOK, STUDIO = "sagemaker/notebook-lifecycle", "sagemaker/studio-lifecycle"
LARGEST = 16384  # characters of a script, base64
_USERS = (("app", "App"), ("space", "Space"), ("user-profile", "UserProfile"), ("domain", "Domain"))


class NotebookLifecycles:
    """`notebooks` are the records of notebook instances, as one in use cannot go."""

    def __init__(self, world: "World", tags: Tagging) -> None:
        self._world = world
        self._tags = tags
        self.operations: dict[str, Handler] = {
            "CreateNotebookInstanceLifecycleConfig": self.create,
            "DescribeNotebookInstanceLifecycleConfig": self.describe,
            "ListNotebookInstanceLifecycleConfigs": self.list,
            "UpdateNotebookInstanceLifecycleConfig": self.update,
            "DeleteNotebookInstanceLifecycleConfig": self.delete,
        }

    def shelf(self, region: str) -> Shelf:
        return self._world.records.shelf(NOTEBOOK, region)

    def require(self, call: Call, name: str, doing: str = "describe") -> None:
        """Raise ValidationException unless there is a configuration of that name."""
        if name not in self.shelf(call.region):
            arn = call.arn(f"notebook-instance-lifecycle-config/{name}")
            raise invalid(
                f"Unable to {doing} Notebook Instance Lifecycle Config '{arn}'. "
                "(Details: Notebook Instance Lifecycle Config does not exist.)"
            )

    def create(self, call: Call, request: Request) -> Response:
        name = request["NotebookInstanceLifecycleConfigName"]
        arn = call.arn(f"notebook-instance-lifecycle-config/{name}")
        if name in self.shelf(call.region):
            raise invalid(
                f"Unable to create Notebook Instance Lifecycle Config {arn}. "
                "(Details: Notebook Instance Lifecycle Config already exists.)"
            )
        _check_sizes(request)
        self._tags.keep(arn, request)
        self.shelf(call.region)[name] = {
            "Name": name,
            "Arn": arn,
            "CreationTime": call.now,
            "LastModifiedTime": call.now,
            "OnCreate": request.get("OnCreate", []),
            "OnStart": request.get("OnStart", []),
        }
        return {"NotebookInstanceLifecycleConfigArn": arn}

    def describe(self, call: Call, request: Request) -> Response:
        name = request["NotebookInstanceLifecycleConfigName"]
        self.require(call, name)
        record = self.shelf(call.region)[name]
        return _named("NotebookInstanceLifecycleConfig", record)

    def list(self, call: Call, request: Request) -> Response:
        kept = listing.matching(self.shelf(call.region).values(), request, contains={"NameContains": "Name"})
        return listing.paged(
            "NotebookInstanceLifecycleConfigs",
            kept,
            request,
            lambda record: _named("NotebookInstanceLifecycleConfig", record, "OnCreate", "OnStart"),
            name="Name",
            orders=ORDERS,
            sort=SORT,
        )

    def update(self, call: Call, request: Request) -> Response:
        name = request["NotebookInstanceLifecycleConfigName"]
        self.require(call, name, "update")
        _check_sizes(request)
        record = self.shelf(call.region).changed(name)
        record |= {member: request[member] for member in ("OnCreate", "OnStart") if member in request}
        record["LastModifiedTime"] = call.now
        return {}

    def delete(self, call: Call, request: Request) -> Response:
        name = request["NotebookInstanceLifecycleConfigName"]
        self.require(call, name, "delete")
        arn = self.shelf(call.region)[name]["Arn"]
        notebooks = self._world.records.shelf("sagemaker/notebook", call.region).values()
        if any(notebook.get("NotebookInstanceLifecycleConfigName") == name for notebook in notebooks):
            raise invalid(
                f"Unable to delete Notebook Instance Lifecycle Config '{arn}'. "
                "(Details: Notebook Instance Lifecycle Config is in use by Notebook Instance(s).)"
            )
        del self.shelf(call.region)[name]
        self._tags.forget(arn)
        return {}


class StudioLifecycles:
    def __init__(self, world: "World", tags: Tagging) -> None:
        self._world = world
        self._tags = tags
        self.operations: dict[str, Handler] = {
            "CreateStudioLifecycleConfig": self.create,
            "DescribeStudioLifecycleConfig": self.describe,
            "ListStudioLifecycleConfigs": self.list,
            "DeleteStudioLifecycleConfig": self.delete,
        }

    def shelf(self, region: str) -> Shelf:
        return self._world.records.shelf(STUDIO, region)

    def create(self, call: Call, request: Request) -> Response:
        name = request["StudioLifecycleConfigName"]
        arn = call.arn(f"studio-lifecycle-config/{name.lower()}")
        if name in self.shelf(call.region):
            raise AwsError("ResourceInUse", f"StudioLifecycleConfig [{arn}] already exists.")
        self._tags.keep(arn, request)
        self.shelf(call.region)[name] = {
            "Name": name,
            "Arn": arn,
            "CreationTime": call.now,
            "LastModifiedTime": call.now,
            "Content": request["StudioLifecycleConfigContent"],
            "AppType": request["StudioLifecycleConfigAppType"],
        }
        return {"StudioLifecycleConfigArn": arn}

    def describe(self, call: Call, request: Request) -> Response:
        return _named("StudioLifecycleConfig", self._found(call, request))

    def list(self, call: Call, request: Request) -> Response:
        kept = listing.matching(
            self.shelf(call.region).values(),
            request,
            contains={"NameContains": "Name"},
            equals={"AppTypeEquals": "AppType"},
            times={"CreationTime": "CreationTime", "ModifiedTime": "LastModifiedTime"},
        )
        return listing.paged(
            "StudioLifecycleConfigs",
            kept,
            request,
            lambda record: _named("StudioLifecycleConfig", record, "Content"),
            name="Name",
            orders=ORDERS,
            sort=SORT,
        )

    def delete(self, call: Call, request: Request) -> Response:
        record = self._found(call, request)
        for kind, noun in _USERS:
            held = self._world.records.shelf(f"sagemaker/{kind}", call.region).values()
            if any(each.get("Status") not in OVER and _names(each, record["Arn"]) for each in held):
                raise AwsError(
                    "ResourceInUse",
                    f"Unable to delete StudioLifecycleConfig [{record['Arn']}] because {noun}(s) are associated with "
                    "it.",
                )
        del self.shelf(call.region)[record["Name"]]
        self._tags.forget(record["Arn"])
        return {}

    def _found(self, call: Call, request: Request) -> Response:
        name = request["StudioLifecycleConfigName"]
        found = self.shelf(call.region).get(name)
        if found is None:
            arn = call.arn(f"studio-lifecycle-config/{name.lower()}")
            raise AwsError("ResourceNotFound", f"StudioLifecycleConfig [{arn}] does not exist.")
        return found


def _named(prefix: str, record: Response, *without: str) -> Response:
    """Return a record with the members Name, Arn, Content and AppType called as its kind calls them."""
    ours = ("Name", "Arn", "Content", "AppType")
    return {f"{prefix}{m}" if m in ours else m: value for m, value in shown(record, *without).items()}


def _names(value: Any, arn: str) -> bool:
    """Whether settings name a configuration, however deep."""
    if isinstance(value, Mapping):
        return any(_names(each, arn) for each in value.values())
    if isinstance(value, list | tuple):
        return any(_names(each, arn) for each in value)
    return bool(value == arn)


def _check_sizes(request: Request) -> None:
    for moment in ("OnCreate", "OnStart"):
        for hook in request.get(moment) or ():
            if len(hook.get("Content", "")) > LARGEST:
                raise invalid(f"{moment} must not be longer than {LARGEST} characters.")
