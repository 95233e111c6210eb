"""all-MiniLM-L6-v2 by tokenizers and onnxruntime: texts to unit vectors, on two cores and in little memory."""

import os
import threading
import weakref
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

TOKENS = 256  # what the model was trained to read; the rest of a text is left out
_AT_ONCE = 2  # texts; each run has one thread, which serves short texts better than one text on both cores
_CHARACTERS = 8000  # no 256 tokens of any language are longer; spares tokenising a book
_SEPARATOR = 102
_ROW = 384 * 2  # bytes of a token's word embedding


class _Words:
    """The word embeddings, read row by row: 23 MB that stay on the disk (and in its cache) instead of in memory."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        weakref.finalize(self, os.close, self._file)
        self._read = _read_at if hasattr(os, "pread") else _seek_and_read
        self._reading = threading.Lock()

    def rows(self, ids: Sequence[int]) -> npt.NDArray[np.float16]:
        """Return the rows of the tokens, [1, len(ids), 384]."""
        with self._reading:
            found = b"".join([self._read(self._file, token * _ROW) for token in ids])
        return np.frombuffer(found, np.float16).reshape(1, len(ids), -1)


def _read_at(file: int, place: int) -> bytes:
    return os.pread(file, _ROW, place)


def _seek_and_read(file: int, place: int) -> bytes:
    os.lseek(file, place, os.SEEK_SET)
    return os.read(file, _ROW)


class MiniLM:
    """One loaded graph. Safe for threads: two texts are run at a time, one on each core."""

    def __init__(self, graph: Path, words: Path, tokenizer: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # the arena would keep the longest text's memory for good
        options.enable_mem_pattern = False
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # the console needs the cores too
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        self._words = _Words(words)
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._running = threading.Semaphore(_AT_ONCE)
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="sandbox-minilm")

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, the two special ones included."""
        return [len(encoding.ids) for encoding in self._tokenizer.encode_batch_fast(list(texts))]

    def matrix(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return the vectors of `texts` as rows, [len(texts), 384], each of length 1."""
        encodings = self._tokenizer.encode_batch_fast([text[:_CHARACTERS] for text in texts])
        ids = [_cut(encoding.ids) for encoding in encodings]
        rows = [self._run(ids[0])] if len(ids) == 1 else list(self._pool.map(self._run, ids))
        return np.concatenate(rows) if rows else np.empty((0, 384), np.float32)

    def _run(self, ids: list[int]) -> npt.NDArray[np.float32]:
        with self._running:
            vector: npt.NDArray[np.float32] = self._session.run(None, {"words": self._words.rows(ids)})[0]
            return vector


def _cut(ids: list[int]) -> list[int]:
    return ids if len(ids) <= TOKENS else [*ids[: TOKENS - 1], _SEPARATOR]
