"""A request as moto's server application wants it: a WSGI environment."""

import re
import sys
from collections.abc import Mapping
from typing import IO, Any

from sandbox.scope import Scope


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


_READING = re.compile(
    r"(Describe|List|Get|BatchGet|Head|Simulate|Search|Lookup|Filter|Test|Check|Validate|Estimate)[A-Z]"
)
_ACTION = re.compile(rb"(?:^|&)Action=([A-Za-z]+)")


def only_reads(environ: Mapping[str, Any]) -> bool:
    """Tell whether a request changes nothing, as far as its method and its operation's name say."""
    target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    if not target and "application/x-www-form-urlencoded" in environ.get("CONTENT_TYPE", ""):
        body: IO[bytes] = environ["wsgi.input"]
        found = _ACTION.search(body.read(4096))
        body.seek(0)
        target = found[1].decode() if found else ""
    if target:
        return bool(_READING.match(target))
    found = _ACTION.search(environ["QUERY_STRING"].encode())
    return environ["REQUEST_METHOD"] in ("GET", "HEAD", "OPTIONS") and (
        found is None or bool(_READING.match(found[1].decode()))
    )
