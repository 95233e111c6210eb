"""Connections: who we are, where, and that one identity is never taken for another."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from services import sandbox_child
from services.clients import Hidden, Keys, Source
from services.connection import Connection, Mode, astra_from, connect_aws, connect_default, principal, sandbox_at
from services.errors import InvalidRequest, MissingCredentials, Unreachable
from services.settings import Settings
from tests.sandbox.server import start_sandbox


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_sandbox() as url:
        yield url


def test_typed_keys_ask_aws_who_they_are(url: str) -> None:
    source = Source(region="eu-west-1", keys=Keys("testing", Hidden("testing")), endpoint_url=url)
    connection = connect_aws(source)
    assert connection.mode is Mode.AWS
    assert connection.identity.account == "123456789012"
    assert connection.identity.region == "eu-west-1"
    assert connection.identity.arn.startswith("arn:aws:")
    assert connection.origin == "typed keys"


def test_a_role_is_assumed_and_named_as_where_the_rights_come_from(url: str) -> None:
    role = "arn:aws:iam::123456789012:role/team"
    source = Source(region="eu-west-1", keys=Keys("testing", Hidden("testing")), role_arn=role, endpoint_url=url)
    connection = connect_aws(source)
    assert ":assumed-role/team/sagedeck-" in connection.identity.arn
    assert connection.origin == f"assumed role {role}"


def test_without_a_region_nothing_is_asked() -> None:
    with pytest.raises(InvalidRequest, match="region"):
        connect_aws(Source(region=""))


def test_without_credentials_the_sandbox_is_offered() -> None:
    with pytest.raises(MissingCredentials, match="sandbox"):
        connect_aws(Source(region="eu-west-1"))


def test_an_address_nobody_answers_at_is_said_to_be_out_of_reach() -> None:
    source = Source(region="eu-west-1", keys=Keys("x", Hidden("y")), endpoint_url="http://127.0.0.1:9")
    with pytest.raises(Unreachable):
        connect_aws(source)


def test_the_stand_in_named_by_the_environment_is_used_as_the_sandbox(url: str, home: Path) -> None:
    connection = connect_default(Settings(), home, {"AWS_ENDPOINT_URL": url})
    assert connection.mode is Mode.SANDBOX
    assert connection.sandbox_url == url
    assert sandbox_child.find(home) is None, "no second sandbox was started"


def test_credentials_in_the_environment_make_an_aws_connection_that_needs_a_region(home: Path) -> None:
    with pytest.raises(InvalidRequest, match="region"):
        connect_default(Settings(), home, {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"})


def test_the_region_of_the_aws_configuration_is_used_where_ours_names_none(
    url: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    config.write_text(f"[default]\nregion = eu-west-3\nendpoint_url = {url}\naws_access_key_id = testing\n")
    config.write_text(config.read_text() + "aws_secret_access_key = testing\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    connection = connect_default(Settings(), home, {"AWS_CONFIG_FILE": str(config)})
    assert (connection.mode, connection.identity.region) == (Mode.AWS, "eu-west-3")


def test_a_configuration_without_credentials_is_no_account(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    config.write_text("[default]\nregion = eu-west-3\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    started: list[Path] = []
    monkeypatch.setattr("services.connection.connect_sandbox", lambda folder, **_: started.append(folder))
    connect_default(Settings(), home, {"AWS_CONFIG_FILE": str(config)})
    assert started == [home]
    with pytest.raises(MissingCredentials):
        connect_default(Settings(connection="aws"), home, {"AWS_CONFIG_FILE": str(config)})


@pytest.mark.parametrize(
    "name",
    ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"],
)
def test_credentials_that_a_machine_in_the_cloud_is_given_are_an_account(
    name: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("services.connection.connect_aws", lambda source, **_: asked.append(source.region))
    environ = {name: "given", "AWS_CONFIG_FILE": "/nowhere/config", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere/keys"}
    connect_default(Settings(region="eu-west-1"), home, environ)
    assert asked == ["eu-west-1"]


def test_a_profile_that_does_not_exist_is_named_as_the_cause(home: Path) -> None:
    with pytest.raises(MissingCredentials, match="profile"):
        connect_default(Settings(profile="nobody"), home, {})


@pytest.mark.parametrize(
    ("arn", "owner"),
    [
        ("arn:aws:iam::123456789012:user/ana", "arn:aws:iam::123456789012:user/ana"),
        ("arn:aws:sts::123456789012:assumed-role/DS/ana@example.com", None),
        ("arn:aws:sts::123456789012:assumed-role/DS/i-0123456789abcdef0", None),
        ("arn:aws:sts::123456789012:assumed-role/DS/SageMaker", None),
        ("arn:aws-cn:sts::1:assumed-role/DS/botocore-session-1795000000", "arn:aws-cn:sts::1:assumed-role/DS"),
        ("arn:aws:sts::123456789012:assumed-role/DS/1795000000123456789", "arn:aws:sts::123456789012:assumed-role/DS"),
    ],
)
def test_an_owner_is_the_same_at_every_start(arn: str, owner: str | None) -> None:
    assert principal(arn) == (owner or arn)


def test_the_region_that_is_configured_holds_in_the_sandbox_too(url: str, home: Path) -> None:
    (home / "sandbox.json").write_text(json.dumps({"url": url, "pid": os.getpid()}), encoding="utf-8")
    connection = connect_default(Settings(region="eu-west-1"), home, {})
    assert connection.mode is Mode.SANDBOX
    assert connection.identity.region == "eu-west-1"


def test_two_people_of_one_sandbox_have_different_keys_and_owners(url: str) -> None:
    ana, bob = sandbox_at(url, owner="ana"), sandbox_at(url, owner="bob")
    assert ana.key != bob.key
    assert ana.owner != bob.owner


def test_the_key_tells_region_account_and_principal_apart(url: str) -> None:
    def key(region: str, owner: str) -> tuple[str, ...]:
        connection: Connection = sandbox_at(url, owner=owner, region=region)
        return connection.key

    assert len({key("us-east-1", "ana"), key("eu-west-1", "ana"), key("us-east-1", "bob")}) == 3


def test_a_connection_does_not_print_its_token(url: str) -> None:
    environ = {"ASTRA_DB_APPLICATION_TOKEN": "AstraCS:test"}
    astra = astra_from(Settings(astra_endpoint="https://example.invalid"), environ)
    assert astra is not None
    assert "AstraCS:test" not in repr(astra)
    assert "AstraCS" not in repr(sandbox_at(url))


def test_the_sandbox_of_a_home_is_started_once_found_again_and_stopped(home: Path) -> None:
    url, started = sandbox_child.ensure(home)
    try:
        assert started
        assert sandbox_child.ensure(home) == (url, False)
        assert sandbox_child.find(home) == url
    finally:
        assert sandbox_child.stop(home)
    assert sandbox_child.find(home) is None
    assert sandbox_child.stop(home) is False
