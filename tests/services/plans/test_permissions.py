"""The least-privilege policy of a plan."""

from __future__ import annotations

from services.plans import Permission, Plan, Step, policy, undeclared

ENDPOINT = "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/demo"


def step(name: str, *permissions: Permission, service: str = "sagemaker", undo: tuple[Step, ...] = ()) -> Step:
    return Step(id=name, service=service, operation="x", reason="r", permissions=permissions, undo=undo)


def test_actions_on_the_same_resource_share_a_statement() -> None:
    plan = Plan(
        "t",
        (
            step("a", Permission("sagemaker:CreateEndpoint", ENDPOINT), Permission("sagemaker:AddTags", ENDPOINT)),
            step("b", Permission("sagemaker:CreateEndpoint", ENDPOINT)),
        ),
    )
    assert policy(plan) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Sagemaker1",
                "Effect": "Allow",
                "Action": ["sagemaker:AddTags", "sagemaker:CreateEndpoint"],
                "Resource": ENDPOINT,
            }
        ],
    }


def test_one_action_on_several_resources_is_one_statement() -> None:
    buckets = ["arn:aws:s3:::a", "arn:aws:s3:::b"]
    plan = Plan("t", (step("a", *(Permission("s3:GetObject", bucket) for bucket in buckets)),))
    assert policy(plan)["Statement"][0]["Resource"] == buckets


def test_conditions_are_kept_apart() -> None:
    condition = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    role = "arn:aws:iam::123456789012:role/demo"
    plan = Plan("t", (step("a", Permission("iam:PassRole", role, condition), Permission("iam:GetRole", role)),))
    statements = policy(plan)["Statement"]
    assert len(statements) == 2
    assert [each["Condition"] for each in statements if "Condition" in each] == [condition]
    assert len({each["Sid"] for each in statements}) == 2


def test_what_is_allowed_everywhere_is_not_repeated_for_one_resource() -> None:
    plan = Plan("t", (step("a", Permission("sagemaker:ListModels"), Permission("sagemaker:ListModels", ENDPOINT)),))
    assert [each["Resource"] for each in policy(plan)["Statement"]] == ["*"]


def test_taking_back_is_part_of_the_policy_unless_left_out() -> None:
    undo = step("u", Permission("sagemaker:DeleteEndpoint", ENDPOINT))
    plan = Plan("t", (step("a", Permission("sagemaker:CreateEndpoint", ENDPOINT), undo=(undo,)),))
    assert "sagemaker:DeleteEndpoint" in policy(plan)["Statement"][0]["Action"]
    assert policy(plan, undo=False)["Statement"][0]["Action"] == "sagemaker:CreateEndpoint"


def test_arns_follow_the_partition() -> None:
    plan = Plan("t", (step("a", Permission("sagemaker:CreateEndpoint", ENDPOINT)),))
    assert policy(plan, partition="aws-cn")["Statement"][0]["Resource"].startswith("arn:aws-cn:sagemaker:")


def test_steps_that_declare_nothing_are_found() -> None:
    plan = Plan("t", (step("a", undo=(step("u"),)), step("b", Permission("x:Y")), step("c", service="astra")))
    assert undeclared(plan) == ("a", "u")
