"""The Price List API for SageMaker, and what an hour of anything costs in the sandbox."""
