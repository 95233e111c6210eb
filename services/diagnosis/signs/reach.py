"""Denials, Cost Explorer, Astra, credentials, the pace of calls and the network: their signs."""

from __future__ import annotations

from services.diagnosis.models import Cause as C
from services.diagnosis.signs.sign import ASTRA, COST_EXPLORER, Sign

SIGNS: tuple[Sign, ...] = (
    # What forbids, from the particular to the general.
    Sign(
        C.EXPLICIT_DENY,
        1,
        (r"explicit(ly)? den(y|ied)", r"(managed|blocked|denied|disallowed) by an? organization"),
    ),
    Sign(C.EXPLICIT_DENY, 2, codes="BlockedByOrganizationPolicyException"),
    Sign(C.PASS_ROLE, 1, (r"\biam:PassRole\b", r"\bpass(ing)? (the |this |a )?(iam |execution )?role\b")),
    # Cost Explorer.
    Sign(
        C.COST_DATA,
        1,
        (
            r"enabled? (for )?cost explorer",
            r"cost explorer (is|has|data|access|not)\b",
            r"(able|access|opt(ed)? in) to (use )?cost explorer",
            r"cost allocation tag",
            r"cost (and usage )?data\b.{0,40}(not|n't|yet)\b.{0,20}(available|ready|ingested)",
            r"data might not be ingested|billing data\b.{0,40}(not|n't)\b",
            r"(iam|user) access to billing",
        ),
    ),
    Sign(C.COST_DATA, 2, codes="DataUnavailableException BillExpirationException BillingViewHealthStatusException"),
    # Astra and the Data API.
    Sign(
        C.ASTRA_AUTH,
        1,
        (
            r"\bunauthenticated\b",
            r"role unauthorized for operation",
            ASTRA + r" (does not accept|token may not)",
            r"authentication failed for request due to invalid token",
            r"authentication failed; is your token valid",
            r"not authorized to perform the action on the database",
            r"provided username.{0,40}password are incorrect",
            ASTRA
            + r".{0,200}(unauthori[sz]ed|\b40[13]\b|forbidden|invalid token|token (is )?(not valid|invalid|expired))",
            r"(unauthori[sz]ed|\b40[13]\b|forbidden|invalid token).{0,200}" + ASTRA,
            r"AstraCS:|AuthenticationFailed\b|\[unauthorized\]|no (select|modify|create|alter|drop) permission on",
            r"(invalid|expired|missing|wrong)\b.{0,40}" + ASTRA + r".{0,60}\btoken",
            r"\btoken\b.{0,80}(not have|lacks?|need|invalid|expired|missing)\b.{0,80}" + ASTRA,
            ASTRA + r".{0,80}\btoken\b.{0,60}(missing|required|not have|lacks?|malformed|not belong)",
        ),
    ),
    Sign(C.ASTRA_AUTH, 2, codes="UNAUTHENTICATED_REQUEST UNAUTHORIZED_ACCESS UNAUTHORIZED_REQUEST"),
    Sign(
        C.ASTRA_LIMIT,
        1,
        (
            r"too many (indexes|collections|tables|namespaces|keyspaces)|collection limit",
            r"maximum number of (collections|indexes|tables|keyspaces|databases)",
            r"document size limitation|no room for another collection",
            r"exceeds maximum allowed \(",
            r"documents? to insert is over the max",
            r"lexical content is too big",
            ASTRA + r".{0,160}(\b429\b|rate limit|too many requests|storage (limit|quota)|guardrail|free tier)",
            r"maximum number of .{0,80}astra",
            r"(\b429\b|rate limit|too many requests).{0,160}" + ASTRA,
        ),
    ),
    Sign(
        C.ASTRA_LIMIT,
        2,
        codes="TOO_MANY_INDEXES TOO_MANY_COLLECTIONS SHRED_DOC_LIMIT_VIOLATION DOCUMENT_LEXICAL_CONTENT_TOO_BIG"
        " COUNT_LIMIT_EXCEEDED TOO_MANY_ROWS",
    ),
    Sign(
        C.ASTRA_UNAVAILABLE,
        1,
        (
            r"\bhibernat(ed|ing|ion)\b|resuming (your|the) database",
            r"database\b.{0,80}\b(resuming|suspended|parked|initializing|maintenance|unavailable|terminated)\b",
            r"DEADLINE_EXCEEDED",
            r"NoHostAvailable",
            r"AllNodesFailed",
            r"unable to connect to any (nodes|servers)",
            r"not enough nodes",
            ASTRA + r"\b.{0,40}(\ba fault\b|not awake)",
            r"could not reach any contact point",
            r"server call failed, please retry",
            r"database query that timed out|waiting for replica|\bcode=1[0-4]00\b",
            r"database\b.{0,60}\b(pending|not ready)\b",
            r"received only \d+ responses",
            r"timeout honou?red",
            ASTRA + r".{0,200}(\b50[0234]\b|unavailable|maintenance|timed? ?out|did not (respond|answer))",
            r"(\b50[0234]\b|service unavailable|timed? ?out).{0,200}" + ASTRA,
        ),
        unless=r"amazonaws\.com",
    ),
    Sign(
        C.ASTRA_UNAVAILABLE,
        2,
        codes="FAILED_TO_CONNECT_TO_DATABASE UNAVAILABLE_DATABASE TIMEOUT_READING_DATA TIMEOUT_WRITING_DATA"
        " FAILED_READ_REQUEST FAILED_WRITE_REQUEST FAILED_COMPARE_AND_SET FAILED_TRUNCATION COUNT_READ_FAILED"
        " FAILED_CONCURRENT_OPERATIONS SERVER_UNHANDLED_ERROR UNEXPECTED_SERVER_ERROR UNEXPECTED_DRIVER_ERROR"
        " INTERNAL_SERVER_ERROR SERVER_READ_TIMEOUT DRIVER_TIMEOUT",
    ),
    # Credentials and the pace of calls: their codes decide alone.
    Sign(
        C.CREDENTIALS,
        0,
        codes="ExpiredToken ExpiredTokenException RequestExpired TokenRefreshRequired InvalidClientTokenId"
        " UnrecognizedClientException SignatureDoesNotMatch AuthFailure InvalidAccessKeyId IncompleteSignature"
        " InvalidSignatureException MissingAuthenticationToken MissingAuthenticationTokenException InvalidToken"
        " RequestTimeTooSkewed RequestInTheFuture InvalidIdentityToken InvalidIdentityTokenException"
        " MissingCredentials ExpiredCredentials InvalidCredentials NoCredentialsError PartialCredentialsError"
        " UnauthorizedSSOTokenError SSOTokenLoadError",
    ),
    Sign(
        C.THROTTLED,
        0,
        codes="Throttled Throttling ThrottlingException ThrottledException RequestThrottled RequestThrottledException"
        " SlowDown TooManyRequestsException TooManyRequests RequestLimitExceeded BandwidthLimitExceeded"
        " PriorRequestNotComplete ProvisionedThroughputExceededException ModelNotReadyException 429",
    ),
    Sign(
        C.THROTTLED,
        1,
        (
            r"\brate (limit )?exceeded",
            r"\brate[- ]limit(ed|ing)?\b",
            r"\bthrottl(ed|ing)\b",
            r"too many (requests|calls)",
            r"slow ?down",
            r"reduce your request rate|retry with (exponential )?backoff|throughput (limit|quota)",
            r"request rate.{0,30}(too high|exceed)",
            r"model is (currently )?overloaded",
            r"(client|server) error \(429\)",
            r"still (being provisioned|loading|downloading)\b.{0,120}try",
        ),
        unless=r"quota\W+is 0\b|\bimages?\b",
    ),
    Sign(
        C.CREDENTIALS,
        1,
        (
            r"(unable to|could not|couldn't|cannot|failed to) "
            r"(locate|load|find|retrieve|refresh|get) (\w+ )?credentials",
            r"(no|partial|missing) (aws )?credentials",
            r"credentials? (were |was |is |are |have |has )?(not |been )?(found|expired|invalid|revoked|missing)",
            r"security token included in the request is",
            r"(access |session |security |identity |provided |bearer |sso )token\b.{0,40}"
            r"(expired|invalid|malformed|not valid|not found|revoked)",
            r"token has expired|expired ?token|session\b.{0,20}expired|reauthenticate|invalid security token",
            r"\bsso\b.{0,30}\b(token|session|login)\b",
            r"access key id\b.{0,60}(does not exist|invalid|not valid|needs a subscription)",
            r"secret (access )?key\b.{0,30}(not valid|invalid|wrong)",
            r"signature we calculated does not match",
            r"signature (expired|not yet current)",
            r"request time\b.{0,60}(too large|skew)",
            r"(config )?profile\b.{0,60}could not be found",
            r"access key is (disabled|inactive)|credential refresh failed|\b(source_profile|credential_source)\b",
            r"error when retrieving (token|credentials)|\.aws/(credentials|config)\b",
        ),
        unless=r"hugging ?face|\bHF_",
    ),
    Sign(
        C.QUOTA,
        1,
        (
            r"account-? ?(level)? service limit",
            r"service quotas? to request",
            r"request (an? )?(increase|(quota|limit) increase)",
            r"(exceed(ed|s)?|reached|over) (your|the|this|an?)?.{0,60}\bquota\b",
            r"\bquota\b.{0,60}(exceeded|reached|is 0\b|insufficient)",
            r"cannot exceed quota",
            r"(reached|hit|exceeded|exceeds?) (your|the|this) (account )?(resource |service )?(limit|quota)s?\b",
            r"(limit|quota) increase( request)?\b|resource limit|attempted to create more \w+ than allowed",
            r"(vcpu|instance|domain|endpoint)s? limit (of|exceeded|reached)",
            r"(maximum|limit on the) number of (?!requests|tokens|groups).{2,60}\b(allowed|reached|exceeded"
            r"|creat\w+)",
        ),
        unless=r"tokens?\b|least populated|disk quota|\b(payload|body)\b",
    ),
    Sign(
        C.THROTTLED,
        2,
        codes="LimitExceededException",
        operations=COST_EXPLORER,
    ),
    Sign(
        C.QUOTA,
        2,
        codes="ResourceLimitExceeded ServiceQuotaExceededException LimitExceeded LimitExceededException"
        " QuotaExceededException VcpuLimitExceeded InstanceLimitExceeded TooManyBuckets ServiceLimitExceeded"
        " MaxSpotInstanceCountExceeded",
    ),
    Sign(
        C.CAPACITY,
        1,
        (
            r"insufficient ?(instance|host|ec2|ml)? ?capacity",
            r"\bEC2InsufficientCapacity",
            r"\bCapacityError\b",
            r"unable to provision requested|retry using a different ml instance type",
            r"(not|n't) (currently )?(have |has )?(sufficient|enough)\b.{0,60}capacity",
            r"not enough\b.{0,30}capacity",
            r"no (more )?(unused |spare |spot )?capacity\b",
            r"capacity\b.{0,30}\b(unavailable|not available|constrained|shortage)",
            r"capacity-(not-available|oversubscribed)",
            r"temporarily unavailable in (the )?(supported|requested|selected)? ?availability zone",
        ),
    ),
    Sign(
        C.CAPACITY,
        2,
        codes="InsufficientInstanceCapacity InsufficientCapacity InsufficientCapacityException"
        " InsufficientHostCapacity EC2InsufficientCapacityError CapacityError",
    ),
    Sign(
        C.EULA,
        1,
        (r"accept_?eula", r"end[- ]user licen[sc]e", r"\beula\b"),
    ),
    Sign(
        C.GATED_OR_SUBSCRIPTION,
        1,
        (
            r"\bgated ?repo|have access to the model with the specified model id",
            r"\bgated (model|repo|access)|(model|repo\w*) is gated",
            r"(accept|agree to) (the |its )?(terms|conditions|licen[sc]e)\b.{0,80}hugging ?face",
            r"repo model\b.{0,120}\bgated",
            r"access to model\b.{0,120}\brestricted",
            r"(not|n't) (been )?subscribed",
            r"(marketplace|model package|listing|offering)\b.{0,80}subscri",
            r"subscri\w+\b.{0,60}(required|marketplace|offering|listing)",
            r"private or gated",
            r"\b40[13]\b.{0,40}(client error|unauthorized|forbidden).{0,200}hugging ?face",
            r"hugging ?face.{0,200}\b40[13]\b",
            r"(HF_TOKEN|hugging ?face (hub )?token)\b.{0,80}(missing|invalid|required|not set|expired)",
            r"make sure to have access to it at|subscription\b.{0,60}\b(expired|required|ended|missing)",
            r"awaiting a review from the repo|invalid user token|\bNGC_API_KEY\b|nvcr\.io\b.{0,60}(denied|access)",
            r"(invalid credentials|rejected|accept the (conditions|terms)).{0,120}hugging ?face",
        ),
        unless=r"environment variable map",
    ),
    Sign(C.GATED_OR_SUBSCRIPTION, 2, codes="OptInRequired SubscriptionRequiredException"),
)
