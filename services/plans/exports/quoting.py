"""Text in a file: strings as YAML and Terraform both read them, and comments."""

from __future__ import annotations

_ESCAPED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quoted(text: str) -> str:
    """`text` in double quotes, with escapes that both know; what does not print is written by its number."""
    return f'"{"".join(_ESCAPED.get(each) or _printed(each) for each in text)}"'


def _printed(character: str) -> str:
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def commented(text: str) -> list[str]:
    """`text` as the lines of a comment; what does not print is a space in them."""
    plain = ("".join(each if each.isprintable() else " " for each in line) for line in text.splitlines())
    return [f"# {line}".rstrip() for line in plain]
