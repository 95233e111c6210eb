"""What the parameters of a step say: their references, their secrets, how they are shown, and what is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import jmespath  # type: ignore[import-untyped]

from services.errors import InvalidRequest
from services.plans.models import Frozen, Json, Plan, Read, Ref, Repeat, Secret, Step, Text, Until
from services.plans.secrecy import HIDDEN, Concealed, mark, scrub


@lru_cache(maxsize=1024)
def compiled(path: str) -> Any:
    """A JMESPath, parsed; ValueError when it is none."""
    return jmespath.compile(path)


def look(path: str, value: Any) -> Any:
    """What stands at `path` (JMESPath) in `value`, None when nothing does."""
    return compiled(path).search(value)


def walk(value: Any) -> Iterator[Any]:
    """`value` and everything in it, depth first."""
    yield value
    if isinstance(value, Mapping):
        for item in value.values():
            yield from walk(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from walk(item)
    elif isinstance(value, Text):
        yield from value.parts
    elif isinstance(value, Json):
        yield from walk(value.value)


def spoken_by(step: Step) -> Iterator[Any]:
    """Everything a step may send or compare: its parameters, and those of its proof and its manner."""
    yield from walk(step.parameters)
    if step.proof is not None:
        yield from walk(step.proof.read.parameters)
        yield from walk(step.proof.expect)
    if isinstance(step.manner, Repeat):
        yield from walk(step.manner.source.parameters)
    if isinstance(step.manner, Until):
        yield from walk(step.manner.expect)


def refs_of(step: Step) -> tuple[Ref, ...]:
    """The references of a step, without those of its undo steps."""
    return tuple(dict.fromkeys(value for value in spoken_by(step) if isinstance(value, Ref)))


def secret_names(plan: Plan) -> tuple[str, ...]:
    """The names of the secrets a plan needs when it runs (its undo steps not included), in order of appearance."""
    return tuple(dict.fromkeys(name for step in plan.steps for name in secrets_of(step)))


def secrets_of(step: Step) -> tuple[str, ...]:
    """The names of the secrets one step needs."""
    return tuple(dict.fromkeys(value.name for value in spoken_by(step) if isinstance(value, Secret)))


def paths_wanted(steps: tuple[Step, ...]) -> dict[str, tuple[str, ...]]:
    """Of each step, the paths of its result that other steps or any undo step refer to."""
    wanted: dict[str, dict[str, None]] = {}
    for step in (each for outer in steps for each in (outer, *outer.undo)):
        for ref in refs_of(step):
            wanted.setdefault(ref.step, {})[ref.path] = None
    return {step: tuple(paths) for step, paths in wanted.items()}


@dataclass(frozen=True, slots=True)
class Values:
    """What is known when a step runs: `results` by step id, then by path; `secrets` by name. Prints nothing of them."""

    results: Mapping[str, Mapping[str, Any]] = field(repr=False, default_factory=dict)
    secrets: Mapping[str, str] = field(repr=False, default_factory=dict)

    def of(self, ref: Ref) -> Any:
        """The value of a reference; raises InvalidRequest when it is not known."""
        found = self.results.get(ref.step, {}).get(ref.path)
        if found is None:
            raise InvalidRequest(
                f"The value {ref.path} of the step {ref.step} is not known.",
                "The answer did not hold it, or it is secret and was not kept when the console stopped.",
                "Undo this run and start again.",
            )
        return found

    def secret(self, name: str) -> str:
        """The secret of this name; raises InvalidRequest when it was not given."""
        if name not in self.secrets:
            raise InvalidRequest(f"The secret {name} is needed.", "Secrets are never stored.", "Enter it and resume.")
        return self.secrets[name]

    def scrub(self, text: str) -> str:
        """`text` without any secret that is known here."""
        return scrub(text, self.secrets.values())


def resolved_expectation(value: Any, known: Values) -> Any:
    """A value to compare with: as `resolve`, but Json stays Json, since AWS may give it back parsed."""
    if isinstance(value, Json):
        return Json(resolve(value.value, known))
    return resolve(value, known)


def resolve(value: Any, known: Values) -> Any:
    """`value` as it is sent: plain dicts and lists, no Ref, Secret, Text or Json left. Raises InvalidRequest."""
    return _mapped(value, known.of, lambda secret: known.secret(secret.name))


def _mapped(value: Any, ref: Callable[[Ref], Any], secret: Callable[[Secret], str]) -> Any:
    if isinstance(value, Ref):
        return thawed(ref(value))
    if isinstance(value, Secret):
        return secret(value)
    if isinstance(value, Concealed):
        return str(value)
    if isinstance(value, Text):
        return "".join(str(_mapped(part, ref, secret)) for part in value.parts)
    if isinstance(value, Json):
        return json.dumps(_mapped(value.value, ref, secret))
    if isinstance(value, Mapping):
        return {key: _mapped(item, ref, secret) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(item, ref, secret) for item in value]
    return value


def thawed(value: Any) -> Any:
    """`value` with plain dicts and lists in place of frozen ones, as SDKs want them."""
    if isinstance(value, Mapping):
        return {key: thawed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [thawed(item) for item in value]
    return value


def shown(value: Any) -> Any:
    """`value` for the eye: plain dicts, lists and strings; secrets as ***, later values as ‹step.path›."""
    return _shown(mark(value))


def _shown(value: Any) -> Any:
    if isinstance(value, Json):
        return _shown(value.value)
    if isinstance(value, Mapping):
        return {key: _shown(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(item) for item in value]
    if isinstance(value, Concealed):
        return HIDDEN
    return _mapped(value, lambda ref: f"‹{ref.step}.{ref.path}›", lambda _: HIDDEN)


def conceal(plan: Plan) -> tuple[Plan, dict[str, str]]:
    """The plan with the literal secrets of its environments replaced by Secret(key), and those secrets by name."""
    names: dict[str, str] = {}
    steps = tuple(_each_value(step, lambda value: _named(value, names)) for step in plan.steps)
    return (replace(plan, steps=steps), names) if names else (plan, {})


def _named(value: Any, names: dict[str, str], key: str = "secret") -> Any:
    if isinstance(value, Concealed):
        return Secret(_name_for(key, str(value), names))
    if isinstance(value, Mapping):
        return Frozen({name: _named(item, names, name) for name, item in value.items()})
    if isinstance(value, list | tuple):
        return tuple(_named(item, names, key) for item in value)
    return value


def _name_for(key: str, value: str, names: dict[str, str]) -> str:
    name, number = key, 1
    while names.get(name, value) != value:  # two models may carry the same key with different secrets
        number += 1
        name = f"{key}_{number}"
    names[name] = value
    return name


def substitute(step: Step, values: Callable[[Ref], Any]) -> Step:
    """The step with each Ref replaced by what `values` gives for it (which may be a Ref again)."""
    return _each_value(step, lambda value: _substituted(value, values))


def _substituted(value: Any, values: Callable[[Ref], Any]) -> Any:
    if isinstance(value, Ref):
        return values(value)
    if isinstance(value, Text):
        parts = (values(part) if isinstance(part, Ref) else part for part in value.parts)
        return Text(tuple(part if isinstance(part, Ref | Secret) else str(part) for part in parts))
    if isinstance(value, Json):
        return Json(_substituted(value.value, values))
    if isinstance(value, Mapping):
        return Frozen({key: _substituted(item, values) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return tuple(_substituted(item, values) for item in value)
    return value


def _each_value(step: Step, change: Callable[[Any], Any]) -> Step:
    """The step with `change` made to everything that `spoken_by` names, in its undo steps too."""
    proof, manner = step.proof, step.manner
    if proof is not None:
        proof = replace(proof, read=_read(proof.read, change), expect=change(proof.expect))
    if isinstance(manner, Repeat):
        manner = replace(manner, source=_read(manner.source, change))
    if isinstance(manner, Until):
        manner = replace(manner, expect=change(manner.expect))
    undo = tuple(_each_value(each, change) for each in step.undo)
    return replace(step, parameters=change(step.parameters), proof=proof, manner=manner, undo=undo)


def _read(read: Read, change: Callable[[Any], Any]) -> Read:
    return replace(read, parameters=change(read.parameters))


def matches(expected: Any, actual: Any) -> bool:
    """Whether what is there is what was wanted: mappings may hold more, Json may come back as text or parsed."""
    if isinstance(expected, Json):
        expected = expected.value
        actual = _parsed(actual)
    if isinstance(expected, Mapping):
        return isinstance(actual, Mapping) and all(matches(item, actual.get(key)) for key, item in expected.items())
    if isinstance(expected, list | tuple):
        if not isinstance(actual, list | tuple) or len(expected) != len(actual):
            return False
        return all(matches(mine, theirs) for mine, theirs in zip(expected, actual, strict=True))
    return bool(expected == actual)


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
