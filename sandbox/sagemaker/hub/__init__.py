"""JumpStart as SageMaker offers it: the public hub, and the bucket in which its catalogue lies."""
