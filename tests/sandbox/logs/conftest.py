"""The world of the meters' tests."""

from tests.sandbox.telemetry.conftest import world

__all__ = ["world"]
