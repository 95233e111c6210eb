"""The Data API's refusals: its own codes, titles and HTTP statuses.

Codes and titles are those of the open-source server (stargate/data-api, src/main/resources/errors.yaml at a51b4f8);
limits are Astra's documented ones (docs.datastax.com, Data API limits).
"""

from __future__ import annotations

import uuid
from typing import Any

MAX_DOCUMENTS_PER_INSERT = 100
MAX_DOCUMENT_CHARACTERS = 4_000_000
MAX_INDEXED_STRING_BYTES = 8_000
MAX_DIMENSION = 4_096
MAX_VECTOR_RESULTS = 1_000
MAX_IN_VALUES = 100
MAX_COUNT = 1_000
MAX_COLLECTIONS = 10
MAX_FILTER_FIELDS = 64
PAGE_SIZE = 20

_TITLES = {
    "COLLECTION_NOT_EXIST": "Collection or table does not exist",
    "COMMAND_FIELD_VALUE_INVALID": "Command field value invalid",
    "COMMAND_UNKNOWN": "Command is not recognized by Data API",
    "DOCUMENT_ALREADY_EXISTS": "Document the given _id already exists",
    "DOCUMENT_REPLACE_DIFFERENT_DOCID": "The replace document has another _id",
    "EXISTING_COLLECTION_DIFFERENT_SETTINGS": "Collection already exists with different settings",
    "FILTER_FIELDS_LIMIT_VIOLATION": "Filter fields size limitation violated",
    "FILTER_ID_NOT_INDEXED": "Collection field '_id' not indexed can only filter with '$eq' or '$in'",
    "FILTER_INVALID_EXPRESSION": "Unsupported filter clause",
    "FILTER_PATH_UNINDEXED": "Collection path used in filter clause not indexed",
    "FILTER_UNSUPPORTED_OPERATOR": "Unsupported filter operator",
    "INVALID_CREATE_COLLECTION_OPTIONS": "Invalid options for createCollection",
    "INVALID_VECTOR_LENGTH": "Vector values in documents are not valid",
    "MISSING_AUTHENTICATION_TOKEN": "Missing authorization token",
    "REQUEST_NOT_JSON": "Request not valid JSON",
    "REQUEST_STRUCTURE_MISMATCH": "Request structure not valid",
    "SHRED_BAD_BINARY_VECTOR_VALUE": "Bad binary vector value to shred",
    "SHRED_BAD_DOCID_TYPE": "Bad type for '_id' field",
    "SHRED_BAD_FIELD_NAME": "Document field name not valid",
    "SHRED_BAD_VECTOR_SIZE": "Bad $vector value",
    "SHRED_BAD_VECTOR_VALUE": "Bad $vector value",
    "SHRED_DOC_LIMIT_VIOLATION": "Document size limitation violated",
    "TOO_MANY_COLLECTIONS": "Too many collections",
    "UNAUTHENTICATED_REQUEST": "Authentication failed",
    "UNKNOWN_KEYSPACE": "Keyspace does not exist in the Database",
    "UNSUPPORTED_SCHEMA_NAME": "The used schema name is not supported",
    "UNSUPPORTED_UPDATE_OPERATION": "Unsupported update operation",
    "UNSUPPORTED_UPDATE_OPERATION_PARAM": "Unsupported update operation parameter",
    "UNSUPPORTED_UPDATE_OPERATION_TARGET": "Unsupported target JSON value for update operation",
    "UNSUPPORTED_VECTOR_DIMENSION": "Vector definition contains unsupported dimension",
    "VECTOR_SEARCH_NOT_SUPPORTED": "Vector search not enabled for collection",
}
_SCOPES = {"SHRED": "DOCUMENT", "DOCUMENT": "DOCUMENT", "FILTER": "FILTER", "MISSING": "SECURITY"}


_BY_STATUS = {
    401: ("UNAUTHENTICATED_REQUEST", "Authentication failed for request due to invalid token."),
    429: ("TOO_MANY_REQUESTS", "Rate limit reached, slow down."),
    500: ("SERVER_UNHANDLED_ERROR", "The server met an unexpected error."),
    502: ("SERVER_BAD_GATEWAY", "Bad gateway."),
    503: ("SERVER_UNAVAILABLE", "Resuming your database, please try again shortly."),
}


class Refusal(Exception):
    """The server says no: an error `code` of the Data API, in words, under an HTTP `status`."""

    def __init__(self, code: str, message: str, status: int = 200) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status

    def body(self) -> dict[str, Any]:
        """The error as it stands in the answer's `errors`."""
        return {
            "message": self.message,
            "errorCode": self.code,
            "id": str(uuid.uuid4()),
            "family": "REQUEST" if self.status < 500 else "SERVER",
            "scope": _SCOPES.get(self.code.split("_")[0], ""),
            "title": _TITLES.get(self.code, self.code.replace("_", " ").capitalize()),
        }


def of_status(status: int) -> Refusal:
    """The refusal of a call that does not get as far as its command; any other status is an unexpected error."""
    return Refusal(*_BY_STATUS.get(status, _BY_STATUS[500]), status=status)
