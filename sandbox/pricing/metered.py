"""What is not counted in instance hours, as products: of SageMaker, and of the services that work for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sandbox.pricing.rates import Place, Rate, rates, usage_type

SAGEMAKER = "AmazonSageMaker"


@dataclass(frozen=True, slots=True)
class Sold:
    """Where the price list has a usage: the service's code and name, and its product there."""

    service: str
    name: str
    usage: str
    family: str
    attributes: Mapping[str, str]


_VOLUMES = {"Host": "Hosting", "Notebk": "Notebook", "Train": "Training", "Processing": "Processing"}
_STORAGE, _SNS = "TimedStorage-ByteHrs", "Amazon Simple Notification Service"
# By the usage's name in facts/rates.csv. What is not here the price list has under a name that is not known.
OTHERS: Mapping[str, Sold] = {
    _STORAGE: Sold("AmazonCloudWatch", "AmazonCloudWatch", _STORAGE, "Storage Snapshot", {}),
    "CW:MetricMonitorUsage": Sold("AmazonCloudWatch", "AmazonCloudWatch", "CW:MetricMonitorUsage", "Metric", {}),
    "CW:AlarmMonitorUsage": Sold("AmazonCloudWatch", "AmazonCloudWatch", "CW:AlarmMonitorUsage", "Alarm", {}),
    "CW:GMD-Metrics": Sold("AmazonCloudWatch", "AmazonCloudWatch", "CW:GMD-Metrics", "API Request", {}),
    f"EFS:{_STORAGE}": Sold("AmazonEFS", "Amazon Elastic File System", _STORAGE, "Storage", {}),
    f"S3:{_STORAGE}": Sold(
        "AmazonS3", "Amazon Simple Storage Service", _STORAGE, "Storage", {"volumeType": "Standard"}
    ),
    "SNS:Requests-Tier1": Sold("AmazonSNS", _SNS, "Requests-Tier1", "API Request", {}),
    "SNS:DeliveryAttempts-SMTP": Sold("AmazonSNS", _SNS, "DeliveryAttempts-SMTP", "Message Delivery", {}),
}
CODES = tuple(sorted({sold.service for sold in OTHERS.values()}))

Product = tuple[str, dict[str, str], str, float]  # family, attributes, unit, USD


def of_place(service: str, place: Place) -> Iterator[Product]:
    """Yield what a service sells in a region by other units than instance hours."""
    for rate in rates().values():
        sold = OTHERS.get(rate.usage)
        if rate.region != place.region or rate.usage.startswith(("CE:", "Scheduler:")):
            continue
        if sold is None and service == SAGEMAKER:
            yield _own(place, rate)
        elif sold is not None and sold.service == service:
            yield _other(place, rate, sold)


def where(place: Place, service: str, name: str) -> dict[str, str]:
    """Return the attributes every product of a region has."""
    return {
        "servicecode": service,
        "servicename": name,
        "location": place.location,
        "locationType": "AWS Region",
        "regionCode": place.region,
    }


def _own(place: Place, rate: Rate) -> Product:
    attributes = {
        **where(place, SAGEMAKER, "Amazon SageMaker"),
        "usagetype": usage_type(rate.usage, place.region),
    }
    kind, _, volume = rate.usage.partition(":VolumeUsage")
    if rate.usage.startswith("ServerlessInf"):
        family, more = "ML Serverless", {"operation": "Invoke-Endpoint", "component": "ServerlessInf"}
    elif volume:
        what = f"General Purpose-{_VOLUMES.get(kind, kind)}"
        family, more = "Storage", {"operation": "RunInstance", "volumeType": what}
    else:
        group = f"Hosting:{rate.usage.rpartition('-')[2].upper()}"
        family, more = "Data Transfer", {"operation": "Invoke-Endpoint", "group": group}
    return family, {**attributes, **more}, rate.unit, rate.usd


def _other(place: Place, rate: Rate, sold: Sold) -> Product:
    # these services' usage types have no prefix in the oldest region
    named = sold.usage if place.region == "us-east-1" else usage_type(sold.usage, place.region)
    attributes = {**where(place, sold.service, sold.name), "usagetype": named, **sold.attributes}
    return sold.family, attributes, rate.unit, rate.usd
