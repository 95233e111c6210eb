"""The real process with everything behind its one address, as a person with nothing but boto3 and astrapy meets it."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from astrapy import DataAPIClient

from tests.sandbox.conftest import ROLE, TRUST
from tests.sandbox.dataapi.serving import closing_clients
from tests.sandbox.server import ask, client, start_sandbox

ECHO = "123456789012.dkr.ecr.us-east-1.amazonaws.com/sagedeck-echo:1"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_sandbox("--speed", "3000") as address:  # InService after a tenth of a second
        yield address


def test_an_endpoint_is_deployed_called_measured_and_taken_down(url: str) -> None:
    sagemaker, runtime = client(url, "sagemaker"), client(url, "sagemaker-runtime")
    client(url, "iam").create_role(RoleName="Sage", AssumeRolePolicyDocument=json.dumps(TRUST))
    sagemaker.create_model(ModelName="e", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": ECHO})
    variant = {"VariantName": "A", "ModelName": "e", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName="e", ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="e")
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="e", WaiterConfig={"Delay": 1, "MaxAttempts": 20})

    answer = runtime.invoke_endpoint(EndpointName="e", Body=b"hello", ContentType="text/plain")
    assert answer["Body"].read() == b"hello"
    assert answer["InvokedProductionVariant"] == "A"

    now = datetime.now(UTC)
    found = client(url, "cloudwatch").get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName="Invocations",
        Dimensions=[{"Name": "EndpointName", "Value": "e"}, {"Name": "VariantName", "Value": "A"}],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=1),
        Period=300,
        Statistics=["Sum"],
    )
    assert [point["Sum"] for point in found["Datapoints"]] == [1.0]
    events = client(url, "logs").filter_log_events(logGroupName="/aws/sagemaker/Endpoints/e")["events"]
    assert "POST /invocations" in events[-1]["message"]

    sagemaker.delete_endpoint(EndpointName="e")
    deadline = time.monotonic() + 10
    while sagemaker.list_endpoints()["Endpoints"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_astrapy_finds_the_data_api_at_the_same_address(url: str) -> None:
    with closing_clients():
        database = DataAPIClient(environment="hcd").get_database(url, token="AstraCS:test", keyspace="default_keyspace")
        collection = database.create_collection("notes")
        collection.insert_one({"_id": "1", "text": "hello"})
        kept = collection.find_one({"_id": "1"})
        assert kept is not None
        assert kept["text"] == "hello"
        ask(f"{url}/_sandbox/reset", "POST", b"")
        assert database.list_collection_names() == []
