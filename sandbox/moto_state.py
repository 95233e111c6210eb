"""What moto holds, kept in files so that it outlives the process: one snapshot a service, written when it has changed.

A snapshot is a line of JSON that says who wrote it, and a pickle of the service's backends, read by an unpickler that
knows moto's classes and a few plain ones and nothing else. What lies in other services is named, not copied. One that
does not fit (another moto, a damaged file) is set aside, and said on standard error and in /_sandbox/status.
"""

import json
import os
import platform
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

from sandbox.bodies import Bodies
from sandbox.moto_pickle import Reader, Writer, backends_of

FORMAT = 1
MOMENT = 0.5  # seconds between two snapshots of a service that goes on changing
SHARE = 10  # a snapshot that takes t seconds is followed by at least SHARE * t without one
PATIENCE = 0.1  # seconds to wait for requests under way before a snapshot is taken beside them
_TRIES = 5
# Services in which moto changes something when it is asked of another one.
_TOUCHED = {"s3": ("sns", "sqs", "events"), "sns": ("sqs",), "efs": ("ec2",), "events": ("sqs", "logs")}


class MotoState:
    """The snapshots in a folder; without one nothing is kept. `bodies` are those of S3. Safe for threads."""

    def __init__(self, folder: Path | None, bodies: Bodies) -> None:
        self._folder = folder
        self._bodies = bodies
        self._gate = _Gate()
        self._writing = threading.Lock()
        self._dirty: set[str] = set()
        self._held: dict[str, int] = {}  # how many backends of a service the last snapshot had
        self._next: dict[str, float] = {}
        self._unkept: dict[str, str] = {}
        self._aside: dict[str, str] = {}

    @property
    def saved(self) -> bool:
        """Whether the files hold all that was noted as changed."""
        return not (self._dirty or self._writing.locked())

    @property
    def problems(self) -> Mapping[str, str]:
        """What of a service could not be taken up or is not kept, and why; until a reset, or until it is kept."""
        return {**self._aside, **self._unkept}

    @contextmanager
    def request(self) -> Iterator[None]:
        """Around each request that moto handles, so that no snapshot is taken in the middle of a change."""
        with self._gate.shared():
            yield

    def changed(self, package: str) -> None:
        """Note that a service (moto's package of it) has changed."""
        self._dirty.update((package, *(each for each in _TOUCHED.get(package, ()) if each in self._held)))

    def restore(self, load: Callable[[str], None]) -> None:
        """Fill moto's backends from the snapshots, before anything is asked of them; `load` is told of each service."""
        self._bodies.found()
        for package in self._snapshots():
            self._restore(package, load)

    def write(self, packages: Iterable[str], *, now: bool = False) -> None:
        """Write a snapshot of each loaded service that has changed; `now`, or when its time has come."""
        if self._folder is None:
            return
        with self._writing:
            for package in tuple(packages):
                count = _count(package)
                wanted = package in self._dirty or count != self._held.get(package)
                if wanted and (now or time.monotonic() >= self._next.get(package, 0.0)):
                    self._dirty.discard(package)
                    self._write(package, count)

    def clear(self) -> None:
        """Remove all snapshots."""
        with self._writing:
            self._dirty.clear()
            self._held.clear()
            self._aside.clear()
            self._unkept.clear()
            for package in self._snapshots():
                self._path(package).unlink(missing_ok=True)
            self._bodies.found()
            self._bodies.keep_only(frozenset(), self._bodies.names())

    def _write(self, package: str, count: int) -> None:
        began, files = time.monotonic(), self._bodies.names() if package == "s3" else frozenset()
        try:
            raw, named = self._pickled(package)
            _replace(self._path(package), raw)
        except Exception as error:  # noqa: BLE001 - what cannot be kept must not end the sandbox
            _complain(self._unkept, package, f"is not kept: {type(error).__name__}: {error}")
        else:
            self._unkept.pop(package, None)
            if package == "s3":
                self._bodies.keep_only(named, files)
        self._held[package] = count
        took = time.monotonic() - began
        self._next[package] = time.monotonic() + max(MOMENT, SHARE * took)

    def _pickled(self, package: str) -> tuple[bytes, frozenset[str]]:
        for left in reversed(range(_TRIES)):
            out = BytesIO()
            out.write(json.dumps(_header(package)).encode() + b"\n")
            writer = Writer(out)
            try:
                with self._gate.alone(PATIENCE):
                    writer.dump({place: dict(held.__dict__) for place, held in _backends(package)})
                return out.getvalue(), frozenset(writer.bodies)
            except RuntimeError:  # something of ours changed it meanwhile, from inside
                if not left:
                    raise
        raise AssertionError("unreachable")

    def _restore(self, package: str, load: Callable[[str], None]) -> None:
        path = self._path(package)
        try:
            with path.open("rb") as file:
                header = json.loads(file.readline())
                if header != _header(package):
                    raise ValueError(f"it was written by {_told(header)}, this is {_told(_header(package))}")
                load(package)
                for (account, region), state in Reader(file, self._bodies).load().items():
                    _fill(backends_of(package)[account][region], state)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the sandbox must start
            self._set_aside(path)
            _complain(self._aside, package, f"could not be taken up, {path.name} is set aside: {error}")
            return
        _AFTER.get(package, lambda: None)()
        self._held[package] = _count(package)

    def _set_aside(self, path: Path) -> None:
        path.replace(path.with_suffix(".aside"))
        if path.stem == "s3":
            self._bodies.set_aside()

    def _snapshots(self) -> tuple[str, ...]:
        folder = self._folder
        return tuple(sorted(path.stem for path in folder.glob("*.snapshot"))) if folder else ()

    def _path(self, package: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{package}.snapshot"


class _Gate:
    """Many requests at once, or one snapshot."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._requests = 0
        self._closed = False

    @contextmanager
    def shared(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: not self._closed)
            self._requests += 1
        try:
            yield
        finally:
            with self._changed:
                self._requests -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self, patience: float) -> Iterator[None]:
        """Let no request begin and wait until none is under way, but not for ever: an upload may take long."""
        with self._changed:
            self._closed = True
            self._changed.wait_for(lambda: not self._requests, patience)
        try:
            yield
        finally:
            with self._changed:
                self._closed = False
                self._changed.notify_all()


def _backends(package: str) -> Iterator[tuple[tuple[str, str], Any]]:
    for account, regions in tuple(backends_of(package).items()):
        for region, backend in tuple(regions.items()):
            yield (account, region), backend


def _complain(problems: dict[str, str], package: str, what: str) -> None:
    if problems.get(package) != what:
        problems[package] = what
        print(f"What the sandbox held of {package} {what}", file=sys.stderr)


def _count(package: str) -> int:
    return sum(len(regions) for regions in backends_of(package).values())


def _fill(backend: Any, state: dict[str, Any]) -> None:
    for name, held in state.items():
        if isinstance(held, defaultdict) and held.default_factory is None:  # what it makes could not be named
            held.default_factory = getattr(getattr(backend, name, None), "default_factory", None)
    backend.__dict__.update(state)


def _s3_restored() -> None:
    """Moto finds a bucket's account in a table beside its backends."""
    backends = backends_of("s3")
    for (account, partition), backend in _backends("s3"):
        for name in backend.buckets:
            backends.bucket_accounts[name] = (partition, account)


_AFTER: dict[str, Callable[[], None]] = {"s3": _s3_restored}


def _header(package: str) -> dict[str, Any]:
    python = ".".join(platform.python_version_tuple()[:2])
    return {"format": FORMAT, "service": package, "moto": version("moto"), "python": python}


def _told(header: Any) -> str:
    return f"moto {header['moto']} on Python {header['python']}" if isinstance(header, dict) else "something else"


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    beside.replace(path)
