"""The calls of AWS's example notebooks, in their order, and of langchain-aws, against the whole sandbox."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import ROLE
from tests.sandbox.runtime.conftest import IMAGES
from tests.sandbox.runtime.whole import BUCKET, Whole, variant

MINUTE = 60.0
PROMPT = {"inputs": "hello", "parameters": {"max_new_tokens": 64}}


def metric(whole: Whole, name: str, statistic: str, **dimensions: str) -> list[float]:
    """A CloudWatch metric of the last day, minute by minute."""
    now = datetime.fromtimestamp(whole.world.clock.now(), UTC)
    found = whole.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - timedelta(hours=6),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=[statistic],
    )
    points = sorted(found["Datapoints"], key=lambda point: point["Timestamp"])
    return [point[statistic] for point in points]


def test_asynchronous_inference_with_scale_to_zero(whole: Whole) -> None:
    """sagemaker-examples, async-inference: endpoint, topics, scaling policy, call, poll S3, scale in and out."""
    sagemaker, sns = whole.client("sagemaker"), whole.client("sns")
    runtime, scaling = whole.client("sagemaker-runtime"), whole.client("application-autoscaling")
    success, error = (sns.create_topic(Name=name)["TopicArn"] for name in ("Async-Success", "Async-Error"))
    image = IMAGES["tgi"].replace("eu-west-1", "us-east-1")
    sagemaker.create_model(
        ModelName="async-model",
        ExecutionRoleArn=ROLE,
        PrimaryContainer={"Image": image, "Environment": {"SANDBOX_MODEL": "echo"}},
    )
    topics = {"SuccessTopic": success, "ErrorTopic": error}
    sagemaker.create_endpoint_config(
        EndpointConfigName="async-config",
        ProductionVariants=[variant("async-model", "variant1")],
        AsyncInferenceConfig={
            "OutputConfig": {"S3OutputPath": f"s3://{BUCKET}/output", "NotificationConfig": topics},
            "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 4},
        },
    )
    sagemaker.create_endpoint(EndpointName="async-endpoint", EndpointConfigName="async-config")
    whole.world.advance(30)
    assert sagemaker.describe_endpoint(EndpointName="async-endpoint")["AsyncInferenceConfig"]["OutputConfig"]

    about = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": "endpoint/async-endpoint/variant/variant1",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    scaling.register_scalable_target(**about, MinCapacity=0, MaxCapacity=5)
    scaling.put_scaling_policy(
        **about,
        PolicyName="Invocations-ScalingPolicy",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 5.0,
            "CustomizedMetricSpecification": {
                "MetricName": "ApproximateBacklogSizePerInstance",
                "Namespace": "AWS/SageMaker",
                "Dimensions": [{"Name": "EndpointName", "Value": "async-endpoint"}],
                "Statistic": "Average",
            },
            "ScaleInCooldown": 600,
            "ScaleOutCooldown": 300,
        },
    )

    location = whole.put("input/payload.json", PROMPT)
    sent = runtime.invoke_endpoint_async(
        EndpointName="async-endpoint", InputLocation=location, ContentType="application/json"
    )
    assert sent["OutputLocation"].startswith(f"s3://{BUCKET}/output/")
    whole.world.advance(10)
    assert json.loads(whole.get(sent["OutputLocation"])) == [{"generated_text": "echo: hello"}]
    processed = metric(
        whole, "InvocationsProcesssed", "Sum", EndpointName="async-endpoint", VariantName="variant1"
    ) or metric(whole, "InvocationsProcessed", "Sum", EndpointName="async-endpoint", VariantName="variant1")
    assert sum(processed) == 1

    whole.world.service("sagemaker").set_count("us-east-1", "async-endpoint", "variant1", 0)
    whole.world.advance(30)
    later = [
        runtime.invoke_endpoint_async(
            EndpointName="async-endpoint", InputLocation=location, ContentType="application/json"
        )
        for _ in range(3)
    ]
    whole.world.advance(2 * MINUTE)
    assert len(whole.keys("output/")) == 1, "they wait, as there is no instance"
    assert max(metric(whole, "ApproximateBacklogSize", "Maximum", EndpointName="async-endpoint")) == 3
    assert metric(whole, "HasBacklogWithoutCapacity", "Average", EndpointName="async-endpoint")[-1] == 1
    whole.world.service("sagemaker").set_count("us-east-1", "async-endpoint", "variant1", 1)
    whole.world.advance(MINUTE)
    assert len(whole.keys("output/")) == 1 + len(later)

    sagemaker.delete_endpoint(EndpointName="async-endpoint")
    whole.world.advance(30)
    assert sagemaker.list_endpoints()["Endpoints"] == []


def test_the_backlog_wakes_an_endpoint_that_was_scaled_to_zero(whole: Whole) -> None:
    """The step policy on HasBacklogWithoutCapacity that AWS's guide gives for scaling out from zero."""
    whole.queue("q", count=0)
    scaling = whole.client("application-autoscaling")
    about = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": "endpoint/q/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    scaling.register_scalable_target(**about, MinCapacity=0, MaxCapacity=2)
    policy = scaling.put_scaling_policy(
        **about,
        PolicyName="HasBacklogWithoutCapacity-ScalingPolicy",
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity",
            "MetricAggregationType": "Average",
            "Cooldown": 300,
            "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
        },
    )
    whole.client("cloudwatch").put_metric_alarm(
        AlarmName="wake",
        MetricName="HasBacklogWithoutCapacity",
        Namespace="AWS/SageMaker",
        Statistic="Average",
        EvaluationPeriods=2,
        DatapointsToAlarm=2,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="missing",
        Dimensions=[{"Name": "EndpointName", "Value": "q"}],
        Period=60,
        AlarmActions=[policy["PolicyARN"]],
    )
    runtime = whole.client("sagemaker-runtime")
    sent = runtime.invoke_endpoint_async(
        EndpointName="q", InputLocation=whole.put("in.json", PROMPT), ContentType="application/json"
    )
    for _ in range(10):
        whole.world.advance(MINUTE)
    described = whole.client("sagemaker").describe_endpoint(EndpointName="q")
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] >= 1
    assert b"echo: hello" in whole.get(sent["OutputLocation"])


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
    sagemaker.create_endpoint_config(
        EndpointConfigName="ic",
        ExecutionRoleArn=ROLE,
        ProductionVariants=[
            {
                "VariantName": "AllTraffic",
                "InstanceType": "ml.g5.12xlarge",
                "InitialInstanceCount": 1,
                "ModelDataDownloadTimeoutInSeconds": 3600,
                "ContainerStartupHealthCheckTimeoutInSeconds": 3600,
                "ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 0, "MaxInstanceCount": 2},
                "RoutingConfig": {"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"},
            }
        ],
    )
    sagemaker.create_endpoint(EndpointName="ic", EndpointConfigName="ic")
    whole.world.advance(30)
    whole.model("llm", "lmi")
    needs = {"NumberOfAcceleratorDevicesRequired": 1, "MinMemoryRequiredInMb": 1024}
    sagemaker.create_inference_component(
        InferenceComponentName="llm-ic",
        EndpointName="ic",
        VariantName="AllTraffic",
        Specification={"ModelName": "llm", "ComputeResourceRequirements": needs},
        RuntimeConfig={"CopyCount": 1},
    )
    whole.world.advance(30)
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


@pytest.fixture
def chat(whole: Whole) -> Any:
    langchain = pytest.importorskip("langchain_aws.chat_models.sagemaker_endpoint")
    from langchain_core.messages import AIMessage

    class Messages(langchain.ChatModelContentHandler):  # type: ignore[name-defined, misc]
        content_type = "application/json"
        accepts = "application/json"

        def transform_input(self, prompt: Any, model_kwargs: dict[str, Any]) -> bytes:
            return json.dumps({"messages": prompt, **model_kwargs}).encode()

        def transform_output(self, output: Any) -> Any:
            if isinstance(output, bytes | str):  # a line of the stream
                text = output.decode() if isinstance(output, bytes) else output
                chunk = text.removeprefix("data:").strip()
                ended = chunk in ("", "[DONE]")
                said = "" if ended else json.loads(chunk)["choices"][0]["delta"].get("content", "")
            else:
                said = json.loads(output.read())["choices"][0]["message"]["content"]
            return AIMessage(content=said)

    def make(endpoint: str, **more: Any) -> Any:
        return langchain.ChatSagemakerEndpoint(
            endpoint_name=endpoint, client=whole.client("sagemaker-runtime"), content_handler=Messages(), **more
        )

    return make


def test_langchain_chats_with_an_endpoint_and_with_a_component(whole: Whole, chat: Any) -> None:
    whole.model("m", "vllm", SANDBOX_TOKEN_DELAY="0")
    whole.endpoint("chat", variant("m"))
    model = chat("chat", model_kwargs={"max_tokens": 100})
    assert model.invoke("hello").content == "echo: hello"
    assert model.invoke([("system", "Be kind."), ("human", "hello")]).content == "echo: hello"
    sagemaker = whole.client("sagemaker")
    components = {"VariantName": "AllTraffic", "InstanceType": "ml.g5.2xlarge", "InitialInstanceCount": 1}
    whole.endpoint("ic", components, ExecutionRoleArn=ROLE)
    needs = {"NumberOfAcceleratorDevicesRequired": 1, "MinMemoryRequiredInMb": 1024}
    sagemaker.create_inference_component(
        InferenceComponentName="c",
        EndpointName="ic",
        VariantName="AllTraffic",
        Specification={"ModelName": "m", "ComputeResourceRequirements": needs},
        RuntimeConfig={"CopyCount": 1},
    )
    whole.world.advance(30)
    assert chat("ic", inference_component_name="c").invoke("hello").content == "echo: hello"


def test_langchain_streams_token_by_token(whole: Whole, chat: Any) -> None:
    whole.model("m", "vllm", SANDBOX_TOKEN_DELAY="0")
    whole.endpoint("chat", variant("m"))
    model = chat("chat", streaming=True, model_kwargs={"stream": True, "max_tokens": 100})
    chunks = [chunk.content for chunk in model.stream("one two three")]
    assert "".join(chunks) == "echo: one two three"
    assert len(chunks) > 3
