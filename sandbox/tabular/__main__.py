"""`python -m sandbox.tabular train|serve`: the worker process in which models are trained, or answer."""

import json
import os
import sys
import threading
from typing import Any

MEMORY = 6 * 1024**3  # bytes a worker may take


def main() -> int:
    """`train` reads its one request from standard input and writes an event a line; `serve` answers frame by frame."""
    _bounded()
    if sys.argv[1:] == ["serve"]:
        from sandbox.tabular.serving import serve

        serve(sys.stdin.buffer, sys.stdout.buffer)
        return 0
    request = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    for event in _events(request):
        print(json.dumps(event), flush=True)
    return 0


def _events(request: dict[str, Any]) -> Any:
    from sandbox.tabular.reading import Unfit

    try:
        if request["kind"] == "forecast":
            from sandbox.tabular import forecasting

            yield from forecasting.run(request)
        elif request["kind"] == "image":
            from sandbox.tabular import images

            yield from images.run(request)
        else:
            from sandbox.tabular import training

            yield from training.run(request)
    except Unfit as reason:
        yield {"event": "failed", "reason": str(reason)}
    except MemoryError:
        yield {"event": "failed", "reason": "AlgorithmError: The dataset does not fit into the sandbox's memory limit."}
    except Exception as mistake:  # noqa: BLE001 - whatever stops the training is the job's failure, not the sandbox's
        yield {"event": "failed", "reason": f"AlgorithmError: {type(mistake).__name__}: {mistake}"[:1000]}


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


def _bounded() -> None:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "2")
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):
        return  # a system without such limits


if __name__ == "__main__":
    sys.exit(main())
