"""Presigned URLs: they lead to a page of the sandbox that says what would stand there."""

import secrets
from typing import TYPE_CHECKING

from sandbox.errors import invalid
from sandbox.operations import Call, Handler, Request, Response
from sandbox.sagemaker.studio.domains import Domains
from sandbox.sagemaker.studio.life import IN_SERVICE
from sandbox.sagemaker.studio.notebooks import STATUS, Notebooks
from sandbox.sagemaker.studio.profiles import Profiles
from sandbox.sagemaker.studio.spaces import Spaces

if TYPE_CHECKING:
    from sandbox.world import World

SHELF = "sagemaker/presigned"
PATH = "/_sandbox/studio/"
VALID = 300  # seconds in which a URL has to be opened
KEPT = 200  # URLs that are remembered


class Presigned:
    """A URL holds a secret token, is good for a few minutes, and opens once."""

    def __init__(
        self, world: "World", notebooks: Notebooks, domains: Domains, profiles: Profiles, spaces: Spaces
    ) -> None:
        self._world = world
        self._notebooks = notebooks
        self._domains = domains
        self._profiles = profiles
        self._spaces = spaces
        self.operations: dict[str, Handler] = {
            "CreatePresignedNotebookInstanceUrl": self.notebook,
            "CreatePresignedDomainUrl": self.domain,
        }

    def notebook(self, call: Call, request: Request) -> Response:
        record = self._notebooks.find(call, request["NotebookInstanceName"])
        if record[STATUS] != IN_SERVICE:
            raise invalid(
                f"Status ({record[STATUS]}) not in ([{IN_SERVICE}]). Unable to create a presigned URL for Notebook "
                f"Instance ({record['NotebookInstanceArn']})"
            )
        about = {
            "Notebook instance": record["NotebookInstanceName"],
            "Instance type": record["InstanceType"],
            "Volume": f"{record['VolumeSizeInGB']} GB",
        }
        return self._url(call, about, VALID)

    def domain(self, call: Call, request: Request) -> Response:
        if self._domains.find(call, request["DomainId"])["AuthMode"] != "IAM":
            raise invalid("CreatePresignedDomainUrl can only be called when the authentication mode equals IAM.")
        profile = self._profiles.ready(call, request["DomainId"], request["UserProfileName"])
        about = {"Studio domain": profile["DomainId"], "User profile": profile["UserProfileName"]}
        if request.get("SpaceName"):
            space = self._spaces.ready(call, request["DomainId"], request["SpaceName"])
            owner = (space.get("OwnershipSettings") or {}).get("OwnerUserProfileName")
            private = (space.get("SpaceSharingSettings") or {}).get("SharingType") == "Private"
            if private and owner != profile["UserProfileName"]:
                raise invalid(f"UserProfile [{profile['UserProfileArn']}] does not own Space [{space['SpaceArn']}].")
            about["Space"] = space["SpaceName"]
        if request.get("LandingUri"):
            about["Opens at"] = request["LandingUri"]
        return self._url(call, about, request.get("ExpiresInSeconds", VALID))

    def _url(self, call: Call, about: dict[str, str], seconds: float) -> Response:
        shelf = self._world.records.shelf(SHELF)
        token = secrets.token_urlsafe(24)
        shelf[token] = {"until": call.now + seconds, "about": {**about, "Region": call.region}}
        shelf.keep_newest(KEPT)
        return {"AuthorizedUrl": f"{self._world.address}{PATH}{token}"}
