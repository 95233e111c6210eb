"""Broad signs of calls, data, settings and the service itself: a noun and what is said of it, near each other."""

from __future__ import annotations

from services.diagnosis.models import Cause as C
from services.diagnosis.signs.sign import ASTRA, CALL, MODEL, REFUSED, TRAINING, Sign

SIGNS: tuple[Sign, ...] = (
    Sign(
        C.MODEL_TIMEOUT,
        4,
        (
            r"(invocation|inference|predict\w*|invoke|model|worker|generat\w*|/invocations|container)\b.{0,80}"
            r"(timed? ?out|time-?out|deadline|took too long|did(n't| not) (respond|finish|complete|answer))",
            r"(timed? ?out|time-?out|deadline exceeded|took too long|not (respond|finish|complete))\b.{0,80}"
            r"(invocation|inference|predict|model|worker|generat|/invocations)",
        ),
        unless=r"\bping\b|health|startup|start-?up|download|creat|connect timeout|provision|connect to",
    ),
    Sign(
        C.PAYLOAD_TOO_LARGE,
        4,
        (
            r"\b(payload|body|request|content|message|prompt|sequence|inputs?|tokens|batch|record|text"
            r"|document)s?\b.{0,80}"
            r"(exceed\w*|too (large|long|big|many)|longer than|larger than|more than|greater than"
            r"|must be (shorter|smaller)"
            r"|maximum (size|length|payload|batch|sequence|context))",
            r"(exceed\w*|longer than|larger than|over)\b.{0,60}\b(maximum|max|allowed|limit)\b.{0,40}\b(payload"
            r"|length|tokens|bytes"
            r"|characters|size|batch|context)",
        ),
        unless=r"KV cache|max_model_len|quota|service limit|memory|image size|rate|instances|volume|calls"
        r"|requests? (per|at)",
    ),
    Sign(
        C.THROTTLED,
        4,
        (
            r"too many (concurrent|simultaneous|calls|requests|connections|pending)",
            r"\b(queue|worker pool|scheduler)\b.{0,30}\b(full|exceed\w*|overflow)|no worker is available|\boverload",
            r"(requests?|calls|invocations|operations|tps)\b.{0,40}\b(per (second|minute)|rate)\b.{0,40}(exceed"
            r"|limit|reach)",
            r"(concurren\w+|burst)\b.{0,40}\b(limit|exceed\w*|reached)",
            r"(server|service|model|endpoint|system) (is )?(too )?busy|try (your request )?again (in a few"
            r"|after) (\d+ )?seconds",
        ),
        unless=r"\bjobs\b|\bquota is\b|concurrent (updates?|modif)|either the server is",
    ),
    Sign(
        C.QUOTA,
        4,
        (
            r"\b(limit|quota|maximum|max(imum)? number|allowance)\b.{0,80}\b(reached|exceeded|hit|allowed"
            r"|surpass\w*|used up)",
            r"\b(exceed\w*|reached|more \w+ than)\b.{0,60}\b(limit|quota|maximum|allowed)\b",
            r"(request|apply for) (an? )?(service |limit |quota )*(limit|quota|increase)",
        ),
        unless=r"tokens?\b|bytes|payload|length|size|seconds|characters|rate|memory|retries|attempts|max_"
        r"|column|requests?"
        r"|timed? ?out|document|context|redirect|depth|recursion|KV",
    ),
    Sign(
        C.CAPACITY,
        4,
        (
            r"\bcapacity\b.{0,80}(not|n't|un\w+able|insufficient|exhausted|shortage|constrain|error|sold out|later)",
            r"(not|n't|unable|insufficient|no|lack|out of|exhausted|limited)\b.{0,60}\bcapacity\b",
            r"instances?\b.{0,60}\b(shortage|sold out|oversubscribed|scarce|(not"
            r"|un)(?: currently)? ?available)\b.{0,60}(zone|now|time|later)",
        ),
        unless=r"minimum capacity|maximum capacity|max(imum)?_?capacity|min_?capacity|memory|cache|scalable"
        r"|queue|database",
    ),
    Sign(
        C.REGION_UNSUPPORTED,
        4,
        (
            r"\bregion\b.{0,60}(not|n't|un)\s?(currently |yet )?(available|supported|offered|enabled|activated"
            r"|exist|recogni[sz]ed"
            r"|opted|valid)",
            r"(not|n't|un)\s?(currently |yet )?(available|supported|offered|enabled)\b.{0,80}\b(regions?"
            r"|availability zone)\b",
            r"\b(opt|opted|opting)[- ]in\b.{0,40}\bregion|region\b.{0,30}\b(invalid|unknown|disabled)",
        ),
        unless=r"capacity|located in|same region|bucket",
    ),
    Sign(
        C.CREDENTIALS,
        4,
        (
            r"\b(credentials?|access key|secret key|signature|session|sso|security token|bearer|api key"
            r"|authorization token)\b.{0,80}"
            r"(expired|invalid|missing|not (found|valid|match|exist|recogni[sz]ed)|malformed|incorrect|refresh"
            r"|unable|mismatch)",
            r"(unable|could not|couldn't|failed|cannot|no valid|error) (to )?(\w+ )?(locate|find|load|refresh"
            r"|obtain|retriev\w+)?\s?"
            r"\b(credentials?|authorization token|sso token|access key)",
            r"(re-?authenticate|log ?in again|sign in again|aws (sso )?login)\b",
        ),
        unless=r"hugging ?face|\bHF_|" + ASTRA,
    ),
    Sign(
        C.NETWORK,
        4,
        (
            r"\b(connection|connect|socket|dns|resolv\w+|tls|ssl|proxy|gateway|route table|subnet|nat (gateway"
            r"|device)|vpc endpoint"
            r"|internet|host)\b.{0,80}(fail\w*|refused|reset|aborted|broken|closed|timed? ?out|unreachable"
            r"|error|hang|hung|no route"
            r"|could not|couldn't|unable|cannot|ensure|check)",
            r"(fail\w*|unable|could not|couldn't|cannot|can't|error)\b.{0,30}\b(connect\w*|resolve|reach|establish)",
            r"response stream|IncompleteRead|socket hang up|read timeout|(internet|network) (connection|access"
            r"|connectivity)",
        ),
        unless=r"GET /ping|no such file|not authorized|trust relationship|" + MODEL,
    ),
    Sign(
        C.DATA_INVALID,
        4,
        (
            r"\b(data ?(set|frame|file)?|columns?|rows?|csv|header|labels?|target|records?|samples?|examples?"
            r"|features?|class(es)?"
            r"|timestamps?|annotations?|manifest|parquet|training (data|file|examples))\b.{0,100}"
            r"(invalid|empty|missing|duplicate\w*|mismatch|not (found|match|contain|tokenized|valid|unique"
            r"|numeric)|must|only|fewer|less than"
            r"|dropped below|at least|cannot|could not|unable|fail\w*|contains?|inconsistent|unexpected"
            r"|too (few|small|many|large))",
            r"(invalid|empty|missing|duplicate|unable to (parse|read)|fail\w* to (parse|read|load)"
            r"|cannot (parse|read)|could not "
            r"(parse|read)|error (when )?(parsing|reading|loading))\b.{0,60}\b(data|dataset|columns?|rows?|csv"
            r"|json|header|labels?"
            r"|records?|annotations?|manifest|parquet|libsvm|recordio)\b",
            r"\bNaN\b|\binf(inity)?\b.{0,30}\b(values?|input)|could not convert string|pos or neg samples"
            r"|must be nonnegative",
        ),
        unless=MODEL
        + r"|request|payload|inference|endpoint|invocation|training job|/ping|\btokens\b|hugging ?face|cost",
    ),
    Sign(
        C.DATA_INVALID,
        1,
        (
            r"\b(columns?|header|rows?|target|timestamps?|csv|parquet|dataset|labels?)\b.{0,80}(must|invalid"
            r"|missing|not|duplicate|only)",
        ),
        operations=TRAINING,
        unless=r"ARN|instance|role\b|access|s3://|not authorized",
    ),
    Sign(
        C.PAYLOAD_FORMAT,
        4,
        (
            r"(unexpected|unknown|missing|invalid|unsupported|wrong|incorrect|bad|malformed|required|expected"
            r"|unrecogni[sz]ed)\b.{0,60}"
            r"\b(inputs?|fields?|padding|base64|json|parameters?|keys?|shape|dtype|payload|body|schema|format"
            r"|columns?|features?|prompt"
            r"|messages?|roles?|encoding|request|content)\b",
            r"\b(inputs?|fields?|padding|base64|json|parameters?|keys?|shape|dtype|payload|body|schema|columns?"
            r"|features?|prompt|messages?)"
            r"\b.{0,60}(unexpected|unknown|missing|invalid|unsupported|wrong|incorrect|malformed|required"
            r"|expected|must|not (consistent"
            r"|supported|allowed|valid|found|permitted|serializable))",
        ),
        unless=r"InternalServerException.{0,40}(load|weights)",
        operations=CALL,
    ),
)

# The same of a container, whatever the operation is called.
SIGNS += tuple(
    Sign(C.PAYLOAD_FORMAT, 4, (rf"({MODEL}|^\[4\d\d\]).{{0,200}}({words})",), unless=r"MODEL_LOG|traceback")
    for sign in SIGNS
    if sign.cause is C.PAYLOAD_FORMAT
    for words in sign.words
)
SIGNS += (
    Sign(
        C.CONFIGURATION_INVALID,
        4,
        (
            r"\b(parameters?|param|arguments?|options?|fields?|settings?|propert(y|ies)|configuration|flag"
            r"|environment( variable)?|value"
            r"|hyper-?parameters?|arn|name|policy|tag|instance ?type|max_\w+|num_\w+|tensor[ _]parallel\w*)\b.{0,100}"
            r"(invalid|must|required|missing|not (allowed|supported|valid|permitted|specified|set)|out of range"
            r"|unknown|unsupported"
            r"|cannot|should|expected|mutually exclusive|conflict\w*|greater than|less than|divisible)",
            r"(invalid|unknown|unsupported|unrecogni[sz]ed|missing|illegal|incorrect"
            r"|malformed)\b.{0,40}\b(objective|metric|parameters?|param|arguments?"
            r"|options?|values?|settings?|configuration|flag|policy|tag|instance ?type|hyper-?parameters?|arn"
            r"|name|variable)\b",
            r"ArgumentValidation|ValidationError for \w*(Config|Args)|\bmust be (<|>|=)|`\w+` (is true but|<=? \d)",
        ),
        unless=MODEL + r"|column|dataset|trust relationship",
    ),
    Sign(
        C.NAME_TAKEN,
        4,
        (
            r"\b(name|identifier|id|alias|resource|bucket|endpoint|model|job|role|tag)\b.{0,80}(must be unique"
            r"|not unique|duplicate|already"
            r" (been )?(created|registered|used|taken|in use|defined|present))",
        ),
    ),
    Sign(
        C.IN_USE,
        4,
        (
            r"(in use|in progress|is being|are being|pending|still (has|have|contains?|attached|running"
            r"|creating|updating)|locked|attached to"
            r"|associated with|depends on|referenced by)\b.{0,100}(cannot|can't|before|first|wait|again|until"
            r"|delete|update|modify|another)",
            r"(cannot|can't|unable to|not be|must|delete|update|modify)\b.{0,120}(in use|in progress|while"
            r"|is being|pending|still (has|have"
            r"|contains?|attached|running)|attached|associated|depend(s|ent)|referenced|in (state|status) \w+"
            r"|not in (a |the )?\w* ?"
            r"(state|status))",
            r"temporarily unmodifiable|conflict(s|ing|ed)? with (the current state|another)"
            r"|already (in progress|running|being)",
            r"previous \w+ .{0,40}\bnot (yet )?(completed|finished)",
        ),
        unless=MODEL + r"|exceed|quota|limit",
    ),
    Sign(
        C.HEALTH_CHECK,
        4,
        (
            r"\b(health|readiness|liveness)[- ](check|probe|status)\w*",
            r"(not|never) (become|became|get|got) (ready|healthy|in ?service)",
        ),
    ),
    Sign(
        C.ROLE_PERMISSION,
        4,
        (rf"\b({REFUSED})",),
        unless=r"hugging ?face|value|parameter|allowed for|allowed (for|in|with|values)|name|" + MODEL,
    ),
    Sign(
        C.SERVICE_ERROR,
        4,
        (
            r"(internal|unexpected|unknown) (service |server )?(error|failure|fault|exception)\b.{0,80}(aws"
            r"|amazon|service|try again|retry"
            r"|support|processing|request)",
            r"(service|server|gateway|backend)\b.{0,30}\b(temporarily |currently )?(unavailable|down"
            r"|overwhelmed|bad gateway)",
            r"\b50[0234] (internal|bad gateway|service|gateway)|bad gateway|(exception"
            r"|failure)[^.]{0,40}internal dependency",
            r"unknown error, exception,? or failure|service cannot complete the request|status ?code:? ?50[0234]\b",
        ),
        unless=MODEL + r"|shard|worker|container|engine|logs",
    ),
)
