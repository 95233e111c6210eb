"""What lies in S3, looked at: buckets, folders, the first bytes of an object by one read, an object as a stream.

models says what is seen; gateway alone speaks to S3; service is what pages and rooms use; manifests reads
SageMaker's lists of objects. What is sent there is a step
of a plan (`services.plans.objects`). May import plans, catalog and logs; tested against the sandbox.
"""

from services.objects.manifests import manifest_uris
from services.objects.models import Entry, Listing, Peek, Shelf, Uri
from services.objects.service import ObjectsService

__all__ = ["Entry", "Listing", "ObjectsService", "Peek", "Shelf", "Uri", "manifest_uris"]
