"""From a torch model to an ONNX graph of one ticket, and from its 32-bit weights to 8-bit ones."""

import warnings
from pathlib import Path
from typing import Any, Final

import onnx
import torch

from ecomintent.model.quiet import quietly, root_quietly
from ecomintent.model.release_folder import IDS

OPSET: Final = 17
"""The first with LayerNormalization as one operator."""
BLOCK: Final = 128
INTEGERS: Final = 4
"""onnxruntime's name for computing in 8-bit integers."""
EXAMPLE: Final = (1, 7)
"""Shape of the ticket the model is traced with: one ticket, of any length."""


class _Scores(torch.nn.Module):
    """Token ids in, logits out. Without a mask an encoder attends to every token, and one ticket has no padding."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.model(input_ids=input_ids).logits
        return logits


def trace(model: Any, path: Path) -> None:
    """Write the graph of `model` (in evaluation mode) to `path`: `release_folder.IDS` (1, t) in, logits (1, k) out."""
    # The tracing exporter: the newer one needs another package and gives the same operators.
    with quietly(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Scores(model).eval(),
            (torch.ones(EXAMPLE, dtype=torch.int64),),
            str(path),
            input_names=[IDS],
            output_names=["logits"],
            dynamic_axes={IDS: {1: "t"}},
            opset_version=OPSET,
            dynamo=False,
        )


def to_int8(path: Path, into: Path) -> None:
    """Write the graph at `path` with 8-bit weights, one scale for each `BLOCK` of a column.

    Activations are rounded to 8 bits while it runs, each token in blocks of its own. One scale for all of a ticket's
    activations is a third faster and changes three times as many answers (docs/decisions/0012).
    """
    with root_quietly():
        # It sets up the process's logging when it is imported, unless that was done before.
        from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

        quantiser = MatMulNBitsQuantizer(
            onnx.load(path), bits=8, block_size=BLOCK, is_symmetric=True, accuracy_level=INTEGERS
        )
        quantiser.process()
        quantiser.model.save_model_to_file(str(into), False)
