"""What is written down agrees with the code."""

from __future__ import annotations

import re
from pathlib import Path

from cli.permissions import document
from services.access import PAGES

ROOT = Path(__file__).resolve().parent.parent
# Calls that need no permission of their own, or belong to steps, whose plans declare them.
_NOT_READS = {"get_caller_identity", "assume_role", "get_model_specs"}  # the last is sagemaker-core's, not boto's


def _pascal(operation: str) -> str:
    return "".join(word.capitalize() for word in operation.split("_"))


def test_the_permissions_page_is_up_to_date() -> None:
    written = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    assert written == document(), "run: sagedeck permissions > docs/permissions.md"


# Where IAM's name of an action is not the operation's.
_NAMED = {
    "ListObjectsV2": "ListBucket", "ListBuckets": "ListAllMyBuckets", "GetPaginator": "",
    "ListAutoMlJobs": "ListAutoMLJobs", "DescribeAutoMlJobV2": "DescribeAutoMLJobV2",
}  # fmt: skip


def test_every_read_of_a_gateway_is_among_the_needs_of_a_page() -> None:
    groups = [group for needs in PAGES.values() for group in (needs.looking, needs.doing)]
    listed = {action.partition(":")[2] for group in groups for actions in group.values() for action in actions}
    called: set[str] = set()
    for path in sorted((ROOT / "services").rglob("*gateway.py")):
        if path.parent.name in ("knowledge", "inference"):
            continue  # astrapy and langchain-aws; what inference calls is InvokeEndpoint
        text = path.read_text(encoding="utf-8")
        called |= set(re.findall(r"\.((?:list|describe|get)_[a-z_0-9]+)\(", text))
        called |= set(re.findall(r"""get_paginator\(\s*"([a-z_0-9]+)""", text))
    assert called, "the gateways call nothing any more?"
    actions = {_NAMED.get(name, name) for name in map(_pascal, called - _NOT_READS)} - {""}
    assert actions <= listed, actions - listed


def test_the_readmes_commands_are_targets_of_the_makefile() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = set(re.findall(r"(?:`|^    )make ([a-z-]+)", readme, re.M))
    assert {"run", "test"} <= named
    assert named <= targets


def test_pictures_and_pages_that_are_linked_exist() -> None:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
