"""The operations of the Price List API: SageMaker's prices, and those of what works for it, where they are known."""

from functools import cache
from typing import TYPE_CHECKING

from sandbox.errors import AwsError
from sandbox.operations import Call, Handler, Request, Response
from sandbox.paging import listed
from sandbox.pricing import rates
from sandbox.pricing.metered import CODES as OTHERS
from sandbox.pricing.metered import SAGEMAKER as CODE
from sandbox.pricing.products import ATTRIBUTES, priced, values

if TYPE_CHECKING:
    from sandbox.world import World

FORMAT = "aws_v1"
BAD_TOKEN = ("InvalidNextTokenException", "The pagination token is invalid.")
_COMMON = ("location", "locationType", "productFamily", "regionCode", "servicecode", "termType", "usagetype")


class Pricing:
    """`hourly` is what others ask; everything else is the API."""

    def __init__(self, world: "World") -> None:
        self.operations: dict[str, Handler] = {
            "DescribeServices": self.describe_services,
            "GetAttributeValues": self.get_attribute_values,
            "GetProducts": self.get_products,
        }

    def hourly(self, instance_type: str, region: str, use: str = "Hosting") -> float | None:
        """Return USD for an hour of one instance, None if unknown. `use`: a component (`rates.USES`)."""
        return rates.hourly(instance_type, region, use)

    def describe_services(self, call: Call, request: Request) -> Response:
        code = request.get("ServiceCode")
        known = {each: sorted(_COMMON) for each in OTHERS} | {CODE: sorted(ATTRIBUTES)}
        if code and code not in known:
            raise AwsError("InvalidParameterException", f"The service code {code} is invalid.")
        rows = [{"ServiceCode": each, "AttributeNames": known[each]} for each in ([code] if code else sorted(known))]
        return {"FormatVersion": FORMAT, **listed("Services", rows, request, BAD_TOKEN)}

    def get_attribute_values(self, call: Call, request: Request) -> Response:
        _check_service(request["ServiceCode"])
        name = request["AttributeName"]
        if name not in (ATTRIBUTES if request["ServiceCode"] == CODE else _COMMON):
            raise AwsError("InvalidParameterException", f"The attribute name {name} is invalid.")
        found = _values(name) if request["ServiceCode"] == CODE else ()
        return listed("AttributeValues", found, request, BAD_TOKEN, row=lambda value: {"Value": value})

    def get_products(self, call: Call, request: Request) -> Response:
        _check_service(request["ServiceCode"])
        if request.get("FormatVersion", FORMAT) != FORMAT:
            raise AwsError("InvalidParameterException", f"The format version {request['FormatVersion']} is invalid.")
        filters: dict[str, str] = {}
        for asked in request.get("Filters", ()):
            if asked["Type"] != "TERM_MATCH":
                raise AwsError("InvalidParameterException", f"The filter type {asked['Type']} is not built here.")
            filters[asked["Field"]] = asked["Value"]
        filters.pop("ServiceCode", None)
        found = priced(filters, request["ServiceCode"])
        return {"FormatVersion": FORMAT, **listed("PriceList", found, request, BAD_TOKEN)}


@cache
def _values(name: str) -> tuple[str, ...]:
    return tuple(values(name))


def _check_service(code: str) -> None:
    if code != CODE and code not in OTHERS:
        raise AwsError("InvalidParameterException", f"The service code {code} is invalid.")
