"""Clients: made once, of the right identity, sharing the costly part; secrets do not print."""

from __future__ import annotations

import json
import pickle
import time
from datetime import UTC, datetime

import pytest
from botocore.exceptions import EndpointConnectionError

from services.clients import Clients, Hidden, Keys, Source, open_session


def clients(key: str) -> Clients:
    source = Source(region="eu-west-1", keys=Keys(key, Hidden("testing")), endpoint_url="http://127.0.0.1:9")
    return Clients(open_session(source), source)


def test_a_client_is_made_once() -> None:
    mine = clients("a")
    assert mine.get("sts") is mine.get("sts")


def test_two_identities_keep_their_own_credentials_but_share_the_loaded_models() -> None:
    one, other = clients("alice"), clients("bob")
    assert one.credentials().access_key == "alice"
    assert other.credentials().access_key == "bob"
    assert one.get("sts").meta.service_model is not other.get("sts").meta.service_model
    loaders = {id(each._session._session.get_component("data_loader")) for each in (one, other)}
    assert len(loaders) == 1


def test_clients_time_out_and_retry_as_the_house_says() -> None:
    config = clients("a").get("sagemaker").meta.config
    assert config.connect_timeout == 5
    assert config.retries["mode"] == "standard"


@pytest.mark.parametrize("service", ["sts", "sagemaker", "iam"])
def test_whoever_hangs_is_told_of_within_about_a_minute(service: str) -> None:
    config = clients("a").get(service).meta.config
    assert config.retries["total_max_attempts"] * config.read_timeout <= 60


def test_an_invocation_may_take_its_sixty_seconds_and_is_not_repeated_blindly() -> None:
    config = clients("a").get("sagemaker-runtime").meta.config
    assert config.read_timeout > 60
    assert config.retries["total_max_attempts"] == 1


def test_a_secret_prints_as_stars_however_it_is_printed() -> None:
    secret = Hidden("hunter2")
    keys = Keys("id", secret, secret)
    assert "hunter2" not in f"{secret} {secret!r} {secret!s} {keys} {[secret]}"
    assert secret.reveal() == "hunter2"
    assert pickle.loads(pickle.dumps(secret)) == secret
    with pytest.raises(TypeError):
        json.dumps(secret)


def test_requests_are_not_logged_even_where_everything_is(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    source = Source(
        region="eu-west-1",
        keys=Keys("testing", Hidden("testing"), Hidden("testing-token-of-the-session")),
        endpoint_url="http://127.0.0.1:9",
    )
    with pytest.raises(EndpointConnectionError):
        Clients(open_session(source), source).get("sts").get_caller_identity()
    assert "testing-token" not in caplog.text


def test_times_of_answers_are_in_utc_wherever_the_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        client = clients("a").get("sagemaker")
        shape = client.meta.service_model.operation_model("DescribeEndpoint").output_shape
        sent = {"status_code": 200, "headers": {}, "body": b'{"CreationTime": 1700000000}'}
        parser = client._endpoint._response_parser_factory.create_parser("json")
        told = parser.parse(sent, shape)["CreationTime"]
        assert (told, told.tzinfo) == (datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC), UTC)
    finally:
        monkeypatch.undo()
        time.tzset()
