"""What clients and the sandbox's own services may rely on: botocore's model of every operation that is built."""
