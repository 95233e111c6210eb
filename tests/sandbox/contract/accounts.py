"""Services about the account: quotas, prices, events."""

from typing import Any

from tests.sandbox.contract.story import Step, step, told

_QUOTA: dict[str, Any] = {"ServiceCode": "sagemaker"}


def _quota(answers: object) -> dict[str, str]:
    assert isinstance(answers, dict)
    return {**_QUOTA, "QuotaCode": answers["ListServiceQuotas"]["Quotas"][0]["QuotaCode"]}


STORIES: dict[str, tuple[Step, ...]] = {
    "service-quotas": (
        step("ListServices"),
        step("ListServiceQuotas", **_QUOTA),
        step("ListAWSDefaultServiceQuotas", **_QUOTA),
        told("GetServiceQuota", _quota),
        told("GetAWSDefaultServiceQuota", _quota),
        told("RequestServiceQuotaIncrease", lambda a: {
            **_quota(a), "DesiredValue": a["GetServiceQuota"]["Quota"]["Value"] + 2}),
        told("GetRequestedServiceQuotaChange", lambda a: {
            "RequestId": a["RequestServiceQuotaIncrease"]["RequestedQuota"]["Id"]}),
        step("ListRequestedServiceQuotaChangeHistory", **_QUOTA),
        told("ListRequestedServiceQuotaChangeHistoryByQuota", _quota),
    ),
    "pricing": (
        step("DescribeServices", ServiceCode="AmazonSageMaker"),
        step("GetAttributeValues", ServiceCode="AmazonSageMaker", AttributeName="regionCode"),
        step("GetProducts", ServiceCode="AmazonSageMaker", MaxResults=3),
    ),
    "cloudtrail": (step("LookupEvents"),),
}  # fmt: skip
