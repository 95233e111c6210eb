"""Office files that are enciphered with a password, opened with it: DOCX, XLSX and PPTX as Office 2007 and later write.

Such a file is an OLE container with the streams EncryptionInfo and EncryptedPackage (MS-OFFCRYPTO); msoffcrypto-tool
deciphers it. The password stays in this process.
"""

from __future__ import annotations

import io

from services.documents.limits import Limits
from services.errors import DocumentRefused

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
STREAM = "EncryptedPackage".encode("utf-16-le")
LOCKED = DocumentRefused("The document is protected by a password.", "Give its password.", locked=True)
WRONG = DocumentRefused("The password does not open the document.", "Check it and give it again.", locked=True)
BROKEN = DocumentRefused(
    "The document is damaged, or protected in a way that is not known here.",
    "Save a copy without the password and drop that.",
)


def is_locked(data: bytes) -> bool:
    """Whether a file is an Office document that only a password opens."""
    return data.startswith(OLE) and STREAM in data


def unlock(data: bytes, password: str, limits: Limits) -> bytes:
    """Return the document that was enciphered; raises DocumentRefused, `locked` where the password is the matter."""
    if not password:
        raise LOCKED
    import msoffcrypto
    from msoffcrypto.exceptions import InvalidKeyError

    out = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(data))
        try:
            file.load_key(password=password, verify_password=True)
        except InvalidKeyError:
            raise WRONG from None
        file.decrypt(out)
    except DocumentRefused:
        raise
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - whatever the library trips over, the file is at fault
        raise BROKEN from None
    return out.getvalue()[: limits.file_bytes]
