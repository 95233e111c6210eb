"""What the server does before its first page: load what every page needs, and freeze it."""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from services.errors import SagedeckError

# What the first pages load; a visitor should not wait for it. Not pandas and Arrow: they cost 80 MB, and only the large
# tables need them.
MODULES = (
    "boto3",
    "services.console",
    "services.access",
    "services.catalog",
    "services.cleanup",
    "services.deploy",
    "services.documents",
    "services.endpoints.gateway",
    "services.inference",
    "services.knowledge",
    "services.plans",
)

log = logging.getLogger(__name__)


def load() -> None:
    """Import what pages need, then move it out of the collector's sight (reruns are 10 times cheaper for it)."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)  # the browser fetches 80 files meanwhile, and each would wait for an import
    connecting = threading.Thread(target=_connect, name="warm-up-connect")
    connecting.start()
    for name in MODULES:
        try:
            importlib.import_module(name)
        except ImportError as error:
            log.warning("Not loaded before the first page: %s (%s)", name, error)
    connecting.join()
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(usual)


def _connect() -> None:
    try:
        importlib.import_module("ui.session").default_console()  # starts the sandbox where there is no account
    except SagedeckError as error:
        log.warning("Not connected before the first page: %s", error)


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
    """Warm up in a thread: the port answers at once, and the first page finds the modules loaded or loading."""
    warming = asyncio.get_running_loop().run_in_executor(None, load)
    yield {"warming": warming}
    await warming


async def health(_request: Request) -> JSONResponse:
    """For a process supervisor: this server answers. Says nothing about AWS."""
    return JSONResponse({"status": "ok"})
