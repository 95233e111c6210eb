"""SageMaker's control plane: models, configurations, endpoints, components and tags here, the rest in subfolders.

`service` puts the operations of all together; what none has goes on to moto. Imports nothing of moto: roles and
buckets are asked for through the world. Tested without a port in tests/sandbox/sagemaker.
"""
