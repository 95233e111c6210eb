"""The page a presigned URL leads to. It says that it is simulated, and for what."""

from html import escape
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Route

from sandbox.sagemaker.studio.presigned import PATH, SHELF

if TYPE_CHECKING:
    from sandbox.world import World

_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
body {{ max-width: 40rem; margin: 12vh auto; padding: 0 1rem }}
dt {{ font-weight: 600 }} dd {{ margin: 0 0 .5rem; overflow-wrap: anywhere }}
</style></head><body><h1>{title}</h1>{body}</body></html>"""


def routes(world: "World") -> list[BaseRoute]:
    async def show(request: Request) -> HTMLResponse:
        with world.lock:
            shelf = world.records.shelf(SHELF)
            held = shelf.pop(request.path_params["token"], None)
            valid = held is not None and world.clock.now() <= held["until"]
        if not held or not valid:
            return _answer("This link has expired", "<p>A presigned URL opens once, within minutes.</p>", 403)
        lab = {"Opens at": "JupyterLab"} if request.query_params.get("view") == "lab" else {}
        return _answer("Simulated: nothing runs here", _body({**held["about"], **lab}), 200)

    return [Route(PATH + "{token}", show, methods=["GET"])]


def _body(about: dict[str, str]) -> str:
    told = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in about.items())
    return (
        "<p>This is Sagedeck's sandbox. On AWS, JupyterLab or Code Editor would open here; the sandbox starts no "
        f"notebook server, and nothing you could lose lies behind this page.</p><dl>{told}</dl>"
    )


def _answer(title: str, body: str, status: int) -> HTMLResponse:
    return HTMLResponse(_PAGE.format(title=escape(title), body=body), status, headers=_HEADERS)
