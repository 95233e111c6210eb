"""How moto's backends are pickled, and what an unpickler of them admits."""

import importlib
import pickle
import threading
from collections import defaultdict
from functools import cache
from typing import IO, Any

from sandbox.bodies import Bodies, Body

_PLAIN = {
    "builtins": {"object", "set", "frozenset", "bytearray", "complex", "list", "dict", "tuple", "int", "str", "bytes",
                 "float", "bool", "range", "slice"},
    "collections": {"OrderedDict", "defaultdict", "deque", "Counter"},
    "datetime": {"datetime", "date", "time", "timedelta", "timezone"},
    "copyreg": {"_reconstructor"},
    "re": {"_compile"},
    "decimal": {"Decimal"},
    "uuid": {"UUID", "SafeUUID"},
    "ipaddress": {"IPv4Address", "IPv4Network", "IPv6Address", "IPv6Network", "IPv4Interface"},
    "dateutil.tz.tz": {"tzutc"},
    "requests.structures": {"CaseInsensitiveDict"},
    "werkzeug.datastructures.structures": {"MultiDict", "CombinedMultiDict"},
    "werkzeug.datastructures.headers": {"Headers"},
}  # fmt: skip

# What of moto holds nothing but does something: serves, records, starts containers.
_TOOLS = ("moto.moto_server", "moto.moto_proxy", "moto.moto_api", "moto.server", "moto.proxy",
          "moto.core.models", "moto.utilities.docker")  # fmt: skip


@cache
def backends_of(package: str) -> Any:
    """Return moto's BackendDict of a package ("s3"). LookupError if the package has none."""
    module = importlib.import_module(f"moto.{package}.models")
    for held in vars(module).values():
        described = not isinstance(held, type) and hasattr(held, "iter_backends")
        if described and held.backend.__module__ == module.__name__:
            return held
    raise LookupError(package)


class Writer(pickle.Pickler):
    """Names backends instead of copying them, makes locks anew, leaves bodies where they lie; `bodies`: their names."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self.bodies: set[str] = set()

    def reducer_override(self, held: Any) -> Any:
        kind = type(held)
        made_anew = _MADE_ANEW.get(kind)
        if made_anew is not None:
            return made_anew, ()
        if kind is Body:
            self.bodies.add(held.name)
            return body, (held.name, held.size, held.md5, held.content, held.start)
        if kind is defaultdict and getattr(held.default_factory, "__qualname__", "").endswith("<lambda>"):
            return defaultdict, (None,), None, None, iter(tuple(held.items()))
        if kind.__module__.startswith("cryptography.") and hasattr(held, "private_bytes"):
            return private_key, (_der(held),)
        if not kind.__module__.startswith("moto.") or issubclass(kind, type):
            return NotImplemented
        named = _named(held)
        if named is NotImplemented and isinstance(held, dict):  # its own items() may tell less than it holds
            return new, (kind,), (dict(dict.items(held)), held.__dict__), None, None, fill
        return named


def _named(held: Any) -> Any:
    from moto.core.base_backend import AccountSpecificBackend, BackendDict, BaseBackend

    if isinstance(held, BaseBackend):
        return backend, (_package(type(held)), held.account_id, _region(held))
    if isinstance(held, AccountSpecificBackend):
        return account_backends, (_package(held.backend), held.account_id)
    if isinstance(held, BackendDict):
        return backends_of, (_package(held.backend),)
    return NotImplemented


def _package(backend: type) -> str:
    return backend.__module__.split(".")[1]


def _region(held: Any) -> str:
    return str(held.region_name)


class Reader(pickle.Unpickler):
    """Admits classes of moto, a few plain ones, and the functions below."""

    def __init__(self, file: IO[bytes], bodies: Bodies) -> None:
        super().__init__(file)
        self._bodies = bodies

    def find_class(self, module: str, name: str) -> Any:
        if module == __name__ and name in _OURS:
            return self._body if name == "body" else _OURS[name]
        if (module, name) == ("builtins", "getattr"):
            return method
        if name in _PLAIN.get(module, ()):
            return super().find_class(module, name)
        if module.startswith("moto.") and not module.startswith(_TOOLS):
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__.startswith("moto."):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is not admitted")

    def _body(self, name: str, size: int, md5: str, content: bytes, start: int) -> Body:
        return Body(self._bodies, name, size, md5, content, start)


def body(name: str, size: int, md5: str, content: bytes, start: int) -> Body:
    """Stands in a snapshot for a body; the reader makes it with the bodies it was given."""
    raise NotImplementedError


def backend(package: str, account: str, region: str) -> Any:
    """The backend that a snapshot names."""
    return backends_of(package)[account][region]


def account_backends(package: str, account: str) -> Any:
    """A service's backends of one account."""
    return backends_of(package)[account]


def new(kind: Any) -> Any:
    """An object of moto's that nothing has been done to yet."""
    return kind.__new__(kind)


def fill(held: Any, state: tuple[dict[Any, Any], dict[str, Any]]) -> None:
    """Put items and attributes into a dict of a class of moto's."""
    dict.update(held, state[0])
    held.__dict__.update(state[1])


def method(of: Any, name: str) -> Any:
    """A public method of an object of moto's."""
    if not type(of).__module__.startswith("moto.") or name.startswith("_"):
        raise pickle.UnpicklingError(f"{name} of {type(of).__name__} is not admitted")
    return getattr(of, name)


def private_key(der: bytes) -> Any:
    """A key of KMS."""
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    return load_der_private_key(der, None)


def _der(key: Any) -> bytes:
    from cryptography.hazmat.primitives import serialization as form

    written: bytes = key.private_bytes(form.Encoding.DER, form.PrivateFormat.PKCS8, form.NoEncryption())
    return written


def lock() -> Any:
    """A lock that nobody holds."""
    return threading.Lock()


def recursive_lock() -> Any:
    return threading.RLock()


def condition() -> threading.Condition:
    return threading.Condition()


_MADE_ANEW: dict[type, Any] = {
    type(threading.Lock()): lock,
    type(threading.RLock()): recursive_lock,
    threading.Condition: condition,
}
_MAKERS = (lock, recursive_lock, condition, body, private_key)
_FUNCTIONS = (backends_of, backend, account_backends, new, fill, *_MAKERS)
_OURS = {made.__name__: made for made in _FUNCTIONS}
