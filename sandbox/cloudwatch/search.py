"""SEARCH expressions: `SEARCH('{AWS/SageMaker,EndpointName,VariantName} MetricName="Invocations" chat', 'Sum', 300)`.

A schema (namespace and dimensions, exactly), words that any name must hold, and Property="exactly this". AND is
between terms where nothing is, NOT and OR may be, with parentheses.
"""

import re
from collections.abc import Callable

from sandbox.cloudwatch import refusals
from sandbox.telemetry.metrics import Metric

MOST = 100  # series that one search finds, as on AWS
DEEPEST = 20
_SCHEMA = re.compile(r"\{([^{}]*)\}")
_TERM = re.compile(
    r"""\s*(?:(?P<sign>[()])|:?(?P<key>(?:"[^"]*"|[\w./-]+))\s*=\s*(?P<value>"(?:[^"\\]|\\.)*"|[^\s()"]+|\()"""
    r"""|(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<word>[^\s()"=]+))""",
    re.UNICODE,
)
_PARTS = re.compile(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]*|\d+")

Test = Callable[[Metric], bool]


def _refused() -> Exception:
    return refusals.validation("Invalid syntax in the search expression")


def searched(text: str) -> Test:
    """Return what tells whether a metric is one that the search is for. AwsError if the search is none."""
    schema: Test = lambda metric: True  # noqa: E731 - the search without one
    found = _SCHEMA.search(text)
    if found:
        schema = _schema(found[1])
        text = text[: found.start()] + text[found.end() :]
    terms = list(_terms(text))
    if not terms:
        return schema
    reader = _Reader(terms)
    test = reader.either(0)
    if not reader.done:
        raise _refused()
    return lambda metric: schema(metric) and test(metric)


def _schema(text: str) -> Test:
    names = [part.strip().strip('"') for part in text.split(",")]
    namespace, dimensions = names[0], sorted(names[1:])
    return lambda metric: (
        metric.namespace == namespace and (not dimensions or [name for name, _ in metric.dimensions] == dimensions)
    )


def _terms(text: str) -> list[tuple[str, str, str]]:
    """(kind, property, text) of each term; kinds: sign, exact, word."""
    terms, place, end = [], 0, len(text.rstrip())
    while place < end:
        found = _TERM.match(text, place)
        if found is None:
            raise _refused()
        if found["sign"]:
            terms.append(("sign", "", found["sign"]))
        elif found["key"]:
            key = found["key"].strip('"')
            if found["value"] == "(":
                terms += [("sign", "", "("), ("group", key, "")]
            else:
                exact = found["value"].startswith('"')
                terms.append(("exact" if exact else "word", key, found["value"].strip('"')))
        elif found["quoted"]:
            terms.append(("exact", "", found["quoted"][1:-1]))
        elif found["word"].upper() in ("AND", "OR", "NOT"):
            terms.append(("sign", "", found["word"].upper()))
        else:
            terms.append(("word", "", found["word"]))
        place = found.end()
    return terms


class _Reader:
    def __init__(self, terms: list[tuple[str, str, str]]) -> None:
        self._terms = terms
        self._at = 0
        self._group = ""  # Property=( … ): whose the terms within are

    @property
    def done(self) -> bool:
        return self._at >= len(self._terms)

    def _takes(self, sign: str) -> bool:
        if not self.done and self._terms[self._at][0] == "sign" and self._terms[self._at][2] == sign:
            self._at += 1
            return True
        return False

    def either(self, depth: int) -> Test:
        tests = [self._both(depth)]
        while self._takes("OR"):
            tests.append(self._both(depth))
        return tests[0] if len(tests) == 1 else lambda metric: any(test(metric) for test in tests)

    def _both(self, depth: int) -> Test:
        tests = [self._one(depth)]
        while not self.done and (self._takes("AND") or self._terms[self._at][2] not in ("OR", ")")):
            tests.append(self._one(depth))
        return tests[0] if len(tests) == 1 else lambda metric: all(test(metric) for test in tests)

    def _one(self, depth: int) -> Test:
        if depth > DEEPEST or self.done:
            raise _refused()
        if self._takes("NOT"):
            inner = self._one(depth + 1)
            return lambda metric: not inner(metric)
        if self._takes("("):
            before = self._group
            if not self.done and self._terms[self._at][0] == "group":
                self._group = self._terms[self._at][1]
                self._at += 1
            inner = self.either(depth + 1)
            self._group = before
            if not self._takes(")"):
                raise _refused()
            return inner
        kind, key, text = self._terms[self._at]
        if kind not in ("exact", "word") or (kind == "sign"):
            raise _refused()
        self._at += 1
        key = key or self._group
        return lambda metric: any(_fits(kind, text, value) for value in _values(metric, key))


def _values(metric: Metric, key: str) -> list[str]:
    if key == "MetricName":
        return [metric.name]
    if key == "Namespace":
        return [metric.namespace]
    if key:
        return [value for name, value in metric.dimensions if name == key]
    both = [text for pair in metric.dimensions for text in pair]
    return [metric.namespace, metric.name, *both]


def _fits(kind: str, text: str, value: str) -> bool:
    if kind == "exact":
        return value == text
    held, asked = _tokens(value), _tokens(text)
    return any(held[place : place + len(asked)] == asked for place in range(len(held) - len(asked) + 1)) and bool(asked)


def _tokens(text: str) -> list[str]:
    """Split a name as CloudWatch does: at punctuation, at changes of case, and around numbers."""
    return [part.lower() for part in _PARTS.findall(text)]
