"""Several processes that fine-tune one model together, as `torchrun` or `accelerate launch` start them.

Started plainly there is one process, and nothing here does anything. Each batch is split over the processes and its
gradients are averaged, so that the count of processes does not change what is learned but for rounding.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from accelerate import PartialState
from accelerate.utils import broadcast_object_list


def is_first() -> bool:
    """Whether this process is the one that writes and tells; the only one, where there is one."""
    return bool(_together().is_main_process)


@contextmanager
def shared_folder() -> Iterator[Path]:
    """A temporary folder that all processes see under one name; on several machines TMPDIR must be shared storage."""
    together = _together()
    names = [tempfile.mkdtemp() if together.is_main_process else None]
    folder = Path(broadcast_object_list(names)[0])
    try:
        yield folder
        together.wait_for_everyone()
    finally:
        if together.is_main_process:
            shutil.rmtree(folder, ignore_errors=True)


def _together() -> PartialState:
    return PartialState(cpu=not torch.cuda.is_available())
