"""A model server of one's own behind a sandbox endpoint: anything that speaks OpenAI's chat API, such as llama.cpp's.

Its address is the user's choice, in SAGEDECK_MODEL_URL of the model's environment or of the sandbox's own. Nothing is
sent anywhere unless it is set.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Sequence

from sandbox.models.conversation import Turn

_SECONDS = 60  # what InvokeEndpoint waits for a container


class Unreachable(Exception):
    """The server did not answer, or not with a chat completion; the message says what it did."""


class Remote:
    """Answers with whatever the server at `url` (its base, such as http://127.0.0.1:8080/v1) writes."""

    def __init__(self, url: str, max_tokens: int) -> None:
        self._url, self._max_tokens = url.rstrip("/"), max_tokens

    def write(self, turns: Sequence[Turn]) -> str:
        """Return the server's whole answer, or raise Unreachable."""
        if not self._url.startswith(("http://", "https://")):
            raise Unreachable(f"SAGEDECK_MODEL_URL must be an http address, not {self._url}")
        messages = [{"role": turn.role, "content": turn.content} for turn in turns]
        body = json.dumps({"messages": messages, "max_tokens": self._max_tokens, "model": "default"}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._url}/chat/completions", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
                return str(json.load(answer)["choices"][0]["message"]["content"] or "")
        except urllib.error.HTTPError as problem:
            with problem:
                said = problem.read(500).decode(errors="replace")
            raise Unreachable(f"the model server at {self._url} answered {problem.code}: {said}") from problem
        except OSError as problem:
            raise Unreachable(f"the model server at {self._url} cannot be reached: {problem}") from problem
        except (ValueError, LookupError, TypeError) as problem:
            raise Unreachable(f"the model server at {self._url} did not answer with a chat completion") from problem
