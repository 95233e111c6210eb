"""What is configured, and where each value came from: the environment, the settings file, or the default.

The file is `settings.toml` in SAGEDECK_HOME. It holds no secret: tokens and keys come from the environment or are
typed into the browser, and stay there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from services.errors import InvalidRequest

FILE = "settings.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """The console's settings; every one can be given as SAGEDECK_<NAME> or in settings.toml."""

    connection: str = "auto"  # auto, sandbox, aws
    region: str = ""
    profile: str = ""
    role_arn: str = ""  # role to assume
    execution_role_arn: str = ""
    embedding_model: str = ""  # JumpStart ids; empty: the catalogue's first recommendation
    embedding_instance_type: str = ""
    language_model: str = ""
    language_instance_type: str = ""
    max_new_tokens: int = 512
    astra_endpoint: str = ""
    astra_keyspace: str = "default_keyspace"
    astra_environment: str = "prod"
    most_instances: int = 10  # of one endpoint: no request, update or scalable target goes beyond
    requests_per_minute: int = 60  # of one person to one endpoint; 0: no limit
    lease_hours: int = 0  # after which what is deployed, made or started is to end; 0: it has no end
    read_only: bool = False
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Configured:
    """Settings with the place each value came from: "environment", "settings.toml" or "default"."""

    settings: Settings
    origin: Mapping[str, str]


# us-east-1, us-gov-west-1, us-isob-east-1, mx-central-1, eusc-de-east-1
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")
# Names that other tools read too; ours wins over them.
_ALIASES = {
    "region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
    "profile": ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"),
    "astra_endpoint": ("ASTRA_DB_API_ENDPOINT",),
    "astra_keyspace": ("ASTRA_DB_KEYSPACE",),
}


def load(environ: Mapping[str, str], folder: Path) -> Configured:
    """Read the settings; InvalidRequest names the value that cannot be used."""
    written = _file(folder / FILE)
    if unknown := sorted(set(written) - {field.name for field in fields(Settings)}):
        raise InvalidRequest(
            f"settings.toml has “{unknown[0]}”, which is no setting.", "", f"Use {', '.join(_names())}, or remove it."
        )
    values: dict[str, str | int | bool] = {}
    origin: dict[str, str] = {}
    for field in fields(Settings):
        names = (f"SAGEDECK_{field.name.upper()}", *_ALIASES.get(field.name, ()))
        found = next((name for name in names if environ.get(name)), None)
        if found:
            values[field.name], origin[field.name] = _typed(field.name, environ[found], field.default), found
        elif field.name in written:
            values[field.name] = _typed(field.name, written[field.name], field.default)
            origin[field.name] = FILE
        else:
            origin[field.name] = "default"
    settings = Settings(**values)  # type: ignore[arg-type]
    check(settings)
    return Configured(settings, origin)


def check(settings: Settings) -> None:
    """Raise InvalidRequest for an unknown kind of connection, a region unlike any, or a number below one."""
    if settings.connection not in ("auto", "sandbox", "aws"):
        raise InvalidRequest(f"The setting connection is “{settings.connection}”.", "", "Use auto, sandbox or aws.")
    if settings.region and not _REGION.fullmatch(settings.region):
        raise InvalidRequest(
            f"“{settings.region}” is no AWS region.", "Regions are named like us-east-1 or eu-west-1.", "Correct it."
        )
    if settings.max_new_tokens < 1:
        raise InvalidRequest(f"The setting max_new_tokens is {settings.max_new_tokens}.", "", "Use 1 or more.")
    if settings.most_instances < 1:
        raise InvalidRequest(f"The setting most_instances is {settings.most_instances}.", "", "Use 1 or more.")
    if settings.requests_per_minute < 0:
        said = f"The setting requests_per_minute is {settings.requests_per_minute}."
        raise InvalidRequest(said, "", "Use 0 for no limit, or 1 or more.")
    if not 0 <= settings.lease_hours <= 8784:
        said = f"The setting lease_hours is {settings.lease_hours}."
        raise InvalidRequest(said, "", "Use 0 for no end, or up to 8784 hours, a year.")


def _names() -> tuple[str, ...]:
    return tuple(field.name for field in fields(Settings))


def _file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        why = f"The system says: {error.strerror}."
        raise InvalidRequest("settings.toml cannot be read.", why, "Correct or remove the file.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest("settings.toml cannot be read.", str(error), "Correct or remove the file.") from error


def _typed(name: str, value: object, default: object) -> str | int | bool:
    if isinstance(default, bool):
        word = str(value).strip().lower()
        if word in ("1", "true", "yes", "on"):
            return True
        if word in ("0", "false", "no", "off"):
            return False
        raise InvalidRequest(f"The setting {name} is “{value}”.", "", "Use true or false.")
    if isinstance(default, int):
        try:
            return int(str(value))
        except ValueError:
            raise InvalidRequest(f"The setting {name} is “{value}”.", "", "Use a whole number.") from None
    if not isinstance(value, str):
        raise InvalidRequest(f"The setting {name} is “{value}”.", "", "Use a text in quotes.")
    return value
