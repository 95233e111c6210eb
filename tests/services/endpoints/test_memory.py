"""What a paused endpoint remembers survives its tags exactly, fits into them, and is never believed blindly."""

from __future__ import annotations

import re
from hashlib import sha512

import pytest

from services.endpoints.definitions import Capacity
from services.endpoints.memory import MOST_TAGS, is_memory, read
from tests.services.endpoints.samples import ADAPTER, COMPONENT, OURS, SCALING, memory

FULL = memory(scalings=(SCALING,), components=(COMPONENT, ADAPTER), capacities=(Capacity("AllTraffic", 3, 0.5),))


def test_what_is_written_is_read_again_exactly() -> None:
    assert read(dict(FULL.written())) == FULL


def test_its_tags_are_what_aws_takes_and_can_be_told_from_others() -> None:
    for key, value in FULL.written():
        assert is_memory(key)
        assert len(value) <= 256
        assert re.fullmatch(r"[\w .:/=+\-@]*", value), value
    assert not any(is_memory(key) for key, _ in OURS)


def test_no_secret_is_in_it_only_its_name() -> None:
    assert "Demo/part/HF_TOKEN" in str(read(dict(FULL.written())).components)  # type: ignore[union-attr]


def test_pieces_left_from_a_longer_memory_do_not_disturb_it() -> None:
    longer = dict(FULL.written())
    short = memory()
    assert read({**longer, **dict(short.written())}) == short


@pytest.mark.parametrize(
    "spoilt",
    [
        {"sagedeck:paused-1": "40:not base64!"},
        {"sagedeck:paused-1": ""},
        {"sagedeck:paused-1": "x:eNo="},
        {"sagedeck:paused-9": "odd"},
        {"sagedeck:paused-1": "8:eJwDAAAA"},
    ],
)
def test_what_somebody_spoilt_is_told_and_not_guessed(spoilt: dict[str, str]) -> None:
    assert read({**dict(memory().written()), **spoilt}) is None


def test_tags_of_others_are_left_out_first_when_there_is_no_room() -> None:
    many = tuple((f"team-{number:02}", sha512(str(number).encode()).hexdigest()) for number in range(40))
    kept, left = memory(tags=(*OURS, *many)).fitting(MOST_TAGS - 40)
    assert left
    assert kept.fits(MOST_TAGS - 40)
    assert set(OURS) <= set(kept.tags), "those of this console stay"
    assert {key for key, _ in kept.tags} | set(left) == {key for key, _ in (*OURS, *many)}
