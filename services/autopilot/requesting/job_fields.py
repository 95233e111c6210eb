"""The fields every job has: its data, when it ends, under which role and keys, and what becomes of the best candidate.

Limits and enums are botocore's (sagemaker 2017-07-24) and the developer guide's.
"""

from __future__ import annotations

from services.autopilot.requesting.field import ALL, FORECAST, IMAGE, LARGE, SPLIT, TABULAR, TEXT, Field
from services.autopilot.requesting.known import CONTENT_TYPES, MOST_CANDIDATES, MOST_SECONDS
from services.autopilot.requesting.request import GZIP, NO_COMPRESSION, Held

_NAME = r"[a-zA-Z0-9](-*[a-zA-Z0-9])*"
_ROLE = r"arn:aws[a-z\-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"
NAMED = Field(
    name="name",
    label="Job name",
    api=("AutoMLJobName",),
    required=True,
    most=32,
    pattern=_NAME,
    words="Unique in the account and region; capitals do not count.",
    example="churn-20261120",
)
_CHANNEL = "AutoMLJobInputDataConfig[]"
DATA: tuple[Field, ...] = (
    Field(
        name="training",
        label="Training data",
        api=(f"{_CHANNEL}.DataSource.S3DataSource.S3Uri", f"{_CHANNEL}.DataSource.S3DataSource.S3DataType",
             f"{_CHANNEL}.ChannelType"),
        required=True,
        most=1024,
        words="A file to upload, or an address in S3: a prefix takes every object below it.",
        example="s3://bucket/churn/train.csv",
    ),
    Field(
        name="training.held",
        label="The address names",
        api=(f"{_CHANNEL}.DataSource.S3DataSource.S3DataType",),
        choices=tuple(Held),
        words="Objects by their prefix, or a manifest that lists them. Augmented manifests are for images only.",
        advanced=True,
    ),
    Field(
        name="training.content_type",
        label="Content type",
        api=(f"{_CHANNEL}.ContentType",),
        choices=tuple(dict.fromkeys(each for kind in ALL for each in CONTENT_TYPES[kind])),
        default="CSV with a header; images of any kind",
        words="Training and validation data are of the same type.",
        advanced=True,
    ),
    Field(
        name="training.compression",
        label="Compression",
        api=(f"{_CHANNEL}.CompressionType",),
        choices=(NO_COMPRESSION, GZIP),
        default=NO_COMPRESSION,
        words="Gzip is taken for tables below a prefix only.",
        advanced=True,
    ),
    Field(
        name="validation",
        label="Validation data",
        api=(f"{_CHANNEL}.DataSource.S3DataSource.S3Uri",),
        kinds=SPLIT,
        most=1024,
        default="a part of the training data",
        words="A set of its own to measure candidates on, with the same columns.",
        example="s3://bucket/churn/validation.csv",
    ),
    Field(
        name="validation_fraction",
        label="Part kept back for validation",
        api=("DataSplitConfig.ValidationFraction",),
        kinds=SPLIT,
        least=0,
        most=1,
        open_ends=True,
        default="0.2",
        words="Less than a half is advised. Not with validation data of its own.",
    ),
    Field(
        name="output",
        label="Output",
        api=("OutputDataConfig.S3OutputPath",),
        most=512,
        default="autopilot/<job>/output/ in the console's bucket",
        words="Models, reports and notebooks are written below this prefix.",
        example="s3://bucket/prefix/",
    ),
)  # fmt: skip
_CRITERIA = "{}.CompletionCriteria"
LIMITS: tuple[Field, ...] = (
    Field(
        name="objective",
        label="Objective",
        api=("AutoMLJobObjective.MetricName",),
        kinds=(TABULAR, TEXT, IMAGE, FORECAST),
        default="the problem's own",
        words="The metric that candidates are ranked by. For a table it is given together with the problem type.",
    ),
    Field(
        name="limits.job_seconds",
        label="The whole job",
        api=(f"{_CRITERIA}.MaxAutoMLJobRuntimeInSeconds",),
        least=1,
        most=MOST_SECONDS,
        suggested=7200,
        default="30 days",
        unit="s",
        words="It ends gracefully then, with the best of what is trained; an endpoint is then not made.",
    ),
    Field(
        name="limits.training_seconds",
        label="Each training job",
        api=(f"{_CRITERIA}.MaxRuntimePerTrainingJobInSeconds",),
        least=1,
        most=MOST_SECONDS,
        default="no limit of its own; 72 hours for a language model",
        unit="s",
        words="No longer than the whole job.",
    ),
    Field(
        name="limits.candidates",
        label="Candidates",
        api=(f"{_CRITERIA}.MaxCandidates",),
        least=1,
        most=MOST_CANDIDATES,
        default="as many as the mode tries",
        words="How many trainings there may be. Only a table has more than one.",
    ),
)
_KEY = r"[a-zA-Z0-9:/_-]*"
SAFE: tuple[Field, ...] = (
    Field(
        name="role",
        label="Execution role",
        api=("RoleArn",),
        required=True,
        least=20,
        most=2048,
        words="What Autopilot takes on: it reads the data, trains, and writes the output.",
    ),
    Field(
        name="security.output_key",
        label="Key for the output",
        api=("OutputDataConfig.KmsKeyId",),
        most=2048,
        pattern=_KEY,
        words="A KMS key that encrypts what is written to S3.",
        advanced=True,
    ),
    Field(
        name="security.volume_key",
        label="Key for the volumes",
        api=("SecurityConfig.VolumeKmsKeyId",),
        most=2048,
        pattern=_KEY,
        words="A KMS key that encrypts the disks while it trains.",
        advanced=True,
    ),
    Field(
        name="security.subnets",
        label="Subnets",
        api=("SecurityConfig.VpcConfig.Subnets[]",),
        entries=16,
        most=32,
        pattern=r"[-0-9a-zA-Z]+",
        words="Of a VPC that the job runs in, together with security groups.",
        example="subnet-0123456789abcdef0",
        advanced=True,
    ),
    Field(
        name="security.security_groups",
        label="Security groups",
        api=("SecurityConfig.VpcConfig.SecurityGroupIds[]",),
        entries=5,
        most=32,
        pattern=r"[-0-9a-zA-Z]+",
        words="Together with subnets.",
        example="sg-0123456789abcdef0",
        advanced=True,
    ),
    Field(
        name="security.encrypt_traffic",
        label="Encrypt traffic between containers",
        api=("SecurityConfig.EnableInterContainerTrafficEncryption",),
        words="Slower, and rarely needed.",
        advanced=True,
    ),
    Field(
        name="deploy",
        label="Deploy the best candidate",
        api=("ModelDeployConfig.AutoGenerateEndpointName",),
        words="It becomes an endpoint as soon as the job ends, and costs until it is deleted.",
    ),
    Field(
        name="deploy.endpoint_name",
        label="Endpoint name",
        api=("ModelDeployConfig.EndpointName",),
        most=63,
        pattern=_NAME,
        default="generated",
        words="Left empty, Autopilot makes one up.",
    ),
    Field(
        name="emr_role",
        label="Role for EMR Serverless",
        api=("AutoMLComputeConfig.EmrServerlessComputeConfig.ExecutionRoleARN",),
        kinds=LARGE,
        least=20,
        most=2048,
        pattern=_ROLE,
        words="For tables above 5 GB and series above 30 GB. AWS says that only Canvas may use it at the moment.",
        example="arn:aws:iam::123456789012:role/Name",
        advanced=True,
    ),
    Field(
        name="project",
        label="Project",
        most=256,
        words="Becomes the tag sagedeck:project, by which costs are told apart.",
    ),
    Field(name="tags", label="Tags", api=("Tags[].Key", "Tags[].Value"), entries=50, advanced=True),
)
