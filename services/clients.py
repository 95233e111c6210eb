"""Makes boto3 clients; no other module does.

All sessions share botocore's data loader: measured, that is 1 MB and 11 ms for a further identity instead of 22 MB and
169 ms, because the service models are parsed once.
"""

from __future__ import annotations

import getpass
import logging
import re
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol

from services.aws_errors import not_aws

USER_AGENT = "sagedeck"
# Attempts, and seconds without a byte: whoever hangs is told of within a minute.
_USUAL_PATIENCE = (4, 15)
_PATIENCE = {
    "sts": (3, 6),  # asked before anything is shown
    "s3": (5, 30),  # stores what it was sent before it answers
    "sagemaker-runtime": (1, 75),  # InvokeEndpoint answers within 60 s or not at all; inference has its own retries
}


@dataclass(frozen=True, slots=True, repr=False)
class Hidden:
    """A secret that prints as ***. It is no `str`, so that no join, format or JSON can let it out by accident."""

    _value: str = ""

    def __repr__(self) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._value)

    def reveal(self) -> str:
        """The secret itself, for the one call that needs it."""
        return self._value


@dataclass(frozen=True, slots=True)
class Keys:
    """Credentials a person typed in; they live in the browser's session only."""

    access_key_id: str
    secret_access_key: Hidden
    session_token: Hidden = field(default_factory=Hidden)


@dataclass(frozen=True, slots=True)
class Source:
    """Where AWS credentials come from: typed `keys`, a named `profile`, or with neither the default chain.

    With `role_arn` they are used only to assume that role. `endpoint_url` sends every service to one address.
    """

    region: str
    profile: str = ""
    keys: Keys | None = None
    role_arn: str = ""
    external_id: str = ""
    endpoint_url: str = ""


class ClientSource(Protocol):
    """What gives boto3 clients by boto3's name of a service: `Clients`, or the stubs of a test."""

    def get(self, service: str) -> Any:
        """The client of a service."""


class RegionalClients(ClientSource, Protocol):
    """A `ClientSource` that says which region its clients speak to."""

    region: str


class Clients:
    """The clients of one identity in one region. Clients are made once, under a lock, and are safe to share.

    Account and partition are those of the identity, found by `services.connection`.
    """

    def __init__(self, session: Any, source: Source, *, account: str = "", partition: str = "aws") -> None:
        self._session = session
        self._source = source
        self._made: dict[str, Any] = {}
        self._lock = threading.Lock()
        self.region = source.region
        self.account = account
        self.partition = partition

    def get(self, service: str) -> Any:
        """The boto3 client of a service by boto3's name for it ("sagemaker", "sagemaker-runtime", "iam")."""
        client = self._made.get(service)
        if client is None:
            with self._lock:
                client = self._made.get(service)
                if client is None:
                    client = self._made[service] = self._make(service)
        return client

    def _make(self, service: str) -> Any:
        client = self._session.client(
            service,
            region_name=self._source.region,
            endpoint_url=self._source.endpoint_url or None,
            config=_config(service),
        )
        client.meta.events.register("after-call", _refuse_strangers)
        return client

    def in_region(self, region: str) -> Clients:
        """The same identity's clients in another region of the partition."""
        if region == self.region:
            return self
        source = replace(self._source, region=region)
        return Clients(self._session, source, account=self.account, partition=self.partition)

    def offered(self, service: str = "sagemaker") -> tuple[str, ...]:
        """The regions of the partition that have a service, as botocore knows them; the account may not use all."""
        return tuple(self._session.get_available_regions(service, partition_name=self.partition))

    def credentials(self) -> Any:
        """botocore's credentials of this session, or None."""
        return self._session.get_credentials()


def _refuse_strangers(model: Any, parsed: dict[str, Any], http_response: Any, **_: Any) -> None:
    """An answer with nothing of what it must have was not sent by AWS: it is no empty list, and nothing was made."""
    required = model.output_shape.required_members if model.output_shape else ()
    if required and http_response.status_code < 300 and not any(name in parsed for name in required):
        raise not_aws(f"asking for {model.name}")


@lru_cache(maxsize=8)
def _config(service: str) -> Any:
    from botocore.config import Config

    attempts, patience = _PATIENCE.get(service, _USUAL_PATIENCE)
    return Config(
        retries={"mode": "standard", "total_max_attempts": attempts},
        connect_timeout=5,
        read_timeout=patience,
        max_pool_connections=32,
        user_agent_extra=USER_AGENT,
        s3={"addressing_style": "auto"},
    )


_loader: Any = None
_loader_lock = threading.Lock()


def shared_loader() -> Any:
    """botocore's data loader, one for the process: service models are parsed once."""
    global _loader
    with _loader_lock:
        if _loader is None:
            import botocore.loaders
            import botocore.session

            botocore.loaders.OrderedDict = dict  # the models of the services used here take 10 MB less as plain dicts
            _loader = botocore.session.Session().get_component("data_loader")
        return _loader


def _keep_quiet() -> None:
    """botocore writes requests, and with them tokens, into the log when the whole program logs at DEBUG."""
    log = logging.getLogger("botocore")
    log.setLevel(max(log.getEffectiveLevel(), logging.INFO))


def open_session(source: Source) -> Any:
    """A boto3 session for `source`; nothing is called yet but STS where a role is to be assumed.

    Raises botocore errors (ProfileNotFound, ClientError of AssumeRole) as they are.
    """
    import boto3

    _keep_quiet()
    keys = source.keys
    session = boto3.Session(
        botocore_session=_core(source.profile),
        region_name=source.region,
        aws_access_key_id=keys.access_key_id if keys else None,
        aws_secret_access_key=keys.secret_access_key.reveal() if keys else None,
        aws_session_token=(keys.session_token.reveal() or None) if keys else None,
    )
    return _assumed(session, source) if source.role_arn else session


def _core(profile: str = "") -> Any:
    """A botocore session with the loader of all, whose answers tell times in UTC. Raises ProfileNotFound as it is."""
    import botocore.session

    core = botocore.session.Session(profile=profile or None)
    core.register_component("data_loader", shared_loader())
    core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_in_utc)
    return core


def _in_utc(value: Any) -> datetime:
    """A time of an answer. botocore's own are in this machine's zone, and would be shown as if they were in UTC."""
    from botocore.utils import parse_timestamp

    at: datetime = parse_timestamp(value)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def configured_region(profile: str = "") -> str:
    """The region AWS's own environment and files name for a profile, or "". Raises ProfileNotFound as it is."""
    return _core(profile).get_config_variable("region") or ""


def _session_name() -> str:
    """What AWS's records show beside an assumed role: the person, so that two of one team are told apart."""
    return re.sub(r"[^\w+=,.@-]", "-", f"{USER_AGENT}-{getpass.getuser()}", flags=re.ASCII)[:64]


def _assumed(session: Any, source: Source) -> Any:
    """A session as the role of `source`, refreshed by itself before the role's hour is over."""
    import boto3
    from botocore.credentials import DeferredRefreshableCredentials

    sts = Clients(session, source).get("sts")
    external = {"ExternalId": source.external_id} if source.external_id else {}

    def refresh() -> dict[str, str]:
        answer = sts.assume_role(RoleArn=source.role_arn, RoleSessionName=_session_name(), **external)["Credentials"]
        return {
            "access_key": answer["AccessKeyId"],
            "secret_key": answer["SecretAccessKey"],
            "token": answer["SessionToken"],
            "expiry_time": answer["Expiration"].isoformat(),
        }

    core = _core()
    # boto3 takes refreshing credentials in no other way
    core._credentials = DeferredRefreshableCredentials(refresh, method="assume-role")
    return boto3.Session(botocore_session=core, region_name=source.region)
