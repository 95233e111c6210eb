"""What goes into an endpoint and what comes out of it: frozen messages, parameters, answers, and how one is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

# InvokeEndpoint's limit for a body, either way (botocore's service model of sagemaker-runtime; not enforced by boto3).
MAX_BODY_BYTES = 6_291_456
# What is read of one answer, whole or streamed, before it counts as endless: above the platform's own limits, so that
# only an endpoint gone astray meets it.
MAX_ANSWER_BYTES = 32 * 1024 * 1024
MAX_STREAM_SECONDS = 600.0
# A serverless endpoint's limit (developer guide, 2026-11).
MAX_SERVERLESS_BYTES = 4_194_304
# Text Embeddings Inference refuses more unless its container was told otherwise (its README: MAX_CLIENT_BATCH_SIZE).
MAX_BATCH = 32


class Kind(StrEnum):
    """What an endpoint is for."""

    CHAT = "chat"
    EMBEDDING = "embedding"


class Family(StrEnum):
    """A payload family: the shape of requests and answers. Values are what the tag `sagedeck:family` holds."""

    TGI = "tgi"
    LMI = "lmi"
    MESSAGES = "messages"
    LLAMA2_DIALOG = "llama2-dialog"
    JUMPSTART_TEXT = "jumpstart-text"
    TEI = "tei"
    JS_EMBEDDING = "js-embedding"
    JS_SENTENCE_SIMILARITY = "js-sentence-similarity"
    TEXT_LIST = "text-list"
    OPENAI_EMBEDDINGS = "openai-embeddings"

    @property
    def kind(self) -> Kind:
        """Chat or embedding."""
        return Kind.EMBEDDING if self in _EMBEDDING else Kind.CHAT


_EMBEDDING = frozenset(
    {
        Family.TEI,
        Family.JS_EMBEDDING,
        Family.JS_SENTENCE_SIMILARITY,
        Family.TEXT_LIST,
        Family.OPENAI_EMBEDDINGS,
    }
)


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation; `role` is system, user or assistant."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class ChatParams:
    """How to generate. `temperature` 0 means greedy; `stop` strings never appear in the answer.

    What is None is not sent; what a family does not take (`families.PARAMETERS`) is not sent either.
    """

    max_new_tokens: int = 512
    temperature: float = 0.2
    top_p: float = 0.9
    repetition_penalty: float | None = None
    stop: tuple[str, ...] = ()
    top_k: int | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens read and written, where the container says."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds from sending the request. `tokens_per_second` counts from the first token, if tokens are known."""

    total_ms: float
    first_token_ms: float | None = None
    tokens_per_second: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `finish` is the container's own word for why it ended ("stop", "length", …) or empty."""

    text: str
    usage: Usage = Usage()
    timing: Timing | None = None
    finish: str = ""


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a streamed answer. The last one has `done`, no text, and the usage and timing of the whole."""

    text: str = ""
    done: bool = False
    usage: Usage = Usage()
    timing: Timing | None = None
    finish: str = ""


@dataclass(frozen=True, slots=True)
class Contract:
    """How an endpoint wants to be called.

    `template` names the prompt layout for families that take one string (services.inference.prompts); `max_batch` and
    `max_bytes` bound an embedding request; `model` is sent along where the server wants its name (vLLM); `origin` says
    how we know: tag, image, environment, name, probe or chosen. `most_tokens` is the room for prompt and answer
    together, `most_input` that of the prompt alone, where the container's environment names them; 0 is not known.
    """

    family: Family
    accept_eula: bool = False
    inference_component: str | None = None
    dimension: int | None = None
    max_batch: int = MAX_BATCH
    max_bytes: int = MAX_BODY_BYTES
    template: str = ""
    model: str = ""
    origin: str = "chosen"
    most_tokens: int = 0
    most_input: int = 0

    @property
    def kind(self) -> Kind:
        """Chat or embedding."""
        return self.family.kind


@dataclass(frozen=True, slots=True)
class EndpointFacts:
    """What is known of an endpoint uncalled: the words of DescribeEndpoint, DescribeModel and ListTags.

    `config` and `created` tell one incarnation of a name from the next; a contract is remembered for one of them.
    """

    name: str
    config: str = ""
    created: str = ""
    image: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    artifact: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    inference_component: str | None = None
    serverless: bool = False


@dataclass(frozen=True, slots=True)
class SmokeResult:
    """One tiny request answered: `dimension` and `norm` of a vector, or the `text` of a chat model.

    `tokens_per_second` is of the whole call, where the container counts its tokens.
    """

    ok: bool
    kind: Kind
    milliseconds: float
    dimension: int | None = None
    norm: float | None = None
    text: str = ""
    tokens_per_second: float | None = None
