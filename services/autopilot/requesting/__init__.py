"""What a job is asked for: every field of CreateAutoMLJobV2, its limits, and what is wrong with a request."""
