"""The checks of a preflight, a file for each thing that could stand in the way.

A check is given the look of a request, some of them one part of it, and gives lines; what it raises becomes a line
that says unknown. May import what the room may. Tested by tests/services/preflight/.
"""
