"""Reads AWS's Price List API, which a few regions of the partition answer for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from services.aws_errors import translate
from services.catalog.price_list import SAGEMAKER
from services.clients import Clients, ClientSource

# Where the API is (botocore's endpoints, 2026-11). In aws-cn it tells CNY and has credentials of its own, in
# aws-us-gov there is none: neither is asked.
_AT = (("eu-", "eu-central-1"), ("ap-south-", "ap-south-1"), ("", "us-east-1"))
PAGE, MOST = 100, 10_000  # rows: the most a page has, and ten times what a service sells in one region


def endpoint_region(partition: str, region: str) -> str:
    """The region whose Price List API is asked for the prices of `region`; "" where there is none."""
    if partition != "aws":
        return ""
    return next(at for start, at in _AT if region.startswith(start))


class PriceGateway:
    """Reads products with a client of the region that has the API (see `endpoint_region`)."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    def products(self, region: str, service: str = SAGEMAKER, **filters: str) -> Iterator[str]:
        """Each product of a service in a region as the JSON text it comes in, page by page.

        Raises PermissionDenied, Throttled, Unreachable and what else asking raises.
        """
        wanted = {"regionCode": region, **filters}
        asked: Mapping[str, Any] = {
            "ServiceCode": service,
            "FormatVersion": "aws_v1",
            "Filters": [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in wanted.items()],
            "PaginationConfig": {"PageSize": PAGE, "MaxItems": MOST},
        }
        try:
            for page in self._clients.get("pricing").get_paginator("get_products").paginate(**asked):
                yield from page.get("PriceList", ())
        except Exception as error:
            raise translate(error, f"reading the price list of {service} in {region}") from error


def asking(clients: Clients, partition: str) -> Callable[[str], PriceGateway | None]:
    """Who asks for the prices of a region with this identity's clients; None where nobody can be asked."""

    def ask(region: str) -> PriceGateway | None:
        at = endpoint_region(partition, region)
        return PriceGateway(clients.in_region(at)) if at else None

    return ask
