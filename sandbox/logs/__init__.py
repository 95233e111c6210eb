"""CloudWatch Logs: groups, streams, events and filter patterns over what the meters were told (`sandbox.telemetry`)."""
