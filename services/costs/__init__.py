"""What the account costs now, what it cost, and what is expected: estimates from prices beside AWS's own bill.

Tested in tests/services/costs.
"""
