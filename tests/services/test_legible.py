"""Text of others in our sentences."""

from __future__ import annotations

import pytest

from services.errors import InvalidRequest
from services.legible import HIDDEN, holds_token, legible, spelled

# invented, and put together here so that no file holds anything that looks real
TOKENS = (
    "hf_" + "NobodysInventedToken" * 2,
    "AK" + "IA" + "NOBODYSEXAMPLE00",
    "AS" + "IA" + "NOBODYSEXAMPLE00",
    "Astra" + "CS:NobodysInvented:0123456789abcdef",
    *("gh" + f"{kind}_NobodysInventedToken00" for kind in "pousr"),
    "github" + "_pat_NobodysInventedToken00",
    "gl" + "pat-NobodysInventedToken00",
    "xo" + "xb-nobodys-invented-token",
    "sk" + "-proj-NobodysInventedToken00",
    "ey" + "JhbGciOiJub25lIn0.ey" + "JzdWIiOiJub2JvZHkifQ.c2lnbmVk",
    "-----BEGIN " + "RSA PRIVATE KEY-----\nbm9ib2R5",
)
ORDINARY = (
    "hf_home", "HF_TOKEN", "s3://bucket/hf_models/meta/", "sk-learn-is-a-library-with-a-long-name", "eyJ", "AKIA",
    "huggingface-sentencesimilarity-all-MiniLM-L6-v2", "arn:aws:iam::123456789012:role/Mine", "sha256:" + "0a" * 32,
    "https://example.org:8443/path", "1234abcd-12ab-34cd-56ef-1234567890ab", "",
)  # fmt: skip


@pytest.mark.parametrize("token", TOKENS, ids=lambda token: token[:4])
def test_a_token_is_known_by_how_it_is_written_and_hidden(token: str) -> None:
    text = f"It says s3://bucket/x?token={token} there."
    assert holds_token(text)
    assert holds_token(f"It says {token} there.")
    assert token[6:] not in legible(text)
    assert HIDDEN in legible(text)
    error = InvalidRequest(text, text, text)
    assert token[6:] not in f"{error} {error!r} {error.args}"


@pytest.mark.parametrize("text", ORDINARY, ids=str)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert not holds_token(text)
    assert legible(text) == text


def test_the_password_in_an_address_and_the_signature_of_a_signed_one_are_hidden() -> None:
    assert legible("https://ada:nobodys@example.org/x") == f"https://{HIDDEN}@example.org/x"
    assert legible("https://b/x?X-Amz-Signature=0123abcd&b=1") == f"https://b/x?X-Amz-Signature={HIDDEN}&b=1"


def test_what_does_not_print_is_written_by_its_number() -> None:
    assert legible("a\x1b[2J\u202eb\ud800") == "a\\u001b[2J\\u202eb\\ud800"
    assert legible("a\nb — ü 漢") == "a\nb — ü 漢"


def test_of_a_long_text_the_middle_is_left_out() -> None:
    assert legible("a" * 50 + "b" * 50, 21) == "a" * 10 + "…" + "b" * 10
    assert legible("abc", 3) == "abc"


def test_halves_of_a_character_are_joined_or_marked_and_all_else_stays() -> None:
    assert spelled("half \ud83d and whole \ud83d\ude00") == "half \ufffd and whole \U0001f600"
    assert spelled("Ärger, 中文, \U0001f600, \0") == "Ärger, 中文, \U0001f600, \0"
