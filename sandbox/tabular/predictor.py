"""Answers requests to endpoints of Autopilot's candidates through one worker process that lives on."""

import hashlib
import json
import subprocess
import tempfile
import threading
import weakref
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.objects import split
from sandbox.tabular import workers

if TYPE_CHECKING:
    from sandbox.world import World

ARTIFACTS = "sagemaker/artifact"  # the shelf of digests of artefacts the sandbox made itself
_SECONDS = 60.0  # as long as InvokeEndpoint waits
_FILES = 32


class Predictor:
    """Safe for threads. It unpickles nothing: the worker does, and only what the sandbox recorded."""

    def __init__(self, world: "World") -> None:
        self._objects, self._artefacts = world.objects, world.records.shelf(ARTIFACTS)
        self._lock = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._paths: OrderedDict[str, tuple[int, str, str]] = OrderedDict()  # by address: size, digest, file

    def answer(
        self, artifact_uri: str, body: bytes, content_type: str, accept: str, environment: Mapping[str, str]
    ) -> tuple[bytes, str]:
        """Return body and content type of the container's answer. Raises ContainerError (sandbox.runtime)."""
        from sandbox.runtime.refusals import ContainerError

        with self._lock:
            digest, path = self._artefact(artifact_uri)
            asked = {
                "digest": digest,
                "path": path,
                "content_type": content_type,
                "accept": accept,
                "environment": dict(environment),
                "bytes": len(body),
            }
            status, answered, kind = self._asked(json.dumps(asked).encode() + b"\n" + body)
        if status != 200:
            raise ContainerError(status, answered.decode("utf-8", "replace"))
        return answered, kind

    def warm(self, artifact_uri: str) -> None:
        """Load a model in a thread of its own, so that the first request need not wait for the worker and for it."""
        threading.Thread(target=self._load, args=(artifact_uri,), name="sandbox-warming", daemon=True).start()

    def _load(self, artifact_uri: str) -> None:
        from sandbox.runtime.refusals import ContainerError

        try:
            self.answer(artifact_uri, b"", "text/csv", "", {})
        except (ContainerError, OSError):  # as a request without rows is refused, once the model is loaded
            return

    def close(self) -> None:
        """End the worker; the next request starts another."""
        with self._lock:
            self._end()
            self._paths.clear()
            if self._folder:
                self._folder.cleanup()
                self._folder = None

    def _artefact(self, uri: str) -> tuple[str, str]:
        """Return digest and file of an artefact the sandbox has made. Raises ContainerError."""
        from sandbox.runtime.refusals import ContainerError

        try:
            bucket, key = split(uri)
        except ValueError:
            raise ContainerError(500, f"The model artifact {uri!r} is no S3 address.") from None
        size = self._objects.size(bucket, key)
        held = self._paths.get(uri)
        if held and held[0] == size and self._recorded(held[1]):
            return held[1], held[2]
        artefact = self._objects.read(bucket, key)
        if artefact is None:
            raise ContainerError(500, f"The model artifact {uri} does not exist.")
        digest = hashlib.sha256(artefact).hexdigest()
        if not self._recorded(digest):
            raise ContainerError(
                500, f"The sandbox loads only models that it has trained itself, and {uri} is none of them."
            )
        self._folder = self._folder or tempfile.TemporaryDirectory(prefix="sandbox-models-", ignore_cleanup_errors=True)
        path = Path(self._folder.name, digest)
        path.write_bytes(artefact)
        self._paths[uri] = (len(artefact), digest, str(path))
        while len(self._paths) > _FILES:
            self._paths.popitem(last=False)
        return digest, str(path)

    def _recorded(self, digest: str) -> bool:
        return digest in self._artefacts  # without the world's lock: who holds it may be waiting for this answer

    def _asked(self, request: bytes) -> tuple[int, bytes, str]:
        """Ask the worker; one that died or takes too long is ended, and the answer is an error."""
        for _ in range(2):
            worker = self._ready()
            watch = threading.Timer(_SECONDS, worker.kill)
            watch.daemon = True
            watch.start()
            try:
                return _exchanged(worker, request)
            except (OSError, EOFError, ValueError):
                worker.wait(_SECONDS)
                left = worker.returncode == 0  # it had just gone home, as nobody had asked for long
                self._end()
                if not left:
                    break
            finally:
                watch.cancel()
        return 503, b"The model server stopped while it worked on the request.", "text/plain"

    def _ready(self) -> "subprocess.Popen[bytes]":
        if self._worker is None or self._worker.poll() is not None:
            self._end()
            self._worker = workers.start("serve")
        return self._worker

    def _end(self) -> None:
        if self._worker:
            workers.end(self._worker)
            self._worker = None


def _exchanged(worker: "subprocess.Popen[bytes]", request: bytes) -> tuple[int, bytes, str]:
    assert worker.stdin
    assert worker.stdout
    worker.stdin.write(request)
    worker.stdin.flush()
    line = worker.stdout.readline()
    if not line:
        raise EOFError
    head = json.loads(line)
    return int(head["status"]), worker.stdout.read(head["bytes"]), head["content_type"]


_BY_WORLD: "weakref.WeakKeyDictionary[World, Predictor]" = weakref.WeakKeyDictionary()


def predictor_of(world: "World") -> Predictor:
    """Return the world's one predictor; its worker ends with the world."""
    found = _BY_WORLD.get(world)
    if found is None:
        found = _BY_WORLD[world] = Predictor(world)
        weakref.finalize(world, found.close)
    return found
