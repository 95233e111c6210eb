"""How long an instance would take to answer: a small model of memory bandwidth, arithmetic and concurrency.

Writing tokens reads all weights once a token, so its pace is bandwidth over the model's bytes; reading a prompt or
embedding a text is arithmetic, two operations a parameter and token. More callers than a container serves at once wait.
Bandwidths and arithmetic are the makers' data sheets (as of 2026-11), of which a container is given a fair share.

At `--speed 1` an invocation takes what the instance would take, and CloudWatch and the client both see that. So that
nobody waits long for a simulation, at the usual speed of 60 at most a second of it (two when streamed, a quarter where
nothing is written) is waited for, at 600 a tenth of that, and CloudWatch is told of no more. What is missing of 30 ms
or less is not waited for, and one-pass models do not queue. So the two agree within 30 ms at any speed. Where the clock
stands still nothing is waited for, and CloudWatch is told what the instance would have taken.
"""

import math
import re
from dataclasses import dataclass
from functools import cache

import facts
from sandbox.clock import DEFAULT_SPEED, Clock
from sandbox.hosting import Hosted
from sandbox.runtime.families import Family

PATIENCE, STREAM_PATIENCE, ONE_PASS_PATIENCE = 1.0, 2.0, 0.25  # seconds of simulated time that are waited for
UNNOTICED = 0.03  # seconds that are not worth a wait
_BANDWIDTH_SHARE, _ARITHMETIC_SHARE = 0.6, 0.35  # what containers reach of the data sheet
# GB/s and dense fp16 TFLOP/s of one accelerator, by its name in facts/instances.csv
_ACCELERATORS = {
    "T4": (320, 65), "K80": (240, 4), "V100": (900, 112), "A10G": (600, 70), "L4": (300, 121), "L40S": (864, 362),
    "A100": (1555, 312), "H100": (3350, 989), "H200": (4800, 989), "B200": (8000, 2250), "B300": (8000, 2500),
    "RTX PRO Server 6000": (1600, 500), "RTX PRO 4500": (896, 250), "Inferentia": (50, 64), "Inferentia2": (820, 190),
    "Trainium": (820, 190), "Trainium2": (2900, 667),
}  # fmt: skip
_CPU_BANDWIDTH, _CPU_TFLOPS = 4.0, 0.08  # of one vCPU
_BASE_GPU, _BASE_CPU = 0.008, 0.004  # seconds of web server and tokeniser for any answer
_COLD_BASE, _COLD_PER_GB = 4.0, 8.0  # seconds: for any container, and for one of 1 GB beyond that
_SIZES = (
    (re.compile(r"(\d+)x(\d+(?:\.\d+)?)b\b"), 0.85),  # mixtures of experts share a part
    (re.compile(r"-()(0-[56]|1-[13567]|2-7)b(?![a-z0-9])"), 1.0),  # a dash is a point only in the usual small sizes
    (re.compile(r"(?<![a-z0-9])()(\d+(?:\.\d+)?)b(?![a-z0-9])"), 1.0),
    (re.compile(r"(?<![a-z0-9])()(\d+(?:\.\d+)?)m(?![a-z0-9])"), 0.001),
)
_NAMED = (
    ("minilm", 0.03),
    ("tiny", 0.03),
    ("small", 0.04),
    ("large", 0.34),
    ("xxl", 11.0),
    ("xl", 3.0),
    ("base", 0.11),
)


@dataclass(frozen=True, slots=True)
class Machine:
    """One instance: GB/s of memory, TFLOP/s, GiB its models have, and how many vCPU."""

    bandwidth: float
    tflops: float
    memory: float
    vcpu: int
    accelerated: bool


@dataclass(frozen=True, slots=True)
class Work:
    """What one answer takes: tokens read and tokens written."""

    read: int = 0
    written: int = 0


NOTHING = Work()


@dataclass(frozen=True, slots=True)
class Pace:
    """A container's: seconds before the first token or for all of a short answer, seconds a token, calls at once."""

    base: float
    reading: float
    token: float
    at_once: int

    def first(self, work: Work, others: int = 0) -> float:
        """Return seconds until the first token, with `others` calls under way."""
        waiting = max(0, others + 1 - self.at_once) / self.at_once
        return (self.base + self.reading * work.read) * (1 + waiting)

    def seconds(self, work: Work, others: int = 0) -> float:
        """Return seconds for the whole answer, with `others` calls under way."""
        crowd = max(1.0, (others + 1) / self.at_once)
        return (self.base + self.reading * work.read + self.token * work.written) * crowd


@cache
def machine(instance_type: str) -> Machine:
    """Return what an instance type has; one that facts/instances.csv does not know is taken for a small CPU."""
    row = next((each for each in facts.rows("instances.csv") if each["instance_type"] == instance_type), None)
    if row is None:
        return Machine(_CPU_BANDWIDTH * 4, _CPU_TFLOPS * 4, 16.0, 4, False)
    vcpu, memory = int(row["vcpu"]), float(row["memory_gib"])
    name, number = (row["gpu_name"], int(row["gpu_count"])) if row["gpu_name"] else (row["accelerator"], 0)
    number = number or int(row["accelerators"] or 0)
    if name not in _ACCELERATORS or not number:
        return Machine(_CPU_BANDWIDTH * vcpu, _CPU_TFLOPS * vcpu, memory, vcpu, False)
    bandwidth, tflops = _ACCELERATORS[name]
    has = float(row["gpu_memory_gib"] or 0) or 16.0 * number
    return Machine(bandwidth * number, tflops * number, has, vcpu, True)


def parameters(hosted: Hosted, family: Family) -> float:
    """Return the model's size in billions of parameters, read from its names, or the family's usual one."""
    names = (
        hosted.tags.get("sagedeck:model-id", ""), hosted.environment.get("HF_MODEL_ID", ""),
        hosted.environment.get("MODEL_ID", ""), hosted.artifact, hosted.model,
    )  # fmt: skip
    for name in (each.lower() for each in names if each):
        for pattern, weight in _SIZES:
            if found := pattern.search(name):
                return float(found[1] or 1) * float(found[2].replace("-", ".")) * weight
        for word, size in _NAMED:
            if family.embeds and word in name:
                return size
    return 0.11 if family.embeds else 7.0 if family.writes else 0.0


@cache
def _pace(instance_type: str, billions: float, one_pass: bool) -> Pace:
    has = machine(instance_type)
    base = _BASE_GPU if has.accelerated else _BASE_CPU
    reading = 2 * billions / (has.tflops * 1000 * _ARITHMETIC_SHARE)
    if one_pass or not billions:
        at_once = 32 if has.accelerated else has.vcpu * 2
        return Pace(base, reading, 0.0, at_once)
    weights = 2 * billions
    token = weights / (has.bandwidth * _BANDWIDTH_SHARE)
    room = max(0.0, has.memory - weights)
    at_once = int(min(64, max(1, room / 0.5))) if has.accelerated else max(1, has.vcpu // 4)
    return Pace(base, reading, token, at_once)


def pace_of(hosted: Hosted, family: Family) -> Pace:
    """Return the pace of all that serves together: instances, or an inference component's copies."""
    instance_type = hosted.instance_type or ("ml.c5.large" if hosted.serverless else "")
    one = _pace(instance_type, parameters(hosted, family), family.embeds or not family.writes)
    number = max(1, hosted.copies if hosted.component else hosted.instance_count)
    return one if number == 1 else Pace(one.base, one.reading, one.token, one.at_once * number)


def patience(clock: Clock, most: float) -> float:
    """Return how many seconds of simulated time are really waited for."""
    if clock.stands_still:
        return 0.0
    return math.inf if clock.speed <= 1 else most * DEFAULT_SPEED / clock.speed


def wait(clock: Clock, pace: Pace, work: Work, others: int, taken: float) -> tuple[float, float]:
    """Return how long to wait yet for a whole answer that really took `taken`, and the seconds to report of it."""
    seconds = pace.seconds(work, others)
    if clock.stands_still:
        return 0.0, seconds
    if clock.speed <= 1:
        return max(0.0, seconds - taken), max(seconds, taken)
    if not pace.token:
        seconds = min(pace.seconds(work), patience(clock, ONE_PASS_PATIENCE))
    seconds = min(seconds, patience(clock, PATIENCE))
    left = seconds - taken
    return (left if left > UNNOTICED else 0.0), max(seconds, taken)


def cold_start(hosted: Hosted) -> float:
    """Return seconds AWS takes to bring up a serverless container that nobody called for a while.

    AWS publishes no numbers: this says no more than that it takes seconds, and fewer with more memory, as CPU comes
    with it.
    """
    memory = float((hosted.serverless or {}).get("MemorySizeInMB", 2048))
    return _COLD_BASE + _COLD_PER_GB * (1024 / memory)
