"""One file read in this process; only a worker should do so with a file it does not know."""

from __future__ import annotations

import errno
import importlib
import os
import stat
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from services.documents.kinds import recognise
from services.documents.limits import MEGABYTE, Limits
from services.documents.models import Page, Reading, Refusal
from services.documents.unlock import is_locked, unlock
from services.errors import DocumentRefused

READERS = {
    "docx": ("word", "read_docx", False),
    "pptx": ("powerpoint", "read_pptx", True),
    "xlsx": ("excel", "read_xlsx", True),
    "csv": ("tabular", "read_csv", True),
    "html": ("html", "read_html", True),
    "markdown": ("markdown", "read_markdown", True),
    "text": ("plain", "read_text", True),
    "epub": ("epub", "read_epub", True),
    "rtf": ("rtf", "read_rtf", False),
    "odt": ("opendocument", "read_odt", False),
}
"""For each kind the module and function that read it, and whether it has words about what could not be had."""

MOST_WARNINGS = 20
"""More would not be read; a file with a thousand damaged parts says the same thing a thousand times."""


def read_bytes(path: Path, limits: Limits) -> bytes:
    """Return a file's content; raises DocumentRefused for what is not a plain file, and for one that is too large.

    Links are not followed: a folder of documents may hold one that leads out of it.
    """
    try:
        place = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise DocumentRefused("There is no such file.", "Check its name and folder.") from None
    except PermissionError:
        raise DocumentRefused("The file may not be read.", "Give yourself the right to read it.") from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise DocumentRefused("This is a link to a file, not a file.", "Give the file itself.") from None
        raise DocumentRefused("The file cannot be opened.", "Check its name and folder.") from None
    except ValueError:  # a zero byte in the name
        raise DocumentRefused("There is no such file.", "Check its name and folder.") from None
    try:
        state = os.fstat(place)
        if stat.S_ISDIR(state.st_mode):
            raise DocumentRefused("This is a folder, not a file.", "Give the files in it.")
        if not stat.S_ISREG(state.st_mode):
            raise DocumentRefused("This is a device or a pipe, not a file.", "Give a file.")
        if state.st_size > limits.file_bytes:
            size = limits.file_bytes / MEGABYTE
            raise DocumentRefused(f"The file is larger than {size:,.0f} MB.", "Split it and drop the parts.")
        with open(place, "rb", closefd=False) as file:
            return file.read(limits.file_bytes)
    finally:
        os.close(place)


UNPACKED_ELSEWHERE = Refusal("This is a ZIP archive.", "Its files are read one by one.")
DAMAGED = Refusal("The file is damaged and cannot be read.", "Open it in its program, save it again, drop that.")
TOO_DEEP = Refusal("The file is nested too deeply.", "Save it again in its program and drop that.")
DEEPEST_MAIL = 3
"""E-mails within e-mails: a forwarded one, and what was forwarded with that."""


def read_file(path: Path, name: str, limits: Limits, password: str = "") -> Reading:
    """Return what a file says, or why it is refused. Raises MemoryError, for the worker to end itself."""
    try:
        data = read_bytes(path, limits)
    except DocumentRefused as refused:
        return Reading((), Refusal(refused.reason, refused.hint))
    return read_data(data, name, limits, password)


def read_data(data: bytes, name: str, limits: Limits, password: str = "", depth: int = 0) -> Reading:
    """Return what a file's content says; `depth` counts the e-mails it is attached to."""
    kind, warnings = "", list[str]()
    try:
        if is_locked(data):
            data = unlock(data, password, limits)
        kind = recognise(data, name)
        if kind == "zip":
            return Reading((), UNPACKED_ELSEWHERE, kind)
        pages, title = _read(kind, _Task(data, limits, password, warnings, depth))
    except DocumentRefused as refused:
        return Reading((), Refusal(refused.reason, refused.hint, refused.locked), kind)
    except RecursionError:
        return Reading((), TOO_DEEP, kind)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a file that a reader trips over is refused, never an error of the console
        return Reading((), DAMAGED, kind)
    return Reading(pages, None, kind, title, tuple(warnings[:MOST_WARNINGS]))


@dataclass(frozen=True, slots=True)
class _Task:
    """A file to read: its content and bounds, and where to put words about what could not be had of it."""

    data: bytes
    limits: Limits
    password: str
    warnings: list[str]
    depth: int


def _read(kind: str, task: _Task) -> tuple[tuple[Page, ...], str]:
    """Return the pages and title of a file of a kind, importing no other kind's reader."""
    if kind == "pdf":
        from services.documents.pdf import read_pdf

        return read_pdf(task.data, task.limits, task.password, task.warnings)
    if kind == "email":
        from services.documents.mail import read_eml

        return read_eml(task.data, task.limits, task.warnings, partial(_attachment, task))
    module, name, warns = READERS[kind]
    reader = getattr(importlib.import_module(f"services.documents.{module}"), name)
    pages, title = reader(task.data, task.limits, *((task.warnings,) if warns else ()))
    return pages, title


def _attachment(task: _Task, data: bytes, name: str) -> Reading:
    if task.depth >= DEEPEST_MAIL:
        return Reading((), TOO_DEEP)
    return read_data(data, name, task.limits, "", task.depth + 1)
