"""What costs more than it has to: idle and oversized machines, and what nothing refers to; each with its proof.

Tested in tests/services/savings.
"""
