"""What CreateModel asks of a container: an image of a registry, weights that exist, a licence that is accepted.

AWS's words: hashicorp/terraform-provider-aws issues 34795 and 32734, aws/amazon-sagemaker-examples issue 4479.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.errors import AwsError, invalid
from sandbox.faults import Kind
from sandbox.objects import split

if TYPE_CHECKING:
    from sandbox.world import World

Container = Mapping[str, Any]

_REGISTRY = re.compile(r"\d{12}\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/\S+")
_JUMPSTART = re.compile(r"jumpstart-(private-)?cache-prod-([a-z0-9-]+)")


class Containers:
    """Checks containers before a model or an inference component is made of them."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def check(self, container: Container, *, model: str, region: str, role: str = "") -> None:
        """Raise what AWS answers to a container it would not take. `model`: its name, for faults."""
        if not (container.get("Image") or container.get("ModelPackageName")):
            raise invalid("Container should have at least one of Image or ModelPackageName specified.")
        _check_image(container)
        _check_mode(container)
        if container.get("ModelDataUrl") and container.get("ModelDataSource"):
            raise invalid("You cannot specify both ModelDataUrl and ModelDataSource for one container.")
        strikes = self._strikes(model)
        for uri, access in sources(container):
            self._check_source(uri, access, region, role, strikes)

    def _strikes(self, model: str) -> Callable[[Kind], bool]:
        def strikes(kind: Kind) -> bool:
            return self._world.faults.strikes(kind, service="sagemaker", operation="CreateModel", resource=model)

        return strikes

    def _check_source(self, uri: str, access: Any, region: str, role: str, strikes: Callable[[Kind], bool]) -> None:
        try:
            bucket, key = split(uri)
        except ValueError:  # an https address of S3
            bucket, _, key = uri.partition("://")[2].partition("/")
            bucket = bucket.partition(".s3")[0]
        if strikes(Kind.MISSING_ARTIFACT):
            raise _missing(uri)
        own = _JUMPSTART.fullmatch(bucket)
        if (own and own[1]) or strikes(Kind.GATED_MODEL):
            _check_licence(uri, access)
        if own:
            if own[2] != region:
                raise _not_reached(uri, role, region)
            return
        place = self._world.objects.region_of(bucket)
        if place is None:
            raise _missing(uri)
        if place != region:
            raise _not_reached(uri, role, region)
        if not self._is_there(bucket, key):
            raise _missing(uri)

    def _is_there(self, bucket: str, key: str) -> bool:
        """Tell whether there is an object of that key, or something under it."""
        if not key.endswith("/") and self._world.objects.size(bucket, key) is not None:
            return True
        prefix = key if key.endswith("/") or not key else f"{key}/"
        return next(iter(self._world.objects.keys(bucket, prefix)), None) is not None


def sources(container: Container) -> Iterator[tuple[str, Any]]:
    """Yield where a container's weights lie, with the ModelAccessConfig sent for them."""
    if container.get("ModelDataUrl"):
        yield container["ModelDataUrl"], None
    found = [container.get("ModelDataSource") or {}, *(container.get("AdditionalModelDataSources") or ())]
    for source in found:
        if "S3DataSource" in source:
            yield source["S3DataSource"]["S3Uri"], source["S3DataSource"].get("ModelAccessConfig")


def image_region(image: str) -> str:
    """Return the region of the registry an image lies in, "" if it lies in none of AWS's."""
    found = _REGISTRY.fullmatch(image)
    return found[1] if found else ""


def _check_image(container: Container) -> None:
    image = container.get("Image", "")
    through_vpc = (container.get("ImageConfig") or {}).get("RepositoryAccessMode") == "Vpc"
    if image and not image_region(image) and not through_vpc:
        raise invalid(f'Using non-ECR image "{image}" without Vpc repository access mode is not supported.')


def _check_mode(container: Container) -> None:
    if container.get("Mode") == "MultiModel":
        uri = next((uri for uri, _ in sources(container)), "")
        if not uri:
            raise invalid("ModelDataUrl must be specified for a container in MultiModel mode.")


def _check_licence(uri: str, access: Any) -> None:
    if not (access or {}).get("AcceptEula"):
        raise invalid(
            "The AcceptEula value must be explicitly defined as True in order to accept the end-user license "
            f'agreement (EULA) that this "{uri}" model requires. You are responsible for reviewing and complying with '
            "any applicable license terms and making sure they are acceptable for your use case before downloading or "
            "using a model."
        )


def _missing(uri: str) -> AwsError:
    return invalid(f"Could not find model data at {uri}.")


def _not_reached(uri: str, role: str, region: str) -> AwsError:
    return invalid(
        f'Could not access model data at {uri}. Please ensure that the role "{role}" exists and that its trust '
        'relationship policy allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com". '
        f'Also ensure that the role has "s3:GetObject" permissions and that the object is located in {region}. If your '
        "Model uses multiple models or uncompressed models, please ensure that the role has "
        '"s3:ListBucket" permission.'
    )
