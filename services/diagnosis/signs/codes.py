"""How error codes of any service are built, for those that no other sign names. A code beats wording that is vague."""

from __future__ import annotations

from services.diagnosis.models import Cause as C
from services.diagnosis.signs.sign import ASTRA, Sign

SIGNS: tuple[Sign, ...] = (
    Sign(C.THROTTLED, 3, code_like=r".*(Throttl\w*|TooManyRequests\w*|SlowDown\w*|RateExceeded\w*|RateLimit\w*)"),
    Sign(C.CREDENTIALS, 3, code_like=r".*(Expired\w*Token|TokenExpired|Credential|AuthToken|SSOToken|Signature)\w*"),
    Sign(C.CREDENTIALS, 3, code_like=r"InvalidSecurity\w*|(ProfileNotFound|LoginRefreshRequired|TokenRetrieval)\w*"),
    Sign(C.PAYLOAD_TOO_LARGE, 3, code_like=r".*(TooLong|TooLarge|TooBig|SizeExceeded)(Exception|Fault|Error)?"),
    Sign(C.CAPACITY, 3, code_like=r".*(Insufficient\w*Capacity|UnfulfillableCapacity|CapacityNotAvailable)\w*"),
    Sign(
        C.QUOTA,
        3,
        code_like=r"(?!.*(Rate|Request))(.*(LimitExceeded|LimitReached|QuotaExceeded|CountExceeded)|TooMany\w+)"
        r"(Exception|Fault|Error)?",
    ),
    Sign(C.ROLE_PERMISSION, 3, code_like=r".*(AccessDenied|Unauthori[sz]ed|NotAuthori[sz]ed|AuthorizationError)\w*"),
    Sign(C.REGION_UNSUPPORTED, 3, code_like=r".*(InRegion|RegionNot|UnsupportedRegion|NoRegion|UnknownRegion)\w*"),
    Sign(C.NAME_TAKEN, 3, code_like=r".*(AlreadyExists|AlreadyOwned|Duplicate|NameConflict)\w*"),
    Sign(
        C.IN_USE,
        3,
        code_like=r"(?!.*NotInUse).*(InUse|NotEmpty|InProgress|Conflict|Concurrent|Unmodifiable|Locked"
        r"|PendingDeletion"
        r"|AlreadyRunning)"
        r"(Exception|Fault|Error)?.*|(Invalid|Incorrect|Illegal)\w*State\w*",
    ),
    Sign(C.NETWORK, 3, code_like=r".*(ConnectionError|ConnectTimeout\w*|ReadTimeout\w*|ProxyError|SSLError)"),
    Sign(C.SERVICE_ERROR, 3, code_like=r"(Internal|ServiceUnavail|ServiceFail|Unavailable)\w*"),
    # "not found", "invalid" and the like say least, so wording goes first.
    Sign(
        C.NOT_FOUND,
        5,
        code_like=r"(?!.*(Image|Key$)).*(NotFound|NoSuch|DoesNotExist|NotExist"
        r"|Unknown(?!Error))\w*",
    ),
    Sign(
        C.CONFIGURATION_INVALID,
        5,
        code_like=r"(Invalid|Malformed|Missing|Unsupported|ParamValidation|Illegal)\w*|.*NotSupported\w*",
        unless=ASTRA,
        operations=r"^(?!Invoke)",
    ),
)
