"""Where a request to an AWS service comes in: read, checked, answered by what is built here or left to moto."""

import traceback
import uuid
from typing import IO

from sandbox import wire
from sandbox.errors import AwsError
from sandbox.moto_bridge import Answer, shaped
from sandbox.operations import Elsewhere
from sandbox.validation import check
from sandbox.world import World

_LARGEST = 1024 * 1024 * 8  # of a request to anything but S3


def answer(world: World, head: wire.Head, body: IO[bytes]) -> Answer | None:
    """Answer what is built here, refuse what does not fit the service's model; None: it is moto's."""
    try:
        what = wire.named(head)
        if what is None:
            return None
        asked = wire.read(head, what, body.read(_LARGEST))
        body.seek(0)
        check(asked.service, asked.operation, asked.request)
        if not world.has(asked.service, asked.operation):
            return None
        answered = world.call(asked.service, asked.operation, asked.request, head.aws.region)
        status, headers, written = wire.written(asked, answered, str(uuid.uuid4()))
        return Answer(status, tuple(headers), written)
    except Elsewhere:
        return None
    except AwsError as error:
        return shaped(error, dict(head.headers), head.aws.service)
    except Exception as error:  # noqa: BLE001 - a mistake of ours is answered as AWS answers its own
        traceback.print_exc()
        return shaped(stumble(error), dict(head.headers), head.aws.service)


def stumble(error: Exception) -> AwsError:
    return AwsError("InternalFailure", f"The sandbox stumbled: {type(error).__name__}: {error}"[:500], 500)
