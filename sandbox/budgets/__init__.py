"""AWS Budgets: limits, what was spent of them, and alerts when a threshold is crossed."""
