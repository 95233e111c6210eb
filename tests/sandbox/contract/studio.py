"""SageMaker's notebook instances and Studio."""

from tests.sandbox.contract.sagemaker import ROLE
from tests.sandbox.contract.story import Answers, Step, step, told

_SCRIPT = "ZWNobyBoaQ=="


def _domain(answers: Answers) -> dict[str, str]:
    return {"DomainId": answers["ListDomains"]["Domains"][0]["DomainId"]}


STORY: tuple[Step, ...] = (
    step("CreateNotebookInstanceLifecycleConfig", NotebookInstanceLifecycleConfigName="l",
         OnStart=[{"Content": _SCRIPT}]),
    step("DescribeNotebookInstanceLifecycleConfig", NotebookInstanceLifecycleConfigName="l"),
    step("UpdateNotebookInstanceLifecycleConfig", NotebookInstanceLifecycleConfigName="l", OnStart=[]),
    step("ListNotebookInstanceLifecycleConfigs"),
    step("CreateNotebookInstance", NotebookInstanceName="n", InstanceType="ml.t3.medium", RoleArn=ROLE),
    step("DescribeNotebookInstance", after=60, NotebookInstanceName="n"),
    step("ListNotebookInstances"),
    step("CreatePresignedNotebookInstanceUrl", NotebookInstanceName="n"),
    step("StopNotebookInstance", NotebookInstanceName="n"),
    step("UpdateNotebookInstance", after=60, NotebookInstanceName="n", InstanceType="ml.t3.large"),
    step("StartNotebookInstance", after=60, NotebookInstanceName="n"),
    step("StopNotebookInstance", after=60, NotebookInstanceName="n"),
    step("DeleteNotebookInstance", after=60, NotebookInstanceName="n"),
    step("DeleteNotebookInstanceLifecycleConfig", after=60, NotebookInstanceLifecycleConfigName="l"),
    step("CreateStudioLifecycleConfig", StudioLifecycleConfigName="s", StudioLifecycleConfigContent=_SCRIPT,
         StudioLifecycleConfigAppType="JupyterLab"),
    step("DescribeStudioLifecycleConfig", StudioLifecycleConfigName="s"),
    step("ListStudioLifecycleConfigs"),
    told("CreateDomain", lambda a: {
        "DomainName": "d", "AuthMode": "IAM", "DefaultUserSettings": {"ExecutionRole": ROLE},
        "VpcId": a["Subnet"]["VpcId"], "SubnetIds": [a["Subnet"]["SubnetId"]]}),
    step("ListDomains", after=60),
    told("DescribeDomain", _domain),
    told("UpdateDomain", lambda a: {**_domain(a), "DefaultUserSettings": {"ExecutionRole": ROLE}}),
    told("CreateUserProfile", lambda a: {**_domain(a), "UserProfileName": "u"}, after=60),
    told("DescribeUserProfile", lambda a: {**_domain(a), "UserProfileName": "u"}, after=60),
    told("UpdateUserProfile", lambda a: {
        **_domain(a), "UserProfileName": "u", "UserSettings": {"ExecutionRole": ROLE}}),
    step("ListUserProfiles", after=60),
    told("CreatePresignedDomainUrl", lambda a: {**_domain(a), "UserProfileName": "u"}),
    told("CreateSpace", lambda a: {
        **_domain(a), "SpaceName": "p", "OwnershipSettings": {"OwnerUserProfileName": "u"},
        "SpaceSettings": {"AppType": "JupyterLab"}, "SpaceSharingSettings": {"SharingType": "Private"}}),
    told("DescribeSpace", lambda a: {**_domain(a), "SpaceName": "p"}, after=60),
    told("UpdateSpace", lambda a: {**_domain(a), "SpaceName": "p", "SpaceDisplayName": "mine"}),
    step("ListSpaces", after=60),
    told("CreateApp", lambda a: {**_domain(a), "SpaceName": "p", "AppType": "JupyterLab", "AppName": "default"}),
    told("DescribeApp", lambda a: {**_domain(a), "SpaceName": "p", "AppType": "JupyterLab", "AppName": "default"}, 60),
    step("ListApps"),
    told("DeleteApp", lambda a: {**_domain(a), "SpaceName": "p", "AppType": "JupyterLab", "AppName": "default"}),
    told("DeleteSpace", lambda a: {**_domain(a), "SpaceName": "p"}, after=60),
    told("DeleteUserProfile", lambda a: {**_domain(a), "UserProfileName": "u"}, after=60),
    told("DeleteDomain", lambda a: {**_domain(a), "RetentionPolicy": {"HomeEfsFileSystem": "Delete"}}, after=60),
    step("DeleteStudioLifecycleConfig", after=60, StudioLifecycleConfigName="s"),
)  # fmt: skip
