"""500 notebook instances, and a domain of 500 people, 500 spaces and 500 apps: until names and states stand on a page.

    python -m benchmarks.workspaces [--each 500] [--call-ms 50] [--rate 20]

Every AWS call takes at least 50 ms more; calls to SageMaker's control plane follow each other at 20 a second. Nothing
is known before. Noted is when the page has every name with its state, and when every volume, setting and tag is known
beside them; how many calls that took; and what the page's own part takes of the processor. The sandbox is on the same
machine.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.harness import percentile
from benchmarks.monitor import SERVICES, Calls
from benchmarks.resources import LOOK, reader
from services.connection import sandbox_at
from services.console import Console
from services.resources import Kind
from tests.sandbox.server import client, start_sandbox

KINDS = (Kind.NOTEBOOK, Kind.USER_PROFILE, Kind.SPACE, Kind.APP, Kind.DOMAIN)
LIST_CALLS = 16  # of SageMaker's own lists, besides the pages of the four long ones
DELAY, OWN = 2.0, 0.1  # seconds more than the calls take at their rate; seconds of the page's own part
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def fill(url: str, each: int) -> None:
    """Make so many of each kind; everything stands still but the apps."""
    role = client(url, "iam").create_role(RoleName="work", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    sagemaker, ec2 = client(url, "sagemaker"), client(url, "ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    subnets = [row["SubnetId"] for row in ec2.describe_subnets()["Subnets"]]
    time.sleep(1)  # the role's own time
    made = sagemaker.create_domain(
        DomainName="research", AuthMode="IAM", DefaultUserSettings={"ExecutionRole": role}, VpcId=vpc, SubnetIds=subnets
    )
    domain: dict[str, Any] = {"DomainId": made["DomainId"]}
    _await(lambda: sagemaker.describe_domain(**domain)["Status"])
    for number in range(each):
        sagemaker.create_notebook_instance(
            NotebookInstanceName=f"notebook-{number:03}", InstanceType="ml.t3.medium", RoleArn=role
        )
        sagemaker.create_user_profile(**domain, UserProfileName=f"person-{number:03}")
    last = f"person-{each - 1:03}"
    _await(lambda: sagemaker.describe_user_profile(**domain, UserProfileName=last)["Status"])
    for number in range(each):
        sagemaker.create_space(
            **domain, SpaceName=f"space-{number:03}", SpaceSettings={"AppType": "JupyterLab"},
            OwnershipSettings={"OwnerUserProfileName": f"person-{number:03}"},
            SpaceSharingSettings={"SharingType": "Private"},
        )  # fmt: skip
    _await(lambda: sagemaker.describe_space(**domain, SpaceName=f"space-{each - 1:03}")["Status"])
    for number in range(each):
        app = {"SpaceName": f"space-{number:03}", "AppType": "JupyterLab", "AppName": "default"}
        sagemaker.create_app(**domain, **app, ResourceSpec={"InstanceType": "ml.t3.medium"})
    _await(lambda: sagemaker.describe_app(**domain, **app)["Status"])


def _await(status: Any) -> None:
    while status() != "InService":
        time.sleep(0.2)


def measure(url: str, each: int, seconds: float, rate: float) -> dict[str, float]:
    """What a page would show, looked at four times a second."""
    calls = Calls(seconds)
    with tempfile.TemporaryDirectory() as folder:
        console = Console(sandbox_at(url, owner="ada"), folder=Path(folder))
        calls.slow(console, (*SERVICES, "logs", "scheduler", "efs", "s3", "iam", "sns", "account"))
        console.__dict__["resources"] = service = reader(console, rate)
        began, own, named, listed = time.perf_counter(), list[float](), 0.0, 0
        while True:
            held = service.held()
            asked = time.thread_time()
            notebooks, domains = console.notebooks.list_notebooks(held), console.studio.list_domains(held)
            own.append(time.thread_time() - asked)
            spaces = domains[0].spaces if domains else ()
            full = len(notebooks) == len(spaces) == each and sum(bool(one.apps) for one in spaces) == each
            if full and not named:
                named, listed = time.perf_counter() - began, sum(calls.made.values())
            if full and all(one.described for one in held.of(*KINDS)):
                break
            time.sleep(LOOK)
        return {
            "named": named, "calls": listed, "all": time.perf_counter() - began, "tags": calls.made["ListTags"],
            "described": sum(count for name, count in calls.made.items() if name.startswith("Describe")),
            "own": percentile(own, 0.95),
        }  # fmt: skip


def main(arguments: argparse.Namespace) -> int:
    """Measure and print; 0 where the targets are reached."""
    print(f"load {os.getloadavg()[0]:.1f}")
    with start_sandbox("--speed", "3000") as url:
        fill(url, arguments.each)
        told = measure(url, arguments.each, arguments.call_ms / 1000, arguments.rate)
    floor = (LIST_CALLS + 4 * -(-arguments.each // 100)) / arguments.rate
    whole = (told["described"] + told["tags"]) / arguments.rate
    print(f"{arguments.each} of each: names and states after {told['named']:.2f} s ({told['calls']:.0f} calls); "
          f"its list calls at the rate: {floor:.2f} s")  # fmt: skip
    print(f"all described and their tags read after {told['all']:.1f} s; {told['described']:.0f} descriptions and "
          f"{told['tags']:.0f} calls for tags, which at the rate take {whole:.1f} s")  # fmt: skip
    print(f"the page's own part: {told['own'] * 1000:.0f} ms of processor")
    good = told["named"] <= floor + DELAY and told["own"] <= OWN
    print("reached" if good else "missed")
    return 0 if good else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=500)
    parser.add_argument("--call-ms", type=float, default=50.0)
    parser.add_argument("--rate", type=float, default=20.0)
    sys.exit(main(parser.parse_args()))
