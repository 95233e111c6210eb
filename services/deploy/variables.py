"""Container variables and tags as a person types or pastes them: a line for each, or one JSON object."""

from __future__ import annotations

import json
from collections.abc import Iterable

from services.plans import looks_secret

Pairs = tuple[tuple[str, str], ...]


def parse_pairs(text: str) -> tuple[Pairs, tuple[str, ...]]:
    """The pairs of a text, and what is wrong with it, one sentence each.

    The text is `KEY=value` lines (empty ones and those that begin with # are passed over) or a JSON object whose values
    are texts, numbers or true and false, as a container is given them: 4096 becomes "4096" and true "true".
    """
    stripped = text.strip()
    return _of_json(stripped) if stripped.startswith(("{", "[")) else _of_lines(stripped)


def written(pairs: Iterable[tuple[str, str]], *, as_json: bool = False) -> str:
    """The pairs as `parse_pairs` reads them."""
    if as_json:
        return json.dumps(dict(pairs), indent=2, ensure_ascii=False)
    return "\n".join(f"{key}={value}" for key, value in pairs)


def without_secrets(pairs: Pairs) -> tuple[Pairs, tuple[str, ...]]:
    """The pairs that are no secrets, and the keys of those that look like one, whose values belong in no request."""
    secret = tuple(key for key, value in pairs if looks_secret(key, value))
    return tuple(pair for pair in pairs if pair[0] not in secret), tuple(dict.fromkeys(secret))


def set_aside(text: str) -> tuple[str, tuple[str, ...]]:
    """A text without its secrets, and their keys. What cannot be read is left as it is."""
    stripped = text.strip()
    if stripped.startswith(("{", "[")):
        pairs, wrong = parse_pairs(stripped)
        plain, secret = without_secrets(pairs)
        return (written(plain, as_json=True), secret) if secret and not wrong else (text, ())
    lines: list[str] = []
    keys: list[str] = []
    for line in text.splitlines():
        secret = without_secrets(parse_pairs(line)[0])[1]
        keys += secret
        lines += [] if secret else [line]
    return ("\n".join(lines) if keys else text), tuple(dict.fromkeys(keys))


def _of_lines(text: str) -> tuple[Pairs, tuple[str, ...]]:
    pairs, wrong = [], []
    for number, line in enumerate(text.splitlines(), 1):
        key, sign, value = line.strip().removeprefix("export ").partition("=")
        if not key or key.startswith("#"):
            if sign and not key:
                wrong.append(f"Line {number} has no name before its =.")
        elif not sign:
            wrong.append(f"Line {number} is not KEY=value.")  # what it holds may be a secret: it is not repeated
        else:
            pairs.append((key.strip(), _unquoted(value.strip())))
    return tuple(pairs), tuple(wrong)


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value


def _of_json(text: str) -> tuple[Pairs, tuple[str, ...]]:
    twice: list[str] = []

    def members(found: list[tuple[str, object]]) -> dict[str, object]:
        keys = [key for key, _ in found]
        twice.extend(key for key in dict.fromkeys(keys) if keys.count(key) > 1)
        return dict(found)

    try:
        content = json.loads(text, object_pairs_hook=members)
    except ValueError as error:
        place = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        return (), (f"This is not JSON{place}.",)
    if not isinstance(content, dict):
        return (), ('The JSON is not an object: it looks like {"KEY": "value"}.',)
    nested = [key for key, value in content.items() if value is None or isinstance(value, dict | list)]
    wrong = [f"{key} is given twice in the JSON." for key in twice]
    wrong += [f"The value of {key} in the JSON is neither a text nor a number." for key in nested]
    pairs = tuple((key, _as_text(value)) for key, value in content.items() if key not in nested)
    return pairs, tuple(wrong)


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
