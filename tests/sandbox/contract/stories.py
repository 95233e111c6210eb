"""Every service the sandbox has built, and the story of its operations."""

from tests.sandbox.contract import accounts, jobs, money, sagemaker, scaling, studio, watching
from tests.sandbox.contract.story import Step

STORIES: dict[str, tuple[Step, ...]] = {
    "sagemaker": (*sagemaker.STORY, *jobs.STORY, *studio.STORY),
    "application-autoscaling": scaling.STORY,
    "cloudwatch": watching.CLOUDWATCH,
    "logs": watching.LOGS,
    **accounts.STORIES,
    **money.STORIES,
}
