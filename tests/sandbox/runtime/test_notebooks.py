"""The calls of AWS's example notebooks, in their order, against the whole sandbox."""

import json
from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import ROLE
from tests.sandbox.runtime.whole import Whole, component, metric, variant

MINUTE = 60.0
PROMPT = {"inputs": "hello", "parameters": {"max_new_tokens": 64}}


def test_serverless_inference(whole: Whole) -> None:
    """sagemaker-examples, serverless-inference: create, wait, invoke, delete."""
    sagemaker, runtime = whole.client("sagemaker"), whole.client("sagemaker-runtime")
    whole.model("xgboost-serverless", "own")
    sagemaker.create_endpoint_config(
        EndpointConfigName="serverless-epc",
        ProductionVariants=[
            {
                "VariantName": "byoVariant",
                "ModelName": "xgboost-serverless",
                "ServerlessConfig": {"MemorySizeInMB": 4096, "MaxConcurrency": 1},
            }
        ],
    )
    sagemaker.create_endpoint(EndpointName="serverless-ep", EndpointConfigName="serverless-epc")
    whole.world.advance(30)
    described = sagemaker.describe_endpoint(EndpointName="serverless-ep")
    assert described["EndpointStatus"] == "InService"
    assert described["ProductionVariants"][0]["CurrentServerlessConfig"]["MaxConcurrency"] == 1
    answer = runtime.invoke_endpoint(EndpointName="serverless-ep", Body=b".345,0.224414", ContentType="text/csv")
    assert answer["Body"].read() == b".345,0.224414"
    overhead = metric(whole, "OverheadLatency", "Maximum", EndpointName="serverless-ep", VariantName="byoVariant")
    assert overhead[0] > 1e6, "the cold start"
    sagemaker.delete_endpoint(EndpointName="serverless-ep")
    sagemaker.delete_endpoint_config(EndpointConfigName="serverless-epc")
    sagemaker.delete_model(ModelName="xgboost-serverless")


def test_ab_testing_with_target_variant_and_shifting_weights(whole: Whole) -> None:
    """sagemaker-examples, a_b_testing: two variants, target one, compare metrics, shift to 75/25, then to all of it."""
    sagemaker, runtime = whole.client("sagemaker"), whole.client("sagemaker-runtime")
    for name in ("model-a", "model-b"):
        whole.model(name, "own")
    sagemaker.create_endpoint_config(
        EndpointConfigName="ab",
        ProductionVariants=[
            variant("model-a", "Variant1", InitialVariantWeight=1),
            variant("model-b", "Variant2", InitialVariantWeight=1),
        ],
    )
    sagemaker.create_endpoint(EndpointName="ab", EndpointConfigName="ab")
    whole.world.advance(30)

    def traffic(number: int, **more: Any) -> Counter[str]:
        answers = (
            runtime.invoke_endpoint(EndpointName="ab", Body=b"1,2", ContentType="text/csv", **more)
            for _ in range(number)
        )
        return Counter(answer["InvokedProductionVariant"] for answer in answers)

    assert traffic(20) == {"Variant1": 10, "Variant2": 10}
    assert traffic(3, TargetVariant="Variant2") == {"Variant2": 3}
    assert sum(metric(whole, "Invocations", "Sum", EndpointName="ab", VariantName="Variant1")) == 10
    assert sum(metric(whole, "Invocations", "Sum", EndpointName="ab", VariantName="Variant2")) == 13
    for weights, expected in (((25, 75), {"Variant1": 5, "Variant2": 15}), ((0, 100), {"Variant2": 20})):
        sagemaker.update_endpoint_weights_and_capacities(
            EndpointName="ab",
            DesiredWeightsAndCapacities=[
                {"VariantName": name, "DesiredWeight": weight}
                for name, weight in zip(("Variant1", "Variant2"), weights, strict=True)
            ],
        )
        assert sagemaker.describe_endpoint(EndpointName="ab")["EndpointStatus"] == "Updating"
        assert traffic(1), "it serves while it is updated"
        whole.world.advance(30)
        assert traffic(20) == expected


def test_inference_components_that_scale_to_zero_and_back(whole: Whole) -> None:
    """genai-hosting-examples, scale to zero: endpoint without model, component, no copies, refused, a copy."""
    sagemaker, runtime = whole.client("sagemaker"), whole.client("sagemaker-runtime")
    components = {
        "VariantName": "AllTraffic",
        "InstanceType": "ml.g5.12xlarge",
        "InferenceAmiVersion": "al2023-ami-sagemaker-inference-gpu-4-1",
        "InitialInstanceCount": 1,
        "ContainerStartupHealthCheckTimeoutInSeconds": 3600,
        "ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 0, "MaxInstanceCount": 2},
        "RoutingConfig": {"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"},
    }
    whole.endpoint("ic", components, ExecutionRoleArn=ROLE)
    whole.model("llm", "lmi")
    component(whole, "llm-ic", "ic", "llm")
    assert sagemaker.describe_inference_component(InferenceComponentName="llm-ic")["InferenceComponentStatus"] == (
        "InService"
    )

    def ask() -> Any:
        answer = runtime.invoke_endpoint(
            EndpointName="ic", InferenceComponentName="llm-ic", Body=json.dumps(PROMPT), ContentType="application/json"
        )
        return json.loads(answer["Body"].read())["generated_text"]

    assert ask() == "echo: hello"
    for copies in (0, 1):
        sagemaker.update_inference_component_runtime_config(
            InferenceComponentName="llm-ic", DesiredRuntimeConfig={"CopyCount": copies}
        )
        whole.world.advance(MINUTE)
        if not copies:
            with pytest.raises(ClientError, match="Inference Component has no capacity to process this request"):
                ask()
    assert ask() == "echo: hello"
    assert sum(metric(whole, "Invocations", "Sum", InferenceComponentName="llm-ic")) == 2
