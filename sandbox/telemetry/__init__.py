"""What runs is measured here: invocations, backlogs, what serves, and log lines. CloudWatch and Logs show it.

`world.meters` is the one `Meters`. All times are seconds since the epoch of the world's clock; it has a lock of its
own, so any thread may tell it something.

    invoked(hosted, status=, model_microseconds=, overhead_microseconds=, log_line=, concurrency=, …)   an invocation
    processed(hosted, status=, waited=, took=, log_line=, failure=)      an asynchronous request that came to its end
    backlog(region, endpoint, size)                    requests of an asynchronous endpoint that wait or are answered
    serving(region, endpoint, variant, instance_type, count, at)      how many instances answer from now; 0: none
    started(region, endpoint, at)                                             containers began, and wrote their lines
    log(region, group, stream, at, text)                       a line; group and stream are made where they are not there
    put(region, namespace, metric, dimensions, value, unit, at)       a value of any metric; dimensions: a mapping
    traffic(region, endpoint, variant, minute, count, …)      a past minute of an endpoint, for a history that is made up
    recent(region, endpoint, variant or component, seconds) -> Load         what came in of late, for auto scaling

So a training job writes `world.meters.log(region, "/aws/sagemaker/TrainingJobs", "job/algo-1-1700000000", now, "epoch 1")`
and `world.meters.put(region, "/aws/sagemaker/TrainingJobs", "CPUUtilization", {"Host": "job/algo-1"}, 87.0, "Percent", now)`.
What a customer would publish goes through `world.call("cloudwatch", "PutMetricData", …)` as on AWS.
"""

from sandbox.telemetry.meters import LogLine, Measured, Meters, Spread

__all__ = ["LogLine", "Measured", "Meters", "Spread"]
