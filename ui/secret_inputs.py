"""Fields for the secrets a plan needs when it runs. They are never stored: each run and each resume asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st


def show(names: Sequence[str], key: str) -> Mapping[str, str]:
    """Write a field for each secret; those that were filled in, by name."""
    entered = {name: st.text_input(name, type="password", key=f"{key}-{name}", autocomplete="off") for name in names}
    return {name: value for name, value in entered.items() if value}
