"""The console without a browser: `sagedeck COMMAND`, or `python -m cli COMMAND`.

Every command goes through the same Console and connection as the pages. Results go to standard output, what is going on
to standard error. `--json` makes the result one JSON value; an error is then {"error": {"what", "why", "next"}}.
"""

from __future__ import annotations

from importlib import import_module

from cli.opening import app

__all__ = ["app", "main"]

# Each of these modules adds its commands to `app`.
COMMANDS = (
    "accessing", "alarms", "allowed", "asking", "autopilot_checking", "autopilot_following", "autopilot_launching",
    "autopilot_using", "batch_results", "batching", "billing", "calling", "changing", "chatting", "cleaning",
    "collecting", "conversations", "deploying", "describing", "diagnosing", "documents", "evaluating", "faults",
    "journal", "leasing", "listing", "logs", "metrics", "models", "notebooks", "permissions", "preflight",
    "prompting", "refreshing", "saving", "searching", "serving", "spaces", "tuning",
)  # fmt: skip


def main() -> None:
    """The entry point of the `sagedeck` script."""
    for name in COMMANDS:
        import_module(f"cli.{name}")

    app()
