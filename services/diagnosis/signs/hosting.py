"""Images, artifacts, roles and regions: their signs."""

from __future__ import annotations

from services.diagnosis.models import Cause as C
from services.diagnosis.signs.sign import Sign

SIGNS: tuple[Sign, ...] = (
    # Images and artifacts; before roles, whose words their messages borrow.
    Sign(
        C.IMAGE_UNAVAILABLE,
        1,
        (
            r"make sure all images included",
            r"using non-ecr image|(cannot|could not|can't|unable to) access (the )?(container )?image",
            r"requested image\b",
            r"manifest (unknown|for \S+ not found)",
            r"\bimages? \S*['\"]?\S+['\"]? (does|do) ?(not|n't) exist",
            r"\bimage\b.{0,120}(does not exist|not found|could not be found|cannot be found)",
            r"cannot find (the )?(ecr )?(repository|image)",
            r"not grant ecr:",
            r"cross[- ]region ecr",
            r"no resource-based policy allows the ecr:",
            r"pull access denied|ErrImagePull|ImagePullBackOff|CannotPullContainer",
            r"(failed|unable|error) (to )?(pull|pulling|resolve) (the )?(container )?(image|reference)",
            r"repository\b.{0,120}\bin (the )?registry\b",
            r"invalid image uri|must be an (amazon )?ecr image|pull rate limit|image manifest\b"
            r"|manifest of the image",
            r"(access denied to|denied for) (the )?registry|proper pull permissions|no basic auth credentials"
            r"|requested access to the resource is denied",
        ),
        unless=r"ecr:(CreateRepository|InitiateLayerUpload|PutImage)|already exists|no such file|contains images",
    ),
    Sign(C.IMAGE_UNAVAILABLE, 2, codes="ImageNotFoundException RepositoryNotFoundException LayersNotFoundException"),
    Sign(
        C.DISK_FULL,
        1,
        (
            r"no space left",
            r"insufficient (disk|storage|space)",
            r"no usable temporary directory",
            r"(not|n't) enough (free )?(disk|storage)? ?space",
            r"disk (is )?full|disk quota exceeded|out of disk|\bENOSPC\b|\berrno 28\b|StorageFull",
            r"model data archive is too large",
        ),
    ),
    Sign(
        C.OUT_OF_MEMORY,
        1,
        (
            r"out[- ]of[- ]memory|OutOfMemory",
            r"\bOOM\b|OOMKilled|oom-kill",
            r"(cannot|can't|unable to|failed to) allocate (memory|\d|\w+ (bytes|memory))",
            r"\bMemoryError\b|bad_alloc|ResourceExhaustedError|ALLOC_FAILED",
            r"signal:? 9\b|SIGKILL",
            r"(exit(ed)?( with)?( code| status)?|non-zero code|status code)[: (]{1,3}'?137\b",
            r"server error \(507\)",
            r"(stored|fit) in (the )?KV cache|KV cache\b.{0,60}(larger|need|not enough|insufficient|exceed)",
            r"no available memory for the cache|free memory on device\b.{0,80}less than",
            r"cudaErrorMemoryAllocation|(not|n't) (have )?enough (\w+ )?memory",
            r"requires? (about |at least )?[\d.]+ ?gi?b\b.{0,60}\b(only|available|have)\b",
            r"memory capacity is unbalanced|error in memory profiling|exit ?code:? -9\b|^\s*killed\s*$"
            r"|signal: killed",
            r"failed to alloc\b|instance type with more memory|ran out of memory",
            r"(not enough|insufficient|beyond) (\w+ )?memory",
            r"memory limit (of|exceeded|reached)",
        ),
        unless=r"could not get a response from the",
    ),
    Sign(
        C.ARTIFACT_UNAVAILABLE,
        1,
        (
            r"could not (access|find|read) model (data|artifact)",
            r"failed to download model (data|artifact)",
            r"object located at the url and that the role",
            r"no s3 objects? found|no objects? (was|were|exist)\w* .{0,40}s3",
            r"s3 ur[il]\b.{0,160}(does not exist|not readable|not found|cannot be)|bucket is in this region",
            r"(denied|forbidden)\b.{0,60}model (data|artifact)|model (data|artifact)s?\b.{0,80}(denied|forbidden)",
            r"specified key does not exist|\bNoSuchKey\b",
            r"\(404\) when calling the (HeadObject|GetObject)",
            r"(unable|failed) to (download|access|read|copy)\b.{0,80}s3://",
        ),
        unless=r"illegal char|\butf-?8\b",
    ),
    Sign(C.ARTIFACT_UNAVAILABLE, 2, codes="404 NotFound NoSuchKey", operations=r"^(Head|Get)Object$"),
    Sign(
        C.ARTIFACT_INVALID,
        1,
        (
            r"failed to extract model",
            r"\btar: .{0,60}(not recoverable|unexpected|does not look like)|archive (does not|doesn't) contain",
            r"invalid model file|KeyError: '[\w.]+\.(weight|bias|scales)'|savedmodel\b.{0,40}(not exist|not found)",
            r"JSONDecodeError\b.{0,80}(config|tokenizer)\w*\.json",
            r"failed reading zip archive|failed finding central directory",
            r"valid (tar|gzip)",
            r"not (in )?(a )?(gzip|tar)\b|unexpected end of (file|data|archive)|tarfile\.ReadError",
            r"safetensors?error|deserializing header|invalid load key|UnpicklingError",
            r"no (safetensors |model |pytorch )?(weights?|checkpoints?) (files? )?(found|were found)",
            r"loading state_dict|key\(s\) in state_dict|size mismatch for ",
            r"(could not|couldn't|cannot|can't|failed to|unable to) load (the )?"
            r"(model /|model with|weights|config|tokenizer|checkpoint|saved model|state)",
            r"error no file named|no file named\b.{0,60}(found in|pytorch_model|model\.)",
            r"does not appear to have a file named",
            r"no such file or directory:? ?.{0,60}"
            r"(inference\.py|/opt/ml/model|config\.json|model\.(pth?|joblib|pkl|tar))",
            r"unrecogni[sz]ed model in|\.json\W{0,2} (is not a valid|does(n't| not) contain|is missing)"
            r"|can't load the \w+ for",
            r"can't load (the )?(tokenizer|configuration|model|feature extractor|image processor|processor)\b",
            r"(exactly one|missing|expected|no|required)\b.{0,30}\.(pth?|joblib|pkl|onnx|safetensors|bin|h5|gguf)\b",
            r"(could not|cannot|can't|unable to) (find|load|open|read) (\S+\.(joblib|pkl|pth?|onnx|h5|gguf|mar)"
            r"|(the )?vocabulary)\b",
            r"\b(cloudpickle|pickle|joblib|torch)\.load\b.{0,80}(error|exception)|serialisation_header"
            r"|ran out of input|unpickl|can't get attribute '\w+' on <module",
            r"no module or parameter named|loaded_weight|param_data\.shape|no (local |\S+ )?weights found",
            r"poll failed for model directory|could not determine backend|InvalidModelException",
            r"archive\b.{0,60}(symbolic|hard|version is not|unexpected EOF)|error loading model"
            r"|find the config file for",
            r"file in archive is not|incompatible dtype|not initialized from (the )?(model )?checkpoint"
            r"|\bweight \S+ does not exist",
            r"untagged enum (ModelWrapper|\w*Tokenizer)|unknown file format|not a valid (checkpoint|archive"
            r"|model (file|archive))"
            r"|inline_container",
            r"no versions of servable|configuration expects\b.{0,40}\bmodel provides",
            r"ModelLoadError|fail\w* to load \S+\.(pth?|bin|onnx|pkl|joblib|h5|safetensors|gguf)\b",
            r"(model|archive|artifact|checkpoint)\b.{0,40}\b(is )?corrupt",
        ),
    ),
    Sign(
        C.IMAGE_START,
        1,
        (
            r"CannotStartContainer",
            r"exec(ve)? ?format error",
            r"no cuda gpus are available|compute capability\b.{0,80}\b(at least|not compatible|not supported)",
            r"cuda error: operation not supported|signal:? 4\b|SIGILL|illegal instruction",
            r"unrecogni[sz]ed configuration class|model type `[\w.-]+` but",
            r"executable file not found|(exec|entrypoint)\b.{0,60}(no such file|permission denied)",
            r"error while loading shared librar|cannot open shared object file|undefined symbol|GLIBC(XX)?_\d",
            r"cuda driver version is insufficient|no kernel image is available|found no nvidia driver",
            r"nvidia driver\b.{0,60}(too old|insufficient|outdated)|built for nvidia driver|"
            r"compatibility mode is unavailable",
            r"not recognize this architecture|unsupported model (type|architecture)|"
            r"model architectures?\b.{0,80}not supported",
            r"ModuleNotFoundError|No module named|ImportError|cannot import name",
            r"provide a model_fn",
            r"module '\S+' has no attribute|can't open file\b.{0,60}serve|serve: not found|command not found",
            r"DistributionNotFound|no matching distribution|could not find a version that satisfies",
            r"forward compatibility was attempted|not compiled with cuda|cuda setup failed|gpus? (with"
            r"|of) (a )?compute capability"
            r"|serve: permission denied",
            r"\b(SyntaxError|IndentationError|NameError): |CONFIG_MAPPING\b",
            r"failed to infer device type|\bNCCL (error|failure)",
            r"oci runtime|failed to create (shim|task|containerd)|container_linux\.go",
            r"worker (process )?failed to (boot|start)|failed to start workers?",
            r"unrecognized arguments?:|the container failed to start|container starts correctly when invoked",
        ),
    ),
    Sign(
        C.HEALTH_CHECK,
        1,
        (
            r"ping health ?check",
            r"(become|became|becoming|is|are|stay) (un)?healthy\b",
            r"(fail(ed|s)?|did not|does not|unable) (to )?(respond|answer|reply) to (the )?(/?ping|health)",
            r"health ?checks?\b.{0,30}\b(fail|timed? ?out|unsuccessful|not pass)",
            r"(fail|not pass)\w*\b.{0,40}health ?check",
            r"\bGET /ping\b.{0,40}\" [45]\d\d\b",
            r"(timed out|refused|error)\b.{0,200}GET /ping\b",
        ),
        unless=r"billing",
    ),
    # Roles.
    Sign(
        C.ROLE_MISSING,
        1,
        (
            r"(the )?role (with name )?\S+ (cannot|could not|can't) be found|(cannot|could not) find (the )?role\b",
            r"\brole ['\"]?\S+['\"]? (does|did) ?(not|n't) exist",
            r"\brole \S+ (was )?not found",
            r"identity is not a role",
            r"(no such|nonexistent|non-existent) role",
        ),
        unless=r"trust relationship|role id",
    ),
    Sign(
        C.ROLE_TRUST,
        1,
        (
            r"(could|can) ?not assume|can't assume|(un|not )able to assume|failed to assume|fail\w* assuming",
            r"(cannot|can't|could not|can not) be assumed",
            r"trust (relationship|polic)",
            r"\bsts:AssumeRole\b",
            r"does not allow .{0,60} to assume",
        ),
    ),
    Sign(C.ROLE_MISSING, 2, codes="NoSuchEntity NoSuchEntityException", operations=r"Role"),
    # Regions, before what is only "not supported".
    Sign(
        C.REGION_UNSUPPORTED,
        1,
        (
            r"(not|n't) (currently |yet )?(supported|available|offered|enabled|launched) (in|for|within) "
            r"(the |this |your |that )?((called|requested|selected|current|specified|aws"
            r"|amazon web services) )*region",
            r"(not|n't) (currently |yet )?(supported|available|offered) in (the )?[a-z]{2}(-[a-z]+)+-\d",
            r"no instances available in",
            r"unavailable in (the )?(region|[a-z]{2}(-[a-z]+)+-\d)",
            r"could not find the service \S+ in region|InvalidRegion|invalid region|provided region_name",
            r"unsupported region|region\b.{0,60}\b(not supported|unsupported|is disabled|not enabled|not activated)",
            r"not activated in the requested region",
            r"jumpstart is (only )?available in|not (available|supported) in (the )?(aws\b|partition)",
            r"(try|use|choose|select) (another|a different) (aws )?region",
        ),
        unless=r"capacity|invalid model id",
    ),
    Sign(
        C.REGION_UNSUPPORTED,
        2,
        codes="RegionDisabledException TemplatesNotAvailableInRegionException UnknownOperationException"
        " UnsupportedOperation",
    ),
)
