"""What a plan is: frozen data that says which calls will be made, why, in what order, and how to take them back.

Nothing here runs anything. A planner makes a `Plan`, a person reads it, `services.plans.runs` carries out that same
object. Every class pickles and compares by value, so planner tests compare plans without mocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NoReturn

from services.plans.estimates import Estimate as Estimate
from services.plans.estimates import dearer, total_of
from services.plans.secrecy import mark


class Frozen(dict[str, Any]):
    """A dict that refuses to change and hashes by content; it pickles, which a MappingProxyType does not."""

    def __init__(self, *sources: Mapping[str, Any], **named: Any) -> None:
        merged = {key: value for source in sources for key, value in source.items()} | named
        super().__init__({key: freeze(value) for key, value in merged.items()})

    def _refuse(self, *_args: Any, **_named: Any) -> NoReturn:
        raise TypeError("a plan is frozen: make a new one instead of changing this one")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type[Frozen], tuple[dict[str, Any]]]:
        return (Frozen, (dict(self),))


def freeze(value: Any) -> Any:
    """`value` with every mapping turned into `Frozen` and every list into a tuple."""
    if isinstance(value, Mapping):
        return value if isinstance(value, Frozen) else Frozen(value)
    if isinstance(value, list | tuple):
        return tuple(freeze(item) for item in value)
    return value


@dataclass(frozen=True, slots=True)
class Ref:
    """A value known later: `path` (JMESPath) in the result of the earlier step `step`."""

    step: str
    path: str


@dataclass(frozen=True, slots=True)
class Secret:
    """A value looked up by name when the step runs; printed as ***, exported as an environment variable."""

    name: str

    def __str__(self) -> str:
        return "***"


@dataclass(frozen=True, slots=True)
class Text:
    """A string made of parts, some of them known later: Text(("arn:…/", Ref("create-role", "Role.RoleName")))."""

    parts: tuple[str | Ref | Secret, ...]


@dataclass(frozen=True, slots=True)
class Json:
    """A value sent as JSON text, such as a policy document; it may hold Ref, Secret and Text anywhere."""

    value: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", freeze(self.value))


@dataclass(frozen=True, slots=True)
class ErrorMatch:
    """An answer recognised by its code *and* a part of its message; an empty message matches any."""

    code: str
    message: str = ""

    def matches(self, code: str, message: str) -> bool:
        return code == self.code and self.message in message


@dataclass(frozen=True, slots=True)
class Read:
    """A call that changes nothing."""

    service: str
    operation: str
    parameters: Mapping[str, Any] = field(default_factory=Frozen)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", freeze(self.parameters))


@dataclass(frozen=True, slots=True)
class Once:
    """The step is one call. `not_yet` names errors that only mean "later"; they are retried for `deadline` seconds."""

    not_yet: tuple[ErrorMatch, ...] = ()
    deadline: float = 0.0


@dataclass(frozen=True, slots=True)
class Until:
    """The step asks its own (reading) call every `every` seconds until the value at `path` is one of `done`.

    `failed` values end it as a failure whose explanation stands at `explanation`; `absent` errors mean the thing is
    gone, which is success where `gone` is true. `expect` are further paths that must hold the given values once done
    (an update that was silently rolled back ends in the right status with the wrong configuration).
    `deadline`, `typical`, `every` are seconds.
    """

    path: str
    done: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    explanation: str = ""
    gone: bool = False
    absent: tuple[ErrorMatch, ...] = ()
    expect: Mapping[str, Any] = field(default_factory=Frozen)
    deadline: float = 3600.0
    typical: float = 300.0
    every: float = 15.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "expect", freeze(self.expect))


@dataclass(frozen=True, slots=True)
class Repeat:
    """The step is repeated until `source` lists nothing more: emptying a bucket, deleting documents by batches.

    `source` is asked for a page; `items` (JMESPath, shaped as the step wants them) is put at `into` (dotted path) of
    the step's parameters. At most `cap` items are treated in all, more stops with what is left.
    """

    source: Read
    items: str
    into: str
    cap: int = 100_000


@dataclass(frozen=True, slots=True)
class Upload:
    """The step sends a file of this machine; `sha256` is checked before, so what was shown is what is sent."""

    path: str
    sha256: str
    size: int


Manner = Once | Until | Repeat | Upload


class OnFailure(StrEnum):
    """What a failed step stops: the steps that wait for it, or the whole run."""

    DEPENDANTS = "dependants"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Permission:
    """One IAM action on one resource (ARN, `*` allowed)."""

    action: str
    resource: str = "*"
    condition: Mapping[str, Any] = field(default_factory=Frozen)

    def __post_init__(self) -> None:
        object.__setattr__(self, "condition", freeze(self.condition))


@dataclass(frozen=True, slots=True)
class Cost:
    """What a step starts (positive) or ends (negative) costing. USD; None is unknown, never zero."""

    usd_per_hour: float | None = None
    usd_once: float | None = None
    basis: str = "estimate"


@dataclass(frozen=True, slots=True)
class Proof:
    """How to see by looking whether a step is done.

    `read` finds the thing. An error in `absent` proves that it is not there (any other error proves nothing), and so
    does an answer that holds nothing at `found` (JMESPath; a list has nothing in it for what is not there).
    Present and equal to `expect` (JMESPath -> value) is "already there"; present and different is a clash, or with
    `replaces` as good as absent: the call puts what is wanted in its place. With `gone`, absence proves the step done.
    """

    read: Read
    absent: tuple[ErrorMatch, ...] = ()
    expect: Mapping[str, Any] = field(default_factory=Frozen)
    gone: bool = False
    found: str = ""
    replaces: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "expect", freeze(mark(self.expect)))


@dataclass(frozen=True, slots=True)
class Unless:
    """What is looked at right before the step's call: where the answer holds something at `found` (JMESPath), that is
    why the step is not carried out; a look that fails lets nothing be carried out either."""

    read: Read
    found: str = "Why"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that will be done.

    service, operation   as boto3 names them ("sagemaker", "create_endpoint"), or ours ("astra", "library")
    parameters           what is sent; may hold Ref, Secret, Text and Json anywhere; a literal secret of an
                         environment (HF_TOKEN) is treated as if it were a Secret
    reason               why, in one sentence for the person who confirms
    after                ids of the steps this one waits for
    permissions          the IAM actions it needs; exactly these make the plan's policy
    undo                 steps that take it back, in the order they run; they may refer to any step of the plan
    secret_results       paths of its result that are secret: handed once, in memory, to whoever started the run
    region               where its calls are made; "" is the connection's region
    unless               what may have come about since the plan was made and stands in its way
    """

    id: str
    service: str
    operation: str
    reason: str
    parameters: Mapping[str, Any] = field(default_factory=Frozen)
    after: tuple[str, ...] = ()
    manner: Manner = field(default_factory=Once)
    on_failure: OnFailure = OnFailure.DEPENDANTS
    permissions: tuple[Permission, ...] = ()
    cost: Cost | None = None
    proof: Proof | None = None
    undo: tuple[Step, ...] = ()
    secret_results: tuple[str, ...] = ()
    region: str = ""
    unless: Unless | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", freeze(mark(self.parameters)))


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done, for one title a person recognises. `steps` ids are unique and `after` has no circle."""

    title: str
    steps: tuple[Step, ...]
    warnings: tuple[str, ...] = ()
    estimate: Estimate = field(default_factory=lambda: Estimate(usd_per_hour=0.0))

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def step(self, step_id: str) -> Step:
        """The step with this id; KeyError when there is none."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    def same_work(self, other: Plan) -> bool:
        """Whether confirming this plan also confirms `other`: the same steps, at no higher price or ceiling."""
        strip = [tuple(_unpriced(step) for step in plan.steps) for plan in (self, other)]
        return strip[0] == strip[1] and not dearer(self.estimate, other.estimate)


def _unpriced(step: Step) -> Step:
    return replace(step, cost=None, unless=None, undo=tuple(_unpriced(each) for each in step.undo))


def merge(title: str, *plans: Plan) -> Plan:
    """Several plans as one; their steps run side by side. Step ids must differ; an unknown price stays unknown."""
    once = [plan.estimate.usd_once or 0.0 for plan in plans]
    total = total_of(plan.estimate.usd_per_hour for plan in plans)
    most = total_of(plan.estimate.usd_per_hour_most for plan in plans)
    sources = dict.fromkeys(plan.estimate.source for plan in plans if plan.estimate.source)
    return Plan(
        title=title,
        steps=tuple(step for plan in plans for step in plan.steps),
        warnings=tuple(dict.fromkeys(warning for plan in plans for warning in plan.warnings)),
        estimate=Estimate(total, sum(once) or None, "; ".join(sources), most),
    )
