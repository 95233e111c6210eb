"""What each kind of endpoint takes and refuses, by real boto3 against the whole sandbox."""

import json
from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.runtime import server
from tests.sandbox.conftest import ROLE
from tests.sandbox.runtime.conftest import IMAGES
from tests.sandbox.runtime.whole import BUCKET, Whole, metric, variant

QUESTION = json.dumps({"inputs": "hello"})
SERVERLESS = {"MemorySizeInMB": 2048, "MaxConcurrency": 2}


def invoke(whole: Whole, name: str, body: Any = QUESTION, **more: Any) -> Any:
    runtime = whole.client("sagemaker-runtime")
    return runtime.invoke_endpoint(EndpointName=name, Body=body, ContentType="application/json", **more)


def refusal(whole: Whole, name: str, body: Any = QUESTION, **more: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        invoke(whole, name, body, **more)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_variants_take_turns_by_weight_and_the_answer_says_which(whole: Whole) -> None:
    whole.model("m")
    whole.endpoint("ab", variant("m", "A", InitialVariantWeight=3.0), variant("m", "B", InitialVariantWeight=1.0))
    answered = Counter(invoke(whole, "ab")["InvokedProductionVariant"] for _ in range(8))
    assert answered == {"A": 6, "B": 2}
    assert invoke(whole, "ab", TargetVariant="B")["InvokedProductionVariant"] == "B"
    assert refusal(whole, "ab", TargetVariant="C")[0] == "ValidationError"


def test_weights_that_change_change_who_answers(whole: Whole) -> None:
    whole.model("m")
    whole.endpoint("ab", variant("m", "A"), variant("m", "B"))
    weights = [{"VariantName": "A", "DesiredWeight": 0.0}, {"VariantName": "B", "DesiredWeight": 1.0}]
    sagemaker = whole.client("sagemaker")
    sagemaker.update_endpoint_weights_and_capacities(EndpointName="ab", DesiredWeightsAndCapacities=weights)
    whole.world.advance(30)
    assert {invoke(whole, "ab")["InvokedProductionVariant"] for _ in range(4)} == {"B"}


def test_an_endpoint_is_not_found_until_it_serves(whole: Whole) -> None:
    whole.model("m")
    sagemaker = whole.client("sagemaker")
    sagemaker.create_endpoint_config(EndpointConfigName="e", ProductionVariants=[variant("m")])
    sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="e")
    assert refusal(whole, "e") == ("ValidationError", "Endpoint e of account 123456789012 not found.")
    whole.world.advance(30)
    assert invoke(whole, "e")["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_headers_of_features_an_endpoint_lacks_are_refused(whole: Whole) -> None:
    whole.model("m")
    whole.endpoint("e", variant("m"))
    for member in ("TargetModel", "TargetContainerHostname", "EnableExplanations"):
        assert refusal(whole, "e", **{member: "x"})[0] == "ValidationError"
    code, message = refusal(whole, "e", InferenceComponentName="c")
    assert code == "ValidationError"
    assert "remove the Inference Component Name header" in message
    assert "failed to satisfy constraint" in refusal(whole, "e", TargetVariant="-no-")[1]


def test_a_multi_model_endpoint_wants_the_name_of_a_model_that_is_there(whole: Whole) -> None:
    whole.put("models/a.tar.gz", b"a")
    container = {
        "Image": IMAGES["own"].replace("eu-west-1", "us-east-1"),
        "Mode": "MultiModel",
        "ModelDataUrl": f"s3://{BUCKET}/models/",
    }
    whole.client("sagemaker").create_model(ModelName="many", ExecutionRoleArn=ROLE, PrimaryContainer=container)
    whole.endpoint("many", variant("many"))
    assert "TargetModel is required" in refusal(whole, "many")[1]
    assert invoke(whole, "many", TargetModel="a.tar.gz")["ResponseMetadata"]["HTTPStatusCode"] == 200
    whole.client("s3").delete_object(Bucket=BUCKET, Key="models/a.tar.gz")
    assert invoke(whole, "many", TargetModel="a.tar.gz")["ResponseMetadata"]["HTTPStatusCode"] == 200, "it is loaded"
    whole.endpoint("more", variant("many"))
    assert refusal(whole, "more", TargetModel="a.tar.gz")[1].startswith("Failed to download model data")
    code, message = refusal(whole, "many", TargetModel="b.tar.gz")
    assert code == "ValidationError"
    assert message.startswith(f"Failed to download model data(bucket: {BUCKET}, key: models/b.tar.gz)")


def test_a_component_is_asked_by_its_name_and_only_while_it_has_copies(whole: Whole) -> None:
    sagemaker = whole.client("sagemaker")
    components = {"VariantName": "AllTraffic", "InstanceType": "ml.g5.2xlarge", "InitialInstanceCount": 1}
    whole.endpoint("ic", components, ExecutionRoleArn=ROLE)
    whole.model("m")
    needs = {"NumberOfAcceleratorDevicesRequired": 1, "MinMemoryRequiredInMb": 1024}
    sagemaker.create_inference_component(
        InferenceComponentName="c",
        EndpointName="ic",
        VariantName="AllTraffic",
        Specification={"ModelName": "m", "ComputeResourceRequirements": needs},
        RuntimeConfig={"CopyCount": 1},
    )
    whole.world.advance(30)
    assert "Inference Component Name header is required" in refusal(whole, "ic")[1]
    answer = json.loads(invoke(whole, "ic", InferenceComponentName="c")["Body"].read())
    assert answer == [{"generated_text": "echo: hello"}]
    sagemaker.update_inference_component_runtime_config(
        InferenceComponentName="c", DesiredRuntimeConfig={"CopyCount": 0}
    )
    whole.world.advance(30)
    assert refusal(whole, "ic", InferenceComponentName="c")[1].startswith(
        "Inference Component has no capacity to process this request."
    )
    assert metric(whole, "NoCapacityInvocationFailures", "Sum", InferenceComponentName="c") == [1]


def test_serverless_takes_smaller_bodies_and_does_not_stream(whole: Whole) -> None:
    whole.model("m")
    whole.endpoint("s", variant("m", ServerlessConfig=SERVERLESS))
    assert invoke(whole, "s")["ResponseMetadata"]["HTTPStatusCode"] == 200
    code, message = refusal(whole, "s", b"x" * 4_194_305)
    assert code == "413"
    assert "4194304" in message
    with pytest.raises(ClientError, match="does not stream"):
        whole.client("sagemaker-runtime").invoke_endpoint_with_response_stream(EndpointName="s", Body=QUESTION)


def test_serverless_starts_cold_and_stays_warm_for_a_while(whole: Whole) -> None:
    whole.model("m")
    whole.endpoint("s", variant("m", ServerlessConfig=SERVERLESS))
    told = _setups(whole)
    invoke(whole, "s")
    for seconds in (0, 4, 6):  # five minutes, of the clock's own
        whole.world.advance(seconds)
        invoke(whole, "s")
    assert [each > 0 for each in told] == [True, False, False, True]


def test_serverless_throttles_what_exceeds_its_concurrency(whole: Whole) -> None:
    whole.model("m")
    whole.endpoint("s", variant("m", ServerlessConfig={"MemorySizeInMB": 1024, "MaxConcurrency": 1}))
    invoke(whole, "s")
    runtime: server.Runtime = whole.app._runtime._app  # type: ignore[assignment]
    runtime._busy["us-east-1", "s", "AllTraffic"] = 1  # another call is being answered
    assert refusal(whole, "s") == ("ThrottlingException", "Rate exceeded")


def test_a_session_is_opened_used_and_closed(whole: Whole) -> None:
    whole.model("m", "lmi")
    whole.endpoint("e", variant("m"))
    opened = invoke(whole, "e", SessionId="NEW_SESSION")["NewSessionId"]
    number, _, expires = opened.partition("; Expires=")
    assert expires.endswith("Z")
    assert "NewSessionId" not in invoke(whole, "e", SessionId=number)
    whole.endpoint("other", variant("m"))
    assert refusal(whole, "other", SessionId=number)[0] == "ModelError", "it is a session of another endpoint"
    closing = json.dumps({"inputs": "bye", "requestType": "CLOSE"})
    assert invoke(whole, "e", closing, SessionId=number)["ClosedSessionId"] == number
    assert refusal(whole, "e", SessionId=number)[0] == "ModelError"


def test_a_model_slower_than_a_minute_times_out_in_awss_words(whole: Whole) -> None:
    whole.model("big", HF_MODEL_ID="some/llama-70b")
    whole.endpoint("slow", {**variant("big"), "InstanceType": "ml.m5.large"})
    code, message = refusal(whole, "slow", json.dumps({"inputs": "word " * 60}))
    assert code == "ModelError"
    assert 'Received server error (0) from primary with message "Your invocation timed out' in message


def _setups(whole: Whole) -> list[float]:
    """Listen to what the meters are told of cold starts."""
    told: list[float] = []
    meters: Any = whole.world.meters

    class Listening:
        def invoked(self, hosted: Any, **more: Any) -> None:
            told.append(more["setup_microseconds"])
            meters.invoked(hosted, **more)

    invoke(whole, "s", TargetVariant="AllTraffic")  # so that the runtime is there
    runtime: Any = whole.app._runtime._app
    runtime._telemetry = Listening()
    runtime._called.clear()
    return told
