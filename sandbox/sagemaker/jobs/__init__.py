"""SageMaker's jobs: Autopilot, training and transform. State lies in records, what comes next on the agenda.

An Autopilot job really trains (`sandbox.tabular`), a transform job really asks the model, a training job is simulated
and says so in its log. Tested in tests/sandbox/sagemaker/jobs/.
"""
