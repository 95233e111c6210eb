"""Whether image and artefact can be had from this region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.catalog import bucket_arns
from services.catalog.images import regional_image, registry_accounts
from services.deploy import CatalogSource, CustomSource, DeployRequest, HubSource, Serverless
from services.preflight.looking import Look, or_none
from services.preflight.models import Fix, Line, Part, Topic, Verdict
from services.preflight.places import EcrImage, ecr_image, s3_place
from services.preflight.words import count, gib

LARGEST_SERVERLESS_IMAGE = 10 * 1024**3
_ARM = ("arm64", "graviton", "aarch64")


def image_lines(look: Look, part: Part) -> Iterator[Line]:
    """Registry, region, whether it is there, and whether it is made for the processor of the instance."""
    image = look.container(part.request).image
    found = ecr_image(image)
    if found is None:
        words = f"{image or 'Nothing'} is not an image in a registry of Amazon ECR, and SageMaker pulls from no other."
        yield _line(part, Verdict.STOP, words)
        return
    region = look.rooms.identity.region
    if found.region != region:
        words = f"The image lies in {found.region}; an endpoint in {region} needs it in {region}."
        yield _line(part, Verdict.STOP, words, fixes=_same_image_here(part, found, region))
        return
    wrong = _wrong_processor(look, part.request, found)
    yield _line(part, Verdict.STOP, wrong) if wrong else _there(look, part, found)


def _line(part: Part, verdict: Verdict, words: str, detail: str = "", fixes: tuple[Fix, ...] = ()) -> Line:
    return Line(topic=Topic.IMAGE, verdict=verdict, words=words, detail=detail, fixes=fixes, about=part.about)


def _same_image_here(part: Part, image: EcrImage, region: str) -> tuple[Fix, ...]:
    """An image of AWS's lies in each region, in a registry of its own."""
    source = part.request.source
    if not isinstance(source, CustomSource) or image.account not in registry_accounts(image.region):
        return ()
    if image.reference.startswith("sha256:"):
        return ()  # a digest of another registry says nothing of this one
    here = or_none(lambda: regional_image(f"{image.repository}:{image.reference}", region))
    if here is None:
        return ()
    changed = replace(part.request, source=replace(source, image=here))
    return (Fix(words=f"Use the image of {region}", change=part.whole(changed)),)


def _wrong_processor(look: Look, request: DeployRequest, image: EcrImage) -> str:
    """An image of AWS's says in its name if it is for Graviton; of other images nobody knows."""
    spec = look.rooms.catalog.instance(request.instance_type)
    if spec is None or image.account not in registry_accounts(image.region):
        return ""
    for_arm = any(word in f"{image.repository}:{image.reference}" for word in _ARM)
    on_arm = spec.architecture == "arm64"
    if for_arm == on_arm:
        return ""
    mine, theirs = ("Graviton (arm64)", "x86_64") if on_arm else ("x86_64", "Graviton (arm64)")
    return f"{request.instance_type} is {mine}, and the image is made for {theirs}."


def _there(look: Look, part: Part, image: EcrImage) -> Line:
    name = f"{image.repository}:{image.reference}"
    if image.account in registry_accounts(image.region):
        return _line(part, Verdict.OK, "The image is in AWS's own registry of this region.", name)
    if image.account != look.rooms.identity.account:
        words = f"The image is in the registry of account {image.account}, which cannot be looked into from here."
        return _line(part, Verdict.UNKNOWN, words, "Its repository has to allow the execution role to pull.")
    found = look.rooms.gateway.image(image.repository, image.reference)
    if found is None:
        return _line(part, Verdict.STOP, f"There is no image {name} in this account's registry.")
    if isinstance(part.request.mode, Serverless) and found.size > LARGEST_SERVERLESS_IMAGE:
        words = f"The image has {gib(found.size)}; without machines of its own 10 GiB is the most."
        return _line(part, Verdict.STOP, words)
    if "manifest.list" in found.manifest or "image.index" in found.manifest:
        words = "The tag names an image for several processors; SageMaker takes images of one."
        return _line(part, Verdict.WARNING, words, f"{name}: {found.manifest}")
    return _line(part, Verdict.OK, "The image is in this account's registry.", f"{name}, {gib(found.size)} compressed.")


def artifact_lines(look: Look, part: Part) -> Iterator[Line]:
    """Where the weights come from, whether something is there, in which region, and how much."""
    source = part.request.source
    if isinstance(source, HubSource):
        yield _from_hub(part, source)
        return
    artifact = look.container(part.request).artifact
    place = s3_place(artifact)
    if place is None:
        words = "The container brings the weights along, or fetches them itself."
        yield _weights(part, Verdict.OK, words)
    elif look.rooms.simulated and isinstance(source, CatalogSource):
        yield _weights(part, Verdict.OK, "AWS keeps the weights; the sandbox does not fetch them.", artifact)
    else:
        yield _in_s3(look, part, artifact, place)


def _weights(part: Part, verdict: Verdict, words: str, detail: str = "") -> Line:
    return Line(topic=Topic.ARTIFACT, verdict=verdict, words=words, detail=detail, about=part.about)


def _from_hub(part: Part, source: HubSource) -> Line:
    advanced = part.request.advanced
    if advanced.isolated:
        words = "The container has no network, and has to fetch the weights from huggingface.co."
        return _weights(part, Verdict.STOP, words, "Switch the isolation off, or give the weights as an artefact.")
    if advanced.subnets:
        words = "The weights come from huggingface.co: the subnets need a way to the internet (a NAT gateway)."
        return _weights(part, Verdict.WARNING, words)
    words = f"{source.hub_id} is fetched from huggingface.co when the container starts."
    page = Fix(words="Open the model's page", url=f"https://huggingface.co/{source.hub_id}")
    return Line(topic=Topic.ARTIFACT, verdict=Verdict.OK, words=words, fixes=(page,), about=part.about)


def _in_s3(look: Look, part: Part, artifact: str, place: tuple[str, str]) -> Line:
    region, (name, key) = look.rooms.identity.region, place
    bucket = look.bucket(name)
    if bucket is None:
        return _weights(part, Verdict.STOP, f"There is no bucket {name}.", artifact)
    if bucket.region and bucket.region != region:
        words = f"The bucket {name} is in {bucket.region}; the endpoint in {region} reads from {region} only."
        return _weights(part, Verdict.STOP, words, artifact)
    arn = f"arn:{look.rooms.identity.partition}:s3:::{name}"
    if arn in bucket_arns(look.rooms.identity.partition, region):
        return _weights(part, Verdict.OK, "AWS keeps the weights in its bucket of this region.", artifact)
    if not bucket.readable:
        words = f"You may not look into the bucket {name}; the execution role may all the same."
        return _weights(part, Verdict.UNKNOWN, words, f"It takes s3:ListBucket. {artifact}")
    found = look.objects(name, key)
    if not found.count:
        return _weights(part, Verdict.STOP, f"There is nothing at {artifact}.")
    more = "" if found.complete else "more than "
    words = f"The artefact is there: {more}{gib(found.size)} in {count(found.count, 'object')}."
    return _weights(part, Verdict.OK, words, artifact)
