"""The files the journey drops: one of each kind, each with one fact that no other has; and one that is refused."""

from __future__ import annotations

from tests.services.documents.samples import make_docx, make_html, make_pdf, make_scanned_pdf

FILLER = (
    "This handbook is kept by the operations team and is read by everybody who joins. "
    "It is updated each quarter, and whoever finds a mistake may correct it at once. "
)


def files(listener_url: str) -> list[dict[str, object]]:
    """Name, media type and bytes, as a browser's file chooser wants them."""
    text = "text/plain"
    return [
        {"name": "travel.pdf", "mimeType": "application/pdf", "buffer": make_pdf(
            [FILLER * 3, "Travel. Refunds for cancelled flights are paid within 30 days of the request. " + FILLER],
        )},
        {"name": "security.docx", "mimeType": "application/octet-stream", "buffer": make_docx(
            ["Security", "Visitors must wear a yellow badge while they are in the building.", FILLER],
        )},
        {"name": "kitchen.md", "mimeType": "text/markdown", "buffer": (
            f"# Kitchen\n\nThe coffee machine is descaled every second Tuesday by Marta.\n\n{FILLER}\n\n"
            f"![logo]({listener_url}/from-a-document.png) <img src='{listener_url}/from-html.png'>\n"
        ).encode()},
        {"name": "garage.html", "mimeType": "text/html", "buffer": make_html(
            "<h1>Garage</h1><p>Electric cars are charged on level minus two of the garage.</p>"
            f"<p>{FILLER}</p><img src='{listener_url}/page.png'><script>fetch('{listener_url}/script')</script>"
        )},
        {"name": "library.txt", "mimeType": text, "buffer": (
            "The company library lends books for six weeks. " + FILLER
        ).encode()},
        {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": make_scanned_pdf()},
    ]  # fmt: skip
