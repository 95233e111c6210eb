"""Every way in which AWS lets one thing name another counts as a reference: a model named by any of them is in use."""

from __future__ import annotations

from services.resources import Kind
from services.resources.describing import DESCRIBINGS
from services.savings import Finding
from services.savings.orphans import orphans
from tests.services.savings.made import held, key, running, thing


def test_models_of_shadows_and_of_instance_pools_are_in_use() -> None:
    config = DESCRIBINGS[Kind.ENDPOINT_CONFIG].read(
        thing(Kind.ENDPOINT_CONFIG, "chat"),
        {
            "ProductionVariants": [
                {
                    "VariantName": "A", "ModelName": "main",
                    "InstancePools": [{"InstanceType": "ml.g5.xlarge", "Priority": 1, "ModelNameOverride": "pooled"}],
                }
            ],
            "ShadowProductionVariants": [{"VariantName": "S", "ModelName": "shadow"}],
        },
    )  # fmt: skip
    models = [thing(Kind.MODEL, name) for name in ("main", "pooled", "shadow", "pooled-2")]
    found = {each.key for each in orphans(held(running("chat"), config, *models), lambda _: 0.0)}
    assert found == {key(Kind.MODEL, "pooled-2")}


def test_each_specification_of_a_component_counts() -> None:
    component = DESCRIBINGS[Kind.COMPONENT].read(
        thing(Kind.COMPONENT, "part"),
        {"EndpointName": "chat", "Specifications": [{"ModelName": "one"}, {"ModelName": "two"}]},
    )
    models = [thing(Kind.MODEL, name) for name in ("one", "two", "three")]
    holdings = held(running("chat"), thing(Kind.ENDPOINT_CONFIG, "chat"), component, *models)
    found = [each.key.name for each in orphans(holdings, lambda _: 0.0) if isinstance(each, Finding)]
    assert found == ["three"]
