"""Reads notebook instances; the only file of this room that speaks to an SDK."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from services.aws_errors import code_and_message, translate
from services.clients import ClientSource, Hidden
from services.errors import NotFound
from services.notebooks.models import LEAST_GB, Lifecycle, NotebookInstance

MOST_LIFECYCLES = 200


class NotebooksGateway:
    """Reads with the connection's SageMaker client."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    def describe(self, name: str) -> NotebookInstance:
        """One as it stands, without prices. Raises NotFound."""
        try:
            found = self._clients.get("sagemaker").describe_notebook_instance(NotebookInstanceName=name)
        except Exception as error:
            if code_and_message(error) == ("ValidationException", "RecordNotFound"):
                what = f"There is no notebook instance {name} in this region."
                raise NotFound(what, "", "Look at the list, or in another region.") from error
            raise translate(error, f"describing the notebook instance {name}") from error
        return _read(found)

    def status(self, name: str) -> str:
        """The status of one of this name, "" where there is none."""
        try:
            return self.describe(name).status
        except NotFound:
            return ""

    def lifecycles(self) -> tuple[str, ...]:
        """The names of the lifecycle configurations, the newest first."""
        try:
            pages = self._clients.get("sagemaker").get_paginator("list_notebook_instance_lifecycle_configs")
            rows = [
                row["NotebookInstanceLifecycleConfigName"]
                for page in pages.paginate(PaginationConfig={"MaxItems": MOST_LIFECYCLES})
                for row in page["NotebookInstanceLifecycleConfigs"]
            ]
        except Exception as error:
            raise translate(error, "listing the lifecycle configurations") from error
        return tuple(rows)

    def lifecycle(self, name: str) -> Lifecycle:
        """One configuration with its scripts."""
        which = {"NotebookInstanceLifecycleConfigName": name}
        try:
            found = self._clients.get("sagemaker").describe_notebook_instance_lifecycle_config(**which)
        except Exception as error:
            raise translate(error, f"reading the lifecycle configuration {name}") from error
        return Lifecycle(name, _script(found.get("OnCreate", [])), _script(found.get("OnStart", [])))

    def presigned(self, name: str, session_seconds: int) -> Hidden:
        """A URL that signs in whoever opens it within five minutes. Raises InvalidRequest while it does not run."""
        try:
            found = self._clients.get("sagemaker").create_presigned_notebook_instance_url(
                NotebookInstanceName=name, SessionExpirationDurationInSeconds=session_seconds
            )
        except Exception as error:
            raise translate(error, f"opening the notebook instance {name}") from error
        return Hidden(found["AuthorizedUrl"])


def _script(hooks: Sequence[Mapping[str, Any]]) -> str:
    try:
        return "\n".join(base64.b64decode(each.get("Content", "")).decode(errors="replace") for each in hooks)
    except binascii.Error:
        return ""


def _read(found: Mapping[str, Any]) -> NotebookInstance:
    service = found.get("InstanceMetadataServiceConfiguration", {})
    return NotebookInstance(
        name=found["NotebookInstanceName"],
        arn=found.get("NotebookInstanceArn", ""),
        status=found.get("NotebookInstanceStatus", ""),
        instance_type=found.get("InstanceType", ""),
        volume_gb=int(found.get("VolumeSizeInGB", LEAST_GB)),
        created=found.get("CreationTime"),
        changed=found.get("LastModifiedTime"),
        failure=found.get("FailureReason", ""),
        role_arn=found.get("RoleArn", ""),
        subnet=found.get("SubnetId", ""),
        groups=tuple(found.get("SecurityGroups", [])),
        lifecycle=found.get("NotebookInstanceLifecycleConfigName", ""),
        platform=found.get("PlatformIdentifier", ""),
        root=found.get("RootAccess", "Enabled") == "Enabled",
        internet=found.get("DirectInternetAccess", "Enabled") == "Enabled",
        imds=service.get("MinimumInstanceMetadataServiceVersion", ""),
        kms_key=found.get("KmsKeyId", ""),
        repository=found.get("DefaultCodeRepository", ""),
    )
