"""The price list as boto3 sees it, in the way the console asks."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.pricing.rates import instance_prices, price_of, usage_type
from tests.sandbox.conftest import Running


def _products(sandbox: Running, **filters: str) -> list[dict[str, Any]]:
    asked = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in filters.items()]
    answer = sandbox.client("pricing").get_products(ServiceCode="AmazonSageMaker", Filters=asked)
    return [json.loads(item) for item in answer["PriceList"]]


def _usd(product: dict[str, Any]) -> float:
    (term,) = product["terms"]["OnDemand"].values()
    (dimension,) = term["priceDimensions"].values()
    return float(dimension["pricePerUnit"]["USD"])


def test_one_instance_in_one_region_for_hosting_is_one_product(sandbox: Running) -> None:
    (product,) = _products(sandbox, regionCode="us-east-1", component="Hosting", instanceName="ml.m5.xlarge")
    attributes = product["product"]["attributes"]
    assert attributes["usagetype"] == "USE1-Host:ml.m5.xlarge"
    assert (attributes["vCpu"], attributes["memory"], attributes["gpu"]) == ("4", "16 GiB", "0")
    assert product["product"]["productFamily"] == "ML Instance"
    assert _usd(product) == 0.23 == sandbox.app.world.service("pricing").hourly("ml.m5.xlarge", "us-east-1")


def test_every_hosting_price_of_a_region_comes_over_the_pages_once(sandbox: Running) -> None:
    asked = [
        {"Type": "TERM_MATCH", "Field": "location", "Value": "EU (Ireland)"},
        {"Type": "TERM_MATCH", "Field": "component", "Value": "Hosting"},
    ]
    pages = (
        sandbox.client("pricing")
        .get_paginator("get_products")
        .paginate(
            ServiceCode="AmazonSageMaker", Filters=asked, FormatVersion="aws_v1", PaginationConfig={"PageSize": 100}
        )
    )
    products = [json.loads(item) for page in pages for item in page["PriceList"]]
    named = {product["product"]["attributes"]["instanceName"]: _usd(product) for product in products}
    hosted = {name: usd for name, usd in instance_prices()["eu-west-1"].items() if not name.startswith("ml.t3.")}
    assert len(named) == len(products)
    assert named == hosted


def test_a_notebook_can_be_had_where_hosting_cannot(sandbox: Running) -> None:
    hourly = sandbox.app.world.service("pricing").hourly
    assert hourly("ml.t3.medium", "us-east-1", "Notebook") == 0.05
    assert hourly("ml.t3.medium", "us-east-1") is None
    assert hourly("ml.unheard.of", "us-east-1") is None
    found = {each["product"]["attributes"]["component"] for each in _products(sandbox, instanceName="ml.t3.medium")}
    assert found == {"Notebook", "Processing", "Training", "Studio-Notebook", "studio-jupyterlab", "studio-codeeditor"}


def test_what_is_not_counted_in_hours_has_its_own_unit(sandbox: Running) -> None:
    (serverless,) = _products(sandbox, usagetype="USE1-ServerlessInf:Mem-3GB")
    assert _usd(serverless) == 0.00006
    (storage,) = _products(sandbox, regionCode="eu-west-1", volumeType="General Purpose-Hosting")
    (term,) = storage["terms"]["OnDemand"].values()
    assert next(iter(term["priceDimensions"].values()))["unit"] == "GB-Mo"
    assert not _products(sandbox, regionCode="sa-east-1", productFamily="ML Serverless")
    assert price_of("Host:VolumeUsage.gp2", "eu-west-1") == 0.154
    assert price_of("Host:VolumeUsage.gp2", "af-south-1") is None
    assert usage_type("Host:ml.g5.xlarge", "eu-west-1") == "EU-Host:ml.g5.xlarge"


def test_attributes_are_named_and_their_values_listed(sandbox: Running) -> None:
    client = sandbox.client("pricing")
    (described,) = client.describe_services(ServiceCode="AmazonSageMaker")["Services"]
    assert {"instanceName", "regionCode", "component"} <= set(described["AttributeNames"])
    values = client.get_attribute_values(ServiceCode="AmazonSageMaker", AttributeName="component")["AttributeValues"]
    assert {"Hosting", "Training", "Notebook"} <= {value["Value"] for value in values}


def test_what_works_for_sagemaker_is_sold_by_other_services_under_their_own_names(sandbox: Running) -> None:
    def sold(service: str, region: str) -> dict[str, float]:
        asked = [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}]
        listed = sandbox.client("pricing").get_products(ServiceCode=service, Filters=asked)["PriceList"]
        products = [json.loads(item) for item in listed]
        return {each["product"]["attributes"]["usagetype"]: _usd(each) for each in products}

    assert sold("AmazonS3", "us-east-1") == {"TimedStorage-ByteHrs": 0.023}
    assert sold("AmazonS3", "eu-west-1") == {"EU-TimedStorage-ByteHrs": 0.023}
    assert sold("AmazonEFS", "us-east-1") == {"TimedStorage-ByteHrs": 0.3}
    assert sold("AmazonCloudWatch", "us-east-1")["CW:AlarmMonitorUsage"] == 0.1
    assert sold("AmazonS3", "il-central-1") == {}


def test_what_is_unknown_is_refused_or_absent_but_never_free(sandbox: Running) -> None:
    client = sandbox.client("pricing")
    for asked in ({"ServiceCode": "AmazonNothing"}, {"ServiceCode": "AmazonSageMaker", "NextToken": "elsewhere"}):
        with pytest.raises(ClientError) as refused:
            client.get_products(**asked)
        assert refused.value.response["Error"]["Code"] in ("InvalidParameterException", "InvalidNextTokenException")
    assert not _products(sandbox, instanceName="ml.m5.xlarge", colour="blue")
    assert all(usd > 0 for held in instance_prices().values() for usd in held.values())
