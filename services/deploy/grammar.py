"""How AWS writes what a person may get wrong: S3 URLs, images, ARNs, keys. Each function answers "" or a sentence.

Patterns are those of botocore's service models and of S3's and ECR's naming rules (AWS documentation, 2026).
"""

from __future__ import annotations

import re

from services.deploy.models import Place

# botocore's service model: EndpointName, EndpointConfigName, ModelName and InferenceComponentName.
NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
INSTANCE_TYPE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9-]+")
LONGEST_URL, LONGEST_OUTPUT, LONGEST_IMAGE = 1024, 512, 255
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
_RESERVED = re.compile(r"^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$")
_ECR = re.compile(
    r"(?P<account>\d{12})\.dkr[.-]ecr(-fips)?\.(?P<region>[a-z0-9-]+)\.(amazonaws\.com(\.cn)?|on\.(aws|amazonwebservices\.com\.cn))"
    r"/(?P<repository>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?P<tag>:[\w][\w.-]{0,127})?(?P<digest>@sha256:[a-f0-9]{64})?",
    re.ASCII,
)
_KEY_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):kms:(?P<region>[a-z0-9-]+):\d{12}:(key|alias)/[A-Za-z0-9/_-]{1,250}", re.ASCII
)
_KEY = re.compile(r"alias/[A-Za-z0-9/_-]{1,250}|[a-fA-F0-9]{8}(-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}|mrk-[a-f0-9]{32}")
_ROLE_ARN = re.compile(r"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>\d{12}):role/.+", re.ASCII)


def written(number: float) -> str:
    """A number as a sentence has it, also one that no float can hold."""
    try:
        return f"{number:g}"
    except OverflowError:
        return "So large a number"


def name_problem(name: str, what: str = "endpoint") -> str:
    """What is wrong with an endpoint's name (or that of an inference component), or ""."""
    if NAME.fullmatch(name):
        return ""
    if not name:
        return f"The {what} needs a name."
    if len(name) > 63:
        return f"The name has {len(name)} characters; 63 are allowed."
    return f"{name} cannot be a name: it has letters, digits and hyphens, and a letter or digit at both ends."


def bucket_problem(bucket: str) -> str:
    """What is wrong with a bucket's name by S3's rules."""
    if not 3 <= len(bucket) <= 63:
        return f"{bucket or 'An empty text'} cannot be a bucket: its name has 3 to 63 characters."
    if not _BUCKET.fullmatch(bucket) or ".." in bucket:
        return f"{bucket} cannot be a bucket: small letters, digits, dots and hyphens, a letter or digit at both ends."
    if _ADDRESS.fullmatch(bucket):
        return f"{bucket} cannot be a bucket: it reads like an IP address."
    return f"{bucket} cannot be a bucket: S3 keeps such names for itself." if _RESERVED.search(bucket) else ""


def s3_problem(url: str, longest: int = LONGEST_OUTPUT) -> str:
    """What is wrong with s3://bucket/prefix/."""
    if not url.startswith("s3://"):
        return f"{url or 'An empty text'} is no S3 URL: it looks like s3://bucket/prefix/."
    if len(url) > longest:
        return f"The S3 URL has {len(url)} characters; {longest} are allowed."
    if re.search(r"\s", url) or not url.isprintable():
        return f"{url} holds a space or a control character."
    if "//" in url.removeprefix("s3://"):
        return f"{url} has an empty part between two slashes."
    return bucket_problem(url.removeprefix("s3://").partition("/")[0])


def artifact_problem(url: str) -> str:
    """What is wrong with the place of a model's artefact: an archive, or a prefix that holds files."""
    wrong = s3_problem(url, LONGEST_URL)
    if wrong or (url.endswith((".tar.gz", "/")) and url.removeprefix("s3://").partition("/")[2]):
        return wrong
    if url.endswith("/") or not url.removeprefix("s3://").partition("/")[2]:
        return f"{url} names a whole bucket; name the archive or the prefix in it."
    return f"{url} is neither an archive (….tar.gz) nor a prefix of files (…/)."


def image_problem(image: str, place: Place | None) -> str:
    """What is wrong with a container image: SageMaker pulls from ECR in the endpoint's own region."""
    found = _ECR.fullmatch(image)
    if not image:
        return "The container needs an image."
    if len(image) > LONGEST_IMAGE:
        return f"The image has {len(image)} characters; {LONGEST_IMAGE} are allowed."
    if found is None:
        return (
            f"{image} is no image in Amazon ECR, and SageMaker pulls from no other registry without a VPC: "
            "it looks like 123456789012.dkr.ecr.us-east-1.amazonaws.com/repository:tag."
        )
    if place and found["region"] != place.region:
        return f"The image is in {found['region']}; the endpoint is in {place.region}, and needs a copy of it there."
    return ""


def key_problem(key: str, place: Place | None) -> str:
    """What is wrong with a KMS key; "" is none."""
    found = _KEY_ARN.fullmatch(key)
    if not key or _KEY.fullmatch(key):
        return ""
    if found is None:
        return f"{key} is no KMS key: its id, alias/name, or the ARN of either."
    if place and found["partition"] != place.partition:
        return f"The key is in the partition {found['partition']}; here it is {place.partition}."
    if place and found["region"] != place.region:
        return f"The key is in {found['region']}; the endpoint is in {place.region}."
    return ""


def role_problem(arn: str, place: Place) -> str:
    """Whether a role's ARN is of another account or partition; its grammar is looked at elsewhere."""
    found = _ROLE_ARN.fullmatch(arn)
    if found and found["partition"] != place.partition:
        return f"The role is in the partition {found['partition']}; here it is {place.partition}."
    if found and found["account"] != place.account:
        return f"The role is of account {found['account']}; SageMaker takes on only roles of its own, {place.account}."
    return ""
