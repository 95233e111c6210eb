"""Pages put together are the list, and no more of it is made than a page needs."""

import base64
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.errors import AwsError
from sandbox.paging import BadToken, listed, page


@given(st.lists(st.integers()), st.integers(1, 7))
def test_pages_put_together_are_the_list(items: list[int], most: int) -> None:
    found, token = page(items, None, most)
    pages = [found]
    while token:
        found, token = page(items, token, most)
        pages.append(found)
    assert [each for held in pages for each in held] == items
    assert all(len(each) == most for each in pages[:-1])


def test_what_comes_after_a_page_is_not_made() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1000):
            made.append(number)
            yield number

    assert page(items(), None, 10)[0] == list(range(10))
    assert len(made) == 11


def test_a_list_that_has_become_shorter_ends() -> None:
    _, token = page([1, 2, 3], None, 2)
    assert page([], token, 2) == ([], None)


@pytest.mark.parametrize("word", [b"from -1", b"from x", b"to 3", b"", b"from " + b"9" * 30])
def test_a_token_that_was_never_handed_out_is_refused(word: bytes) -> None:
    for token in (base64.b64encode(word).decode() or "!", "not base64!"):
        with pytest.raises(BadToken):
            page([1, 2, 3], token, 2)


def test_a_list_operation_answers_rows_and_refuses_in_the_services_words() -> None:
    asked = {"MaxResults": 2}
    answer = listed("Things", "abc", asked, ("BadThing", "No."), row=str.upper)
    assert (answer["Things"], set(answer)) == (["A", "B"], {"Things", "NextToken"})
    following = listed("Things", "abc", {**asked, "NextToken": answer["NextToken"]}, ("BadThing", "No."))
    assert following == {"Things": ["c"]}
    with pytest.raises(AwsError) as refused:
        listed("Things", "abc", {"NextToken": "x"}, ("BadThing", "No."))
    assert (refused.value.code, refused.value.message) == ("BadThing", "No.")
