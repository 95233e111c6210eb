"""A job before it runs: its data looked at, where things will lie, what it may cost."""
