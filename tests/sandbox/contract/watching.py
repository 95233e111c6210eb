"""CloudWatch and its logs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.sandbox.contract.sagemaker import ROLE
from tests.sandbox.contract.story import Answers, Step, motos, refused, step, told

_METRIC: dict[str, Any] = {"Namespace": "Lab", "MetricName": "Depth"}
_ALARM: dict[str, Any] = {
    **_METRIC, "AlarmName": "deep", "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "Period": 60,
    "Statistic": "Average", "Threshold": 1.0,
}  # fmt: skip
_ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:deep"
_QUERY: dict[str, Any] = {"Id": "m1", "MetricStat": {"Metric": _METRIC, "Period": 60, "Stat": "p90"}}
_GROUP = "/lab"
_GROUP_ARN = f"arn:aws:logs:us-east-1:123456789012:log-group:{_GROUP}"
_KEY = "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"
_FILTER: dict[str, Any] = {
    "filterName": "f", "logGroupName": _GROUP, "filterPattern": "ERROR",
    "metricTransformations": [{"metricName": "Errors", "metricNamespace": "Lab", "metricValue": "1"}],
}  # fmt: skip
_QUERIED: dict[str, Any] = {
    "QueryString": "fields @message", "ScheduledQueryRoleARN": ROLE, "AggregationExpression": "count(*)",
    "ScheduleConfiguration": {"ScheduleExpression": "rate(5 minutes)", "StartTimeOffset": 300},
}  # fmt: skip


def _span(answers: Answers) -> dict[str, Any]:
    now = datetime.fromtimestamp(answers["Now"], UTC)
    return {"StartTime": now - timedelta(hours=2), "EndTime": now + timedelta(hours=2)}


CLOUDWATCH: tuple[Step, ...] = (
    step("PutMetricData", Namespace="Lab", MetricData=[{"MetricName": "Depth", "Value": 2.0, "Unit": "Count"}]),
    step("ListMetrics", Namespace="Lab"),
    told("GetMetricStatistics", lambda a: {**_METRIC, **_span(a), "Period": 60, "Statistics": ["Sum", "Average"]}),
    told("GetMetricData", lambda a: {**_span(a), "MetricDataQueries": [_QUERY, {"Id": "e1", "Expression": "m1 * 2"}]}),
    step("PutMetricAlarm", **_ALARM, Tags=[{"Key": "a", "Value": "b"}]),
    step("DescribeAlarms", AlarmNames=["deep"]),
    step("DescribeAlarmsForMetric", **_METRIC),
    step("PutCompositeAlarm", AlarmName="both", AlarmRule="ALARM(deep)"),
    step("DescribeAlarms", AlarmTypes=["CompositeAlarm"]),
    step("SetAlarmState", AlarmName="deep", StateValue="ALARM", StateReason="a drill"),
    step("DescribeAlarmHistory", AlarmName="deep"),
    step("DisableAlarmActions", AlarmNames=["deep"]),
    step("EnableAlarmActions", AlarmNames=["deep"]),
    step("ListTagsForResource", ResourceARN=_ARN),
    step("TagResource", ResourceARN=_ARN, Tags=[{"Key": "c", "Value": "d"}]),
    step("UntagResource", ResourceARN=_ARN, TagKeys=["c"]),
    step("DeleteAlarms", AlarmNames=["both"]),
    step("DeleteAlarms", AlarmNames=["deep"]),
    refused("PutAnomalyDetector", "NotImplemented"),
    refused("DescribeAnomalyDetectors", "NotImplemented"),
    refused("DeleteAnomalyDetector", "NotImplemented"),
    refused("DescribeAlarmContributors", "NotImplemented", AlarmName="deep"),
    refused("GetMetricWidgetImage", "NotImplemented", MetricWidget="{}"),
    refused(
        "PutLogAlarm",
        "NotImplemented",
        AlarmName="log",
        QueryResultsToEvaluate=1,
        QueryResultsToAlarm=1,
        Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold",
        ScheduledQueryConfiguration=_QUERIED,
    ),
)

LOGS: tuple[Step, ...] = (
    step("CreateLogGroup", logGroupName=_GROUP, tags={"a": "b"}),
    step("DescribeLogGroups", logGroupNamePrefix="/l"),
    step("ListLogGroups"),
    step("CreateLogStream", logGroupName=_GROUP, logStreamName="s"),
    told("PutLogEvents", lambda a: {
        "logGroupName": _GROUP, "logStreamName": "s",
        "logEvents": [{"timestamp": int(a["Now"] * 1000), "message": "ERROR it broke"}]}),
    step("DescribeLogStreams", logGroupName=_GROUP),
    step("GetLogEvents", logGroupName=_GROUP, logStreamName="s"),
    step("FilterLogEvents", logGroupName=_GROUP, filterPattern="ERROR"),
    step("TestMetricFilter", filterPattern="ERROR", logEventMessages=["ERROR it broke"]),
    step("PutRetentionPolicy", logGroupName=_GROUP, retentionInDays=7),
    step("DeleteRetentionPolicy", logGroupName=_GROUP),
    step("AssociateKmsKey", logGroupName=_GROUP, kmsKeyId=_KEY),
    step("DisassociateKmsKey", logGroupName=_GROUP),
    step("TagResource", resourceArn=_GROUP_ARN, tags={"c": "d"}),
    step("ListTagsForResource", resourceArn=_GROUP_ARN),
    step("UntagResource", resourceArn=_GROUP_ARN, tagKeys=["c"]),
    step("TagLogGroup", logGroupName=_GROUP, tags={"e": "f"}),
    step("ListTagsLogGroup", logGroupName=_GROUP),
    step("UntagLogGroup", logGroupName=_GROUP, tags=["e"]),
    motos("PutMetricFilter", **_FILTER),
    motos("DescribeMetricFilters", logGroupName=_GROUP),
    motos("DeleteMetricFilter", logGroupName=_GROUP, filterName="f"),
    motos("DescribeSubscriptionFilters", logGroupName=_GROUP),
    Step("PutSubscriptionFilter", {"logGroupName": _GROUP, "filterName": "f", "filterPattern": "",
         "destinationArn": "arn:aws:lambda:us-east-1:123456789012:function:f"}, refused="InvalidParameterException"),
    Step("DeleteSubscriptionFilter", {"logGroupName": _GROUP, "filterName": "f"}, refused="ResourceNotFoundException"),
    motos("CreateExportTask", logGroupName=_GROUP, destination="bucket",
          **{"from": 0, "to": 1_000}),
    refused("StartLiveTail", "NotImplemented", logGroupIdentifiers=[_GROUP_ARN]),
    refused("GetLogObject", "NotImplemented", logObjectPointer="p"),
    refused("StartQuery", "NotImplemented", logGroupName=_GROUP, startTime=0, endTime=1, queryString="fields @message"),
    refused("DescribeQueries", "NotImplemented"),
    refused("GetQueryResults", "NotImplemented", queryId="q"),
    refused("StopQuery", "NotImplemented", queryId="q"),
    refused("GetLogGroupFields", "NotImplemented", logGroupName=_GROUP),
    refused("GetLogRecord", "NotImplemented", logRecordPointer="p"),
    refused("GetLogFields", "NotImplemented", dataSourceName="d", dataSourceType="t"),
    step("DeleteLogStream", logGroupName=_GROUP, logStreamName="s"),
    step("DeleteLogGroup", logGroupName=_GROUP),
)  # fmt: skip
