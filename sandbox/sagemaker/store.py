"""Where models, endpoint configurations, endpoints and inference components are kept: as records, by region and name.

endpoint     name arn created modified status config failure deployment begun due change now next
             `now` is the deployment that serves (None while Creating), `next` the one that is being brought in,
             `change` what is going on (create, update, capacity), from `begun` until `due`
deployment   config settings variants shadows started
variant      name spec model type weight count serverless resolved since
             `spec` as the configuration has it, `model` its name and CreateModel's request of that moment
component    name arn created modified status endpoint variant spec copies wanted failure deployment due next resolved
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sandbox.errors import invalid
from sandbox.hosting import Hosted
from sandbox.records import Record, Shelf
from sandbox.scope import ACCOUNT, partition_of

if TYPE_CHECKING:
    from sandbox.world import World

MODEL, CONFIGURATION = "model", "endpoint-config"  # kinds as they stand in an ARN
ENDPOINT, COMPONENT = "endpoint", "inference-component"
NOUNS = {CONFIGURATION: "endpoint configuration", COMPONENT: "inference component"}

CREATING, UPDATING, ROLLING_BACK, DELETING = "Creating", "Updating", "RollingBack", "Deleting"
IN_SERVICE, FAILED, MIXED = "InService", "Failed", "UpdateRollbackFailed"
MOVING = (CREATING, UPDATING, ROLLING_BACK, DELETING)

SERVERLESS = "serverless concurrency"  # what a serverless variant uses, beside instances by their type


class Store:
    """All use happens under the world's lock. Whoever changes an endpoint or a component says so with `keep`."""

    def __init__(self, world: "World") -> None:
        self._records = world.records
        self._used: dict[str, Counter[str]] = {}  # by region: instances by type
        self._share: dict[tuple[str, str], Counter[str]] = {}  # by endpoint
        self._components: dict[tuple[str, str], list[str]] = {}  # by endpoint
        self.found: dict[tuple[str, str], dict[tuple[str, str], Hosted]] = {}  # by endpoint: remembered answers
        self.on_gone: Callable[[str, str], None] = lambda region, arn: None
        self._count_again()

    def shelf(self, kind: str, region: str) -> Shelf:
        return self._records.shelf(f"sagemaker/{kind}", region)

    def regions(self, kind: str = ENDPOINT) -> tuple[str, ...]:
        return self._records.regions(f"sagemaker/{kind}")

    def get(self, kind: str, region: str, name: str) -> Record:
        """Return a record. AwsError in AWS's words if there is none."""
        found = self.shelf(kind, region).get(name)
        if found is None:
            raise invalid(f'Could not find {NOUNS.get(kind, kind)} "{arn_of(kind, region, name)}".')
        return found

    def model(self, region: str, name: str) -> Record | None:
        """Return what a variant or component remembers of a model as it is now; None of no name."""
        if not name:
            return None
        found = self.get(MODEL, region, name)
        return {"name": found["name"], "request": found["request"]}

    def add(self, kind: str, region: str, record: Record) -> None:
        """Keep a new record. AwsError if the name is taken."""
        self.check_free(kind, region, record["name"])
        self.shelf(kind, region)[record["name"]] = record
        if kind == COMPONENT:
            self._components.setdefault((region, record["endpoint"]), []).append(record["name"])
        if kind in (ENDPOINT, COMPONENT):
            self.keep(kind, region, record)

    def check_free(self, kind: str, region: str, name: str) -> None:
        if name in self.shelf(kind, region):
            noun = NOUNS.get(kind, kind)
            raise invalid(f'Cannot create already existing {noun} "{arn_of(kind, region, name)}".')

    def keep(self, kind: str, region: str, record: Record) -> None:
        """Note that an endpoint or a component has changed."""
        self.shelf(kind, region).changed(record["name"])
        if kind == COMPONENT:
            self.found.pop((region, record["endpoint"]), None)
        else:
            self._count((region, record["name"]), use_of(record))

    def drop(self, kind: str, region: str, record: Record) -> None:
        """Forget a record and its tags."""
        del self.shelf(kind, region)[record["name"]]
        if kind == ENDPOINT:
            self._count((region, record["name"]), Counter())
        elif kind == COMPONENT:
            self.found.pop((region, record["endpoint"]), None)
            self._components[region, record["endpoint"]].remove(record["name"])
        self.on_gone(region, record["arn"])

    def components(self, region: str, endpoint: str) -> Iterator[Record]:
        """Yield the components of an endpoint in the order they were made."""
        shelf = self.shelf(COMPONENT, region)
        for name in tuple(self._components.get((region, endpoint), ())):
            yield shelf[name]

    def in_use(self, region: str, what: str) -> int:
        """Return how many instances of a type (or, of SERVERLESS, concurrent calls) the endpoints of a region take."""
        return self._used.get(region, Counter())[what]

    def _count(self, key: tuple[str, str], share: Counter[str]) -> None:
        self.found.pop(key, None)
        used = self._used.setdefault(key[0], Counter())
        used.subtract(self._share.pop(key, Counter()))
        if share:
            used.update(share)
            self._share[key] = share

    def _count_again(self) -> None:
        for region in self.regions(ENDPOINT):
            for name, endpoint in self.shelf(ENDPOINT, region).items():
                self._count((region, name), use_of(endpoint))
        for region in self.regions(COMPONENT):
            for name, component in self.shelf(COMPONENT, region).items():
                self._components.setdefault((region, component["endpoint"]), []).append(name)


def arn_of(kind: str, region: str, name: str) -> str:
    return f"arn:{partition_of(region)}:sagemaker:{region}:{ACCOUNT}:{kind}/{name}"


def variants_of(deployment: Record | None, *, shadows: bool = True) -> list[Record]:
    if deployment is None:
        return []
    return [*deployment["variants"], *(deployment["shadows"] if shadows else ())]


def needs(deployment: Record | None) -> Counter[str]:
    """Count the instances by type, and the serverless concurrency, a deployment takes."""
    wanted: Counter[str] = Counter()
    for variant in variants_of(deployment):
        if variant["serverless"]:
            wanted[SERVERLESS] += variant["serverless"]["MaxConcurrency"]
        else:
            wanted[variant["type"]] += variant["count"]
    return wanted


def use_of(endpoint: Record) -> Counter[str]:
    """Count what an endpoint takes of the account's quotas: both fleets while one replaces the other."""
    if endpoint["status"] in (FAILED, DELETING):
        return Counter()
    now, coming = needs(endpoint["now"]), needs(endpoint["next"])
    return now | coming if endpoint["change"] == "capacity" else now + coming


def refuse_moving(kind: str, record: Record) -> None:
    """Raise AWS's refusal if something is going on with an endpoint or a component."""
    if record["status"] in MOVING:
        raise invalid(f'Cannot update in-progress {NOUNS.get(kind, kind)} "{record["arn"]}".')
