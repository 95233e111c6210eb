"""One trained job for all tests of the folder, and a sandbox whose endpoints really answer."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.__main__ import runtime_routes
from sandbox.app import Sandbox
from sandbox.clock import Clock
from sandbox.tabular import predictor_of
from sandbox.world import World
from tests.sandbox import server
from tests.sandbox.conftest import ROLE, TRUST, Running
from tests.sandbox.tabular import tables


@pytest.fixture(scope="module")
def trained() -> Iterator[tuple[Running, dict[str, Any]]]:
    """A sandbox with the job `job` on the churn table, completed and deployed as `churn-ep`."""
    app = Sandbox(World(Clock(speed=0)), runtime_routes, lambda world: [])
    for service in ("iam", "s3"):  # moto's state is the process's: what another sandbox of it has left goes
        app.world.moto.backend(service, "123456789012", "aws")
    app.reset()
    with server.served(app) as url:
        sandbox = Running(app, url)
        s3, sagemaker = sandbox.client("s3"), sandbox.client("sagemaker")
        sandbox.client("iam").create_role(RoleName="Sage", AssumeRolePolicyDocument=json.dumps(TRUST))
        s3.create_bucket(Bucket="lab")
        s3.put_object(Bucket="lab", Key="churn/train.csv", Body=tables.as_csv(*tables.churn()))
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://lab/churn/"}}
        sagemaker.create_auto_ml_job_v2(
            AutoMLJobName="job",
            AutoMLJobInputDataConfig=[{"DataSource": source}],
            OutputDataConfig={"S3OutputPath": "s3://lab/out"},
            AutoMLProblemTypeConfig={
                "TabularJobConfig": {"TargetAttributeName": "Churn?", "CompletionCriteria": {"MaxCandidates": 2}}
            },
            RoleArn=ROLE,
            ModelDeployConfig={"EndpointName": "churn-ep"},
        )
        app.world.advance(120.0)
        yield sandbox, sagemaker.describe_auto_ml_job_v2(AutoMLJobName="job")
        predictor_of(app.world).close()
        app.reset()
