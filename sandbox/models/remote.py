"""A model server of one's own behind a sandbox endpoint: anything that speaks OpenAI's chat API, such as llama.cpp's.

Its address is that of SAGEDECK_MODEL_URL in the environment of whoever started the sandbox. A model's own environment
may name another, but only on this machine or the one the operator named: what a caller deploys must not make the
sandbox fetch from anywhere. Redirects are not followed, for the same reason. Nothing is sent anywhere unless it is set.
"""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPException
from typing import Any, Protocol
from urllib.parse import urlsplit

from sandbox import alone
from sandbox.models.conversation import Turn

SECONDS = 60.0  # what InvokeEndpoint waits for a container
VARIABLE = "SAGEDECK_MODEL_URL"
_MOST = 16_000_000  # bytes of one answer
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Unreachable(Exception):
    """The server did not answer, or not with a chat completion; the message says what it did."""


class TimedOut(Unreachable):
    """The server did not answer in time."""


class Refused(Exception):
    """The server answered with an HTTP error: its `status` and the `body` in its words."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(body)
        self.status, self.body = status, body


class Asks(Protocol):
    """What is asked of the server besides the conversation."""

    @property
    def max_tokens(self) -> int: ...

    @property
    def stop(self) -> Sequence[str]: ...

    @property
    def model(self) -> str: ...

    @property
    def sampling(self) -> Mapping[str, Any]: ...


class _Straight(urllib.request.HTTPRedirectHandler):
    """Follows no redirect."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def address(environment: Mapping[str, str]) -> str:
    """Return the address of the server behind a model of that environment, "" where there is none.

    Raises Unreachable if the model names one that the operator did not allow.
    """
    operators, own = os.environ.get(VARIABLE, ""), environment.get(VARIABLE, "")
    if not own:
        return operators
    parts = urlsplit(own)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unreachable(f"{VARIABLE} must be an http address, not {own}")
    if parts.hostname not in _LOOPBACK and not (operators and parts.netloc == urlsplit(operators).netloc):
        raise Unreachable(
            f"{VARIABLE} of a model may only name a server on this machine, not {parts.netloc}; to allow that one, "
            f"set {VARIABLE} where the sandbox is started"
        )
    return own


class Remote:
    """Answers with whatever the server at `url` (its base, such as http://127.0.0.1:8080/v1) writes."""

    def __init__(self, url: str, seconds: float = SECONDS) -> None:
        self._url, self._seconds = url.rstrip("/"), seconds
        handlers: list[Any] = [_Straight()]
        if urlsplit(url).hostname in _LOOPBACK:
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    def write(self, turns: Sequence[Turn], asked: Asks) -> tuple[str, str]:
        """Return the server's whole answer and why it ended, or raise Unreachable or Refused."""
        with self._opened(turns, asked, stream=False) as answer:
            try:
                choice = json.loads(answer.read(_MOST))["choices"][0]
                return str(choice["message"]["content"] or ""), str(choice.get("finish_reason") or "stop")
            except (ValueError, LookupError, TypeError) as problem:
                message = f"the model server at {self._url} did not answer with a chat completion"
                raise Unreachable(message) from problem
            except (OSError, HTTPException) as problem:
                raise self._lost(problem) from problem

    def stream(self, turns: Sequence[Turn], asked: Asks) -> Iterator[tuple[str, str]]:
        """Yield each piece as the server sends it, at the last one with why it ended (else "")."""
        with self._opened(turns, asked, stream=True) as answer:
            try:
                for line in answer:
                    if not line.startswith(b"data:"):
                        continue
                    data = line[5:].strip()
                    if data == b"[DONE]":
                        return
                    yield from _read_chunk(json.loads(data))
            except (ValueError, TypeError, AttributeError) as problem:
                raise Unreachable(f"the model server at {self._url} sent a broken stream: {problem}") from problem
            except (OSError, HTTPException) as problem:
                raise self._lost(problem) from problem

    def _opened(self, turns: Sequence[Turn], asked: Asks, *, stream: bool) -> Any:
        if not self._url.startswith(("http://", "https://")):
            raise Unreachable(f"{VARIABLE} must be an http address, not {self._url}")
        messages = [{"role": turn.role, "content": turn.content} for turn in turns]
        wanted: dict[str, Any] = {"messages": messages, "max_tokens": asked.max_tokens, **asked.sampling}
        wanted |= {"model": asked.model or "default", "stream": stream}
        if asked.stop:
            wanted["stop"] = list(asked.stop)
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._url}/chat/completions", json.dumps(wanted).encode(), headers)
        try:
            with alone.leaving():
                return self._opener.open(request, timeout=self._seconds)
        except urllib.error.HTTPError as problem:
            with problem:
                raise Refused(problem.code, problem.read(2000).decode(errors="replace")) from problem
        except (OSError, HTTPException) as problem:
            raise self._lost(problem) from problem

    def _lost(self, problem: Exception) -> Unreachable:
        reason = problem.reason if isinstance(problem, urllib.error.URLError) else problem
        if isinstance(reason, TimeoutError):
            return TimedOut(f"the model server at {self._url} did not answer within {self._seconds:g} s")
        return Unreachable(f"the model server at {self._url} cannot be reached: {reason}")


def _read_chunk(chunk: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if "error" in chunk:
        raise ValueError(str(chunk["error"])[:500])
    for choice in (chunk.get("choices") or ())[:1]:
        content = (choice.get("delta") or {}).get("content") or ""
        finish = str(choice.get("finish_reason") or "")
        if content or finish:
            yield str(content), finish
