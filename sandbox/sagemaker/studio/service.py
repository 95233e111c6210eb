"""SageMaker's operations for notebook instances and Studio, as one part of the service."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from sandbox.operations import Handler
from sandbox.sagemaker.service import Running
from sandbox.sagemaker.studio.apps import Apps
from sandbox.sagemaker.studio.domains import Domains
from sandbox.sagemaker.studio.life import GONE
from sandbox.sagemaker.studio.lifecycles import NotebookLifecycles, StudioLifecycles
from sandbox.sagemaker.studio.notebooks import Notebooks
from sandbox.sagemaker.studio.presigned import Presigned
from sandbox.sagemaker.studio.profiles import Profiles
from sandbox.sagemaker.studio.spaces import Spaces, volume
from sandbox.sagemaker.studio.tagging import Tagging

if TYPE_CHECKING:
    from sandbox.world import World

KINDS = {  # of ARNs: where the records are, and which member is the ARN
    "notebook-instance": ("sagemaker/notebook", "NotebookInstanceArn"),
    "notebook-instance-lifecycle-config": ("sagemaker/notebook-lifecycle", "Arn"),
    "studio-lifecycle-config": ("sagemaker/studio-lifecycle", "Arn"),
    "domain": ("sagemaker/domain", "DomainArn"),
    "user-profile": ("sagemaker/user-profile", "UserProfileArn"),
    "space": ("sagemaker/space", "SpaceArn"),
    "app": ("sagemaker/app", "AppArn"),
}


class Volume(NamedTuple):
    """Storage that costs whether or not anything runs: of a notebook instance or a space, in GB."""

    arn: str
    gigabytes: int
    since: float


class Studio:
    """`tagged` maps the kinds of its ARNs to what tells whether one of that name exists in a region."""

    def __init__(self, world: "World") -> None:
        self._tags = tags = Tagging(world)
        notebook_lifecycles, studio_lifecycles = NotebookLifecycles(world, tags), StudioLifecycles(world, tags)
        self.notebooks = Notebooks(world, notebook_lifecycles, tags)
        self.domains = Domains(world, tags)
        self.profiles = Profiles(world, self.domains, tags)
        self.spaces = Spaces(world, self.domains, self.profiles, tags)
        self.apps = Apps(world, self.domains, self.profiles, self.spaces, tags)
        presigned = Presigned(world, self.notebooks, self.domains, self.profiles, self.spaces)
        self.operations: dict[str, Handler] = {
            **notebook_lifecycles.operations,
            **studio_lifecycles.operations,
            **self.notebooks.operations,
            **self.domains.operations,
            **self.profiles.operations,
            **self.spaces.operations,
            **self.apps.operations,
            **presigned.operations,
        }
        self._records = world.records
        self.tagged: Mapping[str, Callable[[str, str], bool]] = {kind: self._exists(kind) for kind in KINDS}

    def running(self, region: str) -> Iterator[Running]:
        """Yield what costs while it runs; an app's `kind` is its type."""
        for record in self.notebooks.running(region):
            arn = record["NotebookInstanceArn"]
            yield Running(arn, "Notebook", record["InstanceType"], 1, record["since"], self._tags.of(arn))
        for record in self.apps.running(region):
            arn, spec = record["AppArn"], record["ResourceSpec"]
            yield Running(arn, record["AppType"], spec["InstanceType"], 1, record["CreationTime"], self._tags.of(arn))

    def volumes(self, region: str) -> Iterator[Volume]:
        """Yield the volumes of notebook instances and spaces."""
        for record in self.notebooks.life.shelf(region).values():
            if record["NotebookInstanceStatus"] != GONE:
                yield Volume(record["NotebookInstanceArn"], record["VolumeSizeInGB"], record["CreationTime"])
        for record in self.spaces.life.shelf(region).values():
            if volume(record["SpaceSettings"]):
                yield Volume(record["SpaceArn"], volume(record["SpaceSettings"]), record["CreationTime"])

    def _exists(self, kind: str) -> Callable[[str, str], bool]:
        shelf, member = KINDS[kind]
        return lambda region, name: any(
            record[member].endswith(f":{kind}/{name}") and record.get("Status") != "Deleted"
            for record in self._records.shelf(shelf, region).values()
        )
