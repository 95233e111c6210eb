"""What a caller asks of a text-generation container: each family's payload as one `Ask`, or refused in its words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sandbox.models.conversation import Turn, read_messages, read_prompt
from sandbox.models.pieces import split
from sandbox.runtime.families import Family
from sandbox.runtime.refusals import ContainerError
from sandbox.strict_json import load

_CHAT_TOKENS = 1024  # OpenAI-compatible servers stop at the context's end; nothing here writes that long
_TGI_TOKENS = 100  # text-generation-inference's default for max_new_tokens
_LMI_TOKENS = 30  # djl-serving's
_MAX_STOPS = 4  # TGI's MAX_STOP_SEQUENCES
_SAMPLING = ("temperature", "top_p", "frequency_penalty", "presence_penalty", "seed")
_EULA = (
    "Need to pass custom_attributes='accept_eula=true' as part of header. This means you have read and accept the "
    "end-user license agreement (EULA) of the model. EULA can be found in model card description or from "
    "https://ai.meta.com/resources/models-and-libraries/llama-downloads/."
)


class Shape(StrEnum):
    """The form of the answer."""

    TGI = "tgi"
    LMI = "lmi"
    CHAT = "chat"
    COMPLETION = "completion"
    DIALOG = "dialog"
    GENERATION = "generation"
    COHERE = "cohere"
    COHERE_GENERATE = "cohere_generate"
    AI21 = "ai21"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request for text: the conversation, what limits the answer, and the form it is wanted in.

    `several`: the answer is a list, of this and of `others`, which were asked for in the same request. `sampling`:
    temperature and the like, by OpenAI's names, for a model server that heeds them.
    """

    turns: tuple[Turn, ...]
    shape: Shape
    prompt: str = ""
    max_tokens: int = _TGI_TOKENS
    stop: tuple[str, ...] = ()
    stream: bool = False
    full_text: bool = False
    details: bool = False
    usage: bool = False
    json_lines: bool = False
    model: str = ""
    others: tuple["Ask", ...] = ()
    several: bool = False
    sampling: Mapping[str, Any] = field(default_factory=dict)

    @property
    def prompt_tokens(self) -> int:
        """The number of pieces in the whole prompt."""
        return sum(len(split(turn.content)) for turn in self.turns)


def _djl_error(message: str, code: int = 424) -> ContainerError:
    return ContainerError(code, {"code": code, "message": "prediction failure", "error": message})


def _validation(message: str) -> ContainerError:
    return ContainerError(422, {"error": f"Input validation error: {message}", "error_type": "validation"})


def decode(family: Family, body: bytes, content_type: str) -> Any:
    """Return the JSON of a request body, or raise ContainerError as the family's web server words it."""
    rust = family in {Family.TGI, Family.TEI}
    if rust and not content_type.startswith("application/json"):
        raise ContainerError(415, "Expected request with `Content-Type: application/json`")
    try:
        return load(body)
    except ValueError as problem:
        if rust:
            message = f"Failed to parse the request body as JSON: {problem}"
            raise ContainerError(400, message) from problem
        raise _djl_error(f"Invalid request payload: {problem}") from problem


def _sampling(parameters: Mapping[str, Any]) -> None:
    """Raise what TGI's validation says of sampling parameters out of range."""
    temperature, top_p = parameters.get("temperature"), parameters.get("top_p")
    if temperature is not None and not temperature > 0:
        raise _validation("`temperature` must be strictly positive")
    if top_p is not None and not 0 < top_p < 1:
        raise _validation("`top_p` must be > 0.0 and < 1.0")
    top_k = parameters.get("top_k")
    if top_k is not None and not top_k > 0:
        raise _validation("`top_k` must be strictly positive")


def _limit(ask: Ask, environment: Mapping[str, str]) -> None:
    """Raise what TGI says of a prompt and an answer that together exceed the model's context."""
    total = int(environment.get("MAX_TOTAL_TOKENS", "4096"))
    longest = int(environment.get("MAX_INPUT_TOKENS", environment.get("MAX_INPUT_LENGTH", str(total - 1))))
    given = ask.prompt_tokens
    if given > longest:
        raise _validation(f"`inputs` must have less than {longest} tokens. Given: {given}")
    if given + ask.max_tokens > total:
        raise _validation(
            f"`inputs` tokens + `max_new_tokens` must be <= {total}. "
            f"Given: {given} `inputs` tokens and {ask.max_tokens} `max_new_tokens`"
        )


def _tgi(payload: Any, environment: Mapping[str, str]) -> Ask:
    if not isinstance(payload, Mapping) or not isinstance(payload.get("inputs"), str):
        size = len(json.dumps(payload))
        message = "data did not match any variant of untagged enum SagemakerRequest"
        raise ContainerError(
            422, f"Failed to deserialize the JSON body into the target type: {message} at line 1 column {size}"
        )
    parameters = payload.get("parameters") or {}
    _sampling(parameters)
    stop = tuple(parameters.get("stop") or ())
    if len(stop) > _MAX_STOPS:
        raise _validation(f"`stop` supports up to {_MAX_STOPS} stop sequences. Given: {len(stop)}")
    tokens = parameters.get("max_new_tokens") or _TGI_TOKENS
    if tokens <= 0:
        raise _validation("`max_new_tokens` must be strictly positive")
    if not payload["inputs"]:
        raise _validation("`inputs` cannot be empty")
    ask = Ask(
        turns=read_prompt(payload["inputs"]),
        shape=Shape.TGI,
        prompt=payload["inputs"],
        max_tokens=int(tokens),
        stop=stop,
        stream=bool(payload.get("stream")),
        full_text=bool(parameters.get("return_full_text")),
        details=bool(parameters.get("details")),
        sampling=sampled(parameters),
    )
    _limit(ask, environment)
    return ask


def _lmi(payload: Any) -> Ask:
    inputs = payload.get("inputs") if isinstance(payload, Mapping) else None
    if isinstance(inputs, list) and inputs and all(isinstance(each, str) for each in inputs):
        first, *others = (_lmi({**payload, "inputs": each}) for each in inputs)
        return replace(first, others=tuple(others), several=True, stream=first.stream and not others)
    if not isinstance(inputs, str):
        raise _djl_error('Missing "inputs" in the input payload: expected a string or a list of strings')
    parameters = payload.get("parameters") or {}
    return Ask(
        turns=read_prompt(inputs),
        shape=Shape.LMI,
        prompt=inputs,
        max_tokens=int(parameters.get("max_new_tokens") or _LMI_TOKENS),
        stop=tuple(parameters.get("stop_sequences") or parameters.get("stop") or ()),
        stream=bool(payload.get("stream")),
        full_text=bool(parameters.get("return_full_text")),
        details=bool(parameters.get("details")),
        json_lines=True,
        sampling=sampled(parameters),
    )


def _bad_request(message: str) -> ContainerError:
    return ContainerError(400, {"object": "error", "message": message, "type": "BadRequestError", "code": 400})


def _stops(payload: Mapping[str, Any]) -> tuple[str, ...]:
    stop = payload.get("stop") or ()
    return (stop,) if isinstance(stop, str) else tuple(stop)


def _chat(payload: Any, *, json_lines: bool) -> Ask:
    messages = payload.get("messages") if isinstance(payload, Mapping) else None
    if not isinstance(messages, list) or not messages or not all(isinstance(each, Mapping) for each in messages):
        raise _bad_request("[{'type': 'missing', 'loc': ('body', 'messages'), 'msg': 'Field required'}]")
    limit = payload.get("max_completion_tokens") or payload.get("max_tokens") or _CHAT_TOKENS
    if not isinstance(limit, int) or limit < 1:
        raise _bad_request(f"max_tokens must be at least 1, got {limit}.")
    options = payload.get("stream_options") or {}
    return Ask(
        turns=read_messages(messages),
        shape=Shape.CHAT,
        max_tokens=limit,
        stop=_stops(payload),
        stream=bool(payload.get("stream")),
        usage=bool(options.get("include_usage")),
        json_lines=json_lines,
        model=str(payload.get("model", "")),
        sampling=sampled(payload),
    )


def _completion(payload: Mapping[str, Any]) -> Ask:
    prompt = payload["prompt"]
    if isinstance(prompt, list) and prompt:
        first, *others = (_completion({**payload, "prompt": each}) for each in prompt)
        return replace(first, others=tuple(others), stream=first.stream and not others)
    if not isinstance(prompt, str):
        raise _bad_request("prompt must be a string or a list of strings.")
    return Ask(
        turns=read_prompt(prompt),
        shape=Shape.COMPLETION,
        prompt=prompt,
        max_tokens=int(payload.get("max_tokens") or 16),
        stop=_stops(payload),
        stream=bool(payload.get("stream")),
        model=str(payload.get("model", "")),
    )


def sampled(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sampling parameters among `parameters`, by OpenAI's names."""
    return {name: parameters[name] for name in _SAMPLING if isinstance(parameters.get(name), int | float)}


def _alternates(dialog: Sequence[Any]) -> bool:
    roles = [each.get("role") for each in dialog if isinstance(each, Mapping)]
    if len(roles) != len(dialog):
        return False
    rest = roles[1:] if roles[:1] == ["system"] else roles
    expected = ["user" if place % 2 == 0 else "assistant" for place in range(len(rest))]
    return bool(rest) and rest == expected and rest[-1] == "user"


def _dialog(payload: Any, attributes: Mapping[str, str]) -> Ask:
    if attributes.get("accept_eula") != "true":
        raise _djl_error(_EULA)
    inputs = payload.get("inputs") if isinstance(payload, Mapping) else None
    if not (isinstance(inputs, list) and len(inputs) == 1 and isinstance(inputs[0], list)):
        raise _djl_error("inputs must be a list of one dialog, itself a list of {role, content} (batch size 1 only)")
    if not _alternates(inputs[0]):
        roles = "model only supports 'system','user' and 'assistant' roles"
        raise _djl_error(f"{roles}, starting with user and alternating (u/a/u/a/u...)")
    parameters = payload.get("parameters") or {}
    tokens = int(parameters.get("max_new_tokens") or _CHAT_TOKENS)
    return Ask(turns=read_messages(inputs[0]), shape=Shape.DIALOG, max_tokens=tokens)


def custom_attributes(header: str) -> dict[str, str]:
    """Return the key=value pairs of a CustomAttributes header; of a key given twice the last counts."""
    pairs = (part.partition("=") for part in header.replace(",", ";").split(";"))
    return {key.strip(): value.strip() for key, _, value in pairs if key.strip()}


def read_ask(family: Family, payload: Any, environment: Mapping[str, str], attributes: Mapping[str, str]) -> Ask:
    """Return what `payload` asks of a container of `family`, or raise ContainerError in that container's words."""
    if family is Family.LLAMA2_DIALOG:
        return _dialog(payload, attributes)
    if isinstance(payload, Mapping) and "messages" in payload:
        return _chat(payload, json_lines=family is Family.LMI)
    if isinstance(payload, Mapping) and "prompt" in payload and "inputs" not in payload and family is not Family.LMI:
        return _completion(payload)
    if family is Family.TGI:
        return _tgi(payload, environment)
    if family is Family.JUMPSTART_TEXT:
        return replace(_lmi(payload), shape=Shape.GENERATION, stream=False)
    if family is Family.MESSAGES:
        return _chat(payload, json_lines=False)
    return _lmi(payload)
