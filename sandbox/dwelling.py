"""The folder a sandbox keeps its state in: one sandbox at a time; who comes second learns where the first is."""

import json
import os
import time
from pathlib import Path

WAIT = 5.0  # seconds for one that is on its way out


class Taken(Exception):
    """Another sandbox keeps its state there; `url` is its address, "" if it has not said."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


class Dwelling:
    """The folder, held until the process ends. The lock is the operating system's, so it cannot outlive its holder."""

    def __init__(self, folder: Path, wait: float = WAIT) -> None:
        """Take the folder, made if need be. Raises Taken."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self._file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + wait
        while not _locked(self._file):
            if time.monotonic() > deadline:
                raise Taken(self._told())
            time.sleep(0.05)
        os.ftruncate(self._file, 0)

    def say(self, url: str) -> None:
        """Leave word of the address for who comes second."""
        os.pwrite(self._file, json.dumps({"url": url, "pid": os.getpid()}).encode(), 0)

    def leave(self) -> None:
        """Give the folder free."""
        os.close(self._file)

    def _told(self) -> str:
        try:
            return str(json.loads(os.pread(self._file, 1000, 0))["url"])
        except (ValueError, KeyError, TypeError):
            return ""
        finally:
            os.close(self._file)


def _locked(file: int) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows has none; there, nobody keeps two sandboxes from one folder
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
