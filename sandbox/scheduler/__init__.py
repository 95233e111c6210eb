"""EventBridge Scheduler: schedules that really carry out what they are for."""
