"""Steps that put something into S3: a file of this machine, the bucket it goes to, and which bucket that usually is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from services.errors import InvalidRequest
from services.plans.models import ErrorMatch, Permission, Proof, Read, Step, Upload

ABSENT = (ErrorMatch("404"), ErrorMatch("NoSuchKey"), ErrorMatch("NoSuchBucket"))
_NO_BUCKET = (ErrorMatch("404"), ErrorMatch("NoSuchBucket"))
_CLOSED = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
DIGEST = "sha256"  # the name of an object's metadata that says what was sent; S3 keeps no SHA-256 of one sent in parts


def default_bucket(region: str, account: str) -> str:
    """The name of the bucket where all rooms put what they send, each below its own prefix (autopilot/, batch/ …)."""
    return f"sagedeck-{region}-{account}"


def upload(
    path: str | Path,
    bucket: str,
    key: str,
    reason: str,
    *,
    step_id: str = "",
    account: str = "",
    content_type: str = "",
    kms_key: str = "",
    after: tuple[str, ...] = (),
    partition: str = "aws",
    undo: bool = True,
) -> Step:
    """Sends a file of this machine to s3://bucket/key; it is sent in parts where it is large.

    The file's SHA-256 and size are taken now: nothing else is ever sent. An object of that key with the same bytes is
    already there; another one is a clash. `account` must then own the bucket. Undo deletes what was sent.
    Raises InvalidRequest when the file cannot be read.
    """
    digest, size = _digest(Path(path))
    which = {"Bucket": bucket, "Key": key, **({"ExpectedBucketOwner": account} if account else {})}
    name = step_id or f"upload-{key.rpartition('/')[2] or 'file'}"
    sent = {"ContentType": content_type} if content_type else {}
    sent |= {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key} if kms_key else {}
    proof = Proof(
        Read("s3", "head_object", which),
        absent=ABSENT,
        expect={"ContentLength": size, f"Metadata.{DIGEST}": digest},
    )
    back = delete_object(f"delete-{name}", f"Takes back s3://{bucket}/{key}.", which, partition)
    return Step(
        id=name, service="s3", operation="put_object", reason=reason, after=after, proof=proof,
        parameters={**which, **sent, "Metadata": {DIGEST: digest}}, manner=Upload(str(path), digest, size),
        permissions=_sending(f"arn:{partition}:s3:::{bucket}", key), undo=(back,) if undo else (),
    )  # fmt: skip


def _sending(bucket: str, key: str) -> tuple[Permission, ...]:
    verbs = ("PutObject", "GetObject", "AbortMultipartUpload")
    listing = Permission("s3:ListBucket", bucket)  # else what is not there answers 403
    return (*(Permission(f"s3:{verb}", f"{bucket}/{key}") for verb in verbs), listing)


def delete_object(step_id: str, reason: str, which: Mapping[str, str], partition: str = "aws") -> Step:
    """Deletes one object; `which` names it as S3's calls do (Bucket, Key …)."""
    arn = f"arn:{partition}:s3:::{which['Bucket']}"
    return Step(
        id=step_id,
        service="s3",
        operation="delete_object",
        reason=reason,
        parameters=which,
        permissions=(
            *(Permission(f"s3:{verb}", f"{arn}/{which['Key']}") for verb in ("DeleteObject", "GetObject")),
            Permission("s3:ListBucket", arn),
        ),
        proof=Proof(Read("s3", "head_object", which), absent=ABSENT, gone=True),
    )


def _digest(file: Path) -> tuple[str, int]:
    try:
        with file.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest(), file.stat().st_size
    except OSError as error:
        raise InvalidRequest("The file to upload cannot be read.", type(error).__name__, "Choose it again.") from error


def bucket(
    name: str,
    region: str,
    tags: Sequence[Mapping[str, str]],
    *,
    account: str = "",
    kms_key: str = "",
    after: tuple[str, ...] = (),
    partition: str = "aws",
) -> tuple[Step, ...]:
    """Makes a bucket that nobody outside can read, encrypted and tagged; the last step's id is what to wait for.

    Meant for a bucket that is not there (`console.objects.exists`). Undo deletes it where it is empty.
    """
    which = {"Bucket": name, **({"ExpectedBucketOwner": account} if account else {})}
    arn = f"arn:{partition}:s3:::{name}"
    create = _created(name, region, which, arn, after)
    close = _closed(name, which, arn, create.id)
    return (create, close, _encrypted(name, which, arn, kms_key, close.id), _tagged(name, which, arn, tags, close.id))


def _created(name: str, region: str, which: Mapping[str, str], arn: str, after: tuple[str, ...]) -> Step:
    made, looks = Read("s3", "head_bucket", which), Permission("s3:ListBucket", arn)
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    back = Step(
        id=f"delete-bucket-{name}",
        service="s3",
        operation="delete_bucket",
        reason=f"Takes back the bucket {name}, which goes only when it is empty.",
        parameters=which,
        permissions=(Permission("s3:DeleteBucket", arn), looks),
        proof=Proof(made, absent=_NO_BUCKET, gone=True),
    )
    return Step(
        id=f"create-bucket-{name}",
        service="s3",
        operation="create_bucket",
        reason=f"A bucket keeps what is read and written: {name}.",
        parameters={"Bucket": name, **place},
        after=after,
        permissions=(Permission("s3:CreateBucket", arn), looks),
        proof=Proof(made, absent=_NO_BUCKET),
        undo=(back,),
    )


def _closed(name: str, which: Mapping[str, str], arn: str, after: str) -> Step:
    return Step(
        id=f"close-bucket-{name}",
        service="s3",
        operation="put_public_access_block",
        reason="Nobody outside the account may read the bucket, whatever a policy says.",
        parameters={**which, "PublicAccessBlockConfiguration": dict.fromkeys(_CLOSED, True)},
        after=(after,),
        permissions=tuple(Permission(f"s3:{verb}BucketPublicAccessBlock", arn) for verb in ("Put", "Get")),
        proof=Proof(
            Read("s3", "get_public_access_block", which),
            absent=(*_NO_BUCKET, ErrorMatch("NoSuchPublicAccessBlockConfiguration")),
            expect={f"PublicAccessBlockConfiguration.{each}": True for each in _CLOSED},
            replaces=True,
        ),
    )


def _encrypted(name: str, which: Mapping[str, str], arn: str, kms_key: str, after: str) -> Step:
    how = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": kms_key} if kms_key else {"SSEAlgorithm": "AES256"}
    rule = "ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault"
    return Step(
        id=f"encrypt-bucket-{name}",
        service="s3",
        operation="put_bucket_encryption",
        reason="What lies in the bucket is encrypted" + (" with the key chosen." if kms_key else "."),
        parameters={
            **which,
            "ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": how}]},
        },
        after=(after,),
        permissions=(
            Permission("s3:PutEncryptionConfiguration", arn),
            Permission("s3:GetEncryptionConfiguration", arn),
        ),
        proof=Proof(
            Read("s3", "get_bucket_encryption", which),
            absent=(*_NO_BUCKET, ErrorMatch("ServerSideEncryptionConfigurationNotFoundError")),
            expect={f"{rule}.{key}": value for key, value in how.items()},
            replaces=True,
        ),
    )


def _tagged(name: str, which: Mapping[str, str], arn: str, tags: Sequence[Mapping[str, str]], after: str) -> Step:
    return Step(
        id=f"tag-bucket-{name}",
        service="s3",
        operation="put_bucket_tagging",
        reason="The tags say who made the bucket, and what it costs is told apart by them.",
        parameters={**which, "Tagging": {"TagSet": [dict(tag) for tag in tags]}},
        after=(after,),
        permissions=(Permission("s3:PutBucketTagging", arn), Permission("s3:GetBucketTagging", arn)),
        proof=Proof(
            Read("s3", "get_bucket_tagging", which),
            absent=(*_NO_BUCKET, ErrorMatch("NoSuchTagSet")),
            found="TagSet",
        ),
    )
