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
from tempfile import SpooledTemporaryFile
from threading import RLock
from types import ModuleType
from typing import IO, Any

from sandbox.errors import AwsError, headers_of, not_built, rendered
from sandbox.scope import Scope
from sandbox.validation import plain_dicts

LARGEST_BODY = 2 * 1024**3
IN_MEMORY = 4 * 1024**2
OBJECT_IN_MEMORY = 1024**2  # a larger S3 object lies in a temporary file

Receive = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class Moto:
    """Calls moto in a few threads. `on_loaded` is told once of each service, after its backend is there."""

    def __init__(self, workers: int = 4) -> None:
        self._pool = ThreadPoolExecutor(workers, "moto")
        self._lock = RLock()
        self._dispatcher: Any = None
        self._loaded: set[str] = set()
        self.on_loaded: Callable[[str], None] | None = None

    @property
    def loaded(self) -> tuple[str, ...]:
        """The services used so far."""
        return tuple(sorted(self._loaded))

    async def answer(self, scope: Mapping[str, Any], body: IO[bytes], aws: Scope) -> Answer:
        """Answer one request whose body has been read; errors come back in the shape the client expects."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._answer, scope, body, aws)

    def backend(self, service: str, account: str, region: str) -> Any:
        """Return moto's backend of a service (moto's name of it), loaded at need; `region`: a partition for S3, IAM."""
        from moto.backends import get_backend

        found: Any = get_backend(service)  # type: ignore[call-overload, unused-ignore]  # moto lists its names
        self._note(service)
        return found[account][region]

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def reset(self) -> None:
        """Forget everything in every backend loaded so far."""
        backends = sys.modules.get("moto.backends")
        if backends is None:
            return
        for service in self._loaded:
            for accounts in backends.get_backend(service).values():
                for backend in accounts.values():
                    backend.reset()

    def _answer(self, scope: Mapping[str, Any], body: IO[bytes], aws: Scope) -> Answer:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            answer = self._call(environ_of(scope, body, aws))
        except AwsError as error:
            return shaped(error, headers, aws.service)
        except NotImplementedError as error:
            return shaped(not_built(_what(headers, aws.service, error)), headers, aws.service)
        except Exception as error:  # noqa: BLE001 - whatever moto trips over must not reach a client as a traceback
            if type(error).__name__ == "OperationNotFoundError":
                return shaped(not_built(f"the operation {error} of {aws.service}"), headers, aws.service)
            message = f"The sandbox's {aws.service or 'S3'} stumbled: {type(error).__name__}: {error}"
            return shaped(AwsError("InternalFailure", message[:500], 500), headers, aws.service)
        if answer.status == 404 and aws.service not in ("s3", "") and _is_html(answer):
            return shaped(not_built(_what(headers, aws.service, None)), headers, aws.service)
        return answer

    def _call(self, environ: dict[str, Any]) -> Answer:
        application = self._application(environ)
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

    def _application(self, environ: dict[str, Any]) -> Any:
        with self._lock:
            if self._dispatcher is None:
                self._dispatcher = _dispatcher()
        try:
            application = self._dispatcher.get_application(environ)
        except (ImportError, AttributeError, KeyError, TypeError):
            raise NotImplementedError("the service") from None
        self._note(application.service)
        return application

    def _note(self, service: str) -> None:
        with self._lock:
            if service in self._loaded:
                return
            self._loaded.add(service)
            if self.on_loaded:
                self.on_loaded(service)
            gc.collect()
            gc.freeze()


def _dispatcher() -> Any:
    os.environ.setdefault("MOTO_DISABLE_GLOBAL_CORS", "true")
    os.environ.setdefault("MOTO_S3_DEFAULT_KEY_BUFFER_SIZE", str(OBJECT_IN_MEMORY))
    plain_dicts()
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

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
    """Read a request's body, on disk if it is large. Raises AwsError (EntityTooLarge)."""
    body: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the caller closes it
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body.write(message.get("body", b""))
        more = message.get("more_body", False)
        if body.tell() > LARGEST_BODY:
            raise AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.")
    body.seek(0)
    return body


def environ_of(scope: Mapping[str, Any], body: IO[bytes], aws: Scope) -> dict[str, Any]:
    """Build the WSGI environment as moto's own server does: `RAW_URI` keeps what is percent-encoded in S3 keys."""
    raw_path = scope.get("raw_path") or scope["path"].encode()
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    host = next((value for name, value in headers if name == "host"), "127.0.0.1")
    path, raw, host = _path_style(scope["path"], raw_path.decode("latin-1"), host, aws.service)
    query = scope["query_string"].decode("latin-1")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path.encode().decode("latin-1"),
        "RAW_URI": raw + (f"?{query}" if query else ""),
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": str((scope.get("server") or ("", 80))[1]),
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "moto.preserved_header_names": {},
    }
    for name, value in headers:
        _add_header(environ, name, host if name == "host" else value)
    return environ


def shaped(error: AwsError, headers: Mapping[str, str], service: str) -> Answer:
    """Turn an error into the answer that the protocol of the request wants."""
    kind, body = rendered(error, headers, service)
    named = ((b"content-type", kind.encode()), (b"x-amzn-errortype", error.code.encode()))
    return Answer(error.status, (*named, *headers_of(error, headers)), body)


def _path_style(path: str, raw: str, host: str, service: str) -> tuple[str, str, str]:
    """Turn `bucket.localhost/key` into `localhost/bucket/key`: moto would lose what follows a bucket's first dot."""
    name, _, port = host.partition(":")
    if service not in ("s3", "") or not name.endswith(".localhost"):
        return path, raw, host
    bucket = name.removesuffix(".localhost").removesuffix(".s3")
    local = "localhost" + (f":{port}" if port else "")
    return (path, raw, local) if bucket == "s3" else (f"/{bucket}{path}", f"/{bucket}{raw}", local)


def _add_header(environ: dict[str, Any], name: str, value: str) -> None:
    key = name.upper().replace("-", "_")
    if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        key = f"HTTP_{key}"
    if "_" in name:
        if not name.startswith("x-amz-meta-"):
            return
        environ["moto.preserved_header_names"].setdefault(key, name)
    environ[key] = f"{environ[key]},{value}" if key in environ else value


def _what(headers: Mapping[str, str], service: str, error: Exception | None) -> str:
    target = headers.get("x-amz-target", "")
    named = target.rpartition(".")[2] or (str(error).split(" ")[1] if error and str(error).startswith("The ") else "")
    where = service or "the service asked for"
    return f"the operation {named} of {where}" if named else f"this operation of {where}"
