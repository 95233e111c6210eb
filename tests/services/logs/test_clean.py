"""Lines made fit to be shown."""

from __future__ import annotations

import pytest

from services.logs import LONGEST, shown


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
