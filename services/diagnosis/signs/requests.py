"""Calls of a model, data, names and states; then what many causes share: their signs."""

from __future__ import annotations

from services.diagnosis.models import Cause as C
from services.diagnosis.signs.sign import MODEL, TRAINING, Sign

SIGNS: tuple[Sign, ...] = (
    # Calls of a model.
    Sign(
        C.MODEL_TIMEOUT,
        1,
        (
            r"invocation\b.{0,30}timed? ?out",
            r"ModelInvocationTimeExceeded|failed to finish sending the response",
            r"(read time(d )?out|timed out)\b.{0,120}(runtime\.sagemaker|/invocations)",
            r"(prediction|inference|response|generation|worker|model)\b.{0,20}time(d )?-?out",
            r"runtime\.sagemaker\b.{0,80}\bread time(d )?out",
            r"server error \((504|408)\)|client error \(408\)",
            r"upstream request timeout|gateway time-?out|timed out (while|waiting)\b.{0,40}(model|generat|respon)",
        ),
        unless=r"startup|health|GET /ping",
    ),
    Sign(C.MODEL_TIMEOUT, 2, codes="ModelInvocationTimeExceeded"),
    Sign(
        C.PAYLOAD_TOO_LARGE,
        1,
        (
            r"value at 'body' failed to satisfy constraint: member must have length less",
            r"content length exceeded|length limit exceeded|oversized? (body|payload|request)",
            r"(request|payload|body|entity|content|input)s? (entity |body |size )?(is |are )?too (large|big|long)",
            r"(request )?(payload|body)\b.{0,160}exceed",
            r"client error \(413\)|\b413\b.{0,20}(payload|entity|content)|\(413\)",
            r"must have less than \d+ tokens|inputs` tokens \+|must be <= \d+\. given: \d+ `?inputs",
            r"(maximum )?context (length|window)\b",
            r"(prompt|input|sequence)\b.{0,60}(too long|longer than|exceeds?)\b.{0,60}",
            r"tokens?\b.{0,40}exceeds?\b.{0,40}(limit|maximum|max)",
            r"\bupload exceeds|exceeds the maximum allowed (object |request )?(size|length)|batch size \d+ > "
            r"|message must be shorter than",
            r"this request has \d+ (input )?tokens|max_(new_)?tokens\b.{0,40}(too large|at most|exceed|must be <)",
        ),
        unless=r"shape|KV cache",
    ),
    Sign(
        C.PAYLOAD_TOO_LARGE,
        2,
        codes="413 RequestEntityTooLarge RequestEntityTooLargeException PayloadTooLargeException",
    ),
    # A text that a fine-tuning's script cannot learn from.
    Sign(
        C.DATA_INVALID,
        1,
        (
            r"DatasetGenerationError|JSON parse error",
            r"template\.json",
            r"ErrorMessage\b.{0,20}\bKeyError\b",
            r"(could not|cannot) find (any|a)\b.{0,40}\bfile\b.{0,40}\btrain(ing)? (channel|folder|directory)",
        ),
        unless=r"model_fn|input_fn|/invocations",
        operations=TRAINING,
    ),
    # Data; before what a model says of a request, since training and inference share words.
    Sign(
        C.DATA_INVALID,
        1,
        (
            r"(target|label|response) (attribute|column)",
            r"target variable|target has (only|fewer)",
            r"non-?numeric value|(alphabet|non-numeric|string)\b.{0,20} found in|header line|blankspace",
            r"(parse|parsing|load|read|reading) (the )?(csv|libsvm|parquet|recordio|dataset|manifest)",
            r"first ?line\b.{0,120}(format|file)",
            r"determine (the )?delimiter",
            r"columns with the same name|(inconsistent|different|wrong) number of columns|error tokenizing data",
            r"codec can.t decode|\b(csv|data|file)\b.{0,40}\b(utf-?8|encoding)\b|\bfile\b.{0,60}\bis empty",
            r"\bheader\b.{0,60}\b(match|missing|expected)|csv with header|labels? must be|column\b.{0,60}\bnot found",
            r"images? (could not|cannot|can't) be (decoded|read|opened)",
            r"(timestamp|date)s? (column|format|attribute)?\b.{0,60}(parse|format|irregular|invalid|missing)",
            r"(data|dataset)\b.{0,40}\b(has|have|contains?) (no|duplicated?|only)\b",
            r"irregular timestamps|(document )?field name\b.{0,60}(invalid|not allowed)",
            r"unseen labels?|unknown label type|\bcolumn \S+ does not exist|\blabel\b.{0,30}(out of range"
            r"|num_class)|\bfile is corrupt|array with 0 (sample|feature)"
            r"|minimum of \d+ is required",
            r"not present in the (input |training )?(data|file)|fewer observations|not (in|found in) (index"
            r"|axis)|DatasetGenerationError|contains NUL|\.(jsonl"
            r"|csv|parquet) line",
            r"least populated class|number of (classes|unique values)",
            r"(no|any) valid (input )?(features|rows|data)",
            r"(input data|dataset|training data|data set|validation data|input file)s?\b.{0,40}"
            r"(empty|too (small|few|large)|at least|fewer than|must (have|contain)|does ?n.t contain"
            r"|is not valid|invalid)",
            r"at least \d[\d,]* (rows|examples|samples|observations|records)",
            r"(row|column|field)s?\b.{0,60}\b(missing|duplicated?|mismatch|not (present|found) in)",
            r"convert string to float",
            r"bad \$vector|vector (size|dimension|length)\b|different vector dimensions?",
            r"illegal char",
            r"\bnull values?\b|cannot identify image|missing values? (in|for)|contains? (only )?(missing|null|nan)",
        ),
        unless=MODEL + r"|columns in the received data|context length",
    ),
    Sign(
        C.DATA_INVALID,
        2,
        codes="SHRED_BAD_VECTOR_VALUE SHRED_BAD_VECTOR_SIZE SHRED_BAD_DOCUMENT_VECTOR_TYPE SHRED_BAD_DOCUMENT_TYPE"
        " SHRED_BAD_FIELD_NAME SHRED_BAD_DOCID_TYPE SHRED_BAD_DOCID_VALUE SHRED_BAD_EJSON_VALUE VECTOR_SIZE_MISMATCH"
        " SHRED_DOC_KEY_NAME_VIOLATION",
    ),
    Sign(
        C.PAYLOAD_FORMAT,
        1,
        (
            r"content[- ]?type\b",
            r"accept type|unsupported (media|content)",
            r"KeyError: '(inputs?|instances|data|prompt|messages|text|body)'|input should be (a )?valid",
            r"roles must alternate|chat template\b.{0,60}(expects|required|error|must)",
            r"strictly positive|must be > 0\.0 and <|must not be set when|must be >= -?\d.{0,10} and <=",
            r"`?inputs`? (cannot|must not|can't) be empty",
            r"input validation error(?!.*must be <=)|request (is )?invalid: ",
            r"not valid json|invalid json|JSONDecodeError|expecting value: line",
            r"(parse|decode|deserialize|process) (the )?(\w+ )?(request|body|payload|element|json|input)",
            r"(evaluate|understand|interpret) (the )?payload",
            r"missing field `|unprocessable entity|\bfield required\b|\bBadRequestError\b",
            r"has \d+ features?, but|expecting \d+ features?|(accept|content-type) header\b",
            r"match the size of tensor|index out of range in self|feature_names mismatch",
            r"expected (number of|shape|input|\d+) ?(columns|features|dimensions?|shape)?\b"
            r".{0,80}(received|got|but|found)",
            r"number of columns in the received data",
        ),
        unless=r"recordio|libsvm format|\bpolicy\b",
    ),
    Sign(
        C.PAYLOAD_FORMAT,
        2,
        codes="REQUEST_NOT_JSON REQUEST_STRUCTURE_MISMATCH COMMAND_FIELD_INVALID COMMAND_FIELD_VALUE_INVALID"
        " COMMAND_FIELD_UNKNOWN COMMAND_UNKNOWN UNSUPPORTED_CONTENT_TYPE",
    ),
    # Names, states, absence.
    Sign(
        C.NAME_TAKEN,
        1,
        (
            r"already existing|\bmust be unique within an aws account",
            r"already own(ed)?\b",
            r"bucket name is not available|select a different name|choose a(nother| different) name",
            r"(name|identifier)\b.{0,60}already (in use|taken|used)",
            r"already exists?\b|AlreadyExists",
        ),
    ),
    Sign(
        C.NAME_TAKEN,
        2,
        codes="EntityAlreadyExists EntityAlreadyExistsException BucketAlreadyExists BucketAlreadyOwnedByYou"
        " ResourceAlreadyExists ResourceAlreadyExistsException RepositoryAlreadyExistsException"
        " EXISTING_COLLECTION_DIFFERENT_SETTINGS DOCUMENT_ALREADY_EXISTS CANNOT_ADD_EXISTING_TABLE",
    ),
    Sign(
        C.IN_USE,
        1,
        (
            r"because (it is|they are) used by|\bis used by (an? |the )?\w+|in-progress (endpoint|update)"
            r"|update is in progress",
            r"cannot delete entity, must|must (be )?(detach|delete|remove|stop)\w*\b.{0,60}(first|before)",
            r"(app\(?s?\)?|spaces?|models?|resources?)\b.{0,20} are (still )?associated with",
            r"with InService app|(still|currently) (in use|attached|associated|referenced|running)",
            r"delete (all|the|its|any)\b.{0,80}(before|try again|once|first)",
            r"bucket\b.{0,40}not empty|repository contains images",
            r"(delete|remove|stop|detach) (them|it|these|those) (first|before)",
            r"pending update|concurrent (updates?|modification|requests to update)",
            r"in state \w+ing\b|(status|state)\b.{0,20}\b(Creating|Updating|Deleting|SystemUpdating|Stopping)\b",
            r"cannot be (deleted|updated|modified)\b.{0,60}(because|while|until|since|when)",
            r"(being accessed|resource|it) is (currently )?in use",
            r"being used by|(is|are) (currently |still )?being (updated|deleted|created|modified|used)",
            r"another \w+ is (already |currently )?(in progress|running)|operation (is )?in progress",
        ),
    ),
    Sign(
        C.IN_USE,
        2,
        codes="InUse ResourceInUse ResourceInUseException DeleteConflict DeleteConflictException ConflictException"
        " BucketNotEmpty RepositoryNotEmptyException ConcurrentUpdateException ConcurrentModification"
        " ConcurrentModificationException OperationAborted OperationAbortedException",
    ),
    Sign(
        C.NOT_FOUND,
        1,
        (
            r"could not find (the )?"
            r"(endpoint|model|inference component|training|auto ?ml|resource|domain|app|notebook)",
            r"endpoint\b.{0,120} of account \d* ?not found|endpoint \S+ not found",
            r"invalid model id",
            r"(unknown|no such) (namespace|keyspace|collection|table|database)",
            r"(keyspace|namespace|collection|table)\b.{0,60}(does not exist|not found|doesn't exist)",
            r"no (collection|table)\b.{0,60}exists",
            r"specified (bucket|resource|log group|object)\b.{0,20}(does not exist|could not be found)",
        ),
    ),
    Sign(
        C.NOT_FOUND,
        2,
        codes="NotFound ResourceNotFound ResourceNotFoundException NoSuchEntity NoSuchBucket NoSuchResourceException"
        " 404 ObjectNotFoundException COLLECTION_NOT_EXIST NAMESPACE_DOES_NOT_EXIST KEYSPACE_DOES_NOT_EXIST"
        " UNKNOWN_KEYSPACE UNKNOWN_COLLECTION_OR_TABLE RepositoryPolicyNotFoundException",
    ),
    Sign(
        C.CONFIGURATION_INVALID,
        1,
        (
            r"validation errors? detected|failed to satisfy constraint",
            r"parameter validation failed|missing required (parameter|key|field)|unknown parameter in input",
            r"features? (are|is) not supported",
            r"(only|not) supported (for|when|with|by)\b",
            r"invalid (instance ?type|parameter|argument|combination|max\w+|min\w+|name|arn)",
            r"need to define one of",
            r"image size\b.{0,40}greater than",
            r"arn should be",
            r"(count|value|size|number)\b.{0,30}(needs|has|ought) to be (greater|less|between|at least)",
            r"must (not )?(specify|be (specified|provided))|you must specify",
            r"\bexpected\b.{0,80} to be one of|extraneous key|unsupported propert|must be (one of|between)\b"
            r"|must be divisible|invalid endpoint: |max_model_len\b.{0,60}greater than",
            r"invalid (value|length|type|range) for\b|(is|are) out of (the )?range|exceeds the \w+ of the instance",
            r"must (contain|have|be) (at least|at most|less|greater|more|length|equal|the same|in the same)",
            r"cannot be (provided|specified|set|used) (while|with|when|together)",
            r"(smaller|larger|greater) than max_|to a (larger|smaller|higher|lower) value|cannot find (tool"
            r"|reasoning) parser",
            r"\bkms\S* (key )?(\S+ )?is (disabled|pending)|max\w+ (\w+ ){0,3}must not exceed"
            r"|must be an? (integer|number|boolean)",
            r"does not match the .{0,60}\bargument|unknown quantization|doesn't match a supported format"
            r"|required gpus exceeds|unexpected argument|option `?trust_remote_code",
        ),
        unless=MODEL,
    ),
    Sign(
        C.CONFIGURATION_INVALID,
        2,
        codes="InvalidParameterValue InvalidParameterValueException InvalidParameterException InvalidInput"
        " InvalidInputException InvalidBucketName MalformedPolicyDocument MalformedPolicyDocumentException"
        " ParamValidationError IllegalArgumentException InvalidRequest InvalidRequestException InvalidArgument"
        " KMSInvalidStateException KMSInvalidState DisabledException InvalidParameterCombination"
        " INVALID_CREATE_COLLECTION_OPTIONS",
    ),
    Sign(
        C.NETWORK,
        1,
        (
            r"could not connect to|failed to (establish|connect)|unable to connect|cannot connect",
            r"connect(ion)?\b.{0,80}(timed? ?out|timeout)|read time(d )?out",
            r"connection\b.{0,20}(closed|reset|refused|aborted|error)|ConnectionReset|RemoteDisconnected|broken pipe",
            r"name or service not known|UnknownHost|signed by unknown authority|name resolution"
            r"|nodename nor servname|getaddrinfo",
            r"network is unreachable|no route to host|max retries exceeded with url",
            r"i/o timeout|no such host|\bE(NOTFOUND|CONNREFUSED|CONNRESET|TIMEDOUT|HOSTUNREACH|AI_AGAIN)\b",
            r"ssl validation failed|certificate verify failed|SSLError|tls handshake|EOF occurred in violation",
            r"proxy (url|error|connection)|proxies_config",
            r"(route table|security groups?|network acl)\b.{0,80}(\broute to|allow (out|in)bound)",
        ),
        unless=r"GET /ping|no such file",
    ),
    Sign(C.NETWORK, 2, codes="Unreachable"),
    Sign(
        C.ROLE_PERMISSION,
        1,
        (
            r"not authorized to (perform|access|invoke|make|use)",
            r"no (identity|session|resource)-based policy allows|no permissions boundary allows|no \S+ policy allows",
            r"not have (\S+ ){0,4}(permission|access)s?\b|(not|n't) have (sufficient|enough|the required) permission",
            r"(insufficient|missing|lacks?)( \w+){0,3} permissions?",
            r"not (permitted|allowed) to (call|perform|access|use)\b|lacks? (the )?\w+:\w+",
            r"access (has been |was |is )?denied|denied access|permission denied to",
            r"couldn't call 'get_role'",
        ),
    ),
    Sign(
        C.ROLE_PERMISSION,
        2,
        codes="PermissionDenied AccessDenied AccessDeniedException UnauthorizedOperation AuthorizationErrorException"
        " Forbidden 403 UnauthorizedException NotAuthorizedException DependencyAccessDeniedException",
    ),
    Sign(
        C.SERVICE_ERROR,
        1,
        (
            r"we encountered an internal error|an internal (error|failure) occurred|encountered an internal error",
            r"request to service failed|server-side issue",
            r"error\b.{0,30}\bon the server( side)?\b",
            r"internal dependency|stream processing failed",
            r"\bInternalServerError: ",
            r"service (is )?(temporarily |currently )?unavailable",
        ),
        unless=MODEL + r"|in the container",
    ),
    Sign(
        C.SERVICE_ERROR,
        2,
        codes="InternalFailure InternalServerError InternalError InternalServerException InternalServiceException"
        " InternalDependencyException InternalStreamFailure ServiceUnavailable ServiceUnavailableException"
        " ServerException ServiceException StreamBroken ServiceFailure 500 502 503",
    ),
)
