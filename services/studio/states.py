"""What the states of Studio's parts mean, a sentence each. They are those of botocore's service model."""

from __future__ import annotations

from collections.abc import Mapping

SPACES: Mapping[str, str] = {
    "Pending": "It is being made.",
    "InService": "Its files are kept; it runs when its app does.",
    "Updating": "Its settings are being changed.",
    "Deleting": "It is being deleted, with its files.",
    "Failed": "It could not be made.",
    "Update_Failed": "It could not be changed; it is as it was.",
    "Delete_Failed": "It could not be deleted.",
}
APPS: Mapping[str, str] = {
    "Pending": "Its app is being started, which takes about two minutes.",
    "InService": "It runs and can be opened.",
    "Deleting": "Its app is being stopped; files stay.",
    "Failed": "Its app could not be started; nothing runs.",
}
DOMAIN_STATES: Mapping[str, str] = {
    "Pending": "It is being made, which takes about five minutes.",
    "InService": "People and spaces can be made in it.",
    "Updating": "Its settings are being changed.",
    "Deleting": "It is being deleted.",
    "Failed": "It could not be made. Remove it, and make another.",
    "Update_Failed": "It could not be changed; it is as it was.",
    "Delete_Failed": "It could not be deleted. Something of it is still there: look at Remove Studio.",
}
UNKNOWN_STATE = "AWS tells a status that this console does not know; look at it in AWS's own console."
USABLE = ("InService", "Update_Failed")
