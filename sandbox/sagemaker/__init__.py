"""SageMaker's models, endpoint configurations, endpoints and tags as AWS runs them; what is not here goes on to moto.

Imports nothing of moto but, once roles exist, its IAM backend (`roles`). Tested with boto3 clients in tests/sandbox/.
"""
