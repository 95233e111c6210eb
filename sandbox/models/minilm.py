"""all-MiniLM-L6-v2 by tokenizers and onnxruntime: texts to unit vectors, on two cores and in little memory."""

import os
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

TOKENS = 256  # what the model was trained to read; the rest of a text is left out
_THREADS = 2
_CHARACTERS = 8000  # no 256 tokens of any language are longer; spares tokenising a book
_SEPARATOR = 102
_ROW = 384 * 2  # bytes of a token's word embedding


class _Words:
    """The word embeddings, read row by row: 23 MB that stay on the disk (and in its cache) instead of in memory."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        weakref.finalize(self, os.close, self._file)

    def rows(self, ids: Sequence[int]) -> npt.NDArray[np.float16]:
        """Return the rows of the tokens, [1, len(ids), 384]."""
        found = bytearray()
        for token in ids:
            os.lseek(self._file, token * _ROW, os.SEEK_SET)
            found += os.read(self._file, _ROW)
        return np.frombuffer(found, np.float16).reshape(1, len(ids), -1)


class MiniLM:
    """One loaded graph. Safe for threads: runs wait for each other, since each uses both cores."""

    def __init__(self, graph: Path, words: Path, tokenizer: Path, threads: int = _THREADS) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.enable_cpu_mem_arena = False  # the arena would keep the longest text's memory for good
        options.enable_mem_pattern = False
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # the console needs the cores too
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        self._words = _Words(words)
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._running = threading.Lock()

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, the two special ones included."""
        return [len(encoding.ids) for encoding in self._tokenizer.encode_batch_fast(list(texts))]

    def matrix(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return the vectors of `texts` as rows, [len(texts), 384], each of length 1."""
        result = np.empty((len(texts), 384), np.float32)
        encodings = self._tokenizer.encode_batch_fast([text[:_CHARACTERS] for text in texts])
        for row, encoding in enumerate(encodings):
            with self._running:
                rows = self._words.rows(_cut(encoding.ids))
                result[row] = self._session.run(None, {"words": rows})[0]
        return result


def _cut(ids: list[int]) -> list[int]:
    return ids if len(ids) <= TOKENS else [*ids[: TOKENS - 1], _SEPARATOR]
