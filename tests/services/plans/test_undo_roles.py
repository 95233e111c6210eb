"""Taking back a run whose role another run has since given to what it made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from services.plans import RunStatus, Step
from tests.services.plans.world import SECONDS, Clock, World, making, plan, runs_on


def of_aws(name: str, service: str, operation: str, *after: str, **parameters: str) -> Step:
    return replace(making(name, *after), service=service, operation=operation, parameters=parameters)


def test_a_role_that_another_run_gave_to_a_model_by_its_arn_stays_with_its_policies(tmp_path: Path) -> None:
    world, clock = World(), Clock()
    world.special["create_role"] = lambda given: world._create_thing("role", given)
    world.special["put_role_policy"] = lambda given: world._create_thing("policy", given)
    world.special["create_model"] = lambda given: world._create_thing(given["ModelName"], given)
    arn = "arn:aws:iam::123456789012:role/jobs"
    role = of_aws("role", "iam", "create_role", RoleName="jobs", AssumeRolePolicyDocument="{}")
    document = {"RoleName": "jobs", "PolicyName": "least", "PolicyDocument": "{}"}
    policy = of_aws("policy", "iam", "put_role_policy", "role", **document)
    with runs_on(tmp_path, world, clock=clock) as runs:
        with_role = [of_aws(name, "sagemaker", "create_model", ModelName=name, ExecutionRoleArn=arn) for name in "bc"]
        former = runs.start(plan(with_role[0]))  # its role of this name is gone
        assert runs.wait(former, SECONDS).status is RunStatus.DONE
        clock.sleep(10)
        first = runs.start(plan(role, policy, making("a", "policy")))
        assert runs.wait(first, SECONDS).status is RunStatus.DONE
        assert [step.parameters["Name"] for step in runs.undo_plan(first).steps] == ["a", "policy", "role"]
        clock.sleep(10)
        second = runs.start(plan(with_role[1]))
        assert runs.wait(second, SECONDS).status is RunStatus.DONE
        undo = runs.undo_plan(first)
        assert [step.parameters["Name"] for step in undo.steps] == ["a"]
        assert sum("stays" in warning for warning in undo.warnings) == 2
        runs.undo(second)
        runs.wait(second, SECONDS)
        assert [step.parameters["Name"] for step in runs.undo_plan(first).steps] == ["a", "policy", "role"]
