"""Measurements run by hand, each beside its floor or a peer in the same run; figures are kept in docs/benchmarks.md.

Programs are run as `python -m benchmarks.NAME`. They may import everything of the house and the tests' writers and
servers; nothing imports them. They keep to loopback and to a folder of their own, and end what they start.
"""
