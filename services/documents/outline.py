"""Under which headings each place of a document stands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.documents.models import Page, Section
from services.documents.spans import is_title

SEPARATOR = " › "
LONGEST_HEADING = 120
"""Characters of one heading in a path; what is longer was rather a sentence in bold."""

DEEPEST = 8
"""Headings of a path; what is nested deeper counts as of the last. A path is at most a kilobyte, which stores index."""

GAP = 8
"""White space between a heading and what it heads, at most."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """A page's headings: where each section begins, and its path from the outermost heading. The first begins at 0."""

    starts: tuple[int, ...]
    paths: tuple[Path, ...]

    def path(self, place: int) -> Path:
        """The headings that a place of the page stands under."""
        return self.paths[bisect_right(self.starts, place) - 1]

    def parts(self, length: int) -> Iterator[tuple[int, int, Path]]:
        """Start, end and path of each section of a page that has this many characters."""
        ends = (*self.starts[1:], length)
        yield from (part for part in zip(self.starts, ends, self.paths, strict=True) if part[0] < part[1])


def outlines(pages: Sequence[Page], guess: bool = False) -> Iterator[Outline]:
    """Yield each page's outline; a section goes on over the pages until the next heading of its level or above.

    `guess`: where the file names no heading at all, short lines that stand alone count as such.
    """
    guess = guess and not any(page.sections for page in pages)
    open_sections: list[tuple[int, str]] = []
    for page in pages:
        starts, paths = [0], [tuple(title for _, title in open_sections)]
        for section in sorted(page.sections, key=lambda each: each.start) or (_titles(page.text) if guess else ()):
            title = " ".join(section.title.split())[:LONGEST_HEADING]
            if not title:
                continue
            while open_sections and open_sections[-1][0] >= section.level:
                open_sections.pop()
            del open_sections[DEEPEST - 1 :]
            open_sections.append((section.level, title))
            starts.append(max(_with_heading(page.text, section), starts[-1]))
            paths.append(tuple(each for _, each in open_sections))
        yield Outline(tuple(starts), tuple(paths))


def _with_heading(text: str, section: Section) -> int:
    """Where the section begins with its heading, which may stand before the place that is told."""
    title = section.title.strip()
    first = max(0, section.start - len(title) - GAP)
    before = text[first : section.start].rstrip()
    if before.endswith(title) and (len(before) == len(title) or before[-len(title) - 1] == "\n"):
        return first + len(before) - len(title)
    return min(section.start, len(text))


def _titles(text: str) -> Iterator[Section]:
    """Yield the lines that look like headings."""
    place, before = 0, "\n\n"
    for line in text.split("\n"):
        blank_after = text.startswith("\n", place + len(line) + 1)
        if blank_after and is_title(line, f"x{before}"):
            yield Section(place, line.strip())
        before = f"{before[-1:]}\n" if not line.strip() else line + "\n"
        place += len(line) + 1


def common(paths: Sequence[Path]) -> Path:
    """What all paths begin with."""
    shared = paths[0]
    for path in paths[1:]:
        same = 0
        while same < min(len(shared), len(path)) and shared[same] == path[same]:
            same += 1
        shared = shared[:same]
    return shared
