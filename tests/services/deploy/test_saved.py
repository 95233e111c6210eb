"""Requests in a file: all that was asked for comes back, but for the owner and the licence."""

import json
from dataclasses import replace

import pytest

from services.access import ExistingRole, RoleRequest
from services.deploy import (
    Advanced,
    Asynchronous,
    CatalogSource,
    Components,
    CustomSource,
    DataCapture,
    DeployRequest,
    ExistingTopic,
    HubSource,
    Metric,
    NewTopic,
    Scaling,
    Server,
    Serverless,
)
from services.deploy.saved import load, save
from services.errors import InvalidRequest

ARN = "arn:aws:sns:us-east-1:123456789012:done"
CATALOG = DeployRequest(
    source=CatalogSource(model_id="some-model"),
    endpoint_name="one",
    instance_type="ml.g5.xlarge",
    role=RoleRequest(name="own"),
    fallbacks=("ml.g5.2xlarge",),
    environment=(("A", "1"),),
    secrets=("HF_TOKEN",),
    scaling=Scaling(minimum=0, maximum=3, metric=Metric.BACKLOG, target=2.5),
    mode=Asynchronous(output="s3://out/", success=ExistingTopic(ARN), error=NewTopic(name="failed")),
)
REQUESTS = [
    CATALOG,
    replace(CATALOG, source=HubSource(hub_id="a/b", server=Server.TEI, weights_gib=1.5), mode=Serverless()),
    replace(
        CATALOG,
        source=CustomSource(image="image", artifact="s3://b/"),
        role=ExistingRole("arn:aws:iam::123456789012:role/Team"),
        mode=Components(copies=2, cpus=0.5),
        scaling=None,
        advanced=Advanced(subnets=("subnet-1",), isolated=False, capture=DataCapture(destination="s3://kept/")),
    ),
]


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_saved_request_is_the_same_when_it_is_read(request_: DeployRequest) -> None:
    assert load(save([request_])) == (request_,)


def test_neither_a_licence_nor_an_owner_is_in_the_file() -> None:
    ticked = replace(CATALOG, source=CatalogSource(model_id="m", accept_eula=True), owner="ana")
    text = save([ticked])
    assert "accept_eula" not in text
    assert "ana" not in text
    forged = json.loads(text)
    forged["requests"][0]["source"]["accept_eula"] = True
    (read,) = load(json.dumps(forged))
    assert read.accept_eula is False


def test_a_secret_in_the_open_is_not_saved() -> None:
    with pytest.raises(InvalidRequest, match="DB_PASSWORD looks like a secret"):
        save([replace(CATALOG, environment=(("DB_PASSWORD", "notreal"),))])


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("count",), "three", "request.count is no int"),
        (("count",), True, "request.count is no int"),
        (("mode", "kind"), "Plan", "request.mode is of no known kind"),
        (("source", "surprise"), 1, "“surprise”"),
        (("fallbacks",), "ml.g5.xlarge", "request.fallbacks is no list"),
        (("environment",), [["A"]], "does not hold 2 values"),
        (("scaling", "metric"), "mood", "request.scaling.metric is none of"),
        (("role",), None, "request.role is of no known kind"),
    ],
)
def test_what_is_no_request_is_named(path: tuple[str, ...], value: object, said: str) -> None:
    content = json.loads(save([CATALOG]))
    place = content["requests"][0]
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(InvalidRequest) as refused:
        load(json.dumps(content))
    assert said in refused.value.why
