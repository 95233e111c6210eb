"""The identity in use, as a short list."""

from __future__ import annotations

from services.connection import Connection, Mode
from ui import plain_table
from ui.escape import code, literal


def show(connection: Connection) -> None:
    """Account, region, principal, where the credentials come from and when they end."""
    identity = connection.identity
    facts = {
        "World": "Sandbox on this machine" if connection.mode is Mode.SANDBOX else "AWS",
        "Account": code(identity.account),
        "Region": code(identity.region),
        "Principal": code(identity.arn),
        "Credentials": literal(connection.origin or "default chain"),
    }
    if connection.expires is not None:
        facts["Valid until"] = literal(f"{connection.expires:%Y-%m-%d %H:%M %Z}")
    if connection.sandbox_url:
        facts["Address"] = code(connection.sandbox_url)
    plain_table.facts(facts, key="identity")
