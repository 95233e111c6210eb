"""Service Quotas: what SageMaker allows the account in each region, and requests for more of it.

Source of names and codes: facts/quotas.csv. What is applied to the sandbox's account is its own (`limits.applied`).
"""
