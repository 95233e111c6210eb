"""Container variables as they are typed or pasted: what is read, what is said to be wrong, and where secrets go."""

import pytest

from services.deploy.variables import parse_pairs, set_aside, without_secrets, written


def test_lines_are_read_with_what_people_put_around_them() -> None:
    text = 'A=1\n\n# a comment\nexport B="two words"\n C = x=y \nEMPTY='
    assert parse_pairs(text) == ((("A", "1"), ("B", "two words"), ("C", "x=y"), ("EMPTY", "")), ())


def test_a_json_object_is_read_as_a_container_is_given_it() -> None:
    pairs, wrong = parse_pairs('{"A": 4096, "B": true, "C": "text", "D": 0.5}')
    assert pairs == (("A", "4096"), ("B", "true"), ("C", "text"), ("D", "0.5"))
    assert wrong == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A=1\nnonsense", "Line 2 is not KEY=value."),
        ("=1", "Line 1 has no name before its =."),
        ('{"A": 1', "This is not JSON (line 1, column 8)."),
        ("[1]", "The JSON is not an object"),
        ('{"A": {"B": 1}}', "The value of A in the JSON is neither a text nor a number."),
        ('{"A": null}', "The value of A in the JSON is neither a text nor a number."),
        ('{"A": 1, "A": 2}', "A is given twice in the JSON."),
    ],
)
def test_what_cannot_be_read_is_said_without_repeating_it(text: str, said: str) -> None:
    wrong = parse_pairs(text)[1]
    assert wrong[0].startswith(said)
    assert not any("nonsense" in each for each in wrong)


def test_secrets_are_told_from_limits_by_their_names() -> None:
    pairs = (("HF_TOKEN", "hf_notreal"), ("MAX_TOKENS", "512"), ("DB_PASSWORD", "x"))
    assert without_secrets(pairs) == ((("MAX_TOKENS", "512"),), ("HF_TOKEN", "DB_PASSWORD"))


@pytest.mark.parametrize(
    ("text", "left", "keys"),
    [
        ("A=1\nHF_TOKEN=hf_notreal\nnonsense", "A=1\nnonsense", ("HF_TOKEN",)),
        ('{"A": "1", "API_KEY": "notreal"}', '{\n  "A": "1"\n}', ("API_KEY",)),
        ("A=1", "A=1", ()),
        ('{"API_KEY": ', '{"API_KEY": ', ()),
    ],
)
def test_a_text_loses_its_secrets_and_nothing_else(text: str, left: str, keys: tuple[str, ...]) -> None:
    assert set_aside(text) == (left, keys)


def test_what_is_written_is_read_again() -> None:
    pairs = (("A", "1"), ("B", "x=y"))
    assert parse_pairs(written(pairs))[0] == parse_pairs(written(pairs, as_json=True))[0] == pairs
