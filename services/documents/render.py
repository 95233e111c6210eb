"""A page of a PDF drawn as a picture, with a passage marked.

For worker processes only: PDFium is not safe with threads.
"""

from __future__ import annotations

import io
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.documents.limits import Limits
from services.documents.parse import read_bytes
from services.errors import DocumentRefused

if TYPE_CHECKING:
    from PIL.Image import Image

MARK = (255, 221, 87)
WINDOW = 24
"""Letters and digits in a row that must agree where a passage is not found as a whole."""

LONGEST_MARK = 20_000
Box = tuple[float, float, float, float]


def draw_page(path: Path, number: int, highlight: str | None, width: int, limits: Limits) -> bytes:
    """Return the page as PNG, at most `width` pixels wide; raises DocumentRefused where it cannot be drawn."""
    import pypdfium2

    data = read_bytes(path, limits)
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        raise DocumentRefused(
            "This file cannot be drawn.", "Only pages of a readable PDF can; read its text."
        ) from None
    if not 1 <= number <= len(document):
        raise DocumentRefused(f"The PDF has no page {number}.", f"It has {len(document)}.")
    try:
        page = document[number - 1]
        bitmap = page.render(scale=_scale(page.get_width(), page.get_height(), width, limits.picture_pixels))
        picture = bitmap.to_pil().convert("RGB")
        if highlight:
            convert = bitmap.get_posconv(page)
            boxes = [_on_picture(box, convert) for box in find_boxes(page.get_textpage(), highlight)]
            picture = _marked(picture, boxes)
    except (pypdfium2.PdfiumError, ValueError):
        raise DocumentRefused(f"Page {number} cannot be drawn.", "Read its text instead.") from None
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=3)
    return out.getvalue()


def _scale(width: float, height: float, wanted: int, pixels: int) -> float:
    """Return pixels a point, so that the picture is as wide as wanted and has no more pixels than allowed."""
    if width <= 0 or height <= 0:
        raise ValueError("a page without size")
    by_width = max(1, min(wanted, 4000)) / width
    return float(min(by_width, (pixels / (width * height)) ** 0.5))


def find_boxes(text_page: Any, passage: str) -> list[Box]:
    """Return boxes (left, bottom, right, top in points), one a line, around a passage's letters on a page.

    Only letters and digits are compared, so spaces, line ends and hyphens may differ; where the passage is not found
    as a whole, its stretches of 24 that are found get a box.
    """
    import pypdfium2.raw as pdfium

    count = text_page.count_chars()
    signs: list[str] = []
    places: list[int] = []
    for index in range(count):
        for sign in _bare(chr(pdfium.FPDFText_GetUnicode(text_page, index))):
            signs.append(sign)
            places.append(index)
    found = find_passage("".join(signs), _bare(passage[:LONGEST_MARK]))
    boxes: list[Box] = []
    for index in _with_signs_between(sorted({places[place] for place in found})):
        box = text_page.get_charbox(index, loose=True)
        if box[2] > box[0] and box[3] > box[1]:
            _extend(boxes, box)
    return boxes


def _with_signs_between(indexes: list[int]) -> list[int]:
    """Return the indexes with those of the few spaces and punctuation marks between them."""
    filled = indexes[:1]
    for previous, index in pairwise(indexes):
        filled.extend(range(previous + 1, index + 1) if index - previous <= 6 else (index,))
    return filled


def find_passage(text: str, passage: str) -> set[int]:
    """Return the places of `text` that `passage` covers, both already bare; empty where they have nothing in common."""
    if not passage:
        return set()
    start = text.find(passage)
    if start >= 0:
        return set(range(start, start + len(passage)))
    covered: set[int] = set()
    place, step = 0, 0
    while step + WINDOW <= len(passage):
        window = passage[step : step + WINDOW]
        at = text.find(window, place)
        at = text.find(window) if at < 0 else at
        if at >= 0:
            covered.update(range(at, at + WINDOW))
            place = at
        step += WINDOW // 4
    return covered


def _bare(text: str) -> str:
    """Return only the letters and digits of a text, in one case, ligatures taken apart."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


def _extend(boxes: list[Box], box: Box) -> None:
    """Add a letter's box to that of its line, if it stands on the line of the letter before."""
    left, bottom, right, top = box
    if boxes:
        last = boxes[-1]
        height = max(1.0, last[3] - last[1])
        if abs(last[1] - bottom) < height / 2 and -height < left - last[2] < 3 * height:
            boxes[-1] = (min(last[0], left), min(last[1], bottom), max(last[2], right), max(last[3], top))
            return
    boxes.append(box)


def _on_picture(box: Box, convert: Any) -> Box:
    """Return a box in pixels, whichever way the page is turned."""
    x1, y1 = convert.to_bitmap(box[0], box[1])
    x2, y2 = convert.to_bitmap(box[2], box[3])
    return (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))


def _marked(picture: Image, boxes: list[Box]) -> Image:
    """Return the picture as if a marker pen had gone over the boxes: paper turns yellow, letters stay black."""
    from PIL import Image, ImageChops, ImageDraw

    pen = Image.new("RGB", picture.size, (255, 255, 255))
    draw = ImageDraw.Draw(pen)
    for left, top, right, bottom in boxes:
        draw.rectangle((left - 1, top - 1, right + 1, bottom + 1), fill=MARK)
    return ImageChops.multiply(picture, pen)
