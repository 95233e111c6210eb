"""Who and where: the AWS identity, the Astra database, or the sandbox that stands in for both.

Every cache key begins with `Connection.key`, so what one person reads is never handed to another.
"""

from __future__ import annotations

import getpass
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from services import sandbox_child
from services.aws_errors import translate
from services.clients import Clients, Hidden, Keys, Source, configured_region, open_session
from services.errors import InvalidRequest, MissingCredentials
from services.settings import Settings

SANDBOX_REGION = "us-east-1"
SANDBOX_ACCOUNT = "123456789012"
SANDBOX_TOKEN = Hidden("AstraCS:sandbox")
# How Studio, ECS, EKS and CloudShell name the credentials of their account.
_CREDENTIALS_ELSEWHERE = (
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)


class Mode(StrEnum):
    """Which world the console is connected to."""

    SANDBOX = "sandbox"
    AWS = "aws"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who AWS says we are. `arn` is the principal's."""

    partition: str
    account: str
    arn: str
    region: str


@dataclass(frozen=True, slots=True)
class Astra:
    """An Astra database or any other Data API server. `environment` is astrapy's word for which of them it is."""

    endpoint: str
    token: Hidden
    keyspace: str = "default_keyspace"
    environment: str = "prod"


@dataclass(frozen=True, slots=True)
class Connection:
    """One person's way to the services. `owner` is who chats, documents and journal belong to."""

    mode: Mode
    identity: Identity
    owner: str
    clients: Clients = field(repr=False, compare=False)
    astra: Astra | None = None
    read_only: bool = False
    expires: datetime | None = None
    sandbox_url: str | None = None
    origin: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What makes two reads the same: partition, account, region and principal (and which world)."""
        identity = self.identity
        return (self.sandbox_url or "aws", identity.partition, identity.account, identity.region, identity.arn)

    def now(self) -> float:
        """What time it is there (Unix): a sandbox's clock may have been put forward, and ages and costs follow it."""
        return time.time() + (sandbox_child.ahead(self.sandbox_url) if self.sandbox_url else 0.0)

    def moment(self) -> datetime:
        """The same as a time in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)


def connect_sandbox(home: Path, *, owner: str = "", read_only: bool = False, region: str = "") -> Connection:
    """Connect to this home's sandbox, started when it does not run, and keep it awake. Raises ServiceFailure."""
    url, _ = sandbox_child.ensure(home)
    sandbox_child.keep_awake(url)
    return sandbox_at(url, owner=owner, read_only=read_only, region=region)


def sandbox_at(url: str, *, owner: str = "", read_only: bool = False, region: str = "") -> Connection:
    """Connect to a sandbox that runs at `url`; the identity is a made-up user of its one account."""
    person = owner or getpass.getuser()
    region = region or SANDBOX_REGION
    arn = f"arn:aws:iam::{SANDBOX_ACCOUNT}:user/{person}"
    keys = Keys("sandbox", Hidden("sandbox"))
    source = Source(region=region, keys=keys, endpoint_url=url)
    return Connection(
        mode=Mode.SANDBOX,
        identity=Identity("aws", SANDBOX_ACCOUNT, arn, region),
        owner=f"sandbox/{person}",
        clients=Clients(open_session(source), source, account=SANDBOX_ACCOUNT),
        astra=Astra(endpoint=url, token=SANDBOX_TOKEN, environment="other"),
        read_only=read_only,
        sandbox_url=url,
        origin="sandbox",
    )


def connect_aws(source: Source, *, astra: Astra | None = None, read_only: bool = False) -> Connection:
    """Connect to AWS and ask it who we are.

    Raises MissingCredentials, ExpiredCredentials, InvalidCredentials, PermissionDenied, Unreachable or InvalidRequest.
    """
    if not source.region:
        raise InvalidRequest("No AWS region is set.", "Resources live in one region.", "Choose a region.")
    doing = "asking AWS who this is"
    try:
        session = open_session(source)
        credentials = session.get_credentials()
        if credentials is None:
            raise MissingCredentials("No AWS credentials were found.", "", "Enter them, or use the sandbox.")
        caller = Clients(session, source).get("sts").get_caller_identity()
    except Exception as error:
        raise translate(error, doing) from error
    arn = str(caller["Arn"])
    partition = arn.split(":")[1]
    account = str(caller["Account"])
    return Connection(
        mode=Mode.AWS,
        identity=Identity(partition, account, arn, source.region),
        owner=principal(arn),
        clients=Clients(session, source, account=account, partition=partition),
        astra=astra,
        read_only=read_only,
        expires=_expiry(credentials),
        origin=_origin(source, credentials),
    )


def connect_default(settings: Settings, home: Path, environ: Mapping[str, str] | None = None) -> Connection:
    """The connection a console starts with: what is configured, else the account that is found, else the sandbox."""
    environ = os.environ if environ is None else environ
    stand_in = environ.get("AWS_ENDPOINT_URL", "").rstrip("/")
    if settings.connection != "aws" and _loopback(stand_in) and sandbox_child.answers(stand_in):
        return sandbox_at(stand_in, owner=settings.owner, read_only=settings.read_only, region=settings.region)
    asked = settings.connection == "aws" or bool(environ.get("AWS_ACCESS_KEY_ID") or settings.profile)
    if settings.connection != "sandbox" and (asked or _files_or_web(environ)):
        source = _configured_source(settings)
        try:
            if asked or source.region:
                return connect_aws(source, astra=astra_from(settings, environ), read_only=settings.read_only)
        except MissingCredentials:
            if asked:
                raise  # a file that names a region and no credentials is no account
    return connect_sandbox(home, owner=settings.owner, read_only=settings.read_only, region=settings.region)


def _configured_source(settings: Settings) -> Source:
    """The settings' AWS source; a region they do not name is the one of AWS's own configuration."""
    try:
        region = settings.region or configured_region(settings.profile)
    except Exception as error:
        raise translate(error, "reading the AWS configuration") from error
    return Source(region=region, profile=settings.profile, role_arn=settings.role_arn)


def astra_from(settings: Settings, environ: Mapping[str, str]) -> Astra | None:
    """The Astra database the settings name, with its token from ASTRA_DB_APPLICATION_TOKEN; None without both."""
    token = environ.get("ASTRA_DB_APPLICATION_TOKEN", "")
    if not (settings.astra_endpoint and token):
        return None
    return Astra(settings.astra_endpoint, Hidden(token), settings.astra_keyspace, settings.astra_environment)


def principal(arn: str) -> str:
    """Who an ARN of GetCallerIdentity stands for, the same at every start.

    An assumed role's session is its person's name where somebody gave one; the names that SDKs make up from the clock
    differ at each start and are left out, else nobody would find what they made yesterday.
    """
    return re.sub(r"(:assumed-role/[^/]+)/(botocore-session-)?\d{10,}$", r"\1", arn)


def _files_or_web(environ: Mapping[str, str]) -> bool:
    """Whether this machine may name an account. Asking the instance metadata is no such naming and takes seconds."""
    files = (environ.get("AWS_SHARED_CREDENTIALS_FILE"), environ.get("AWS_CONFIG_FILE"))
    defaults = ("~/.aws/credentials", "~/.aws/config")
    named = any(Path(name or other).expanduser().is_file() for name, other in zip(files, defaults, strict=True))
    return named or any(environ.get(name) for name in _CREDENTIALS_ELSEWHERE)


def _loopback(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "http://localhost:"))


def _expiry(credentials: Any) -> datetime | None:
    found = getattr(credentials, "_expiry_time", None)
    return found if isinstance(found, datetime) else None


def _origin(source: Source, credentials: Any) -> str:
    if source.role_arn:
        return f"assumed role {source.role_arn}"
    if source.keys:
        return "typed keys"
    return f"profile {source.profile}" if source.profile else str(getattr(credentials, "method", "default chain"))
