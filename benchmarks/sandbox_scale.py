"""Seconds a call and memory of a sandbox that holds 500, 1,000 and 2,000 endpoints, each with traffic.

    python -m benchmarks.sandbox_scale [--sizes 500 1000 2000]

Created with the calls a deployment makes; listed a page of 100 at a time; described one by one; metered with the
metrics of an hour for each. Past linear would be a call that takes longer the more there is.
"""

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
TARGET = 400  # MB resident, with the largest size
REGION = "us-east-1"
ROLE = "arn:aws:iam::123456789012:role/Sage"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}
IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/huggingface-pytorch-inference:2.1.0-transformers4.37.0-cpu-py310"


class Account:
    """Requests as bytes, signed by name only, and one connection to send them over."""

    def __init__(self, url: str, names: list[str]) -> None:
        self.host = url.removeprefix("http://")
        self.port = int(self.host.rpartition(":")[2])
        self.names = names
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def arn(self, resource: str) -> str:
        return f"arn:aws:sagemaker:{REGION}:123456789012:{resource}"

    def get(self, path: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode()

    def sagemaker(self, operation: str, **members: Any) -> bytes:
        return self._json("sagemaker", f"SageMaker.{operation}", "1.1", members)

    def model(self, name: str) -> bytes:
        return self.sagemaker(
            "CreateModel", ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": IMAGE, "Environment": {}}
        )

    def metrics(self, name: str) -> bytes:
        now = int(time.time())
        dimensions = [{"Name": "EndpointName", "Value": name}, {"Name": "VariantName", "Value": "AllTraffic"}]
        queries = [
            {
                "Id": f"m{number}",
                "MetricStat": {
                    "Metric": {"Namespace": "AWS/SageMaker", "MetricName": metric, "Dimensions": dimensions},
                    "Period": 60,
                    "Stat": statistic,
                },
            }
            for number, (metric, statistic) in enumerate((("Invocations", "Sum"), ("ModelLatency", "p95")))
        ]
        asked = {"MetricDataQueries": queries, "StartTime": now - 3600, "EndTime": now}
        return self._json("monitoring", "GraniteServiceVersion20100801.GetMetricData", "1.0", asked)

    def begin(self) -> None:
        """Make the role that every model names."""
        form = f"Action=CreateRole&Version=2010-05-08&RoleName=Sage&AssumeRolePolicyDocument={json.dumps(TRUST)}"
        self.send(self._request("iam", form.encode(), "Content-Type: application/x-www-form-urlencoded"))

    def deploy(self, name: str, **tags: str) -> None:
        """Create model, configuration and endpoint; `tags` besides its owner, with _ for what is : or - in a key."""
        self.send(self.model(name))
        variant = {"VariantName": "AllTraffic", "ModelName": name, "InstanceType": "ml.m5.xlarge"}
        variants = [{**variant, "InitialInstanceCount": 1}]
        self.send(self.sagemaker("CreateEndpointConfig", EndpointConfigName=name, ProductionVariants=variants))
        pairs = [{"Key": "owner", "Value": "ada"}]
        pairs += [{"Key": key.replace("__", ":").replace("_", "-"), "Value": value} for key, value in tags.items()]
        self.send(self.sagemaker("CreateEndpoint", EndpointName=name, EndpointConfigName=name, Tags=pairs))

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def invoke(self, name: str) -> None:
        """Call an endpoint once."""
        body = b'{"inputs": "hello"}'
        path = f"/endpoints/{name}/invocations"
        self.send(self._request("sagemaker", body, "Content-Type: application/json", path), anyhow=True)

    def send(self, request: bytes, *, anyhow: bool = False) -> bytes:
        """Send prepared bytes and return the body. RuntimeError if it was refused."""
        if self._connection.sock is None:
            self._connection.connect()
        self._connection.sock.sendall(request)
        answer = http.client.HTTPResponse(self._connection.sock, method="POST")
        answer.begin()
        body = answer.read()
        if answer.status != 200 and not anyhow:
            raise RuntimeError(f"{answer.status}: {body[:300]!r}")
        return body

    def _json(self, service: str, target: str, version: str, members: Any) -> bytes:
        headers = f"X-Amz-Target: {target}\r\nContent-Type: application/x-amz-json-{version}"
        return self._request(service, json.dumps(members).encode(), headers)

    def _request(self, service: str, body: bytes, headers: str, path: str = "/") -> bytes:
        scope = f"Credential=testing/20261120/{REGION}/{service}/aws4_request"
        signed = f"Authorization: AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"
        head = f"POST {path} HTTP/1.1\r\nHost: {self.host}\r\n{signed}\r\n{headers}\r\nContent-Length: {len(body)}"
        return f"{head}\r\n\r\n".encode() + body


@contextmanager
def sandbox(home: Path) -> Iterator[tuple[str, int]]:
    """A sandbox that keeps its state in `home`: address and process."""
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--home", str(home), "--speed", "3000"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        try:
            yield str(json.loads(child.stdout.readline())["url"]), child.pid
        finally:
            child.terminate()


def resident(pid: int) -> float:
    """Resident memory of a process in MB of 10^6 bytes."""
    return float(psutil.Process(pid).memory_info().rss) / 1e6


def _timed(what: str, size: int, count: int, act: Callable[[], object], pid: int) -> float:
    began = time.perf_counter()
    act()
    took = time.perf_counter() - began
    each = f"{took / count * 1000:7.2f} ms each"
    print(f"{size:5} {what:10} {took:7.2f} s for {count:5}  {each}   {resident(pid):4.0f} MB", flush=True)
    return resident(pid)


def measure(size: int, home: Path) -> float:
    """Fill a sandbox and look at all of it; return its resident MB at the end."""
    began = time.perf_counter()
    with sandbox(home) as (url, pid):
        print(f"{size:5} ready      {time.perf_counter() - began:7.2f} s")
        names = [f"endpoint-{number}" for number in range(size)]
        account = Account(url, names)
        account.begin()
        _timed("create", size, size, lambda: _each(account.deploy, names), pid)
        _timed("invoke", size, size, lambda: _each(account.invoke, names), pid)
        _timed("list", size, size // 100, lambda: _pages(account), pid)
        asked = [account.sagemaker("DescribeEndpoint", EndpointName=name) for name in names]
        _timed("describe", size, size, lambda: [account.send(each) for each in asked], pid)
        most = _timed("metrics", size, size, lambda: [account.send(account.metrics(name)) for name in names], pid)
    began = time.perf_counter()
    with sandbox(home) as (url, pid):
        _timed("again", size, 1, lambda: Account(url, names).send(asked[-1]), pid)
        print(f"{size:5} ready      {time.perf_counter() - began:7.2f} s with what it held before")
    return most


def _each(act: Callable[[str], None], names: list[str]) -> None:
    for name in names:
        act(name)


def _pages(account: Account) -> int:
    token, count = "", 0
    while True:
        more = {"NextToken": token} if token else {}
        told = json.loads(account.send(account.sagemaker("ListEndpoints", MaxResults=100, **more)))
        count += len(told["Endpoints"])
        token = told.get("NextToken", "")
        if not token:
            return count


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 1000, 2000])
    print(f"load average {os.getloadavg()[0]:.1f}")
    most = 0.0
    for size in parser.parse_args(arguments).sizes:
        with tempfile.TemporaryDirectory() as home:
            most = max(most, measure(size, Path(home)))
    return 0 if most <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
