"""What `sagedeck batch run` can be told; `batch_request` makes a request of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Every option that says where answers go, how records are read, and on what they are answered."""

    texts: Annotated[
        bool, typer.Option("--texts", help="INPUT is a local file of texts, one a line: each becomes a request.")
    ] = False
    output: Annotated[str, typer.Option(help="S3 prefix of the answers; the console's bucket when left out.")] = ""
    name: Annotated[str, typer.Option(help="Name of the job; made up when left out.")] = ""
    instance_type: Annotated[str, typer.Option(help="What answers; what fits the model.")] = ""
    count: Annotated[int, typer.Option(help="How many of them.")] = 1
    manifest: Annotated[bool, typer.Option("--manifest", help="INPUT is a manifest, not a prefix.")] = False
    content_type: Annotated[str, typer.Option(help="Media type of the records; what fits the model.")] = ""
    accept: Annotated[str, typer.Option(help="Media type of the answers; what fits the model.")] = ""
    compression: Annotated[str, typer.Option(help="None or Gzip.")] = ""
    split: Annotated[str, typer.Option(help="None, Line, RecordIO or TFRecord; what fits the model.")] = ""
    assemble: Annotated[str, typer.Option(help="None or Line; what fits the model.")] = ""
    strategy: Annotated[str, typer.Option(help="MultiRecord or SingleRecord; what fits the model.")] = ""
    max_payload_mb: Annotated[int | None, typer.Option(help="Of one request, 0 to 100.")] = None
    max_concurrent: Annotated[int | None, typer.Option(help="Requests at once to an instance.")] = None
    join: Annotated[bool, typer.Option("--join", help="Write each record beside its answer.")] = False
    input_filter: Annotated[str, typer.Option(help="JSONPath of what is sent of a record.")] = ""
    output_filter: Annotated[str, typer.Option(help="JSONPath of what is written.")] = ""
    env: Annotated[list[str] | None, typer.Option(help="NAME=VALUE of the container.")] = None
    tag: Annotated[list[str] | None, typer.Option(help="KEY=VALUE.")] = None
    kms_key: Annotated[str, typer.Option(help="KMS key of the answers.")] = ""
    volume_kms_key: Annotated[str, typer.Option(help="KMS key of the instances' disks.")] = ""
    timeout: Annotated[int | None, typer.Option(help="Seconds of one request, 1 to 3600.")] = None
    retries: Annotated[int | None, typer.Option(help="Of one request, 0 to 3.")] = None
    new_role: Annotated[
        bool,
        typer.Option("--new-role", help="A copy of the model with a role of this job, in any case."),
    ] = False
