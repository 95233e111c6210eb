"""What the sandbox has not built itself goes to moto's server application, loaded service by service at first need."""

import asyncio
import gc
import importlib
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import SpooledTemporaryFile
from threading import RLock
from types import ModuleType
from typing import IO, Any

from sandbox import moto_s3
from sandbox.alone import silence
from sandbox.bodies import Bodies
from sandbox.environ import environ_of, only_reads
from sandbox.errors import AwsError, headers_of, not_built, rendered
from sandbox.moto_living import track_the_living
from sandbox.moto_mistakes import mistake_of
from sandbox.moto_state import MotoState
from sandbox.scope import Scope
from sandbox.validation import plain_dicts

LARGEST_BODY = 2 * 1024**3
IN_MEMORY = 4 * 1024**2

Receive = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """`file`, if there is one, holds `length` bytes that are sent after `body`; whoever sends them closes it."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    file: IO[bytes] | None = None
    length: int = 0


class Moto:
    """Calls moto in a few threads. `on_loaded` is told once of each service, after its backend is there.

    What moto holds is kept in the folder `home`, if there is one, and taken up from there when moto is first needed.
    """

    def __init__(self, home: Path | None = None, workers: int = 4) -> None:
        self._pool = ThreadPoolExecutor(workers, "moto")
        self._lock = RLock()
        self._dispatcher: Any = None
        self._loaded: dict[str, str] = {}  # moto's name of a service: its package, which may be that of another name
        self._ready = False
        self._forgotten = False
        self.bodies = Bodies(home / "objects" if home else None)
        self._state = MotoState(home / "moto" if home else None, self.bodies)
        self.on_loaded: Callable[[str], None] | None = None

    @property
    def loaded(self) -> tuple[str, ...]:
        """The services used so far."""
        return tuple(sorted(self._loaded))

    @property
    def problems(self) -> Mapping[str, str]:
        """The services whose state could not be kept or taken up, and why."""
        return self._state.problems

    @property
    def saved(self) -> bool:
        """Whether the files hold all that has changed."""
        return self._state.saved

    async def answer(self, scope: Mapping[str, Any], body: IO[bytes], aws: Scope) -> Answer:
        """Answer one request whose body has been read; errors come back in the shape the client expects."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._answer, scope, body, aws)

    def backend(self, service: str, account: str, region: str) -> Any:
        """Return moto's backend of a service (moto's name of it), loaded at need; `region`: a partition for S3, IAM.

        Whoever changes something in it says so with `changed`.
        """
        self._take_up()
        with self._lock:  # threads that import moto at the same time for the first time trip over each other
            from moto.backends import get_backend

            found: Any = get_backend(service)  # type: ignore[call-overload, unused-ignore]  # moto lists its names
        self._note(service)
        return found[account][region]

    def changed(self, service: str) -> None:
        """Note that something in a service's backends was changed from inside."""
        self._state.changed(self._loaded.get(service, service))

    def save(self, *, now: bool = False) -> None:
        """Bring what has changed to the files; from any thread. It is done when its time has come, or `now`."""
        self._state.write(frozenset(self._loaded.values()) - {""}, now=now)

    def close(self) -> None:
        """End the threads after the requests under way, and keep what they left."""
        self._pool.shutdown(cancel_futures=True)
        self.save(now=True)
        self.bodies.close()

    def reset(self) -> None:
        """Forget everything in every backend there is (moto's are of the process), and what was kept."""
        self._forgotten = True  # what was not taken up by now is not to be
        core = sys.modules.get("moto.core.base_backend")
        for backends in tuple(core.BackendDict._instances) if core else ():
            for accounts in tuple(backends.values()):
                for backend in tuple(accounts.values()):
                    backend.reset()
            backends.clear()  # as moto does: else the next reset would make those of every region anew
        self._state.clear()

    def _answer(self, scope: Mapping[str, Any], body: IO[bytes], aws: Scope) -> Answer:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            with self._state.request():
                answer = self._call(environ_of(scope, body, aws), headers)
        except AwsError as error:
            return shaped(error, headers, aws.service)
        except NotImplementedError as error:
            return shaped(not_built(_what(headers, aws.service, error)), headers, aws.service)
        except Exception as error:  # noqa: BLE001 - whatever moto trips over must not reach a client as a traceback
            if type(error).__name__ == "OperationNotFoundError":
                return shaped(not_built(f"the operation {error} of {aws.service}"), headers, aws.service)
            if isinstance(error, ImportError):  # Docker, say: a package of moto's that is not needed here
                return shaped(not_built(_what(headers, aws.service, None)), headers, aws.service)
            if mistake := mistake_of(error, aws.service):
                return shaped(mistake, headers, aws.service)
            message = f"The sandbox's {aws.service or 'S3'} stumbled: {type(error).__name__}: {error}"
            return shaped(AwsError("InternalFailure", message[:500], 500), headers, aws.service)
        if answer.status == 404 and aws.service not in ("s3", "") and _is_html(answer):
            return shaped(not_built(_what(headers, aws.service, None)), headers, aws.service)
        return answer

    def _call(self, environ: dict[str, Any], headers: Mapping[str, str]) -> Answer:
        application = self._application(environ)
        changes = not only_reads(environ)
        arriving = None
        if self._loaded[application.service] == "s3" and moto_s3.is_large(environ):
            arriving = moto_s3.arrive(self.bodies, environ, headers)
        with moto_s3.request(arriving):
            answer = _through(application, environ)
            leaving = moto_s3.leaving()
        if changes:
            self.changed(application.service)
        if leaving is None or answer.status not in (200, 206):
            return answer
        return Answer(answer.status, answer.headers, b"", leaving.open(), len(leaving))

    def _application(self, environ: dict[str, Any]) -> Any:
        self._take_up()
        with self._lock:
            if self._dispatcher is None:
                self._dispatcher = _dispatcher()
        try:
            application = self._dispatcher.get_application(environ)
        except (ImportError, AttributeError, KeyError, TypeError):
            raise NotImplementedError("the service") from None
        self._note(application.service)
        return application

    def _take_up(self) -> None:
        if self._ready:
            return
        with self._lock:
            if not self._ready:
                _prepare()
                if not self._forgotten:
                    self._state.restore(self._note)
                self._ready = True

    def _note(self, service: str) -> None:
        if service in self._loaded:
            return
        with self._lock:
            if service in self._loaded:
                return
            package = _package(service)
            if package == "s3":
                moto_s3.use(self.bodies)
            if self.on_loaded:
                self.on_loaded(service)
            self._loaded[service] = package
            gc.collect()
            gc.freeze()


def _package(service: str) -> str:
    """Return the package of moto that holds a service's backends, "" if there are none."""
    from moto.backends import get_backend

    try:
        found: Any = get_backend(service)  # type: ignore[call-overload, unused-ignore]
        return str(found.backend.__module__.split(".")[1]) if hasattr(found, "iter_backends") else ""
    except (ImportError, AttributeError, KeyError):
        return ""


def _through(application: Any, environ: dict[str, Any]) -> Answer:
    begun: list[tuple[int, tuple[tuple[bytes, bytes], ...]]] = []

    def start_response(status: str, headers: Iterable[tuple[str, str]], _: Any = None) -> Callable[[bytes], None]:
        raw = tuple((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers)
        begun.append((int(status.split(" ", 1)[0]), raw))
        return lambda chunk: None

    chunks = application(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        getattr(chunks, "close", lambda: None)()
    return Answer(*begun[-1], body)


def _prepare() -> None:
    """Set what moto reads when it is imported."""
    os.environ.setdefault("MOTO_DISABLE_GLOBAL_CORS", "true")
    plain_dicts()
    track_the_living()
    silence()


def _dispatcher() -> Any:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    application: Any = DomainDispatcherApplication
    application.get_backend_for_host = lru_cache(1024)(application.get_backend_for_host)  # asks the disk 90 times

    def create_app(service: Any) -> Any:
        if service == "applicationautoscaling":
            _load_without_ecs()
        return create_backend_app(service)

    return DomainDispatcherApplication(create_app)


def _load_without_ecs() -> None:
    """Moto's auto scaling asks ECS for services to scale; the sandbox has none, and without it 80 MB are not loaded."""
    if "moto.ecs" in sys.modules or "moto.applicationautoscaling.models" in sys.modules:
        return
    stub: Any = ModuleType("moto.ecs")
    stub.ecs_backends = defaultdict(lambda: defaultdict(lambda: None))
    sys.modules["moto.ecs"] = stub
    try:
        importlib.import_module("moto.applicationautoscaling.models")
    finally:
        del sys.modules["moto.ecs"]


def _is_html(answer: Answer) -> bool:
    return any(name == b"content-type" and value.startswith(b"text/html") for name, value in answer.headers)


async def body_of(receive: Receive) -> IO[bytes]:
    """Read a request's body, on disk if it is large. Raises AwsError if it is too large or breaks off."""
    body: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the caller closes it
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            body.close()
            raise AwsError("RequestTimeout", "Your socket connection to the server was not read from in time.")
        body.write(message.get("body", b""))
        more = message.get("more_body", False)
        if body.tell() > LARGEST_BODY:
            body.close()
            raise AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.")
    body.seek(0)
    return body


def shaped(error: AwsError, headers: Mapping[str, str], service: str) -> Answer:
    """Turn an error into the answer that the protocol of the request wants."""
    kind, body = rendered(error, headers, service)
    named = ((b"content-type", kind.encode()), (b"x-amzn-errortype", error.code.encode()))
    return Answer(error.status, (*named, *headers_of(error, headers)), body)


def _what(headers: Mapping[str, str], service: str, error: Exception | None) -> str:
    target = headers.get("x-amz-target", "")
    named = target.rpartition(".")[2] or (str(error).split(" ")[1] if error and str(error).startswith("The ") else "")
    where = service or "the service asked for"
    return f"the operation {named} of {where}" if named else f"this operation of {where}"
