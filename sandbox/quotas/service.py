"""The operations of Service Quotas for SageMaker; those of other services are moto's."""

import hashlib
import json
import uuid
from typing import TYPE_CHECKING, Any

from sandbox.errors import AwsError
from sandbox.faults import Kind
from sandbox.operations import Call, Elsewhere, Handler, Request, Response
from sandbox.paging import listed
from sandbox.quotas.limits import Quota, applied, by_name, quotas
from sandbox.records import Record, Shelf
from sandbox.scope import ACCOUNT, partition_of

if TYPE_CHECKING:
    from sandbox.world import World

CODE, NAME = "sagemaker", "Amazon SageMaker"
SERVICES = {  # that are listed; a quota of another than SageMaker is moto's
    "application-autoscaling": "Application Auto Scaling",
    "logs": "Amazon CloudWatch Logs",
    "monitoring": "Amazon CloudWatch",
    "s3": "Amazon Simple Storage Service (Amazon S3)",
    CODE: NAME,
    "vpc": "Amazon Virtual Private Cloud (Amazon VPC)",
}
NOTICED, GRANTED = 120.0, 4320.0  # seconds AWS takes to open a case, and to approve (72 minutes were observed)
OPEN = ("PENDING", "CASE_OPENED")
BAD_TOKEN = ("InvalidPaginationTokenException", "Invalid token was used.")


class ServiceQuotas:
    """`limit` is what others ask; everything else is the API."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.operations: dict[str, Handler] = {
            "ListServices": self.list_services,
            "ListServiceQuotas": self.list_service_quotas,
            "ListAWSDefaultServiceQuotas": self.list_defaults,
            "GetServiceQuota": self.get_service_quota,
            "GetAWSDefaultServiceQuota": self.get_default,
            "RequestServiceQuotaIncrease": self.request_increase,
            "GetRequestedServiceQuotaChange": self.get_requested,
            "ListRequestedServiceQuotaChangeHistory": self.list_history,
            "ListRequestedServiceQuotaChangeHistoryByQuota": self.list_history,
        }
        world.agenda.on("service-quotas/request", self._advance)

    def limit(self, name: str, region: str) -> float:
        """Return how much of the quota of that name ("ml.g5.xlarge for endpoint usage") the account has.

        0 for a name SageMaker has no quota of: such a type cannot be used that way.
        """
        quota = by_name().get(name)
        return self._value(quota, region) if quota else 0.0

    def raise_to(self, name: str, region: str, value: float) -> None:
        """Apply a quota at once, as if granted long ago. KeyError if there is none of that name."""
        self._applied(region)[by_name()[name].code] = {"value": value}

    def list_services(self, call: Call, request: Request) -> Response:
        services = [{"ServiceCode": code, "ServiceName": name} for code, name in SERVICES.items()]
        return listed("Services", services, request, BAD_TOKEN)

    def list_service_quotas(self, call: Call, request: Request) -> Response:
        _ours(request)
        if request.get("QuotaAppliedAtLevel") == "RESOURCE":
            return {"Quotas": []}
        wanted = request.get("QuotaCode")
        chosen = [_known(wanted)] if wanted else list(quotas().values())
        return listed("Quotas", chosen, request, BAD_TOKEN, row=lambda quota: self._shown(call.region, quota))

    def list_defaults(self, call: Call, request: Request) -> Response:
        _ours(request)
        every = quotas().values()
        return listed("Quotas", every, request, BAD_TOKEN, row=lambda quota: _default(call.region, quota))

    def get_service_quota(self, call: Call, request: Request) -> Response:
        _ours(request)
        return {"Quota": self._shown(call.region, _known(request["QuotaCode"]))}

    def get_default(self, call: Call, request: Request) -> Response:
        _ours(request)
        return {"Quota": _default(call.region, _known(request["QuotaCode"]))}

    def request_increase(self, call: Call, request: Request) -> Response:
        _ours(request)
        quota, desired = _known(request["QuotaCode"]), float(request["DesiredValue"])
        if desired <= self._value(quota, call.region):
            raise AwsError(
                "IllegalArgumentException", "You must provide a quota value greater than the current quota value"
            )
        requests = self._requests(call.region)
        if any(held["QuotaCode"] == quota.code and held["Status"] in OPEN for held in requests.values()):
            raise AwsError(
                "ResourceAlreadyExistsException",
                "Only one open service quota increase request is allowed per quota.",
            )
        name = uuid.uuid4().hex + hashlib.sha256(quota.code.encode()).hexdigest()[:8]
        requests[name] = _requested(call, quota, name, desired)
        self._appoint(call.region, name, call.now, NOTICED)
        return {"RequestedQuota": dict(requests[name])}

    def get_requested(self, call: Call, request: Request) -> Response:
        held = self._requests(call.region).get(request["RequestId"])
        if held is None:
            raise AwsError("NoSuchResourceException", "The request failed because the specified request doesn't exist.")
        return {"RequestedQuota": dict(held)}

    def list_history(self, call: Call, request: Request) -> Response:
        """Both lists: of a quota, of a service, or of all; the newest first."""
        if request.get("QuotaCode"):
            _ours(request)
            _known(request["QuotaCode"])
        asked = {key: request.get(key) for key in ("ServiceCode", "QuotaCode", "Status")}
        found = [
            dict(held)
            for held in reversed(list(self._requests(call.region).values()))
            if all(not value or held[key] == value for key, value in asked.items())
        ]
        return listed("RequestedQuotas", found, request, BAD_TOKEN)

    def _value(self, quota: Quota, region: str) -> float:
        if self._zeroed(quota):
            return 0.0
        held = self._applied(region).get(quota.code)
        return float(held["value"]) if held else applied(quota, region)

    def _zeroed(self, quota: Quota) -> bool:
        """Whether the fault makes it 0. Looking does not count as a stroke: what is refused for it does."""
        return any(
            fault.kind is Kind.QUOTA_ZERO
            and fault.operation == "*"  # one of an operation is a refusal of that, not the account's quota
            and any(fault.hits("", "", what) for what in (quota.instance_type, quota.name) if what)
            for _, fault in self._world.faults.list()
        )

    def _shown(self, region: str, quota: Quota) -> Response:
        value = self._value(quota, region)
        return {**_default(region, quota), "QuotaArn": _arn(region, ACCOUNT, quota.code), "Value": value}

    def _appoint(self, region: str, name: str, now: float, after: float) -> None:
        due = now + self._world.clock.lasts(after)
        self._world.agenda.at(due, "service-quotas/request", f"{region}/{name}", region=region, name=name)

    def _advance(self, due: float, payload: Record) -> None:
        region, name = payload["region"], payload["name"]
        held = self._requests(region).get(name)
        if held is None:
            return
        held["LastUpdated"] = due
        if held["Status"] == "PENDING":
            held |= {"Status": "CASE_OPENED", "CaseId": str(10**9 + int(name[:8], 16))}
            self._appoint(region, name, due, GRANTED - NOTICED)
        else:
            held["Status"] = "APPROVED"
            self._applied(region)[held["QuotaCode"]] = {"value": held["DesiredValue"]}
        self._requests(region).changed(name)

    def _applied(self, region: str) -> Shelf:
        return self._world.records.shelf("service-quotas/applied", region)

    def _requests(self, region: str) -> Shelf:
        return self._world.records.shelf("service-quotas/request", region)


def _ours(request: Request) -> None:
    code = request["ServiceCode"]
    if code == CODE:
        return
    if code == "vpc":
        raise Elsewhere
    raise AwsError(
        "NoSuchResourceException",
        "This service is not available in the current Region. Choose a different Region or a different service.",
    )


def _known(code: Any) -> Quota:
    found = quotas().get(str(code))
    if found is None:
        raise AwsError(
            "NoSuchResourceException", f"The request failed because the specified quota {code} does not exist."
        )
    return found


def _arn(region: str, account: str, code: str) -> str:
    return f"arn:{partition_of(region)}:servicequotas:{region}:{account}:{CODE}/{code}"


def _default(region: str, quota: Quota) -> Response:
    return {
        "ServiceCode": CODE,
        "ServiceName": NAME,
        "QuotaArn": _arn(region, "", quota.code),
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "Value": quota.default,
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
        "QuotaAppliedAtLevel": "ACCOUNT",
        "Description": quota.name,
    }


def _requested(call: Call, quota: Quota, name: str, desired: float) -> Record:
    requester = {"accountId": call.account, "callerArn": f"arn:{partition_of(call.region)}:iam::{call.account}:root"}
    return {
        "Id": name,
        "ServiceCode": CODE,
        "ServiceName": NAME,
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "DesiredValue": desired,
        "Status": "PENDING",
        "Created": call.now,
        "LastUpdated": call.now,
        "Requester": json.dumps(requester),
        "QuotaArn": _arn(call.region, call.account, quota.code),
        "GlobalQuota": False,
        "Unit": "None",
        "QuotaRequestedAtLevel": "ACCOUNT",
    }
