"""The security headers of every answer, the content security policy above all.

Model output and documents are shown in the page, and Markdown can name a foreign image that a browser fetches without
a click. The policy is the second wall behind `ui.escape`: nothing but this server is ever asked for anything.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import streamlit
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def inline_script_hashes(html: str) -> tuple[str, ...]:
    """The policy's sources (`'sha256-…'`) for the scripts written into `html` itself."""
    digests = (hashlib.sha256(script.encode()).digest() for script in re.findall(r"<script>(.*?)</script>", html, re.S))
    return tuple(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


@cache
def content_security_policy() -> str:
    """The policy for Streamlit's page as installed: own sources only, and its one inline script by its hash."""
    index = Path(streamlit.__file__).parent / "static" / "index.html"
    rules = {
        "default-src": ("'self'",),
        "script-src": ("'self'", *inline_script_hashes(index.read_text(encoding="utf-8"))),
        "style-src": ("'self'", "'unsafe-inline'"),  # Streamlit writes its styles at run time
        "img-src": ("'self'", "data:", "blob:"),
        "font-src": ("'self'", "data:"),
        "connect-src": ("'self'",),
        "media-src": ("'self'", "blob:", "data:"),
        "worker-src": ("'self'", "blob:"),
        "frame-src": ("'none'",),
        "object-src": ("'none'",),
        "base-uri": ("'self'",),
        "form-action": ("'self'",),
        "frame-ancestors": ("'none'",),
    }
    return "; ".join(" ".join((name, *sources)) for name, sources in rules.items())


class SecurityHeaders:
    """ASGI middleware: adds the headers to every HTTP answer, Streamlit's own files and errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.headers = [
            (b"content-security-policy", content_security_policy().encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"no-referrer"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; only the start of an HTTP answer is touched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *self.headers]}
            await send(message)

        await self.app(scope, receive, send_with_headers)
