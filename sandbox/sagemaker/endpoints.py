"""The operations on endpoints; what happens to one in between is in `lifecycle`."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.clock import CREATING as CREATING_SECONDS
from sandbox.clock import DELETING as DELETING_SECONDS
from sandbox.clock import UPDATING as UPDATING_SECONDS
from sandbox.errors import invalid
from sandbox.operations import Call, Handler, Request, Response
from sandbox.records import Record
from sandbox.sagemaker import listing
from sandbox.sagemaker.deployments import Deployments, retain, seconds_of
from sandbox.sagemaker.describing import described
from sandbox.sagemaker.lifecycle import Lifecycle
from sandbox.sagemaker.limits import exceeded
from sandbox.sagemaker.store import (
    CONFIGURATION,
    CREATING,
    DELETING,
    ENDPOINT,
    FAILED,
    SERVERLESS,
    UPDATING,
    Store,
    arn_of,
    needs,
    refuse_moving,
)
from sandbox.sagemaker.tags import Tags, as_map

if TYPE_CHECKING:
    from sandbox.world import World

_MOST = "Maximum number of instances per endpoint"


class Endpoints:
    """`operations` as a part of the SageMaker service."""

    def __init__(self, world: "World", store: Store, tags: Tags) -> None:
        self._world = world
        self._store = store
        self._tags = tags
        self._deployments = Deployments(world, store)
        self.lifecycle = Lifecycle(world, store)
        self.operations: dict[str, Handler] = {
            "CreateEndpoint": self.create_endpoint,
            "UpdateEndpoint": self.update_endpoint,
            "UpdateEndpointWeightsAndCapacities": self.update_weights_and_capacities,
            "DescribeEndpoint": self.describe_endpoint,
            "DeleteEndpoint": self.delete_endpoint,
            "ListEndpoints": self.list_endpoints,
        }

    def create_endpoint(self, call: Call, request: Request) -> Response:
        name, region = request["EndpointName"], call.region
        self._store.check_free(ENDPOINT, region, name)
        configuration = self._store.get(CONFIGURATION, region, request["EndpointConfigName"])
        coming = self._deployments.make(region, configuration, call.now)
        as_map(request.get("Tags"))
        self._check_quotas(region, coming, needs(coming), call.operation)
        arn = arn_of(ENDPOINT, region, name)
        endpoint = {
            "name": name,
            "arn": arn,
            "created": call.now,
            "modified": call.now,
            "status": CREATING,
            "config": configuration["name"],
            "failure": "",
            "deployment": request.get("DeploymentConfig"),
            "change": "create",
            "now": None,
            "next": coming,
        }
        self.lifecycle.appoint(region, endpoint, CREATING_SECONDS)
        self._store.add(ENDPOINT, region, endpoint)
        self._tags.put(arn, request.get("Tags"))
        return {"EndpointArn": arn}

    def update_endpoint(self, call: Call, request: Request) -> Response:
        endpoint = self._settled(call.region, request["EndpointName"])
        configuration = self._store.get(CONFIGURATION, call.region, request["EndpointConfigName"])
        coming = self._deployments.make(call.region, configuration, call.now)
        if request.get("RetainAllVariantProperties"):
            excluded = {each["VariantPropertyType"] for each in request.get("ExcludeRetainedVariantProperties") or ()}
            retain(endpoint["now"], coming, excluded)
        elif request.get("ExcludeRetainedVariantProperties"):
            raise invalid("ExcludeRetainedVariantProperties requires RetainAllVariantProperties to be true.")
        self._check_components(call.region, endpoint, coming)
        self._check_scaled(call.region, endpoint, coming)
        _check_conversion(endpoint, coming)
        if request.get("RetainDeploymentConfig") and not request.get("DeploymentConfig"):
            policy = endpoint["deployment"]
        else:
            policy = request.get("DeploymentConfig")
        self._check_quotas(call.region, coming, needs(coming), call.operation)
        endpoint["deployment"] = policy
        self._begin(call.region, endpoint, coming, "update", seconds_of(policy, UPDATING_SECONDS))
        return {"EndpointArn": endpoint["arn"]}

    def update_weights_and_capacities(self, call: Call, request: Request) -> Response:
        changes = {change["VariantName"]: change for change in request["DesiredWeightsAndCapacities"]}
        if len(changes) < len(request["DesiredWeightsAndCapacities"]):
            names = Counter(change["VariantName"] for change in request["DesiredWeightsAndCapacities"])
            raise invalid(f'The variant name "{names.most_common(1)[0][0]}" was non-unique within the request.')
        return {"EndpointArn": self.scale(call.region, request["EndpointName"], changes, call.operation)}

    def scale(self, region: str, name: str, changes: Mapping[str, Mapping[str, Any]], operation: str) -> str:
        """Change weights, counts and serverless concurrency by variant, as the API's own request has them."""
        endpoint = self._settled(region, name)
        self._store.get(CONFIGURATION, region, endpoint["config"])  # AWS cannot scale what has lost its configuration
        unknown = changes.keys() - {variant["name"] for variant in endpoint["now"]["variants"]}
        if unknown:
            raise invalid(
                f'The variant name(s) "{", ".join(sorted(unknown))}" is/are not present within endpoint '
                f'configuration "{endpoint["config"]}".'
            )
        variants = [_changed(v, changes.get(v["name"], {}), endpoint) for v in endpoint["now"]["variants"]]
        coming = {**endpoint["now"], "variants": variants, "started": self._world.clock.now()}
        self._check_quotas(region, coming, needs(coming) - needs(endpoint["now"]), operation)
        self._begin(region, endpoint, coming, "capacity", UPDATING_SECONDS)
        return str(endpoint["arn"])

    def describe_endpoint(self, call: Call, request: Request) -> Response:
        return described(self._store.get(ENDPOINT, call.region, request["EndpointName"]), call.now)

    def delete_endpoint(self, call: Call, request: Request) -> Response:
        endpoint = self._store.get(ENDPOINT, call.region, request["EndpointName"])
        refuse_moving(ENDPOINT, endpoint)
        if next(self._store.components(call.region, endpoint["name"]), None):
            raise invalid(
                f'Cannot delete endpoint "{endpoint["arn"]}" because it still has inference components. '
                "Delete all inference components of the endpoint and try again."
            )
        endpoint.update(status=DELETING, modified=call.now)
        self.lifecycle.silence(call.region, endpoint)
        self.lifecycle.appoint(call.region, endpoint, DELETING_SECONDS)
        self._store.keep(ENDPOINT, call.region, endpoint)
        return {}

    def list_endpoints(self, call: Call, request: Request) -> Response:
        return listing.listed("Endpoints", self._store.shelf(ENDPOINT, call.region).values(), request, _row)

    def _settled(self, region: str, name: str) -> Record:
        endpoint = self._store.get(ENDPOINT, region, name)
        refuse_moving(ENDPOINT, endpoint)
        if endpoint["status"] == FAILED:
            raise invalid(f'Cannot update endpoint "{endpoint["arn"]}" in status {FAILED}.')
        return endpoint

    def _check_components(self, region: str, endpoint: Record, coming: Record) -> None:
        """Refuse to take away what inference components stand on."""
        empty = {variant["name"] for variant in coming["variants"] if variant["model"] is None}
        if any(component["variant"] not in empty for component in self._store.components(region, endpoint["name"])):
            raise invalid(
                f'Cannot update endpoint "{endpoint["arn"]}" with an endpoint configuration that cannot host its '
                "inference components."
            )

    def _check_scaled(self, region: str, endpoint: Record, coming: Record) -> None:
        """Refuse to take away or to change what is a scalable target."""
        now = {variant["name"]: variant["type"] for variant in (endpoint["now"] or {"variants": ()})["variants"]}
        then = {variant["name"]: variant["type"] for variant in coming["variants"]}
        scaled = self._world.service("application-autoscaling").registered(region, endpoint["name"])
        moved = [name for name in scaled if name in now and then.get(name) != now[name]]
        if moved:
            raise invalid(
                f'The variant(s) "{", ".join(moved)}" must be deregistered as scalable targets with AWS Auto Scaling '
                "before they can be removed or have their instance type updated."
            )

    def _begin(self, region: str, endpoint: Record, coming: Record, change: str, seconds: float) -> None:
        endpoint.update(next=coming, change=change, status=UPDATING, modified=self._world.clock.now(), failure="")
        self.lifecycle.appoint(region, endpoint, seconds)
        self._store.keep(ENDPOINT, region, endpoint)

    def _check_quotas(self, region: str, coming: Record, wanted: Counter[str], operation: str) -> None:
        self._deployments.check_quotas(region, wanted, operation, fresh=operation == "CreateEndpoint")
        limit = self._world.service("service-quotas").limit(_MOST, region)
        total = sum(count for what, count in needs(coming).items() if what != SERVERLESS)
        if total > limit:
            raise exceeded(_MOST, limit, 0, total)


def _changed(variant: Record, change: Mapping[str, Any], endpoint: Record) -> Record:
    if "DesiredInstanceCount" in change and variant["serverless"]:
        raise invalid(f"DesiredInstanceCount cannot be set for the serverless production variant {variant['name']}.")
    if "ServerlessUpdateConfig" in change and not variant["serverless"]:
        raise invalid(f"ServerlessUpdateConfig cannot be set for production variant {variant['name']} on instances.")
    count = change.get("DesiredInstanceCount", variant["count"])
    may_be_empty = variant["model"] is None or "AsyncInferenceConfig" in endpoint["now"]["settings"]
    if change.get("DesiredInstanceCount") == 0 and not may_be_empty:
        raise invalid(
            f"DesiredInstanceCount must be at least 1 for the real-time production variant {variant['name']}."
        )
    serverless = variant["serverless"] and {**variant["serverless"], **change.get("ServerlessUpdateConfig", {})}
    return {
        **variant,
        "weight": change.get("DesiredWeight", variant["weight"]),
        "count": count,
        "serverless": serverless,
    }


def _check_conversion(endpoint: Record, coming: Record) -> None:
    on_instances = {variant["name"] for variant in endpoint["now"]["variants"] if not variant["serverless"]}
    for variant in coming["variants"]:
        if variant["serverless"] and variant["name"] in on_instances:
            raise invalid("Converting an instance-based endpoint to a serverless endpoint is not supported.")


def _row(endpoint: Record) -> Response:
    return {
        "EndpointName": endpoint["name"],
        "EndpointArn": endpoint["arn"],
        "CreationTime": endpoint["created"],
        "LastModifiedTime": endpoint["modified"],
        "EndpointStatus": endpoint["status"],
    }
