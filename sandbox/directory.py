"""`Hosting` over the store. The runtime asks at each invocation, so an answer is kept until something changes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sandbox.errors import AwsError
from sandbox.hosting import Hosted
from sandbox.records import Record
from sandbox.sagemaker.components import base_name
from sandbox.sagemaker.containers import sources
from sandbox.sagemaker.copies import container_of, has_model
from sandbox.sagemaker.starting import answers_of, containers_of, instance_of
from sandbox.sagemaker.store import COMPONENT, ENDPOINT, Store, variants_of
from sandbox.scope import ACCOUNT

if TYPE_CHECKING:
    from sandbox.world import World

# AWS's words, as BerriAI/litellm's tests have them.
COMPONENT_NEEDED = (
    "Inference Component Name header is required for endpoints to which you plan to deploy inference components. "
    "Please include Inference Component Name header or consider using SageMaker models."
)
COMPONENT_NOT_ALLOWED = (
    "Inference Component Name header is not allowed for endpoints to which you dont plan to deploy inference "
    "components. Please remove the Inference Component Name header and try again."
)


class Directory:
    """Implements `sandbox.hosting.Hosting`. Whose turn it is among variants is not kept over a restart."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._turns: dict[tuple[str, str], dict[str, float]] = {}

    def find(
        self, endpoint: str, region: str, account: str, *, variant: str = "", component: str = ""
    ) -> Hosted | None:
        if account != ACCOUNT:
            return None
        with self._world.lock:
            service = self._world.service("sagemaker")
            store: Store = service.store
            found = store.shelf(ENDPOINT, region).get(endpoint)
            if found is None:
                return None
            standing = self._component(store, region, found, component)
            chosen = standing["variant"] if standing else variant or self._turn(region, found)
            remembered = store.found.setdefault((region, endpoint), {})
            answer = remembered.get((chosen, component))
            if answer is None:
                # a component says itself what it is; its endpoint's tags are those of whatever came first
                tags = service.tags.of(found["arn"]) | (service.tags.of(standing["arn"]) if standing else {})
                answer = _hosted(store, region, found, _variant(found, chosen), standing, tags)
                remembered[chosen, component] = answer
            return answer

    def _component(self, store: Store, region: str, endpoint: Record, name: str) -> Record | None:
        if has_model(endpoint["now"] or endpoint["next"]):
            if name:
                raise AwsError("ValidationError", COMPONENT_NOT_ALLOWED)
            return None
        if not name:
            raise AwsError("ValidationError", COMPONENT_NEEDED)
        found = store.shelf(COMPONENT, region).get(name)
        if found is None or found["endpoint"] != endpoint["name"]:
            raise AwsError("ValidationError", f"Inference Component {name} of account {ACCOUNT} not found.")
        return found

    def _turn(self, region: str, endpoint: Record) -> str:
        """Choose a variant so that each gets its share by weight, evenly spread (smooth weighted round robin)."""
        variants = (endpoint["now"] or endpoint["next"])["variants"]
        if len(variants) == 1:
            return str(variants[0]["name"])
        weights = {variant["name"]: variant["weight"] for variant in variants if variant["weight"] > 0}
        weights = weights or {variant["name"]: 1.0 for variant in variants}
        turns = self._turns.setdefault((region, endpoint["name"]), {})
        for name, weight in weights.items():
            turns[name] = turns.get(name, 0.0) + weight
        chosen = max(weights, key=lambda name: (turns[name], weights[name]))
        turns[chosen] -= sum(weights.values())
        return str(chosen)


def _variant(endpoint: Record, name: str) -> Record:
    for variant in variants_of(endpoint["now"] or endpoint["next"]):
        if variant["name"] == name:
            return variant
    raise AwsError("ValidationError", f"Variant {name} of endpoint {endpoint['name']} not found.")


def _hosted(
    store: Store, region: str, endpoint: Record, variant: Record, component: Record | None, tags: Mapping[str, str]
) -> Hosted:
    settings = (endpoint["now"] or endpoint["next"])["settings"]
    model, container = _runs(store, region, variant, component)
    return Hosted(
        endpoint=endpoint["name"],
        variant=variant["name"],
        status=endpoint["status"],
        image=container.get("Image", ""),
        environment=MappingProxyType(_environment(variant, component, container)),
        artifact=next((uri for uri, _ in sources(container)), ""),
        model=model,
        tags=MappingProxyType(dict(tags)),
        account=ACCOUNT,
        region=region,
        instance_type=variant["type"],
        component=component["name"] if component else "",
        instance_count=variant["count"],
        copies=component["copies"] if component else 0,
        serverless=variant["serverless"],
        asynchronous=settings.get("AsyncInferenceConfig"),
        capture=settings.get("DataCaptureConfig"),
        mode=_mode(variant["model"], container),
        instance=instance_of(endpoint),
    )


def _environment(variant: Record, component: Record | None, container: Mapping[str, Any]) -> dict[str, str]:
    """Return the container's variables; what a pipeline answers with is said by its last one."""
    own = dict(container.get("Environment") or {})
    every = [] if component else list(containers_of(variant["model"]))
    return own | (answers_of(every) if len(every) > 1 else {})


def _mode(model: Record | None, container: Mapping[str, Any]) -> str:
    if container.get("Mode") == "MultiModel":
        return "MultiModel"
    execution = (model["request"].get("InferenceExecutionConfig") or {}) if model else {}
    return "Direct" if execution.get("Mode") == "Direct" else ""


def _runs(store: Store, region: str, variant: Record, component: Record | None) -> tuple[str, Mapping[str, Any]]:
    """Return the model's name and the container that answers: the first of a pipeline, for an adapter its base's."""
    if component is None:
        model = variant["model"]
        return (model["name"] if model else ""), next(iter(containers_of(model)), {})
    container = container_of(component, variant["type"])
    base = store.shelf(COMPONENT, region).get(base_name(component)) if base_name(component) else None
    if base:
        beneath = container_of(base, variant["type"])
        container = {**container, "Image": beneath.get("Image", ""), "Environment": beneath.get("Environment") or {}}
    return (component["model"]["name"] if component["model"] else ""), container
