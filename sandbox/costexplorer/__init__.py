"""Cost Explorer over a ledger of what really ran in the sandbox.

As on AWS the data lag behind (`query.LAG`). Unlike AWS every tag counts as a cost allocation tag, there are no credits,
taxes, free tier or savings plans, and of other services only Cost Explorer's own requests are charged.
"""
