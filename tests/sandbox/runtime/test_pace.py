"""The pace of instances: what is faster is faster, what is crowded waits, what is told agrees with what was waited."""

from typing import Any

import pytest

from sandbox.clock import Clock
from sandbox.hosting import Hosted
from sandbox.runtime import pace
from sandbox.runtime.families import Family
from sandbox.runtime.pace import Work
from tests.sandbox.runtime.calling import call
from tests.sandbox.runtime.conftest import Shelf

ANSWER = Work(read=200, written=100)


def hosted(instance_type: str, model: str = "llama-3-8b", **more: Any) -> Hosted:
    return Hosted("e", "v", "InService", "", {}, "", model, {}, "123456789012", "us-east-1", instance_type, **more)


def seconds(instance_type: str, model: str = "llama-3-8b", family: Family = Family.TGI, work: Work = ANSWER) -> float:
    return pace.pace_of(hosted(instance_type, model), family).seconds(work)


def test_better_accelerators_write_faster() -> None:
    order = ["ml.c5.xlarge", "ml.g4dn.xlarge", "ml.g5.xlarge", "ml.p4d.24xlarge", "ml.p5.48xlarge"]
    taken = [seconds(each) for each in order]
    assert taken == sorted(taken, reverse=True)
    assert 2 < seconds("ml.g5.xlarge") < 8, "some 20 tokens a second of an 8 B model on an A10G"


@pytest.mark.parametrize(
    ("name", "billions"),
    [
        ("meta-textgeneration-llama-3-1-70b", 70.0),
        ("huggingface-llm-falcon-7b-instruct-bf16", 7.0),
        ("mixtral-8x7b-instruct", 47.6),
        ("qwen2-5-1-5b", 1.5),
        ("gemma-270m", 0.27),
        ("no-size-said", 7.0),
    ],
)
def test_a_models_size_is_read_from_its_name(name: str, billions: float) -> None:
    assert pace.parameters(hosted("ml.g5.xlarge", name), Family.TGI) == pytest.approx(billions)


def test_larger_models_and_longer_texts_take_longer() -> None:
    assert seconds("ml.g5.xlarge", "x-13b") > seconds("ml.g5.xlarge", "x-3b")
    few = seconds("ml.g5.xlarge", "bge-small", Family.TEI, Work(read=10))
    many = seconds("ml.g5.xlarge", "bge-small", Family.TEI, Work(read=8000))
    assert few < many
    assert few < 0.02


def test_a_container_serves_as_many_at_once_as_its_weights_leave_memory_for() -> None:
    small, large, too_large = (pace.pace_of(hosted("ml.g5.xlarge", f"x-{n}b"), Family.TGI) for n in (3, 8, 13))
    assert small.at_once > large.at_once > too_large.at_once == 1


def test_more_callers_than_a_container_serves_wait() -> None:
    its = pace.pace_of(hosted("ml.g5.xlarge"), Family.TGI)
    assert its.seconds(ANSWER, its.at_once - 1) == its.seconds(ANSWER)
    assert its.seconds(ANSWER, its.at_once * 2 - 1) == pytest.approx(2 * its.seconds(ANSWER))
    twice = pace.pace_of(hosted("ml.g5.xlarge", instance_count=2), Family.TGI)
    assert twice.at_once == its.at_once * 2


def test_nothing_is_waited_for_where_the_clock_stands_still() -> None:
    its = pace.pace_of(hosted("ml.g5.xlarge"), Family.TGI)
    assert pace.wait(Clock(0), its, ANSWER, 0, 0.01) == (0.0, its.seconds(ANSWER))


def test_at_awss_speed_all_of_it_is_waited_for_and_told() -> None:
    its = pace.pace_of(hosted("ml.g5.xlarge"), Family.TGI)
    waited, told = pace.wait(Clock(1), its, ANSWER, 0, 0.5)
    assert waited + 0.5 == pytest.approx(told) == pytest.approx(its.seconds(ANSWER))


@pytest.mark.parametrize("taken", [0.0, 0.1, 0.99, 5.0])
@pytest.mark.parametrize("family", [Family.TGI, Family.TEI])
def test_what_is_told_agrees_with_what_the_caller_waited(family: Family, taken: float) -> None:
    its = pace.pace_of(hosted("ml.m5.xlarge"), family)
    waited, told = pace.wait(Clock(60), its, ANSWER, 3, taken)
    assert told - (waited + taken) == pytest.approx(0.0, abs=pace.UNNOTICED)
    assert waited <= pace.PATIENCE


def test_a_faster_clock_waits_less() -> None:
    its = pace.pace_of(hosted("ml.m5.large"), Family.TGI)
    assert [pace.wait(Clock(speed), its, ANSWER, 0, 0.0)[0] for speed in (60, 600, 6000)] == [1.0, 0.1, 0.0]
    assert [pace.patience(Clock(speed), 2.0) for speed in (0, 60, 120)] == [0.0, 2.0, 1.0]


def test_the_meters_are_told_the_instances_time(runtime: Any, shelf: Shelf) -> None:
    shelf.put("small", "tgi", instance_type="ml.g4dn.xlarge", model="x-7b")
    shelf.put("large", "tgi", instance_type="ml.p5.48xlarge", model="x-7b")
    for name in ("small", "large"):
        call(runtime, name, {"inputs": "word " * 50})
    slow, fast = (told["model"] for told in shelf.told)
    assert slow > 20 * fast
