"""What reading needs is among what the pages say they need."""

from services.access import PAGES
from services.resources.describing import DESCRIBINGS
from services.resources.listing import GLOBAL_LISTINGS, LISTINGS


def test_every_list_and_description_is_named_with_the_page_that_cleans_up() -> None:
    named = {action for actions in PAGES["clean_up"].looking.values() for action in actions}
    described = {each.action for each in DESCRIBINGS.values()}
    assert {listing.action for listing in (*LISTINGS, *GLOBAL_LISTINGS)} | described <= named


def test_every_stream_of_tags_and_a_resources_own_are_named() -> None:
    named = {action for actions in PAGES["bill"].looking.values() for action in actions}
    assert {"tag:GetResources", "sagemaker:ListTags", "sns:ListTagsForResource", "s3:GetBucketTagging"} <= named
