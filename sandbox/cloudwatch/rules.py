"""The rules of composite alarms: `ALARM("a") AND NOT (OK(b) OR INSUFFICIENT_DATA(c))`, TRUE and FALSE."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from sandbox.cloudwatch import refusals
from sandbox.records import Record

Stands = Callable[[str, str], bool]  # (state, alarm's name or ARN) -> whether the alarm is in it
Rule = Callable[[Stands], bool]

DEEPEST = 30
_TOKEN = re.compile(
    r"""\s*(?:(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s()"]+))\s*\)"""
    r"""|(?P<word>AND|OR|NOT|TRUE|FALSE)\b|(?P<sign>[()]))"""
)


@lru_cache(256)
def rule_of(text: str) -> tuple[Rule, tuple[str, ...]]:
    """Return a rule and the alarms it asks of. AwsError ValidationError if it is none."""
    tokens = list(_tokens(text))
    reader = _Reader(tokens)
    rule = reader.either(0)
    if not reader.done:
        raise refused()
    return rule, tuple(name for kind, _, name in tokens if kind == "state")


def uses(alarm: Record) -> set[str]:
    """Return the names of the alarms that a composite one is made of."""
    rule = alarm.get("AlarmRule")
    return {name_of(used) for used in rule_of(rule)[1]} if rule else set()


def name_of(used: str) -> str:
    """Return the name of an alarm that a rule names, or gives the ARN of."""
    return used.partition(":alarm:")[2] or used


def refused() -> Exception:
    return refusals.validation("AlarmRule expression is invalid.")


def _tokens(text: str) -> Iterator[tuple[str, str, str]]:
    place, end = 0, len(text.rstrip())
    while place < end:
        found = _TOKEN.match(text, place)
        if found is None:
            raise refused()
        if found["state"]:
            name = found["plain"] if found["quoted"] is None else re.sub(r"\\(.)", r"\1", found["quoted"])
            yield "state", found["state"], name
        else:
            yield ("word" if found["word"] else "sign"), found["word"] or found["sign"], ""
        place = found.end()


class _Reader:
    def __init__(self, tokens: list[tuple[str, str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def done(self) -> bool:
        return self._at >= len(self._tokens)

    def _takes(self, text: str) -> bool:
        if not self.done and self._tokens[self._at][0] != "state" and self._tokens[self._at][1] == text:
            self._at += 1
            return True
        return False

    def either(self, depth: int) -> Rule:
        rules = [self._both(depth)]
        while self._takes("OR"):
            rules.append(self._both(depth))
        return rules[0] if len(rules) == 1 else lambda stands: any(rule(stands) for rule in rules)

    def _both(self, depth: int) -> Rule:
        rules = [self._one(depth)]
        while self._takes("AND"):
            rules.append(self._one(depth))
        return rules[0] if len(rules) == 1 else lambda stands: all(rule(stands) for rule in rules)

    def _one(self, depth: int) -> Rule:
        if self.done or depth > DEEPEST:
            raise refused()
        if self._takes("NOT"):
            inner = self._one(depth + 1)
            return lambda stands: not inner(stands)
        if self._takes("("):
            inner = self.either(depth + 1)
            if not self._takes(")"):
                raise refused()
            return inner
        if self._takes("TRUE"):
            return lambda stands: True
        if self._takes("FALSE"):
            return lambda stands: False
        kind, state, name = self._tokens[self._at]
        if kind != "state":
            raise refused()
        self._at += 1
        return lambda stands: stands(state, name)
