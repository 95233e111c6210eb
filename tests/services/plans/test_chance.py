"""Plans, refusals and lost answers by chance: whatever happens, each thing is made once, in order, and taken back."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from services.plans import Plan, Ref, RunStatus, Step, check
from tests.services.plans.world import Refused, World, making, plan, runs_on

SECONDS = 30.0


def by_chance(chance: random.Random) -> Plan:
    steps: list[Step] = []
    for number in range(chance.randint(1, 14)):
        earlier = [step.id for step in steps]
        after = chance.sample(earlier, chance.randint(0, min(3, len(earlier))))
        source = {"Source": Ref(after[0], "Arn")} if after else {}
        steps.append(making(f"t{number}", *after, parameters=source))
    chance.shuffle(steps)
    return plan(*steps)


def trouble(world: World, made: Plan, chance: random.Random) -> None:
    for step in made.steps:
        if chance.random() < 0.2:
            world.errors[f"create_thing {step.id}"] = [Refused("ResourceLimitExceeded", "quota")]
        if chance.random() < 0.2:
            world.lose_answer.add(f"create_thing {step.id}")
        elif chance.random() < 0.2:  # with both, nobody could tell whose it is, and it would be left alone
            world.errors[f"describe_thing {step.id}"] = [Refused("AccessDenied", "not now", 403)]
        if chance.random() < 0.2:
            world.errors[f"delete_thing {step.id}"] = [Refused("ValidationException", "in use")]


@pytest.mark.parametrize("seed", range(25))
def test_whatever_fails_resuming_ends_well_and_undoing_leaves_nothing(tmp_path: Path, seed: int) -> None:
    chance, world = random.Random(seed), World()
    made = by_chance(chance)
    assert check(made) == ()
    trouble(world, made, chance)
    world.delay = 0.001
    with runs_on(tmp_path, world) as runs:
        run_id = runs.start(made)
        for _ in range(10):
            if runs.wait(run_id, SECONDS).status is RunStatus.DONE:
                break
            runs.resume(run_id)
        assert runs.view(run_id).status is RunStatus.DONE
        assert world.things.keys() == {step.id for step in made.steps}
        for step in made.steps:
            for name in step.after:
                assert world.order.index(name) < world.order.index(step.id)
        assert len(world.order) == len(set(world.order))
        runs.undo(run_id)
        for _ in range(10):
            if runs.wait(run_id, SECONDS).status is RunStatus.UNDONE:
                break
            runs.resume(run_id)
        assert runs.view(run_id).status is RunStatus.UNDONE
    assert world.things == {}
