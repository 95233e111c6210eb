"""What is wrong with a field by itself: left out, too long, out of range, or none of the words it may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from services.autopilot.requesting.field import Field
from services.autopilot.requesting.fields import fields_of
from services.autopilot.requesting.request import AutopilotRequest, Forecast, Mode, S3Data, Tabular
from services.deploy import Problem

_APART = ("deploy", "role", "tags", "training", "validation", "settings.filling")  # looked at where they belong
_SECONDS = 86_400


def field_problems(request: AutopilotRequest) -> Iterator[Problem]:
    """Problems of single fields, by the table of fields alone."""
    settings = request.settings
    problem_type = settings.problem_type if isinstance(settings, Tabular) else ""
    mode = settings.mode if isinstance(settings, Tabular) else Mode.AUTO
    for field in fields_of(request.kind, problem_type, mode):
        if field.name not in _APART and not _silent(field, request):
            words = _problem(field, value_of(request, field.name))
            if words:
                yield Problem(field.name, words)


def value_of(request: AutopilotRequest, name: str) -> Any:
    """What a request holds at a dotted name; None where the way there is not."""
    value: Any = request
    for part in name.split("."):
        value = getattr(value, part, None)
    return value


def _silent(field: Field, request: AutopilotRequest) -> bool:
    """Words that do not fit the mode are told once, with what to change, by `tabular_problems`."""
    if field.name == "training.content_type":
        return not isinstance(request.training, S3Data)
    return field.name in ("settings.algorithms", "settings.types", "objective") and not isinstance(
        request.settings, Forecast
    )


def _problem(field: Field, value: Any) -> str:
    if value is None or value in ("", ()):
        return f"{field.label} is missing. {field.words}" if field.required else ""
    if isinstance(value, bool):
        return ""
    if isinstance(value, int | float):
        return _of_number(field, value)
    if isinstance(value, tuple):
        return _of_list(field, value)
    return _of_text(field, str(value))


def _of_number(field: Field, value: float) -> str:
    least, most = field.least, field.most
    if least is None or most is None:
        return ""
    inside = least < value < most if field.open_ends else least <= value <= most
    if inside:  # not true of a number that is none
        return ""
    if field.unit == "s":
        return f"{field.label}: {value:,} seconds cannot be; {least:.0f} to {most:,.0f} ({most / _SECONDS:.0f} days)."
    range = f"more than {least:g} and less than {most:g}" if field.open_ends else f"{least:g} to {most:g}"
    return f"{field.label}: {value:g} cannot be; {range}."


def _of_list(field: Field, values: tuple[Any, ...]) -> str:
    names = [each[0] if isinstance(each, tuple) else each for each in values]
    if len(values) > field.entries:
        return f"{field.label}: {len(values)} are given; {field.entries} are allowed."
    if len(set(names)) != len(names):
        twice = next(each for each in names if names.count(each) > 1)
        return f"{field.label}: {twice} is given twice."
    words = [each[1] if isinstance(each, tuple) else each for each in values]
    return next((wrong for each in words if (wrong := _of_text(field, str(each)))), "")


def _of_text(field: Field, text: str) -> str:
    if field.choices:
        known = ", ".join(field.choices)
        return "" if text in field.choices else f"{field.label}: {text or 'an empty text'} is none of {known}."
    if field.most is not None and len(text) > field.most:
        return f"{field.label}: {len(text)} characters are given; {field.most:.0f} are allowed."
    if len(text) < (field.least or 0):
        return f"{field.label}: at least {field.least:.0f} characters are needed."
    if not text.isprintable():
        return f"{field.label} holds a character that does not print."
    if field.pattern and not re.fullmatch(field.pattern, text, re.ASCII):
        example = f" It looks like {field.example}." if field.example else f" {field.words}"
        return f"{field.label}: {text} cannot be.{example}"
    return ""
