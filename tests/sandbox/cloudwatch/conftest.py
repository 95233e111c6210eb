"""The world of the meters' tests."""

from tests.sandbox.telemetry.conftest import invoke, world

__all__ = ["invoke", "world"]
