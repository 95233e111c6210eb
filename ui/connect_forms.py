"""Forms that change whom this browser session is connected as. What is typed here stays in the session's memory."""

from __future__ import annotations

import streamlit as st

from services.clients import Hidden, Keys, Source
from services.connection import Astra, Connection, Mode
from services.settings import Settings
from ui import error_box, session

CONFIGURED, PROFILE, KEYS, SANDBOX = "As configured", "Profile", "Keys", "Sandbox"
REGIONS = (
    "us-east-1", "us-east-2", "us-west-2", "ca-central-1", "eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3",
    "eu-north-1", "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "sa-east-1",
)  # fmt: skip


def aws(settings: Settings, connection: Connection | None) -> None:
    """How to reach AWS: what is configured, a profile, typed keys, or the sandbox instead; with a role on top."""
    how = st.segmented_control(
        "Connect with", [CONFIGURED, PROFILE, KEYS, SANDBOX], default=CONFIGURED, required=True, key="settings.how"
    )
    name = ""
    with st.form("settings.aws", border=False):
        source = None if how in (CONFIGURED, SANDBOX) else _source(settings, str(how))
        if how == CONFIGURED:
            st.markdown("The account that the environment or the AWS files name; where there is none, the sandbox.")
        if how == SANDBOX:
            st.markdown("A stand-in for AWS and Astra DB on this machine. No account, no cost.")
            name = _name(connection)
        if st.form_submit_button("Connect", type="primary", icon=":material/link:"):
            with error_box.shown(), st.spinner("Asking who this is…"):
                read_only = connection.read_only if connection else settings.read_only
                if how == CONFIGURED:
                    session.use_default()
                elif how == SANDBOX:
                    session.use_sandbox(name, read_only=read_only)
                elif source is not None:
                    session.use_aws(source, astra=connection.astra if connection else None, read_only=read_only)
                st.rerun()


def _name(connection: Connection | None) -> str:
    """Who one is in the sandbox. Everybody there has documents, runs and answers of their own."""
    now = connection.identity.arn.rpartition("/")[2] if connection and connection.mode is Mode.SANDBOX else ""
    name = st.text_input(
        "Your name", now, max_chars=64, autocomplete="off", placeholder="the name you are logged in with",
        help="Documents, runs and answers belong to a name; endpoints are seen by all of an account. "
        "It holds until this page is reloaded; SAGEDECK_OWNER sets it for good.",
    )  # fmt: skip
    return (name or "").strip()


def _source(settings: Settings, how: str) -> Source:
    regions = list(dict.fromkeys((*([settings.region] if settings.region else []), *REGIONS)))
    region = st.selectbox("Region", regions, accept_new_options=True, help="Models and endpoints live in one region.")
    profile, keys = "", None
    if how == PROFILE:
        profile = st.text_input("Profile", settings.profile, placeholder="default", autocomplete="off") or "default"
    else:
        key_id = st.text_input("Access key ID", autocomplete="off")
        secret = st.text_input("Secret access key", type="password", autocomplete="off")
        token = st.text_input("Session token", type="password", autocomplete="off", help="For temporary credentials.")
        keys = Keys((key_id or "").strip(), Hidden((secret or "").strip()), Hidden((token or "").strip()))
    role = st.text_input("Role to assume", settings.role_arn, placeholder="none", autocomplete="off") or ""
    external = st.text_input("External ID", placeholder="none", autocomplete="off") or ""
    return Source(region=region or "", profile=profile, keys=keys, role_arn=role.strip(), external_id=external.strip())


def astra(settings: Settings, connection: Connection) -> None:
    """Which Astra database (or other Data API server) documents may be kept in."""
    now = connection.astra
    with st.form("settings.astra", border=False):
        endpoint = st.text_input(
            "API endpoint", now.endpoint if now else settings.astra_endpoint, autocomplete="off",
            placeholder="https://<database>-<region>.apps.astra.datastax.com",
        )  # fmt: skip
        token = st.text_input(
            "Application token", type="password", autocomplete="off",
            placeholder="kept as it is" if now else "AstraCS:…",
        )  # fmt: skip
        left, right = st.columns(2)
        keyspace = left.text_input("Keyspace", now.keyspace if now else settings.astra_keyspace, autocomplete="off")
        kinds = ["prod", "hcd", "dse", "cassandra", "other"]
        kind = right.selectbox(
            "Server", kinds, index=kinds.index(now.environment) if now and now.environment in kinds else 0,
            help="prod is Astra DB; the others are Data API servers of your own.",
        )  # fmt: skip
        if st.form_submit_button("Use this database", type="primary", icon=":material/database:"):
            with error_box.shown():
                secret = Hidden(token.strip()) if token else (now.token if now else Hidden(""))
                wanted = Astra(
                    (endpoint or "").strip(), secret, (keyspace or "default_keyspace").strip(), kind or "prod"
                )
                session.use_astra(wanted if wanted.endpoint and wanted.token else None)
                st.rerun()
