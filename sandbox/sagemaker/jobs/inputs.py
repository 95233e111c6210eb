"""Where jobs read from and write to: what lies under an S3 address, and what AWS says when nothing does."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.errors import AwsError, invalid
from sandbox.objects import split

if TYPE_CHECKING:
    from sandbox.world import World

Place = tuple[str, str]  # bucket and key
_JUMPSTART = re.compile(r"jumpstart-(private-)?cache-prod-[a-z0-9-]+|sagemaker-sample-files|jumpstart-cache-.*")
_CATALOGUES = ("ManifestFile", "AugmentedManifestFile")


class Inputs:
    """Looks at the world's objects. Raises LookupError with AWS's words where a job would fail."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def places(self, source: Mapping[str, Any], region: str, role: str) -> list[Place]:
        """Return the objects an S3DataSource names: those under a prefix, or those a manifest lists."""
        uri = source["S3Uri"]
        bucket, key = place(uri)
        if _JUMPSTART.fullmatch(bucket):
            return []
        if self._world.objects.region_of(bucket) != region:
            raise LookupError(nothing(uri, region, role))
        kind = source.get("S3DataType", "S3Prefix")
        if kind in _CATALOGUES:
            return self._listed(bucket, key, kind, uri, region, role)
        found = [(bucket, each) for each in self._world.objects.keys(bucket, key) if not each.endswith("/")]
        if not found:
            raise LookupError(nothing(uri, region, role))
        return found

    def check(self, sources: Iterable[Mapping[str, Any]], region: str, role: str) -> None:
        """Raise AWS's ValidationException unless something lies at each source."""
        for source in sources:
            try:
                self.places(source, region, role)
            except LookupError as words:
                raise invalid(str(words.args[0])) from None

    def check_output(self, uri: str, region: str) -> None:
        """Raise AWS's ValidationException unless the bucket of an output is there, in this region."""
        bucket, _ = place(uri)
        found = self._world.objects.region_of(bucket)
        if found is None:
            raise invalid(f"The S3 bucket '{bucket}' does not exist. Please provide an existing bucket for the output.")
        if found != region:
            raise invalid(f"The S3 bucket '{bucket}' is not in the region {region} of the job, but in {found}.")

    def read(self, at: Place) -> bytes:
        """Return an object. LookupError if it is gone."""
        content = self._world.objects.read(*at)
        if content is None:
            raise LookupError(f"ClientError: Data download failed:Unable to download object s3://{at[0]}/{at[1]}")
        return content

    def write(self, uri: str, content: bytes, content_type: str) -> None:
        """Put an object at an address. LookupError if its bucket is gone."""
        bucket, key = place(uri)
        try:
            self._world.objects.write(bucket, key, content, content_type)
        except KeyError:
            raise LookupError(
                f"ClientError: Data upload failed:The specified bucket does not exist: {bucket}"
            ) from None

    def _listed(self, bucket: str, key: str, kind: str, uri: str, region: str, role: str) -> list[Place]:
        content = self._world.objects.read(bucket, key)
        if content is None:
            raise LookupError(nothing(uri, region, role))
        try:
            if kind == "AugmentedManifestFile":
                lines = [json.loads(line) for line in content.decode().splitlines() if line.strip()]
                found = [place(line["source-ref"]) for line in lines]
            else:
                head, *names = json.loads(content)
                found = [place(head["prefix"] + name) for name in names]
        except (ValueError, KeyError, TypeError, AwsError):
            raise LookupError(
                f"ClientError: Data download failed:The manifest file {uri} could not be parsed."
            ) from None
        for each in found:
            if self._world.objects.size(*each) is None:
                raise LookupError(nothing(f"s3://{each[0]}/{each[1]}", region, role))
        return found


def place(uri: str) -> Place:
    """Split an S3 address, of either form. AwsError if it is none."""
    if uri.startswith("https://"):
        host, _, path = uri.removeprefix("https://").partition("/")
        name, dot, _ = host.partition(".s3")
        uri = f"s3://{name}/{path}" if dot else f"s3://{path}"
    try:
        return split(uri)
    except ValueError:
        raise invalid(f"The S3 URI '{uri}' is not valid.") from None


def under(uri: str, *names: str) -> str:
    """Return the address of something below another."""
    return "/".join((uri.rstrip("/"), *names))


def nothing(uri: str, region: str, role: str) -> str:
    return (
        f'No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure that the bucket exists in '
        f"the selected region ({region}), that objects exist under that S3 prefix, and that the role "
        f'"{role}" has "s3:ListBucket" permissions on bucket "{place(uri)[0]}".'
    )
