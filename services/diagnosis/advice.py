"""What to do about each cause. No fix tells to rent something dearer without saying that it costs more."""

from __future__ import annotations

import re
from collections.abc import Mapping

from services.diagnosis.models import Advice, Cause

ADVICE: dict[Cause, Advice] = {
    Cause.QUOTA: Advice(
        "A quota of the account is used up",
        "Ask for a higher quota in Service Quotas, delete what is idle, or choose an instance type with quota left.",
    ),
    Cause.CAPACITY: Advice(
        "AWS has no free instance of this type now",
        "Try again later, or plan with a similar instance type or another region; check its price first.",
        retry=True,
    ),
    Cause.ROLE_MISSING: Advice(
        "The execution role does not exist",
        "Choose an execution role that exists (its full ARN, path included), or let the plan create one.",
    ),
    Cause.ROLE_TRUST: Advice(
        "The service may not assume the role",
        "Let the role's trust policy allow sts:AssumeRole to the service (sagemaker.amazonaws.com). A role made a"
        " moment ago needs up to a minute first.",
    ),
    Cause.ROLE_PERMISSION: Advice(
        "A permission is missing",
        "Have the action that the message names allowed, on that resource, for the identity it names.",
    ),
    Cause.PASS_ROLE: Advice(
        "You may not pass the execution role",
        "Have iam:PassRole allowed on this role for you, with iam:PassedToService sagemaker.amazonaws.com. The role has"
        " to be of the same account.",
    ),
    Cause.EXPLICIT_DENY: Advice(
        "A policy forbids it explicitly",
        "No permission of yours can change this: ask whoever owns the policy (often a service control policy), or use"
        " what it allows, such as another region or instance type.",
    ),
    Cause.IMAGE_UNAVAILABLE: Advice(
        "The container image cannot be pulled",
        "Check that repository and tag exist in ECR in the endpoint's region, and that SageMaker and the execution role"
        " may pull from it.",
    ),
    Cause.IMAGE_START: Advice(
        "The container starts, but its program does not",
        "Use an image that fits: built for the instance's processor and driver (an older CUDA, or an"
        " InferenceAmiVersion), new enough for the model, with its packages and a working `serve`.",
    ),
    Cause.ARTIFACT_UNAVAILABLE: Advice(
        "The files in S3 cannot be read",
        "Check that the S3 path exists in the same region, and that the execution role may s3:GetObject and"
        " s3:ListBucket there.",
    ),
    Cause.ARTIFACT_INVALID: Advice(
        "The model's files are not what the container expects",
        "Pack the model again: a gzip-compressed tar without links, the complete weights and configuration at its top,"
        " code in code/. Check that the container is the one for this kind of model.",
    ),
    Cause.HEALTH_CHECK: Advice(
        "The container did not pass its health check",
        "The reason stands in the endpoint's log: read its last lines. If it was still loading, give it a longer"
        " startup health check timeout.",
    ),
    Cause.OUT_OF_MEMORY: Advice(
        "It does not fit the memory",
        "Ask for less: a shorter context (MAX_MODEL_LEN), fewer sequences or workers at once, a quantised model. Else"
        " a type with more memory, which costs more.",
    ),
    Cause.DISK_FULL: Advice(
        "The disk is full",
        "Give the instance more volume, use uncompressed artifacts (an S3 prefix), or make image and model smaller.",
    ),
    Cause.EULA: Advice(
        "The model's licence is not accepted",
        "Read the model's licence (EULA); accept it in the form if you agree, and plan again.",
    ),
    Cause.GATED_OR_SUBSCRIPTION: Advice(
        "The model needs permission from its owner",
        "Ask for access (Hugging Face: accept the terms and give a token as a secret; AWS Marketplace: subscribe, which"
        " may cost money), then plan again.",
    ),
    Cause.CONFIGURATION_INVALID: Advice(
        "A setting is not accepted",
        "Correct the value that the message names and plan again.",
    ),
    Cause.REGION_UNSUPPORTED: Advice(
        "This region does not offer it",
        "Use a region that offers it, or another model, instance type or mode.",
    ),
    Cause.NAME_TAKEN: Advice("The name is taken", "Choose another name, or use what exists."),
    Cause.NOT_FOUND: Advice(
        "It does not exist here",
        "Check the name, the region and the account; it may have been deleted.",
    ),
    Cause.IN_USE: Advice(
        "It is in use or still changing",
        "Remove what uses it first; if it is only changing, wait until it has settled and try again.",
    ),
    Cause.PAYLOAD_FORMAT: Advice(
        "The model does not take a request of this form",
        "Send what the container expects: its content type, its fields and parameters within their ranges.",
    ),
    Cause.PAYLOAD_TOO_LARGE: Advice(
        "The request is too large",
        "Send less at once: a shorter text, fewer new tokens, smaller batches; or an asynchronous endpoint.",
    ),
    Cause.MODEL_TIMEOUT: Advice(
        "The model took too long to answer",
        "Ask for a shorter answer, stream it, or use an asynchronous endpoint, which may take longer.",
    ),
    Cause.THROTTLED: Advice(
        "Too many requests at once",
        "Wait a moment and send them more slowly.",
        retry=True,
    ),
    Cause.CREDENTIALS: Advice(
        "The credentials are missing, wrong or expired",
        "Sign in again (aws sso login) or enter new credentials in Settings; check this machine's clock.",
    ),
    Cause.NETWORK: Advice(
        "The other side could not be reached",
        "Check the network, the region, proxy and VPC (endpoints, NAT); then try again.",
        retry=True,
    ),
    Cause.DATA_INVALID: Advice(
        "The data cannot be used as it is",
        "Correct the data that the message names (target column, header, types, missing values) and upload it again.",
    ),
    Cause.ASTRA_AUTH: Advice(
        "Astra does not accept the token",
        "Use a token of this database with a role that may read and write it; a new one needs a minute.",
    ),
    Cause.ASTRA_LIMIT: Advice(
        "A limit of Astra is reached",
        "Delete a collection that nobody needs, or use smaller documents; the limit named is per database.",
    ),
    Cause.ASTRA_UNAVAILABLE: Advice(
        "The Astra database does not answer",
        "Wait a minute and try again; a hibernated database has to be resumed in the Astra portal.",
        retry=True,
    ),
    Cause.COST_DATA: Advice(
        "Cost data is not available",
        "Have Cost Explorer (or its tags) enabled by the account that pays; the first data takes a day or more.",
    ),
    Cause.SERVICE_ERROR: Advice(
        "The service had a fault of its own",
        "Try again in a minute; if it stays, look at the AWS Health Dashboard.",
        retry=True,
    ),
    Cause.UNKNOWN: Advice(
        "The cause is not known",
        "Nothing here shows the cause. Read the log around the time of the failure before changing anything.",
    ),
}

# Where the advice on repeating differs from its cause's usual one.
OTHERWISE: dict[Cause, str] = {
    Cause.IN_USE: r"in[- ]progress|pending update|concurrent|in conflict|\bis (currently )?being|wait until"
    r"|try again later|\b(status|state)\b.{0,30}\b(creat|updat|delet|start|stopp|pend)ing|OperationAborted"
    r"|currently (creat|updat)|temporarily|after waiting|wait and|preview request|still being",
    Cause.COST_DATA: r"^(?!.*(expired|been enabled|not enabled)).*"
    r"(DataUnavailable|(ingested|available) yet|become available|try again)",
    Cause.NETWORK: r"certificate|SSL validation failed|proxies_config",
    Cause.ASTRA_LIMIT: r"\b429\b|rate limit|too many requests",
}


def advice(cause: Cause, said: str, configuration: Mapping[str, object]) -> Advice:
    """What to do about a cause, as what was said and what was configured have it."""
    usual = ADVICE[cause]
    otherwise = OTHERWISE.get(cause)
    retry = usual.retry ^ bool(otherwise and re.search(otherwise, said, re.IGNORECASE | re.DOTALL))
    return Advice(usual.words, usual.fix + _about(cause, configuration), retry)


def _about(cause: Cause, configuration: Mapping[str, object]) -> str:
    """A further sentence where the configuration says which value it is about."""
    instance = configuration.get("InstanceType")
    if cause in (Cause.QUOTA, Cause.CAPACITY) and instance:
        return f" The instance type asked for is {instance}."
    timeout = configuration.get("ContainerStartupHealthCheckTimeoutInSeconds")
    if cause is Cause.HEALTH_CHECK and timeout:
        return f" It is {timeout} seconds now; 3,600 are allowed."
    volume = configuration.get("VolumeSizeInGB")
    if cause is Cause.DISK_FULL and volume:
        return f" The volume has {volume} GB now."
    return ""
