"""A stand-in for AWS and the Data API on this machine, at one loopback address; it knows nothing of services."""
