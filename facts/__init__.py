"""Facts with their date and source, read by the console and by the sandbox: README.md says what and from where.

Data only. Who reads a file says so in one place of its own; a live answer always goes before what lies here.
"""

import csv
from collections.abc import Iterator
from pathlib import Path


def path(name: str) -> Path:
    """Return where the file of that name lies."""
    return Path(__file__).parent / name


def rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file, each by its header."""
    with path(name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
