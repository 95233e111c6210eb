"""CloudTrail's event history: what was really called in this sandbox."""
