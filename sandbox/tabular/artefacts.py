"""The tar.gz files that jobs leave. Light: the sandbox itself imports it, and so do the workers."""

import io
import tarfile
from collections.abc import Mapping

TOLD = "sandbox.json"  # the member that tells people what the artefact is
_COMPRESSION = 3  # of 9: a pickled forest is large and hardly gets smaller above it


def archive(members: Mapping[str, bytes]) -> bytes:
    """Return a tar.gz of the members."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=_COMPRESSION) as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()
