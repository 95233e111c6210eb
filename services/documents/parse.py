"""One file read in this process; only a worker should do so with a file it does not know."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

from services.documents.kinds import recognise
from services.documents.limits import MEGABYTE, Limits
from services.documents.models import Page, Reading, Refusal
from services.errors import DocumentRefused

Reads = Callable[[bytes, Limits], tuple[tuple[Page, ...], str]]


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


def read_file(path: Path, name: str, limits: Limits, password: str = "") -> Reading:
    """Return what a file says, or why it is refused. Raises MemoryError, for the worker to end itself."""
    kind = ""
    try:
        data = read_bytes(path, limits)
        kind = recognise(data, name)
        if kind == "zip":
            return Reading((), UNPACKED_ELSEWHERE, kind)
        pages, title = _reads(kind)(data, limits)
    except DocumentRefused as refused:
        return Reading((), Refusal(refused.reason, refused.hint, refused.locked), kind)
    except RecursionError:
        return Reading(
            (), Refusal("The file is nested too deeply.", "Save it again in its program and drop that."), kind
        )
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a file that a reader trips over is refused, never an error of the console
        return Reading(
            (),
            Refusal("The file is damaged and cannot be read.", "Open it in its program, save it again, drop that."),
            kind,
        )
    return Reading(pages, None, kind, title)


def _reads(kind: str) -> Reads:
    """Return the reader of a kind, importing no other."""
    if kind == "pdf":
        from services.documents.pdf import read_pdf

        return read_pdf
    if kind == "docx":
        from services.documents.word import read_docx

        return read_docx
    if kind == "html":
        from services.documents.html import read_html

        return read_html
    if kind == "markdown":
        from services.documents.markdown import read_markdown

        return read_markdown
    from services.documents.plain import read_text

    return read_text
