"""Leases: the agreed end of an endpoint, its owner and reason, and who keeps to it while no console runs.

Tested in tests/services/leases.
"""
