"""Application Auto Scaling for SageMaker: targets, policies, schedules; instance counts and copies follow the load.

Targets of other services than SageMaker are moto's, and nothing there scales. As on AWS, a target outlives the
endpoint or component it was registered for, its policies and alarms with it: whoever deletes the one deregisters the
other. Nothing is scaled for such an orphan.
"""
