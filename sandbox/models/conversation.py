"""A conversation as turns, out of message lists or out of one prompt string with a chat template around it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.models.passages import BLOCK


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: `role` is system, user or assistant (others are kept as given), `content` its text."""

    role: str
    content: str


# The opening marks of the chat templates that JumpStart's text models use; each says who speaks next.
_MARKS = re.compile(
    r"<\|start_header_id\|>\s*(?P<llama3>\w+)\s*<\|end_header_id\|>"
    r"|<\|im_start\|>\s*(?P<chatml>\w+)"
    r"|<start_of_turn>\s*(?P<gemma>user|model)"
    r"|<\|(?P<phi>system|user|assistant)\|>"
    r"|(?P<inst>\[INST\])|(?P<reply>\[/INST\])|(?P<sys><<SYS>>)|(?P<endsys><</SYS>>)"
)
_MARK = r"(?:\s|<\|(?:begin_of_text|eot_id|im_end|end|endoftext)\|>|<end_of_turn>|<bos>|<eos>|</?s>)+"
_EDGES = re.compile(rf"\A{_MARK}|{_MARK}\Z")
_ROLES = {"model": "assistant", "ai": "assistant", "human": "user"}


def _speaker(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    if kind in {"inst", "endsys"}:
        return "user"
    if kind == "reply":
        return "assistant"
    if kind == "sys":
        return "system"
    role = match.group(kind).lower()
    return _ROLES.get(role, role)


def read_prompt(text: str) -> tuple[Turn, ...]:
    """Return the turns of one prompt string; text without a known template is one user turn.

    Marks inside a quoted passage are that passage's text: a document cannot speak for anyone.
    """
    quoted = [block.span() for block in BLOCK.finditer(text)]
    marks = [mark for mark in _MARKS.finditer(text) if not any(start < mark.start() < end for start, end in quoted)]
    if not marks:
        plain = _EDGES.sub("", text)
        return (Turn("user", plain),)
    turns = []
    lead = _EDGES.sub("", text[: marks[0].start()])
    if lead:
        turns.append(Turn("user", lead))
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        content = text[mark.end() : following.start() if following else len(text)]
        content = _EDGES.sub("", content)
        if content:
            turns.append(Turn(_speaker(mark), content))
    return tuple(turns)


def _plain(content: Any) -> str:
    """Return a message's text: a string, or the text parts of OpenAI's list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, Iterable) and not isinstance(content, Mapping):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
    return ""


def read_messages(messages: Iterable[Mapping[str, Any]]) -> tuple[Turn, ...]:
    """Return the turns of a list of {"role", "content"} messages."""
    return tuple(Turn(str(message.get("role", "user")), _plain(message.get("content"))) for message in messages)


def last_user(turns: Iterable[Turn]) -> str:
    """Return what the user said last, or an empty string."""
    said = [turn.content for turn in turns if turn.role == "user"]
    return said[-1] if said else ""
