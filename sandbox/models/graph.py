"""all-MiniLM-L6-v2 as an ONNX graph, written once at setup from the weights alone, with onnxruntime's fused operators.

Six BERT layers of width 384 with 12 heads; tokens in, one unit vector a text out (the mean over its tokens,
normalised). The quantised graph keeps its matrices as 8-bit integers, one scale a column, and quantises activations as
they come (`DynamicQuantizeMatMul`). Two things keep it true to the original. What a layer norm feeds into a matrix is
first scaled channel by channel, so that no channel drowns the others (Xiao et al. 2022, SmoothQuant; the ranges are
told by the norm's own weights). And the last matrix of the first four layers stays fp32: of its inputs, one channel is
up to ten times all others.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Array = npt.NDArray[Any]
LAYERS, HEADS, WIDTH = 6, 12, 384
_EPSILON = 1e-12
_FULL = frozenset({0, 1, 2, 3})  # the layers whose second feed-forward matrix is not quantised
_SIGMAS = 4.0  # a normalised channel seldom leaves four standard deviations


class _Writer:
    """Collects a graph's nodes and constants; every node is named after its output."""

    def __init__(self, weights: dict[str, Array], *, quantised: bool) -> None:
        self.weights, self.quantised = weights, quantised
        self.nodes: list[Any] = []
        self.stored: list[Any] = []

    def weight(self, name: str) -> Array:
        return np.asarray(self.weights[name].astype(np.float32))

    def constant(self, name: str, values: Array) -> str:
        self.stored.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def put(self, kind: str, inputs: list[str], name: str, *more: str, **attributes: Any) -> str:
        outputs = [name, *more]
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=name, **attributes))
        return name

    def fused(self, kind: str, inputs: list[str], name: str, **attributes: Any) -> str:
        return self.put(kind, inputs, name, domain="com.microsoft", **attributes)

    def spread(self, norm: str) -> Array:
        """Return how far each channel of a layer norm's output reaches."""
        return np.asarray(np.abs(self.weight(f"{norm}.bias")) + _SIGMAS * np.abs(self.weight(f"{norm}.weight")))

    def smoothed(self, source: str, matrix: Array, reach: Array, name: str) -> str:
        """Return `source` times `matrix` (rows in, columns out), its channels of reach `reach` evened out before."""
        if not self.quantised:
            return self.times(source, matrix, name)
        widest = np.abs(matrix).max(axis=1) + 1e-8
        scale = np.sqrt(reach / widest)
        scale /= np.exp(np.log(scale).mean())
        even = self.put(
            "Mul", [source, self.constant(f"{name}.even", (1 / scale).astype(np.float32))], f"{name}.evened"
        )
        return self.times(even, matrix * scale[:, None], name)

    def times(self, source: str, matrix: Array, name: str, *, full: bool = False) -> str:
        """Return `source` times `matrix`, quantised unless this graph or this matrix is to be `full`."""
        if full or not self.quantised:
            return self.put("MatMul", [source, self.constant(f"{name}.weight", matrix)], name)
        scale = np.abs(matrix).max(axis=0) / 127
        whole = np.clip(np.round(matrix / scale), -127, 127).astype(np.int8)
        inputs = [
            source,
            self.constant(f"{name}.weight", whole),
            self.constant(f"{name}.scale", scale.astype(np.float32)),
        ]
        return self.fused("DynamicQuantizeMatMul", inputs, name)

    def added(self, source: str, residual: str, norm: str, bias: str, name: str) -> str:
        """Return the layer norm of `source` plus its bias plus `residual`."""
        inputs = [source, residual]
        inputs += [self.constant(f"{name}.{part}", self.weight(f"{norm}.{part}")) for part in ("weight", "bias")]
        inputs.append(self.constant(f"{name}.add", self.weight(bias)))
        return self.fused("SkipLayerNormalization", inputs, name, epsilon=_EPSILON)


def _embeddings(writer: _Writer) -> str:
    table = writer.constant("words", writer.weights["embeddings.word_embeddings.weight"].astype(np.float16))
    words = writer.put("Cast", [writer.put("Gather", [table, "ids"], "looked_up")], "word", to=TensorProto.FLOAT)
    kinds = writer.weight("embeddings.token_type_embeddings.weight")[0]
    places = writer.constant("places", writer.weight("embeddings.position_embeddings.weight") + kinds)
    start = writer.constant("start", np.array([0], np.int64))
    place = writer.put("Slice", [places, start, writer.put("Shape", ["ids"], "length", start=1, end=2)], "place")
    norm = [
        writer.constant(f"norm.{part}", writer.weight(f"embeddings.LayerNorm.{part}")) for part in ("weight", "bias")
    ]
    together = writer.put("Add", [words, place], "embedded")
    return writer.put("LayerNormalization", [together, *norm], "layer0", epsilon=_EPSILON, axis=-1)


def _attention(writer: _Writer, source: str, layer: int, reach: Array) -> str:
    """Return one layer's attention over `source`, before its output matrix."""
    prefix = f"encoder.layer.{layer}.attention.self"
    names = ("query", "key", "value")
    matrix = np.concatenate([writer.weight(f"{prefix}.{name}.weight").T for name in names], axis=1)
    bias = writer.constant(
        f"qkv{layer}.bias", np.concatenate([writer.weight(f"{prefix}.{name}.bias") for name in names])
    )
    if not writer.quantised:
        inputs = [source, writer.constant(f"qkv{layer}.weight", matrix), bias, "mask"]
        return writer.fused("Attention", inputs, f"attended{layer}", num_heads=HEADS)
    product = writer.put("Add", [writer.smoothed(source, matrix, reach, f"qkv{layer}"), bias], f"qkv{layer}.biased")
    parts = [f"{name}{layer}" for name in names]
    writer.put("Split", [product], *parts, axis=-1, num_outputs=3)
    return writer.fused("MultiHeadAttention", [*parts, "", "mask"], f"attended{layer}", num_heads=HEADS)


def _layer(writer: _Writer, source: str, layer: int, reach: Array) -> str:
    prefix = f"encoder.layer.{layer}"
    attended = _attention(writer, source, layer, reach)
    dense = f"{prefix}.attention.output.dense"
    mixed = writer.times(attended, writer.weight(f"{dense}.weight").T, f"mixed{layer}")
    norm = f"{prefix}.attention.output.LayerNorm"
    middle = writer.added(mixed, source, norm, f"{dense}.bias", f"middle{layer}")
    inner = f"{prefix}.intermediate.dense"
    wide = writer.smoothed(middle, writer.weight(f"{inner}.weight").T, writer.spread(norm), f"wide{layer}")
    bias = writer.constant(f"wide{layer}.bias", writer.weight(f"{inner}.bias"))
    active = writer.fused("BiasGelu", [wide, bias], f"active{layer}")
    dense = f"{prefix}.output.dense"
    narrow = writer.times(active, writer.weight(f"{dense}.weight").T, f"narrow{layer}", full=layer in _FULL)
    return writer.added(narrow, middle, f"{prefix}.output.LayerNorm", f"{dense}.bias", f"layer{layer + 1}")


def write_graph(weights: dict[str, Array], target: Path, *, quantised: bool) -> None:
    """Write the graph of `weights` (the tensors of model.safetensors by name) to `target`.

    Inputs: `ids` and `mask`, both [texts, tokens], int64 and int32. Output: `vector`, [texts, 384], fp32, unit norm.
    """
    writer = _Writer(weights, quantised=quantised)
    source, norm = _embeddings(writer), "embeddings.LayerNorm"
    for layer in range(LAYERS):
        source = _layer(writer, source, layer, writer.spread(norm))
        norm = f"encoder.layer.{layer}.output.LayerNorm"
    axis = writer.constant("axis", np.array([1], np.int64))
    kept = writer.put("Cast", ["mask"], "kept", to=TensorProto.FLOAT)
    row = writer.put("Unsqueeze", [kept, axis], "row")
    pooled = writer.put("Squeeze", [writer.put("MatMul", [row, source], "summed"), axis], "pooled")
    writer.put("LpNormalization", [pooled], "vector", axis=-1, p=2)
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "tokens"])
    mask = helper.make_tensor_value_info("mask", TensorProto.INT32, ["texts", "tokens"])
    vector = helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["texts", WIDTH])
    graph = helper.make_graph(writer.nodes, "minilm", [ids, mask], [vector], writer.stored)
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), target)
