"""Models, prices, instances and containers: what there is to choose from.

Reads bundled, dated facts (facts/) and JumpStart's lists where an account can be asked, and asks sagemaker-core in a
worker process; changes nothing. May import the root files of services only. Tested by tests/services/catalog/ with the
snapshot, stubbed clients, the sandbox's hub and the worker itself.
"""

from services.catalog.containers import GPU_TIMEOUT, Container, bucket_arns, content_bucket
from services.catalog.details import ModelDetails
from services.catalog.discounts import DISCOUNTS, Applies, Discount
from services.catalog.finding import providers, search
from services.catalog.images import bundled_versions, dns_suffix, inference_ami, newest
from services.catalog.instances import InstanceSpec, has_gpu, instance, instances
from services.catalog.jumpstart import CatalogModel, Licence, as_of, recommended
from services.catalog.listing import Listing
from services.catalog.payloads import Example
from services.catalog.prices import Price, Use, price, priced_regions
from services.catalog.queries import PRICE_STEPS, Found, Hit, Order, Query, QuotaLeft, QuotaRoom
from services.catalog.rates import Rate, serverless_second, serverless_usage
from services.catalog.reach import embedding_tokens
from services.catalog.service import CatalogService
from services.catalog.tasks import TASKS, Task
from services.catalog.training import (
    GATED_URI,
    Hyperparameter,
    TrainingContainer,
    TrainingReading,
    TrainingSpec,
    typical_metrics,
)

__all__ = [
    "DISCOUNTS",
    "GATED_URI",
    "GPU_TIMEOUT",
    "PRICE_STEPS",
    "TASKS",
    "Applies",
    "CatalogModel",
    "CatalogService",
    "Container",
    "Discount",
    "Example",
    "Found",
    "Hit",
    "Hyperparameter",
    "InstanceSpec",
    "Licence",
    "Listing",
    "ModelDetails",
    "Order",
    "Price",
    "Query",
    "QuotaLeft",
    "QuotaRoom",
    "Rate",
    "Task",
    "TrainingContainer",
    "TrainingReading",
    "TrainingSpec",
    "Use",
    "as_of",
    "bucket_arns",
    "bundled_versions",
    "content_bucket",
    "dns_suffix",
    "embedding_tokens",
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
    "serverless_usage",
    "typical_metrics",
]
