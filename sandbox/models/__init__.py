"""The small real models behind the sandbox's endpoints: an embedding model, an extractive reader, an echo.

Importing this package loads none of them: each loads on its first use, so a sandbox nobody asks stays small.
"""

from sandbox.models.conversation import Turn, read_prompt
from sandbox.models.pieces import split

__all__ = ["Turn", "read_prompt", "split"]
