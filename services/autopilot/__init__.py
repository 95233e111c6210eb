"""Autopilot: from a table to predictions.

May import the rooms of its layer's predecessors: plans, catalog, access, tables, objects, deploy, batch. Tested by
tests/services/autopilot/.
"""
