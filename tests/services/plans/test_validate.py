"""Plans checked before they run, against the service models that botocore carries."""

from __future__ import annotations

from typing import Any

import pytest

from services.plans import (
    ErrorMatch,
    Json,
    Plan,
    Proof,
    Read,
    Ref,
    Repeat,
    Secret,
    Step,
    Text,
    Until,
    Upload,
    check,
    warnings_of,
)

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/demo"
VARIANT = {"VariantName": "v", "ModelName": "m", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1}


def step(service: str, operation: str, parameters: dict[str, Any], **more: Any) -> Step:
    settings: dict[str, Any] = {"id": "s", "reason": "A reason."} | more
    return Step(service=service, operation=operation, parameters=parameters, **settings)


def problems(service: str, operation: str, parameters: dict[str, Any], **more: Any) -> str:
    return "\n".join(check(Plan("t", (step(service, operation, parameters, **more),))))


def config(**changes: Any) -> dict[str, Any]:
    return {"EndpointConfigName": "demo", "ProductionVariants": [VARIANT | changes]}


def test_a_right_call_has_no_problem() -> None:
    assert problems("sagemaker", "create_endpoint_config", config()) == ""


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"ProductionVariants": [VARIANT]}, "EndpointConfigName is required"),
        (config() | {"EndpointConfigName": "under_score"}, "does not match the pattern"),
        (config() | {"EndpointConfigName": "x" * 64}, "at most 63 characters, not 64"),
        (config(InitialInstanceCount=0), "InitialInstanceCount must be at least 1"),
        (config(InitialInstanceCount="1"), "must be a whole number, not str"),
        (config(InitialInstanceCount=True), "must be a whole number, not bool"),
        (config(Bogus=1), "ProductionVariants[0].Bogus is not known"),
        (config(AcceleratorType="ml.nothing"), "is not a known value"),
        (config(ServerlessConfig={"MemorySizeInMB": 1000, "MaxConcurrency": 1}), "at least 1024"),
        (config() | {"ProductionVariants": []}, "at least 1 items, not 0"),
        (config() | {"ProductionVariants": "v"}, "must be a list"),
        (config(ModelName=None), "must not be None"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(parameters: dict[str, Any], said: str) -> None:
    assert said in problems("sagemaker", "create_endpoint_config", parameters)


def test_an_instance_type_newer_than_the_package_only_warns() -> None:
    plan = Plan("t", (step("sagemaker", "create_endpoint_config", config(InstanceType="ml.zz9.large")),))
    assert check(plan) == ()
    assert "ml.zz9.large" in warnings_of(plan)[0]
    assert "is not a known value" in problems("sagemaker", "create_endpoint_config", config(InstanceType="g5"))


def test_values_known_later_are_taken_as_right() -> None:
    first = step("iam", "get_role", {"RoleName": "r"}, id="role")
    parameters = {
        "ModelName": Text(("m-", Ref("role", "Role.RoleId"))),
        "ExecutionRoleArn": Ref("role", "Role.Arn"),
        "PrimaryContainer": {"Image": "i", "Environment": {"HF_TOKEN": Secret("HF_TOKEN")}},
    }
    second = step("sagemaker", "create_model", parameters, id="model", after=("role",))
    assert check(Plan("t", (first, second))) == ()


def test_an_unknown_operation_is_named() -> None:
    assert "sagemaker has no operation create_endpont" in problems("sagemaker", "create_endpont", {})


def test_operators_of_our_own_are_not_checked_against_aws() -> None:
    assert problems("astra", "create_collection", {"anything": object}) == ""


def test_tags_are_checked_with_their_unicode_pattern() -> None:
    fine = [{"Key": "sagedeck:owner", "Value": "Zoë Müller"}]
    assert problems("sagemaker", "add_tags", {"ResourceArn": ARN, "Tags": fine}) == ""
    wrong = [{"Key": "a;b", "Value": ""}]
    assert "does not match" in problems("sagemaker", "add_tags", {"ResourceArn": ARN, "Tags": wrong})


def test_policy_documents_are_text() -> None:
    parameters = {"RoleName": "r", "AssumeRolePolicyDocument": Json({"Version": "2012-10-17"})}
    assert problems("iam", "create_role", parameters) == ""
    parameters["AssumeRolePolicyDocument"] = {"Version": "2012-10-17"}
    assert "must be a string" in problems("iam", "create_role", parameters)


def test_uploads_and_repeats_are_checked_with_what_they_will_hold() -> None:
    assert problems("s3", "put_object", {"Bucket": "b", "Key": "k"}, manner=Upload("/f", "0", 1)) == ""
    listing = Read("s3", "list_objects_v2", {"Bucket": "b"})
    repeat = Repeat(listing, "Contents[].{Key: Key}", "Delete.Objects")
    assert problems("s3", "delete_objects", {"Bucket": "b"}, manner=repeat) == ""
    assert "Delete is required" in problems("s3", "delete_objects", {"Bucket": "b"})
    wrong = Repeat(Read("s3", "list_objects_v2", {"Bukket": "b"}), "Contents", "Delete.Objects")
    assert "Bukket is not known" in problems("s3", "delete_objects", {"Bucket": "b"}, manner=wrong)


def test_proofs_and_undo_steps_are_checked_too() -> None:
    proof = Proof(Read("sagemaker", "describe_model", {}), (ErrorMatch("ValidationException", "Could not find"),))
    assert "s, proof: ModelName is required" in problems("sagemaker", "list_models", {}, proof=proof)
    undo = step("sagemaker", "delete_model", {}, id="gone")
    assert "s, undo gone: ModelName is required" in problems("sagemaker", "list_models", {}, undo=(undo,))


def test_references_must_point_to_steps_that_are_waited_for() -> None:
    first = step("astra", "x", {}, id="a")
    second = step("astra", "x", {"v": Ref("a", "Name")}, id="b")
    assert "b: it uses Name of a, but does not wait for that step." in check(Plan("t", (first, second)))
    third = step("astra", "x", {"v": Ref("a", "Name")}, id="c", after=("m",))
    middle = step("astra", "x", {}, id="m", after=("a",))
    assert check(Plan("t", (first, middle, third))) == ()
    broken = step("astra", "x", {"v": Ref("a", "Name[")}, id="c", after=("a",))
    assert "is not a JMESPath" in check(Plan("t", (first, broken)))[0]
    wait = step("astra", "x", {}, manner=Until(path="Status[", done=("x",)))
    assert "'Status[' is not a JMESPath" in check(Plan("t", (wait,)))[0]


def test_order_problems_are_sentences() -> None:
    def named(name: str, *after: str) -> Step:
        return step("astra", "x", {}, id=name, after=after)

    assert check(Plan("t", ())) == ("The plan has no steps.",)
    assert "Two steps are called a." in check(Plan("t", (named("a"), named("a"))))
    assert "waits for z, which is no step" in check(Plan("t", (named("a", "z"),)))[0]
    assert "circle: a, b" in check(Plan("t", (named("a", "b"), named("b", "a"), named("c"))))[0]


def test_a_secret_in_an_environment_is_not_shown_by_a_problem() -> None:
    environment = {"HF_TOKEN": "hf_" + "x" * 2000}
    said = problems("sagemaker", "create_model", {"ModelName": "m", "PrimaryContainer": {"Environment": environment}})
    assert "at most 1024 characters" in said
    assert "hf_x" not in said
