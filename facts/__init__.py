"""Facts with their date and source, read by the console and by the sandbox: README.md says what and from where.

Data only. Who reads a file says so in one place of its own; a live answer always goes before what lies here.
"""

from pathlib import Path


def path(name: str) -> Path:
    """Return where the file of that name lies."""
    return Path(__file__).parent / name
