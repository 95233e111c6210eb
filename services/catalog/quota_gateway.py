"""Reads SageMaker's quotas as Service Quotas applies them to an account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.aws_errors import code_and_message, translate
from services.clients import ClientSource

SERVICE = "sagemaker"
PAGE = 100  # rows, the most Service Quotas gives at once; SageMaker has some 2,700
MOST_QUOTAS = 10_000


class QuotaGateway:
    """Reads quotas with the connection's Service Quotas client."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    def applied(self) -> dict[str, tuple[str, float]]:
        """Every applied quota by name: its code and value. Some 27 calls, one after the other."""
        bound = {"PageSize": PAGE, "MaxItems": MOST_QUOTAS}
        try:
            paginator = self._clients.get("service-quotas").get_paginator("list_service_quotas")
            pages = paginator.paginate(ServiceCode=SERVICE, PaginationConfig=bound)
            return {
                row["QuotaName"]: (row["QuotaCode"], float(row["Value"]))
                for page in pages
                for row in page.get("Quotas", [])
                if "Value" in row
            }
        except Exception as error:
            raise translate(error, "listing the quotas of SageMaker") from error

    def one(self, code: str) -> tuple[str, float] | None:
        """Name and value of one applied quota, of AWS's default where none is applied; None: there is no such code."""
        return self._value("get_service_quota", code) or self._value("get_aws_default_service_quota", code)

    def _value(self, operation: str, code: str) -> tuple[str, float] | None:
        ask = getattr(self._clients.get("service-quotas"), operation)
        try:
            row: Mapping[str, Any] = ask(ServiceCode=SERVICE, QuotaCode=code)["Quota"]
        except Exception as error:
            if code_and_message(error)[0] == "NoSuchResourceException":
                return None
            raise translate(error, f"reading the quota {code}") from error
        return (row["QuotaName"], float(row["Value"])) if "Value" in row else None
