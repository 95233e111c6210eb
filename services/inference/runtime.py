"""The sagemaker-runtime client, and nothing else of AWS."""

from __future__ import annotations


class Runtime:
    """A thin wrapper of the sagemaker-runtime client."""
