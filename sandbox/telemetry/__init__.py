"""What runs is measured here: invocations, backlogs, what serves, and log lines. CloudWatch and Logs show it.

`world.meters` is the one `Meters`. All times are seconds since the epoch of the world's clock; it takes the world's
lock itself, so any thread may tell it something.

    invoked(hosted, status=, model_microseconds=, overhead_microseconds=, log_line=, concurrency=, …)   an invocation
    processed(hosted, status=, waited=, took=, log_line=, failure=)      an asynchronous request that came to its end
    backlog(region, endpoint, size)                    requests of an asynchronous endpoint that wait or are answered
    serving(region, endpoint, variant, instance_type, count, at)      how many instances answer from now; 0: none
    gone(region, endpoint, at)                              the endpoint is no more; what was measured of it stays
    component_serving(region, hosted, at), component_gone(region, name, at)      the same of an inference component
    log(region, group, stream, at, text)                     a line; group and stream are made if they are not there
    put(region, namespace, metric, dimensions, value, unit, at)       a value of any metric; dimensions: a mapping
    traffic(region, endpoint, variant, minute, count, Shape(…))        a past minute, for a history that is made up
    recent(region, endpoint, variant or component, seconds) -> Load         what came in of late, for auto scaling

So a training job writes, of the namespace and log group `kind = "/aws/sagemaker/TrainingJobs"`,

    world.meters.log(region, kind, "job/algo-1-1700000000", now, "epoch 1")
    world.meters.put(region, kind, "CPUUtilization", {"Host": "job/algo-1"}, 87.0, "Percent", now)

What a customer would publish goes through `world.call("cloudwatch", "PutMetricData", …)` as on AWS.
"""

from sandbox.telemetry.history import Shape
from sandbox.telemetry.meters import Meters
from sandbox.telemetry.recent import Load

__all__ = ["Load", "Meters", "Shape"]
