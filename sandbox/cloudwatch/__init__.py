"""CloudWatch over the meters (`sandbox.telemetry`): metric data, statistics, expressions, and alarms that act.

Dashboards, insight rules and metric streams are left to moto.
"""
