"""Models, prices, instances and containers: what there is to choose from.

Reads bundled, dated facts (facts/) and asks sagemaker-core in a worker process; changes nothing. May import the root
files of services only. Tested by tests/services/catalog/ with the snapshot and the worker itself.
"""

from services.catalog.containers import GPU_TIMEOUT, Container, bucket_arns, content_bucket
from services.catalog.images import bundled_versions, dns_suffix, inference_ami, newest
from services.catalog.instances import InstanceSpec, has_gpu, instance, instances
from services.catalog.jumpstart import CatalogModel, Task, as_of, providers, recommended, search
from services.catalog.prices import Price, price, priced_regions
from services.catalog.rates import serverless_second
from services.catalog.service import CatalogService

__all__ = [
    "GPU_TIMEOUT",
    "CatalogModel",
    "CatalogService",
    "Container",
    "InstanceSpec",
    "Price",
    "Task",
    "as_of",
    "bucket_arns",
    "bundled_versions",
    "content_bucket",
    "dns_suffix",
    "has_gpu",
    "inference_ami",
    "instance",
    "instances",
    "newest",
    "price",
    "priced_regions",
    "providers",
    "recommended",
    "search",
    "serverless_second",
]
