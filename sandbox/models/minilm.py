"""all-MiniLM-L6-v2 by tokenizers and onnxruntime: texts to unit vectors, on two cores and in little memory."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

TOKENS = 256  # what the model was trained to read; the rest of a text is left out
_THREADS = 2
_BATCH_TOKENS = 1600  # texts times padded length in one run: eight passages, or sixty sentences
_CHARACTERS = 8000  # no 256 tokens of any language are longer; spares tokenising a book
_SEPARATOR = 102


class MiniLM:
    """One loaded graph. Safe for threads: runs wait for each other, since each uses both cores."""

    def __init__(self, graph: Path, tokenizer: Path, threads: int = _THREADS) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.enable_cpu_mem_arena = False  # the arena would keep the largest batch's memory for good
        options.enable_mem_pattern = False
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # the console needs the cores too
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
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
        tokens = [_cut(encoding.ids) for encoding in encodings]
        for places in _batches(tokens):
            rows = [tokens[place] for place in places]
            ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
            mask = np.zeros(ids.shape, np.int32)
            for number, row in enumerate(rows):
                ids[number, : len(row)] = row
                mask[number, : len(row)] = 1
            result[places] = self._run(ids, mask)
        return result

    def _run(self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int32]) -> Any:
        with self._running:
            return self._session.run(None, {"ids": ids, "mask": mask})[0]


def _cut(ids: list[int]) -> list[int]:
    return ids if len(ids) <= TOKENS else [*ids[: TOKENS - 1], _SEPARATOR]


def _batches(tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Yield the places of texts that run together: of like length, so that little is padding."""
    batch: list[int] = []
    for place in sorted(range(len(tokens)), key=lambda each: len(tokens[each])):
        if batch and (len(batch) + 1) * len(tokens[place]) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
