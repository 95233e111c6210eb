"""The parts of an Office file: a ZIP archive of XML, opened as if it were a bomb."""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from services.documents.limits import MEGABYTE, Limits
from services.documents.marks import foreign
from services.documents.tidy import tidy
from services.errors import DocumentRefused

BLOCK = 64 * 1024
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, OSError, struct.error),
    *(NotImplementedError, expat.ExpatError, RuntimeError),
)
"""What a damaged archive, or damaged XML in it, makes the readers below raise."""

AGAIN = "Open it in Word, save it again as .docx, and drop that."


def name_of(element: Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def attribute(element: Element | None, name: str) -> str:
    """Return an attribute by its name without namespace, "" if there is none."""
    if element is None:
        return ""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def child_of(element: Element | None, *path: str) -> Element | None:
    """Return the first child of these names, one level each."""
    for name in path:
        if element is None:
            return None
        element = next((child for child in element if name_of(child) == name), None)
    return element


class Package:
    """Reads parts of an Office file by name; `unpacked` counts what has really come out, against the limit."""

    def __init__(self, data: bytes, limits: Limits, again: str = AGAIN, doctypes: bool = False) -> None:
        """Open the archive; raises DocumentRefused for a damaged, encrypted or over-large one.

        `again` is the hint for a damaged one; `doctypes` may be named (never declared) where old files do so.
        """
        self.limits, self.unpacked, self.again, self.doctypes = limits, 0, again, doctypes
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, EOFError):
            raise self.damaged() from None
        entries = self.archive.infolist()
        if any(entry.flag_bits & 1 for entry in entries):
            raise DocumentRefused(
                "The document is protected by a password.", "Save a copy without the password and drop that."
            )
        if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
            raise self._too_large()
        for entry in entries:
            if entry.file_size > MEGABYTE and entry.file_size > limits.ratio * max(1, entry.compress_size):
                raise DocumentRefused("The document is packed as a bomb: a little of it unpacks to very much.", again)

    def __contains__(self, name: str) -> bool:
        return name in self.archive.NameToInfo

    def part(self, stem: str) -> str:
        """Return the name of the part called `stem`, which may have a number: word/document.xml, word/document2.xml."""
        pattern = re.compile(re.escape(stem) + r"\d*\.xml")
        return next((name for name in self.archive.namelist() if pattern.fullmatch(name)), stem + ".xml")

    def names(self) -> list[str]:
        """Return the names of all parts, in the order of the archive."""
        return self.archive.namelist()

    def content(self, name: str) -> bytes:
        """Return a part's bytes, counted; raises DocumentRefused where it is missing or damaged."""
        out = io.BytesIO()
        self._each_block(name, out.write)
        return out.getvalue()

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """Return what a part points to: by its relation's id, the last word of its type and the part's name."""
        folder, _, bare = name.rpartition("/")
        relations = self.tree(f"{folder}/_rels/{bare}.rels" if folder else f"_rels/{bare}.rels")
        found: dict[str, tuple[str, str]] = {}
        for each in relations if relations is not None else ():
            target = attribute(each, "Target")
            if target and attribute(each, "TargetMode") != "External":
                place = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
                found[attribute(each, "Id")] = (attribute(each, "Type").rpartition("/")[2], place)
        return found

    def title(self, part: str = "docProps/core.xml") -> str:
        """Return the title in the document's properties, "" if it has none or they cannot be read."""
        try:
            properties = self.tree(part)
        except DocumentRefused as refused:
            if "damaged" not in refused.reason:
                raise
            return ""
        found = (each.text for each in properties.iter() if name_of(each) == "title") if properties is not None else ()
        return tidy(next(iter(found), "") or "")[:200]

    def tree(self, name: str) -> Element | None:
        """Return a small part as a tree, None where the file has no such part."""
        if name not in self:
            return None
        found: list[Element] = []
        self.stream(name, found.append, depth=0)
        return found[0] if found else None

    def stream(self, name: str, tell: Callable[[Element], None], depth: int) -> None:
        """Call `tell` with each finished element `depth` levels below the root, which then forgets it."""
        parser = _Parser(tell, depth, self)
        self._each_block(name, parser.feed)
        try:
            parser.feed(b"", last=True)
        except expat.ExpatError:
            raise self.damaged() from None

    def _each_block(self, name: str, take: Callable[[bytes], object]) -> None:
        """Give a part to `take`, block by block, counting what comes out."""
        try:
            with self.archive.open(name) as part:
                while block := part.read(BLOCK):
                    self.unpacked += len(block)
                    if self.unpacked > self.limits.unpacked_bytes:
                        raise self._too_large()
                    take(block)
        except BROKEN:
            raise self.damaged() from None

    def damaged(self) -> DocumentRefused:
        """Return the refusal of a document that is cut off or damaged."""
        return DocumentRefused("The document is cut off or damaged.", self.again)

    def _too_large(self) -> DocumentRefused:
        size = self.limits.unpacked_bytes // MEGABYTE
        return DocumentRefused(
            f"Unpacked, the document is larger than {size} MB.",
            "Take pictures out of it or split it, and drop it again.",
        )


class _Parser:
    """Expat without document types, entities or deep nesting."""

    def __init__(self, tell: Callable[[Element], None], depth: int, package: Package) -> None:
        self.tell, self.wanted, self.deepest, self.depth = tell, depth, package.limits.depth, -1
        self.again, self.doctypes = package.again, package.doctypes
        self.builder = TreeBuilder()
        self.expat = expat.ParserCreate(namespace_separator="}")
        self.expat.buffer_text = True
        self.expat.StartDoctypeDeclHandler = self._doctype
        self.expat.EntityDeclHandler = self._refuse
        self.expat.StartElementHandler = self._start
        self.expat.EndElementHandler = self._end
        self.expat.CharacterDataHandler = self._text

    def feed(self, block: bytes, last: bool = False) -> None:
        self.expat.Parse(block, last)

    def _doctype(self, name: str, system: str | None, public: str | None, declares: bool) -> None:
        if declares or not self.doctypes:
            self._refuse()

    def _refuse(self, *_: object) -> None:
        raise DocumentRefused("The document declares its own XML entities, as no program does.", self.again)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > self.deepest:
            raise DocumentRefused(f"The document is nested more than {self.deepest} levels deep.", self.again)
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
            self.builder.data(foreign(text))
