"""The containers: from a request's bytes to the container's answer, the heavy work in two bounded pools.

Embedding has two workers, one for each core; writing has another, so that a question is not stuck behind an upload.
"""

import asyncio
import contextlib
import itertools
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from sandbox.hosting import Hosted
from sandbox.models.conversation import Turn
from sandbox.models.echo import Echo
from sandbox.runtime import relay, tasks, vendors
from sandbox.runtime.answers import broken, broken_line, streamed, whole
from sandbox.runtime.asks import Ask, Shape, custom_attributes, decode, read_ask
from sandbox.runtime.families import Family, recognise, task_of
from sandbox.runtime.pace import NOTHING, Pace, Work, pace_of
from sandbox.runtime.refusals import ContainerError
from sandbox.runtime.speech import Said, Speaking, limited
from sandbox.runtime.tuned import Tuned
from sandbox.runtime.vectors import Embeds, read_texts, vectors
from sandbox.strict_json import load

if TYPE_CHECKING:
    from sandbox.world import World

_KNOWN = 1000  # containers whose family and pace are remembered
_CHEAP = 64_000  # bytes of a body that is answered without a thread, if no model is asked
_UNSTREAMED = frozenset({Shape.DIALOG, Shape.GENERATION, Shape.AI21})


class Writes(Protocol):
    """A model that answers a conversation."""

    def write(self, turns: Sequence[Turn]) -> str:
        """Return the whole answer to the last turn."""
        ...


@dataclass(frozen=True, slots=True)
class Whole:
    """An answer in one piece. `work`: what an instance would have had to do for it; None if another server did it."""

    body: bytes
    content_type: str = "application/json"
    work: Work | None = NOTHING


@dataclass(frozen=True, slots=True)
class Streamed:
    """An answer to be streamed token by token; `error` is what it ends with if the container fails on the way."""

    ask: Ask
    told: Said | Speaking
    content_type: str
    work: Work | None
    error: str = ""

    @property
    def relayed(self) -> bool:
        """Whether the pieces are another server's, which come when they come."""
        return isinstance(self.told, Speaking)

    def chunks(self) -> Iterator[bytes]:
        """Yield what the container writes, a chunk a token; of a relayed one it blocks, and may raise."""
        if not self.error:
            yield from streamed(self.ask, self.told)
            return
        chunks = list(streamed(self.ask, self.told))
        yield from chunks[: len(chunks) // 2]
        yield broken_line(self.ask, self.error)


Outcome = Whole | Streamed


@dataclass(frozen=True, slots=True)
class Request:
    """One invocation as the container gets it."""

    body: bytes
    content_type: str
    attributes: str = ""
    accept: str = ""


@dataclass(frozen=True, slots=True)
class Container:
    """What is known of a container: its family, and how fast it is."""

    hosted: Hosted
    family: Family
    pace: Pace


def _injected(environment: Mapping[str, str]) -> str:
    """Raise the error that SANDBOX_MODEL_ERROR asks for, written `500:CUDA out of memory`; return that of a 200."""
    if "SANDBOX_MODEL_ERROR" not in environment:
        return ""
    status, _, message = environment["SANDBOX_MODEL_ERROR"].partition(":")
    said = message.strip() or "Inference failed"
    if status.isdigit() and int(status) != 200:
        raise ContainerError(int(status), {"error": said, "error_type": "generation"})
    return said if status == "200" else ""


def _json(content: Any, work: Work | None) -> Whole:
    try:
        return Whole(orjson.dumps(content), work=work)
    except TypeError:  # a whole number too long for it
        return Whole(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), work=work)


class Engine:
    """Answers for every endpoint; models are shared, as they keep nothing of a request."""

    def __init__(
        self, embedder: Embeds | None = None, writer: Writes | None = None, *, world: "World | None" = None
    ) -> None:
        self.world, self._tuned = world, Tuned(world)
        self._embedding = ThreadPoolExecutor(2, thread_name_prefix="sandbox-embed")
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="sandbox-write")
        self._loading = threading.Lock()
        self._embedder, self._writer = embedder, writer
        self._numbers = itertools.count(1)
        self._known: dict[int, Container] = {}

    def container(self, hosted: Hosted) -> Container:
        """Return what is known of what is hosted; found out once."""
        found = self._known.get(id(hosted))
        if found is None or found.hosted is not hosted:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            family = recognise(hosted)
            found = self._known[id(hosted)] = Container(hosted, family, pace_of(hosted, family))
        return found

    async def answer(self, container: Container, request: Request) -> Outcome:
        """Return the container's answer to one invocation, or raise ContainerError."""
        act, pool = self._plan(container, request)
        if pool is False:
            return act()
        if pool is True:
            return await _aside(act)
        return await asyncio.get_running_loop().run_in_executor(pool, act)

    def answer_now(self, container: Container, request: Request) -> Outcome:
        """Do the same in this thread, which it takes for as long as the model needs."""
        return self._plan(container, request)[0]()

    def _plan(self, container: Container, request: Request) -> tuple[Callable[[], Outcome], Executor | bool]:
        """Return what answers, and where it runs: a pool, any thread (True), or here and now (False)."""
        hosted, family = container.hosted, container.family
        failing = _injected(hosted.environment)
        small = len(request.body) <= _CHEAP
        if family is Family.ECHO and not request.content_type.startswith("application/json"):
            return (lambda: Whole(request.body, request.content_type or "application/octet-stream")), False
        if family is Family.ELSEWHERE:
            return (lambda: _json(tasks.describe(hosted, request.body, request.content_type), NOTHING)), False
        if family is Family.TABULAR:
            return (lambda: self._predict(hosted, request)), True
        if family.embeds or family is Family.HF_TASK:
            return (lambda: _blaming(self._embed, family, hosted, request)), self._embedding
        own = relay.wanted(hosted)  # another's server is waited for, not worked for
        echoes = family is Family.ECHO or hosted.environment.get("SANDBOX_MODEL") == "echo"
        where: Executor | bool = True if own else False if echoes and small else self._writing
        return (lambda: _blaming(self._write, family, hosted, request, failing)), where

    def _embed(self, family: Family, hosted: Hosted, request: Request) -> Outcome:
        work, model = Work(read=len(request.body) // 5), self.embedder()
        if family is Family.HF_TASK:
            try:
                payload = load(request.body)
            except ValueError as problem:
                raise ContainerError(
                    400, {"code": 400, "type": "InternalServerException", "message": str(problem)}
                ) from None
            return _json(tasks.run(task_of(hosted), payload, model), work)
        payload = read_texts(family, request.body, request.content_type)
        if family is Family.COHERE_EMBED:
            return _json(vendors.embed(payload, model), work)
        if family is Family.COHERE_RERANK:
            return _json(vendors.rerank(payload, model), work)
        named = " ".join((hosted.model, hosted.artifact, hosted.tags.get("sagedeck:model-id", "")))
        return _json(vectors(family, payload, {"MODEL_ID": named, **hosted.environment}, model), work)

    def _write(self, family: Family, hosted: Hosted, request: Request, failing: str) -> Outcome:
        payload = decode(family, request.body, request.content_type)
        if family is Family.ECHO and not _is_ask(payload):
            return _json(payload, NOTHING)
        ask = _read(family, payload, hosted, request)
        streams = ask.stream and ask.shape not in _UNSTREAMED
        kind = "application/jsonlines" if ask.json_lines else "text/event-stream"
        if failing and not streams:
            return _json(broken(ask, failing), Work(ask.prompt_tokens))
        url = relay.address(hosted)
        if url and streams:
            return Streamed(ask, relay.speaking(url, ask, next(self._numbers)), kind, None)
        said = [self._said(url, family, hosted, each) for each in (ask, *ask.others)]
        work = None if url else Work(ask.prompt_tokens, max(len(each.pieces) for each in said))
        if streams:
            return Streamed(ask, said[0], kind, work, failing)
        return _json(whole(ask, said[0], said[1:]), work)

    def _said(self, url: str, family: Family, hosted: Hosted, ask: Ask) -> Said:
        if url:
            return relay.said(url, ask, next(self._numbers))
        text = self.writer(family, hosted.environment).write(ask.turns)
        return limited(self._tuned.answer(hosted, ask.turns, text), ask, next(self._numbers))

    def _predict(self, hosted: Hosted, request: Request) -> Outcome:
        """Let what the sandbox trained itself predict."""
        from sandbox.tabular import predictor_of

        if self.world is None:
            raise ContainerError(500, "No model has been trained in this sandbox.")
        predictor = predictor_of(self.world)
        asked = (hosted.artifact, request.body, request.content_type, request.accept, hosted.environment)
        body, content_type = predictor.answer(*asked)
        return Whole(body, content_type, Work(read=len(request.body) // 5))

    def describe(self) -> str:
        """Return which model embeds here, in ASCII; where it is the hashed stand-in, why."""
        describe = getattr(self._embedder, "describe", None)
        said = " ".join(str(describe()).split()) if describe else "no model loaded yet"
        return said.encode("ascii", "replace").decode()

    def embedder(self) -> Embeds:
        """Return the embedding model, loading it the first time."""
        with self._loading:
            if self._embedder is None:
                from sandbox.models.embedder import Embedder

                self._embedder = Embedder()
            return self._embedder

    def writer(self, family: Family, environment: Mapping[str, str]) -> Writes:
        """Return the model that writes: the echo where it is asked for, the reader elsewhere."""
        if family is Family.ECHO or environment.get("SANDBOX_MODEL") == "echo":
            return Echo()
        embedder = self.embedder()
        with self._loading:
            if self._writer is None:
                from sandbox.models.reader import Reader

                self._writer = Reader(embedder)
            return self._writer


async def _aside(act: Callable[[], Outcome]) -> Outcome:
    """Do what mostly waits in a thread of its own, which does not keep the sandbox from ending."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    ended: list[Outcome | BaseException] = []

    def run() -> None:
        try:
            ended.append(act())
        except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
            ended.append(error)
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(done.set)

    threading.Thread(target=run, name="sandbox-aside", daemon=True).start()
    await done.wait()
    if isinstance(ended[0], BaseException):
        raise ended[0]
    return ended[0]


def _read(family: Family, payload: Any, hosted: Hosted, request: Request) -> Ask:
    if family is Family.COHERE_COMMAND or (family is Family.AI21 and not _has(payload, "messages")):
        return vendors.read_ask(family, payload)
    return read_ask(family, payload, hosted.environment, custom_attributes(request.attributes))


def _blaming(answer: Callable[..., Outcome], *about: Any) -> Outcome:
    """Answer; members of a wrong kind are the caller's fault, as a container's web server has it."""
    try:
        return answer(*about)
    except (TypeError, ValueError, AttributeError, LookupError, OverflowError) as problem:
        message = f"Failed to deserialize the JSON body into the target type: {problem}"
        raise ContainerError(422, {"error": message, "error_type": "validation"}) from problem


def _is_ask(payload: Any) -> bool:
    return _has(payload, "messages") or (_has(payload, "inputs") and isinstance(payload["inputs"], str))


def _has(payload: Any, member: str) -> bool:
    return isinstance(payload, Mapping) and member in payload
