"""Settings: from the environment, then the file, then the default, and each says which."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from services.errors import InvalidRequest
from services.settings import FILE, Settings, load


def test_without_anything_every_value_is_the_default(tmp_path: Path) -> None:
    configured = load({}, tmp_path)
    assert configured.settings.connection == "auto"
    assert set(configured.origin.values()) == {"default"}


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('region = "eu-west-1"\nmax_new_tokens = 64\n', encoding="utf-8")
    configured = load({"SAGEDECK_REGION": "us-west-2"}, tmp_path)
    assert configured.settings.region == "us-west-2"
    assert configured.origin["region"] == "SAGEDECK_REGION"
    assert configured.settings.max_new_tokens == 64
    assert configured.origin["max_new_tokens"] == FILE


def test_names_of_the_aws_tools_are_honoured(tmp_path: Path) -> None:
    configured = load({"AWS_PROFILE": "team", "AWS_DEFAULT_REGION": "eu-north-1"}, tmp_path)
    assert (configured.settings.profile, configured.settings.region) == ("team", "eu-north-1")
    assert configured.origin["profile"] == "AWS_PROFILE"


@pytest.mark.parametrize(
    "environ",
    [{"SAGEDECK_READ_ONLY": "perhaps"}, {"SAGEDECK_MAX_NEW_TOKENS": "many"}, {"SAGEDECK_CONNECTION": "moon"}],
)
def test_a_value_that_cannot_be_used_is_named(environ: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest) as refused:
        load(environ, tmp_path)
    assert next(iter(environ.values())) in str(refused.value)


def test_a_broken_file_is_said_to_be_broken(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("region = ", encoding="utf-8")
    with pytest.raises(InvalidRequest, match="cannot be read"):
        load({}, tmp_path)


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ('conection = "aws"', "conection"),
        ("region = [1, 2]", "region"),
        ('region = "mars-1"', "mars-1"),
        ("max_new_tokens = -5", "max_new_tokens"),
        ("most_instances = 0", "most_instances"),
    ],
)
def test_a_line_of_the_file_that_cannot_be_used_is_named(written: str, named: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(written, encoding="utf-8")
    with pytest.raises(InvalidRequest, match=named):
        load({}, tmp_path)


@pytest.mark.parametrize("region", ["us-east-1", "us-gov-west-1", "us-isob-east-1", "eusc-de-east-1", "cn-north-1"])
def test_regions_of_every_partition_are_regions(region: str, tmp_path: Path) -> None:
    assert load({"AWS_REGION": region}, tmp_path).settings.region == region


def test_a_folder_in_place_of_the_file_is_said_so(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(InvalidRequest, match=FILE):
        load({}, tmp_path)


def test_every_setting_stands_in_the_documentation_with_its_default() -> None:
    text = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
    for field in fields(Settings):
        default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
        assert f"| `{field.name}` | {f'`{default}` ' if default else ''}|" in text
