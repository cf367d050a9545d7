"""Guests that talk: transformers and the hub draw bars into pipes and print reports nobody asked for."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quietly() -> Iterator[None]:
    """Within it these libraries report errors only and draw nothing; afterwards they are as they were."""
    from huggingface_hub.utils import logging as hub_logging
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars
    from transformers.utils import logging as library

    verbosity, hub_verbosity = library.get_verbosity(), hub_logging.get_verbosity()
    bars, hub_bars = library.is_progress_bar_enabled(), not are_progress_bars_disabled()
    library.set_verbosity_error()
    library.disable_progress_bar()
    hub_logging.set_verbosity(logging.ERROR)
    disable_progress_bars()
    try:
        yield
    finally:
        library.set_verbosity(verbosity)
        hub_logging.set_verbosity(hub_verbosity)
        if bars:
            library.enable_progress_bar()
        if hub_bars:
            enable_progress_bars()


@contextmanager
def root_quietly() -> Iterator[None]:
    """Within it the root logger passes errors only: onnxruntime's quantiser tells it of every tensor it looks at."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(before)


@contextmanager
def on_threads(count: int) -> Iterator[None]:
    """Within it torch computes on `count` threads; the count is part of the answer, so it is never left to torch."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
