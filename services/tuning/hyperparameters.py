"""Hyperparameters against the model's own limits, and against one another. Pure.

Limits: the model's specification, checked as sagemaker-core checks them. What does not go together: the rules of
JumpStart's scripts for text models, as their documentation tells them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from services.catalog import Hyperparameter, TrainingSpec
from services.deploy import Problem
from services.tuning.models import Format

INSTRUCTION, CHAT, LENGTH = "instruction_tuned", "chat_dataset", "max_input_length"
_USUAL_SPLIT = 0.2
MOST_LENGTH = 256  # characters of a value: CreateTrainingJob takes up to 2,500
_USUAL_LENGTH = 1024  # tokens read of a row where max_input_length is -1: the smaller of this and the model's own


def values_of(spec: TrainingSpec, wanted: Format, given: Mapping[str, str]) -> dict[str, str]:
    """Every hyperparameter with its value: the model's own, what the format asks for, what was given."""
    found = {each.name: each.default for each in spec.hyperparameters}
    if INSTRUCTION in found:
        found[INSTRUCTION] = str(wanted is Format.INSTRUCTION)
    if CHAT in found:
        found[CHAT] = str(wanted is Format.CHAT)
    return found | {name: value.strip() for name, value in given.items()}


def formats_of(spec: TrainingSpec) -> tuple[Format, ...]:
    """What the model's script can learn from."""
    found = []
    if spec.hyperparameter(INSTRUCTION) is not None or not spec.own:
        found.append(Format.INSTRUCTION)
    found.append(Format.DOMAIN)
    if spec.hyperparameter(CHAT) is not None:
        found.append(Format.CHAT)
    return tuple(found)


def length_of(values: Mapping[str, str]) -> int:
    """Tokens that are read of a row."""
    try:
        asked = int(values.get(LENGTH, "-1"))
    except ValueError:
        return _USUAL_LENGTH
    return asked if asked > 0 else _USUAL_LENGTH


def split_of(values: Mapping[str, str]) -> float:
    """The share of rows that is held back for validation."""
    try:
        return float(values.get("validation_split_ratio", _USUAL_SPLIT))
    except ValueError:
        return _USUAL_SPLIT


def problems_of(spec: TrainingSpec, wanted: Format, given: Mapping[str, str]) -> tuple[Problem, ...]:
    """What is wrong with what was given, each at "hyperparameters.NAME"."""
    found = [
        Problem(f"hyperparameters.{name}", f"{name} is no hyperparameter of this model.")
        for name in given
        if spec.hyperparameter(name) is None
    ]
    values = values_of(spec, wanted, given)
    single = set[str]()
    for each in spec.hyperparameters:
        words = _wrong(each, values[each.name])
        if words:
            single.add(each.name)
            found.append(Problem(f"hyperparameters.{each.name}", words))
    together = (problem for problem in _together(values, wanted) if problem.field.partition(".")[2] not in single)
    return (*found, *together)


def _wrong(limits: Hyperparameter, value: str) -> str:
    """Why a value is outside its own limits, "" it is not."""
    if len(value) > MOST_LENGTH:
        return f"It has at most {MOST_LENGTH} characters."
    if limits.options and value not in limits.options:
        return f"It is one of {', '.join(limits.options[:12])}."
    if limits.kind == "bool":
        return "" if value.lower() in ("true", "false") else "It is true or false."
    if limits.kind not in ("int", "float"):
        return _outside(limits, float(len(value)), " characters") if limits.least or limits.most else ""
    try:
        number = float(value)
    except ValueError:
        return "It is a number."
    if not math.isfinite(number):
        return "It is a number."
    if limits.kind == "int" and not value.lstrip("+-").isdigit():
        return "It is a whole number."
    return _outside(limits, number)


def _outside(limits: Hyperparameter, number: float, unit: str = "") -> str:
    if limits.least is not None and number < limits.least:
        return f"It is at least {limits.least:g}{unit}."
    if limits.most is not None and number > limits.most:
        return f"It is at most {limits.most:g}{unit}."
    if limits.above is not None and number <= limits.above:
        return f"It is more than {limits.above:g}{unit}."
    if limits.below is not None and number >= limits.below:
        return f"It is less than {limits.below:g}{unit}."
    return ""


def _together(values: Mapping[str, str], wanted: Format) -> list[Problem]:
    """What does not go together."""

    def on(name: str) -> bool:
        return values.get(name, "").lower() == "true"

    def number(name: str) -> float | None:
        try:
            return float(values[name])
        except (KeyError, ValueError):
            return None

    rules = (
        (on(INSTRUCTION) and on(CHAT), CHAT, "Either instruction_tuned or chat_dataset is True, not both."),
        (INSTRUCTION in values and on(INSTRUCTION) is not (wanted is Format.INSTRUCTION), INSTRUCTION,
         f"It does not fit a text for {wanted} tuning."),
        (CHAT in values and on(CHAT) is not (wanted is Format.CHAT), CHAT,
         f"It does not fit a text for {wanted} tuning."),
        (on("int8_quantization") and on("enable_fsdp"), "int8_quantization",
         "It does not go with enable_fsdp: weights in 8 bits are not spread over GPUs."),
        (number(LENGTH) == 0, LENGTH, "It is -1, the model's own, or more than 0."),
        (number("max_train_samples") == 0, "max_train_samples", "It is -1, all of them, or more than 0."),
        (number("max_val_samples") == 0, "max_val_samples", "It is -1, all of them, or more than 0."),
        (number("validation_split_ratio") == 1, "validation_split_ratio", "Nothing would be left to learn from."),
    )  # fmt: skip
    return [Problem(f"hyperparameters.{name}", words) for holds, name, words in rules if holds]
