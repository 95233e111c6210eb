"""Everything there is in one sandbox: its time, records and services; what one needs of another goes through here."""

import importlib
import time
import uuid
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from sandbox.agenda import Agenda
from sandbox.clock import Clock
from sandbox.cloudtrail.trail import Trail
from sandbox.costexplorer.ledger import Ledger
from sandbox.directory import Directory
from sandbox.errors import not_built
from sandbox.faults import Faults
from sandbox.moto_bridge import Moto
from sandbox.objects import Objects
from sandbox.operations import Call, Request, Response, Service
from sandbox.records import Records
from sandbox.registry import SERVICES
from sandbox.sagemaker.roles import Roles
from sandbox.telemetry import Meters
from sandbox.topics import Topics

if TYPE_CHECKING:
    from sandbox.runtime.engine import Engine

_TURN = 0.05  # seconds


class _Turns:
    """Called again and again by who holds the lock for long: now and then it lets those who wait have their turn."""

    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._since = time.monotonic()

    def __call__(self) -> None:
        if time.monotonic() - self._since < _TURN:
            return
        self._lock.release()
        try:
            time.sleep(0.001)
        finally:
            self._lock.acquire()
            self._since = time.monotonic()


class World:
    """`lock` is held by whoever uses anything of it but `clock`, `moto` and `objects`, which see to themselves.

    `path` is the file behind the records, `home` the folder it lies in, where a service may keep large files of its
    own in a folder of its own name; both None if the sandbox keeps nothing.
    """

    def __init__(self, clock: Clock, path: Path | None = None, *, role_delay: float = 0.0) -> None:
        self.lock = RLock()
        self.clock = clock
        self.home = path.parent if path else None
        self.records = Records(path)
        self.agenda = Agenda(clock, self.records, self.service)
        self.faults = Faults(self.records)
        self.moto = Moto(self.home)
        self.objects = Objects(self.moto)
        self.roles = Roles(self.moto, role_delay)
        self.meters = Meters(self)
        self.hosting = Directory(self)
        self.topics = Topics(self)
        self.trail = Trail(self)
        self.ledger = Ledger(self)
        self.agenda.on_done = self.ledger.noticed
        self.address = ""  # of the sandbox, as a client reached it last
        self.enforces_iam = False  # whether the policies of those who sign calls are asked
        self._services: dict[str, Service] = {}
        self._resume_clock()

    @cached_property
    def engine(self) -> "Engine":
        """The models behind endpoints, shared by all that invoke them; they keep nothing of a request."""
        from sandbox.runtime.engine import Engine

        return Engine(world=self)

    def service(self, name: str) -> Any:
        """Return one of the sandbox's own services by botocore's name, made at first need. KeyError if none is."""
        found = self._services.get(name)
        if found is None:
            module, _, made_by = SERVICES[name].partition(":")
            found = self._services[name] = getattr(importlib.import_module(module), made_by)(self)
        return found

    def has(self, service: str, operation: str) -> bool:
        """Tell whether the operation is built here; what is not goes on to moto."""
        return service in SERVICES and operation in self.service(service).operations

    def call(self, service: str, operation: str, request: Request, region: str, **who: str) -> Response:
        """Carry out an operation built here, as it is now. Raises AwsError."""
        with self.lock:
            self.agenda.run_due()
            handler = self.service(service).operations.get(operation)
            if handler is None:
                raise not_built(f"the operation {operation} of {service}")
            call = Call(service, operation, region, self.clock.now(), str(uuid.uuid4()), **who)
            answered: Response = handler(call, request)
            return answered

    def advance(self, seconds: float) -> float:
        """Put the clock forward; what falls due on the way happens. Returns the new time; ValueError if negative."""
        with self.lock:
            now = self.agenda.advance(seconds, _Turns(self.lock))
            self.records.shelf("clock")["clock"] = {"now": now, "ahead": self.clock.ahead}
            return now

    def reset(self) -> None:
        """Forget all resources, metrics, logs and faults; the clock goes on."""
        with self.lock:
            self._services.clear()
            self.records.clear()
            self.agenda.clear()
            self.meters.clear()
            self.moto.reset()

    def save(self) -> None:
        """Bring what has changed to the files; from any thread."""
        with self.lock:
            self.meters.flush(soon=False)
            changed = self.records.pending()
        try:
            self.records.write(changed)
        except Exception:
            with self.lock:
                self.records.again(changed)  # a full disk, say; at the next attempt it may have room
            raise
        self.moto.save()

    def close(self) -> None:
        """Bring everything to the files and end the threads."""
        with self.lock:
            self.meters.close()
            self.records.close()
        self.moto.close()

    def _resume_clock(self) -> None:
        held: Mapping[str, Any] = self.records.shelf("clock").get("clock", {})
        if held and self.clock.stands_still:
            self.clock.put_forward(held["now"])
        elif held:
            self.clock.ahead = held["ahead"]
