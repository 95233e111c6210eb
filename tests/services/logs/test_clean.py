"""Lines made fit to be shown."""

from __future__ import annotations

import pytest

from services.logs import LONGEST, Event, clean, shown
from services.logs.clean import MOST_KEPT
from services.logs.reading import lines_of


@pytest.mark.parametrize(
    ("line", "hidden"),
    [
        ("HF_TOKEN=not-a-real-token", "not-a-real-token"),
        ('{"api_key": "made up, with spaces"}', "made up"),
        ('hf_api_token: Some("hf_notarealtoken123")', "hf_notarealtoken123"),
        ("Authorization: Bearer abcdefgh12345678", "abcdefgh12345678"),
        ("using AstraCS:notReal:0000000000000000", "notReal"),
        ("GET https://b.s3.amazonaws.com/k?X-Amz-Signature=0123456789abcdef&x=1", "0123456789abcdef"),
        ("proxy http://someone:made-up@10.0.0.1:3128", "made-up"),
        ("password='made up'", "made up"),
    ],
)
def test_what_looks_like_a_secret_is_masked(line: str, hidden: str) -> None:
    assert hidden not in shown(line)
    assert "***" in shown(line)


def test_counts_and_ordinary_words_stay_readable() -> None:
    for line in ("MAX_INPUT_TOKENS=4096", "hf_token: None", "INFO Loading model in 3.2 s", "num_shard: Some(1)"):
        assert shown(line) == line


def test_the_runs_own_secrets_are_taken_out_of_any_line() -> None:
    assert shown("it is swordfish-2026!", ["swordfish-2026"]) == "it is ***!"


def test_a_line_is_freed_of_control_characters_and_folded() -> None:
    assert shown("\x1b[31mred\x1b[0m\u202etext\x00") == "red text"
    assert shown("  10%|#\r  90%|#########\r") == "  90%|#########"
    assert shown("  10%|#\r  90%|#########\n") == "  90%|#########"
    folded = shown("x" * 100_000)
    assert folded.endswith(f"… ({100_000 - LONGEST:,} more characters)")
    assert len(folded) < LONGEST + 40
    assert "TOKEN=***" in shown("y" * 480 + " TOKEN=" + "z" * 5_000)


def test_an_exception_that_names_a_key_and_counts_of_tokens_keep_their_words() -> None:
    for line in ("KeyError: 'model_type'", "eos_token_id=2", "pad_token_id: 128001, vocab", "tokenizer=auto"):
        assert shown(line) == line


@pytest.mark.parametrize(
    "line",
    [
        "env:HF_TOKEN=hunter-2-hunter",
        r'{"message": "args {\"api_key\": \"hunter-2-hunter\"}"}',
        "serve --api-key hunter-2-hunter --port 80",
        "secret: 'never closed hunter-2-hunter",
        "authorization: bearer hunter-2-hunter",
    ],
)
def test_secrets_in_odd_places_are_masked_too(line: str) -> None:
    assert "hunter-2-hunter" not in clean(line)
    assert "***" in clean(line)


HOSTILE = {
    "markup": "![x](http://evil.example/p.png) <script>alert(1)</script> **b** :red[x] $x$ [l](javascript:1)",
    "escapes": "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\ \x1b[2J\x1b[1;31mred\x9b31m",
    "directions": "\u202ereversed\u202c \u2066isolated\u2069 \u200bzero\u200f",
    "nulls": "\x00a\x00b\x07\x08",
    "surrogate": "half \ud800 of a pair",
    "separators": "one\u2028two\u2029three\x85four",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_that_acts_is_left_in_a_line(text: str) -> None:
    line = clean(text)
    assert line.isprintable()
    line.encode()
    assert "\x1b" not in line


def test_markup_stays_as_it_is_for_it_is_shown_as_text() -> None:
    assert clean(HOSTILE["markup"]) == HOSTILE["markup"]


@pytest.mark.parametrize(
    "text",
    ["x" * 1_000_000, "\x00" * 1_000_000, "key=" * 250_000, "token: '" * 120_000, "1-" * 500_000, "eyJ-" * 250_000,
     "[" * 1_000_000, '{"a":' * 200_000, "\n" * 1_000_000, "\x1b[" * 500_000, "://a" * 250_000],
    ids=lambda text: repr(text[:6]),
)  # fmt: skip
def test_a_megabyte_of_anything_is_read_and_bounded(text: str) -> None:
    lines = lines_of([Event(1.0, text, "s")], {})
    assert 1 <= len(lines) <= 401
    assert all(len(line.text) <= MOST_KEPT for line in lines)
    assert len(lines[0].brief) <= LONGEST + 40
    if text[0] == "x":
        assert lines[0].cut == 1_000_000 - MOST_KEPT
        assert "999,500 more" in lines[0].brief
