"""What a job reads: the objects of a prefix or manifest, and the first records of them."""

from __future__ import annotations

from dataclasses import replace

from services.batch.models import Problem, TransformRequest
from services.batch.preview import HEAD_BYTES, InputPreview, previewed
from services.errors import InvalidRequest, NotFound
from services.objects import Entry, Listing, ObjectsService, Peek, Uri, manifest_uris


class Inputs:
    """Looks at S3 through `ObjectsService`; raises its errors."""

    def __init__(self, objects: ObjectsService) -> None:
        self._objects = objects

    def preview(self, request: TransformRequest) -> InputPreview:
        """The first records. An object named in full takes one ranged read, however large; a prefix one list more."""
        source = Uri.parse(request.source)
        if request.upload:
            return previewed(request, _local(request.upload, source))
        if not source.folder:
            try:
                peek = self._objects.peek(source, HEAD_BYTES)
            except NotFound:
                if request.input_kind != "S3Prefix":
                    raise
            else:
                if request.input_kind == "S3Prefix":
                    return previewed(request, peek)
                return self._manifest(request, peek.head if peek.whole else self._objects.read(source))
        listing = self._objects.below(source)
        held = next((each for each in listing.entries if each.size), None)
        if held is None:
            why = "A job without input fails."
            raise NotFound(f"Nothing lies at {request.source}.", why, "Choose a prefix that holds objects.")
        return previewed(request, self._objects.peek(held.uri, HEAD_BYTES), listing)

    def listed(self, request: TransformRequest) -> Listing:
        """The objects it reads; of a manifest without their sizes. Raises InvalidRequest for a bad manifest."""
        if request.input_kind == "S3Prefix":
            return self._objects.below(request.source)
        uris = manifest_uris(self._objects.read(request.source))
        return Listing(tuple(Entry(each.name, each) for each in uris))

    def _manifest(self, request: TransformRequest, content: bytes) -> InputPreview:
        try:
            uris = manifest_uris(content)
        except InvalidRequest as error:
            words = f"{error.what} {error.why}"
            return InputPreview(Uri.parse(request.source), len(content), (), problems=(Problem("input", words),))
        if not uris:
            raise NotFound(f"The manifest {request.source} lists nothing.", "", "Add the names of objects to it.")
        seen = previewed(request, self._objects.peek(uris[0], HEAD_BYTES))
        return replace(seen, objects=len(uris), total=seen.size * len(uris))


def _local(path: str, uri: Uri) -> Peek:
    """The beginning of a file of this machine as if it lay in S3 already. Raises InvalidRequest."""
    try:
        with open(path, "rb") as file:
            head = file.read(HEAD_BYTES)
            return Peek(uri, max(len(head), file.seek(0, 2)), head)
    except OSError as error:
        raise InvalidRequest("The file to upload cannot be read.", type(error).__name__, "Choose it again.") from error
