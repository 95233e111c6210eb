"""The parts of an Office file: a ZIP archive of XML, opened as if it were a bomb."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from services.documents.limits import MEGABYTE, Limits
from services.errors import DocumentRefused

BLOCK = 64 * 1024
AGAIN = "Open it in Word, save it again as .docx, and drop that."
DAMAGED = DocumentRefused("The document is cut off or damaged.", AGAIN)


class Package:
    """Reads parts of an Office file by name; `unpacked` counts what has really come out, against the limit."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        """Open the archive; raises DocumentRefused for a damaged, encrypted or over-large one."""
        self.limits, self.unpacked = limits, 0
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, EOFError):
            raise DAMAGED from None
        entries = self.archive.infolist()
        if any(entry.flag_bits & 1 for entry in entries):
            raise DocumentRefused(
                "The document is protected by a password.", "Save a copy without the password and drop that."
            )
        if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
            raise self._too_large()
        for entry in entries:
            if entry.file_size > MEGABYTE and entry.file_size > limits.ratio * max(1, entry.compress_size):
                raise DocumentRefused("The document is packed as a bomb: a little of it unpacks to very much.", AGAIN)

    def __contains__(self, name: str) -> bool:
        return name in self.archive.NameToInfo

    def part(self, stem: str) -> str:
        """Return the name of the part called `stem`, which may have a number: word/document.xml, word/document2.xml."""
        pattern = re.compile(re.escape(stem) + r"\d*\.xml")
        return next((name for name in self.archive.namelist() if pattern.fullmatch(name)), stem + ".xml")

    def tree(self, name: str) -> Element | None:
        """Return a small part as a tree, None where the file has no such part."""
        if name not in self:
            return None
        found: list[Element] = []
        self.stream(name, found.append, depth=0)
        return found[0] if found else None

    def stream(self, name: str, tell: Callable[[Element], None], depth: int) -> None:
        """Call `tell` with each finished element `depth` levels below the root, which then forgets it."""
        parser = _Parser(tell, depth, self.limits.depth)
        try:
            with self.archive.open(name) as part:
                while block := part.read(BLOCK):
                    self.unpacked += len(block)
                    if self.unpacked > self.limits.unpacked_bytes:
                        raise self._too_large()
                    parser.feed(block)
            parser.feed(b"", last=True)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            KeyError,
            NotImplementedError,
            expat.ExpatError,
            RuntimeError,
        ):
            raise DAMAGED from None

    def _too_large(self) -> DocumentRefused:
        size = self.limits.unpacked_bytes // MEGABYTE
        return DocumentRefused(
            f"Unpacked, the document is larger than {size} MB.",
            "Take pictures out of it or split it, and drop it again.",
        )


class _Parser:
    """Expat without document types, entities or deep nesting."""

    def __init__(self, tell: Callable[[Element], None], depth: int, deepest: int) -> None:
        self.tell, self.wanted, self.deepest, self.depth = tell, depth, deepest, -1
        self.builder = TreeBuilder()
        self.expat = expat.ParserCreate(namespace_separator="}")
        self.expat.buffer_text = True
        self.expat.StartDoctypeDeclHandler = self._refuse
        self.expat.EntityDeclHandler = self._refuse
        self.expat.StartElementHandler = self._start
        self.expat.EndElementHandler = self._end
        self.expat.CharacterDataHandler = self._text

    def feed(self, block: bytes, last: bool = False) -> None:
        self.expat.Parse(block, last)

    def _refuse(self, *_: object) -> None:
        raise DocumentRefused("The document declares its own XML entities, which Word never does.", AGAIN)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > self.deepest:
            raise DocumentRefused(f"The document is nested more than {self.deepest} levels deep.", AGAIN)
        if self.depth == self.wanted:
            self.builder = TreeBuilder()
        if self.depth >= self.wanted:
            self.builder.start(name, attributes)

    def _end(self, name: str) -> None:
        if self.depth >= self.wanted:
            self.builder.end(name)
        if self.depth == self.wanted:
            self.tell(self.builder.close())
        self.depth -= 1

    def _text(self, text: str) -> None:
        if self.depth >= self.wanted:
            self.builder.data(text)
