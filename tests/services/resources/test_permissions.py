"""What reading needs is among what the pages say they need."""

from services.access import PAGES
from services.resources.describing import DESCRIBINGS
from services.resources.listing import GLOBAL_LISTINGS, LISTINGS


def test_every_list_and_description_is_named_with_the_page_that_cleans_up() -> None:
    named = {action for actions in PAGES["clean_up"].looking.values() for action in actions}
    described = {_action(each.operation) for each in DESCRIBINGS.values()}
    assert {listing.action for listing in (*LISTINGS, *GLOBAL_LISTINGS)} | described <= named


def _action(operation: str) -> str:
    words = "".join(word.capitalize() for word in operation.split("_"))
    return f"sagemaker:{words.replace('AutoMlJobV2', 'AutoMLJobV2')}"
