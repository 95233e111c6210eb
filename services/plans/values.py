"""What the parameters of a step say: their references, their secrets, how they are shown, and what is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import jmespath  # type: ignore[import-untyped]

from services.errors import InvalidRequest
from services.plans.models import Frozen, Json, Plan, Proof, Ref, Repeat, Secret, Step, Text, Until

HIDDEN = "***"
_ENVIRONMENTS = frozenset({"Environment", "EnvironmentVariables"})
_SECRET_WORD = re.compile(r"(token|key|secret|password|passwd|passphrase|credential)s?$", re.IGNORECASE)
_SHORTEST_SCRUBBED = 4  # replacing shorter strings would garble ordinary words and protect nothing


def looks_secret(key: str, value: Any = "") -> bool:
    """Whether an environment key is secret by default: a word of it ends in token, key, secret or password.

    Counts such as MAX_INPUT_TOKENS=1024 are not.
    """
    words = re.split(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])", key)
    if not any(_SECRET_WORD.search(word) for word in words if word):
        return False
    return not (isinstance(value, int | float) or (isinstance(value, str) and _is_count(key, value)))


def _is_count(key: str, value: str) -> bool:
    return value.strip().isdigit() and key.lower().endswith("tokens")


@lru_cache(maxsize=1024)
def _compiled(path: str) -> Any:
    return jmespath.compile(path)


def look(path: str, value: Any) -> Any:
    """What stands at `path` (JMESPath) in `value`, None when nothing does."""
    return _compiled(path).search(value)


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


def resolve(value: Any, known: Values) -> Any:
    """`value` as it is sent: plain dicts and lists, every Ref, Secret, Text and Json replaced. Raises InvalidRequest."""
    return _mapped(value, known.of, lambda secret: known.secret(secret.name))


def _mapped(value: Any, ref: Callable[[Ref], Any], secret: Callable[[Secret], str]) -> Any:
    if isinstance(value, Ref):
        return ref(value)
    if isinstance(value, Secret):
        return secret(value)
    if isinstance(value, Text):
        return "".join(str(_mapped(part, ref, secret)) for part in value.parts)
    if isinstance(value, Json):
        return json.dumps(_mapped(value.value, ref, secret))
    if isinstance(value, Mapping):
        return {key: _mapped(item, ref, secret) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(item, ref, secret) for item in value]
    return value


def shown(value: Any) -> Any:
    """`value` for the eye: plain dicts, lists and strings; secrets as ***, later values as ‹step.path›."""
    concealed, _ = conceal_value(value)
    return _shown(concealed)


def _shown(value: Any) -> Any:
    if isinstance(value, Json):
        return _shown(value.value)
    if isinstance(value, Mapping):
        return {key: _shown(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(item) for item in value]
    return _mapped(value, lambda ref: f"‹{ref.step}.{ref.path}›", lambda _: HIDDEN)


def conceal(plan: Plan) -> tuple[Plan, dict[str, str]]:
    """The plan with the literal secrets of its environments replaced by Secret, and those secrets by name."""
    taken: dict[str, str] = {}
    steps = tuple(_conceal_step(step, taken) for step in plan.steps)
    return (replace(plan, steps=steps), taken) if taken else (plan, {})


def _conceal_step(step: Step, taken: dict[str, str]) -> Step:
    proof = step.proof
    if proof is not None:
        expect, _ = conceal_value(proof.expect, taken)
        proof = Proof(proof.read, proof.absent, expect, proof.gone)
    parameters, _ = conceal_value(step.parameters, taken)
    undo = tuple(_conceal_step(each, taken) for each in step.undo)
    return replace(step, parameters=parameters, proof=proof, undo=undo)


def conceal_value(value: Any, taken: dict[str, str] | None = None) -> tuple[Any, dict[str, str]]:
    """A value with the literal secrets of its environments replaced by Secret(key); those found are put in `taken`."""
    found = {} if taken is None else taken
    return _conceal(value, found, inside=False), found


def _conceal(value: Any, found: dict[str, str], *, inside: bool) -> Any:
    if isinstance(value, Mapping):
        return Frozen({key: _conceal_item(key, item, found, inside) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return tuple(_conceal(item, found, inside=inside) for item in value)
    return value


def _conceal_item(key: str, item: Any, found: dict[str, str], inside: bool) -> Any:
    if inside and isinstance(item, str) and item and looks_secret(key, item):
        return Secret(_name_for(key, item, found))
    return _conceal(item, found, inside=isinstance(item, Mapping) and key.rpartition(".")[2] in _ENVIRONMENTS)


def _name_for(key: str, value: str, found: dict[str, str]) -> str:
    name, number = key, 1
    while found.get(name, value) != value:  # two models may carry the same key with different secrets
        number += 1
        name = f"{key}_{number}"
    found[name] = value
    return name


def scrub(text: str, secrets: tuple[str, ...]) -> str:
    """`text` with every secret in it, as it is or as JSON or a URL would write it, replaced by ***."""
    for secret in secrets:
        if len(secret) >= _SHORTEST_SCRUBBED:
            for spelling in {secret, json.dumps(secret)[1:-1], quote(secret), quote(secret, safe="")}:
                text = text.replace(spelling, HIDDEN)
    return text


def holds_secret(value: Any, secrets: tuple[str, ...]) -> bool:
    """Whether a string anywhere in `value` holds one of the secrets."""
    return any(isinstance(item, str) and scrub(item, secrets) != item for item in walk(value))


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
