"""How fast one core multiplies 8-bit integers with the runtime that serves: what no exported model can beat here.

    python -m tests.bench.int8_product

The products are those of the embedded encoder's feed-forward layers; the fastest of many runs counts. Seconds long.
"""

import time
from typing import Final

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

PRODUCTS: Final = ((32, 384, 1536), (128, 384, 1536), (128, 1536, 384))
"""Tokens, width in, width out."""
RUNS: Final = 200


def best_seconds(tokens: int, wide: int, out: int) -> float:
    """Of one product (tokens, wide) x (wide, out)."""
    rng = np.random.default_rng(7)
    weights = rng.integers(-127, 128, (wide, out), dtype=np.int8)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["tokens", "weights"], ["sums"])],
        "product",
        [helper.make_tensor_value_info("tokens", TensorProto.UINT8, [tokens, wide])],
        [helper.make_tensor_value_info("sums", TensorProto.INT32, [tokens, out])],
        [helper.make_tensor("weights", TensorProto.INT8, [wide, out], weights.tobytes(), raw=True)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    given = {"tokens": rng.integers(0, 256, (tokens, wide), dtype=np.uint8)}
    found = []
    for _ in range(RUNS):
        started = time.perf_counter()
        session.run(None, given)
        found.append(time.perf_counter() - started)
    return min(found)


def main() -> None:
    """One line for each product."""
    for tokens, wide, out in PRODUCTS:
        seconds = best_seconds(tokens, wide, out)
        rate = 2 * tokens * wide * out / seconds / 1e9
        print(f"{tokens} x {wide} x {out}: {1000 * seconds:.3f} ms, {rate:.0f} billion operations/s")


if __name__ == "__main__":
    main()
