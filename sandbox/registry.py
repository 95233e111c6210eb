"""The services the sandbox has built itself, by botocore's name: the module and the class, imported at first need.

A class is made with the World and has `operations` (`sandbox.operations.Service`). Operations a service lacks, and
services that are not here, go on to moto.
"""

SERVICES = {
    "budgets": "sandbox.budgets.service:Budgets",
    "ce": "sandbox.costexplorer.service:CostExplorer",
    "cloudtrail": "sandbox.cloudtrail.service:CloudTrail",
    "application-autoscaling": "sandbox.autoscaling.service:ApplicationAutoScaling",
    "cloudwatch": "sandbox.cloudwatch.service:CloudWatch",
    "logs": "sandbox.logs.service:Logs",
    "pricing": "sandbox.pricing.service:Pricing",
    "resourcegroupstaggingapi": "sandbox.tagging.service:ResourceGroupsTagging",
    "sagemaker": "sandbox.sagemaker.service:SageMaker",
    "sagemaker-runtime": "sandbox.runtime.backlog:SageMakerRuntime",
    "scheduler": "sandbox.scheduler.service:Scheduler",
    "service-quotas": "sandbox.quotas.service:ServiceQuotas",
}
