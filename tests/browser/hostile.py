"""A listener that counts who calls, and texts that try to make a browser call it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Listener:
    """Answers everything with 200 and remembers the paths."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        paths = self.paths

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                paths.append(self.path)
                self.send_response(200)
                self.send_header("access-control-allow-origin", "*")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener until the block ends."""
    listener = Listener()
    try:
        yield listener
    finally:
        listener.close()


def texts(url: str) -> list[str]:
    """What a model or a document may say to make a browser call `url`."""
    return [
        f"![a]({url}/image.png)",
        f"![a][r]\n\n[r]: {url}/reference.png",
        f"<img src='{url}/html.png' onerror=\"fetch('{url}/onerror')\">",
        f"<script>fetch('{url}/script')</script>",
        f"<iframe src='{url}/frame'></iframe><object data='{url}/object'></object>",
        f"<style>@import '{url}/style.css'; body {{ background: url({url}/background.png) }}</style>",
        f"<link rel='stylesheet' href='{url}/link.css'><link rel='prefetch' href='{url}/prefetch'>",
        f"<svg><image href='{url}/svg.png'/></svg>",
        f"<video src='{url}/video.mp4' autoplay></video><audio src='{url}/audio.mp3' autoplay></audio>",
        f"[click]({url}/click) and {url}/bare and <{url}/auto>",
        f"~~~mermaid\ngraph TD\n  A[<img src='{url}/mermaid.png'>]\n~~~",
        f":red[![a]({url}/directive.png)]",
        f"| a | b |\n|---|---|\n| ![a]({url}/table.png) | b |",
        f"<meta http-equiv='refresh' content='0;url={url}/meta'>",
    ]
