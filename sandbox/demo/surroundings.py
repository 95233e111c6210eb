"""What stands around endpoints: what was left behind, alarms, scaling, a budget, a lease, workspaces and jobs."""

from datetime import UTC, datetime
from typing import Any

from sandbox.demo import specials
from sandbox.demo.cast import Part
from sandbox.demo.stage import Stage
from sandbox.demo.traffic import HOUR
from sandbox.scope import ACCOUNT

_OLD = tuple(
    Part(f"{name}-2026-10", owner, team, "sklearn", name, "ml.m5.large", 1, 6.95, "office", 0)
    for name, owner, team in (
        ("spam-filter", "ana", "support"),
        ("churn-2026-09", "dana", "growth"),
        ("shop-forecast", "dana", "growth"),
        ("fraud-feature-encoder", "chen", "risk"),
    )
)
_ALARMS: tuple[tuple[str, str, str, str, float], ...] = (
    ("fraud-graph-errors", "fraud-graph", "Invocation5XXErrors", "Sum", 1),
    ("support-chat-slow", "support-chat-llama", "ModelLatency", "p95", 30e6),
    ("spam-filter-2026-10-errors", "spam-filter-2026-10", "Invocation5XXErrors", "Sum", 1),
)


def _old_deployed(stage: Stage) -> None:
    for part in _OLD:
        specials.deploy(stage, part, [specials.variant(part)])


def _old_deleted(stage: Stage) -> None:
    """Only the endpoints: configurations, models and logs stay behind."""
    for part in _OLD:
        stage.call(part.owner, "sagemaker", "DeleteEndpoint", EndpointName=part.name)


def _notebooks(stage: Stage) -> None:
    for name, owner, kind in (("dana-exploration", "dana", "ml.t3.xlarge"), ("chen-graphs", "chen", "ml.g4dn.xlarge")):
        stage.call(
            owner,
            "sagemaker",
            "CreateNotebookInstance",
            NotebookInstanceName=name,
            InstanceType=kind,
            RoleArn=stage.role,
            VolumeSizeInGB=50,
            Tags=[{"Key": "sagedeck:owner", "Value": owner}],
        )


def _notebook_stopped(stage: Stage) -> None:
    stage.call("chen", "sagemaker", "StopNotebookInstance", NotebookInstanceName="chen-graphs")


def _studio(stage: Stage) -> None:
    """A domain in the default network, two people in it, and a JupyterLab that still runs."""
    ec2 = stage.world.moto.backend("ec2", ACCOUNT, stage.region)
    network = next(vpc for vpc in ec2.vpcs.values() if vpc.is_default == "true" or vpc.is_default is True)
    subnets = [subnet.id for zone in ec2.subnets.values() for subnet in zone.values() if subnet.vpc_id == network.id]
    domain = stage.call(
        "dana",
        "sagemaker",
        "CreateDomain",
        DomainName="research",
        AuthMode="IAM",
        VpcId=network.id,
        SubnetIds=subnets[:2],
        DefaultUserSettings={"ExecutionRole": stage.role},
    )
    stage.studio = domain["DomainArn"].rpartition("/")[2]


def _studio_used(stage: Stage) -> None:
    domain = {"DomainId": stage.studio}
    for person in ("dana", "emre"):
        stage.call(person, "sagemaker", "CreateUserProfile", **domain, UserProfileName=person)


def _studio_running(stage: Stage) -> None:
    space = {"DomainId": stage.studio, "SpaceName": "emre-lab"}
    stage.call(
        "emre",
        "sagemaker",
        "CreateSpace",
        **space,
        OwnershipSettings={"OwnerUserProfileName": "emre"},
        SpaceSharingSettings={"SharingType": "Private"},
        SpaceSettings={"AppType": "JupyterLab", "JupyterLabAppSettings": {}},
    )


def _studio_app(stage: Stage) -> None:
    lab = {"DomainId": stage.studio, "SpaceName": "emre-lab", "AppType": "JupyterLab", "AppName": "default"}
    stage.call("emre", "sagemaker", "CreateApp", **lab, ResourceSpec={"InstanceType": "ml.t3.medium"})


def _alarms(stage: Stage) -> None:
    topic = stage.world.moto.backend("sns", ACCOUNT, stage.region).create_topic("endpoint-alarms").arn
    for name, endpoint, metric, statistic, threshold in _ALARMS:
        measured: dict[str, Any] = (
            {"ExtendedStatistic": statistic} if statistic.startswith("p") else {"Statistic": statistic}
        )
        stage.call(
            "ana",
            "cloudwatch",
            "PutMetricAlarm",
            AlarmName=name,
            Namespace="AWS/SageMaker",
            MetricName=metric,
            Dimensions=[
                {"Name": "EndpointName", "Value": endpoint},
                {"Name": "VariantName", "Value": "AllTraffic"},
            ],
            Period=300,
            EvaluationPeriods=1,
            Threshold=threshold,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            TreatMissingData="notBreaching",
            AlarmActions=[topic],
            **measured,
        )


def _scaling(stage: Stage) -> None:
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": "endpoint/recommend-home/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    stage.call("dana", "application-autoscaling", "RegisterScalableTarget", **target, MinCapacity=1, MaxCapacity=4)
    tracking = {
        "TargetValue": 200.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
    }
    policy = {"PolicyName": "invocations", "PolicyType": "TargetTrackingScaling"}
    stage.call(
        "dana",
        "application-autoscaling",
        "PutScalingPolicy",
        **target,
        **policy,
        TargetTrackingScalingPolicyConfiguration=tracking,
    )


def _budget(stage: Stage) -> None:
    limit = {"Amount": "12000", "Unit": "USD"}
    counted = {"Service": ["Amazon SageMaker"]}
    budget = {"BudgetName": "sagemaker-month", "BudgetLimit": limit, "TimeUnit": "MONTHLY", "BudgetType": "COST",
              "CostFilters": counted}  # fmt: skip
    warning = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
    people = [{"SubscriptionType": "EMAIL", "Address": "finance@example.com"}]
    stage.call(
        "dana",
        "budgets",
        "CreateBudget",
        AccountId=ACCOUNT,
        Budget=budget,
        NotificationsWithSubscribers=[{"Notification": warning, "Subscribers": people}],
    )


def _lease(stage: Stage) -> None:
    """The large demonstration ends by itself tomorrow."""
    end = datetime.fromtimestamp(stage.now + 20 * HOUR, UTC)
    stage.call(
        "emre",
        "scheduler",
        "CreateSchedule",
        Name="lease-demo-chat-large",
        ScheduleExpression=f"at({end:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target={
            "Arn": "arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint",
            "RoleArn": stage.role,
            "Input": '{"EndpointName": "demo-chat-large"}',
        },
    )


SCENES = (
    (6.95, _old_deployed),
    (6.6, _budget),
    (5.0, _old_deleted),
    (6.5, _notebooks),
    (4.0, _notebook_stopped),
    (6.9, _studio),
    (6.8, _studio_used),
    (1.6, _studio_running),
    (1.5, _studio_app),
    (1.0, _lease),
    (0.004, _alarms),
    (0.003, _scaling),
)
