"""Conditions on what a log line holds: `{ $.user = 1 && ($.status > 400 || $.error IS TRUE) }` and `[ip, code=4*]`."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from sandbox import steady
from sandbox.errors import AwsError
from sandbox.tokens import Tokens

Test = Callable[[Any], bool]
Searching = Callable[[str], Callable[[str], bool]]

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|%(?P<expression>[^%]+)%|(?P<sign>&&|\|\||<=|>=|!=|[=<>(){}\[\],!])"""
    r"""|(?P<path>\$(?:\.[\w*-]+|\[\s*(?:\d+|\*|"[^"]*"|'[^']*')\s*\])*)|(?P<word>[\w.:*/@+-]+))""",
    re.UNICODE,
)
_STEP = re.compile(r"""\.([\w*-]+)|\[\s*(\d+|\*|"[^"]*"|'[^']*')\s*\]""")
_DEEPEST = 40
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def refused() -> AwsError:
    return AwsError("InvalidParameterException", "Invalid filter pattern")


class _Reader(Tokens):
    """Tokens of a pattern, as (kind, text), read one after another."""

    def __init__(self, text: str, searching: Searching) -> None:
        super().__init__(_tokens(text))
        self.searching = searching

    def takes(self, *texts: str) -> bool:
        """Take the next token if it is one of these signs or words."""
        kind, text = self.peek()
        if kind in ("sign", "word") and text.upper() in texts:
            self.take()
            return True
        return False

    def must(self, text: str) -> None:
        if not self.takes(text):
            raise refused()


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(text.rstrip()):
        found = _TOKEN.match(text, place)
        if found is None:
            raise refused()
        kind = str(found.lastgroup)
        yield kind, found[kind]
        place = found.end()


def conditions(text: str, searching: Searching) -> Test:
    """Return the test of a JSON pattern, asked of what a line was parsed to. AwsError if it is none."""
    reader = _Reader(text, searching)
    reader.must("{")
    test = _either(reader, 0)
    reader.must("}")
    if reader.peek()[0] != "end":
        raise refused()
    return test


def fields_of(text: str, searching: Searching) -> tuple[list[str], list[Test], int | None]:
    """Return a space-delimited pattern's field names, tests over {name: value}, and where its `...` stands."""
    reader = _Reader(text, searching)
    reader.must("[")
    names: list[str] = []
    tests: list[Test] = []
    open_at = None
    while not reader.takes("]"):
        kind, name = reader.peek()
        if (kind, name) == ("word", "..."):
            reader.take()
            if open_at is not None:
                raise refused()
            open_at = len(names)
        elif kind == "word":
            own = name
            if _next_is_sign(reader):
                tests.append(_field_condition(reader))
            else:
                reader.take()
            name = own
        elif (kind, name) not in (("sign", ","), ("sign", "]")):
            raise refused()
        names.append(name if name not in (",", "]") else f" {len(names)}")
        if not reader.takes(","):
            reader.must("]")
            break
    if reader.peek()[0] != "end" or len(set(names)) < len(names):
        raise refused()
    return names, tests, open_at


def _next_is_sign(reader: _Reader) -> bool:
    reader.take()
    kind, text = reader.peek()
    reader.back()
    return kind == "sign" and text in _COMPARED


def _either(reader: _Reader, depth: int) -> Test:
    tests = [_both(reader, depth)]
    while reader.takes("||"):
        tests.append(_both(reader, depth))
    return tests[0] if len(tests) == 1 else lambda held: any(test(held) for test in tests)


def _both(reader: _Reader, depth: int) -> Test:
    tests = [_one(reader, depth)]
    while reader.takes("&&"):
        tests.append(_one(reader, depth))
    return tests[0] if len(tests) == 1 else lambda held: all(test(held) for test in tests)


def _one(reader: _Reader, depth: int) -> Test:
    if depth > _DEEPEST:
        raise refused()
    if reader.takes("("):
        test = _either(reader, depth + 1)
        reader.must(")")
        return test
    kind, path = reader.take()
    if kind != "path":
        raise refused()
    steps = [each.strip("\"'") for pair in _STEP.findall(path) for each in pair if each]
    compared = _comparison(reader)
    return lambda held: compared(list(_reached(held, steps)))


def _comparison(reader: _Reader) -> Callable[[list[Any]], bool]:
    if reader.takes("NOT"):
        reader.must("EXISTS")
        return lambda values: not values
    if reader.takes("EXISTS"):
        return bool
    if reader.takes("IS"):
        kind, word = reader.take()
        wanted = {"NULL": None, "TRUE": True, "FALSE": False}
        if kind != "word" or word.upper() not in wanted:
            raise refused()
        expected = wanted[word.upper()]
        return lambda values: any(value is expected for value in values)
    operator, fits = _operand(reader)
    if operator == "!=":
        return lambda values: bool(values) and not any(fits(value) for value in values)
    return lambda values: any(fits(value) for value in values)


def _operand(reader: _Reader) -> tuple[str, Test]:
    kind, operator = reader.take()
    if kind != "sign" or operator not in _COMPARED:
        raise refused()
    kind, text = reader.take()
    if kind == "expression" and operator in ("=", "!="):
        search = reader.searching(text)
        return operator, lambda value: search(_shown(value))
    if kind not in ("text", "word"):
        raise refused()
    plain = re.sub(r"\\(.)", r"\1", text[1:-1]) if kind == "text" else text
    number = _number(plain) if kind == "word" else None
    if operator in ("=", "!="):
        between = plain.split("*")
        return operator, lambda value: _equals(value, number, between)
    if number is None:
        raise refused()
    compare = _COMPARED[operator]
    return operator, lambda value: (held := _number(value)) is not None and compare(held, number)


def _equals(value: Any, number: float | None, between: list[str]) -> bool:
    if number is not None and (held := _number(value)) is not None:
        return held == number
    return isinstance(value, str | bool | int | float) and steady.is_made_of(between, _shown(value))


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _reached(held: Any, steps: list[str]) -> Iterator[Any]:
    if not steps:
        yield held
        return
    step, *rest = steps
    if step == "*" and isinstance(held, dict | list):
        for each in held.values() if isinstance(held, dict) else held:
            yield from _reached(each, rest)
    elif isinstance(held, dict) and step in held:
        yield from _reached(held[step], rest)
    elif isinstance(held, list) and step.isdecimal() and len(step) < 9 and int(step) < len(held):
        yield from _reached(held[int(step)], rest)


def _field_condition(reader: _Reader) -> Test:
    """The condition of one field: `status = 4* || status = 5*`, `bytes > 100 && bytes < 200`."""
    tests, joined = [_field_one(reader)], ""
    while (sign := reader.peek()[1]) in ("&&", "||") and (not joined or sign == joined):
        joined = reader.take()[1]
        tests.append(_field_one(reader))
    return lambda held: (any if joined == "||" else all)(test(held) for test in tests)


def _field_one(reader: _Reader) -> Test:
    kind, name = reader.take()
    if kind != "word":
        raise refused()
    operator, fits = _operand(reader)
    return lambda held: (operator != "!=") == fits(held.get(name, ""))
