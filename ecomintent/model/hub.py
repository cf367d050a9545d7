"""Encoders by hub id: the local cache first, then one quick question to the hub, then the download.

The hub library retries an unreachable network for about a minute and prints every attempt, so it is only let loose
once the hub has answered.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from ecomintent.errors import EncoderError

SECONDS: Final = 5.0
"""Longest wait for the hub's answer, name resolution included."""

INSTEAD: Final = "set model.base to embedded, to a folder that holds an encoder, or to a hub id while connected"

Loaded = TypeVar("Loaded")


def fetch(name: str, load: Callable[..., Loaded], cache: Path | None) -> Loaded:
    """Load `name` from the cache, else from the hub.

    Args:
        load: `from_pretrained` with all but its options filled in.
    Raises:
        EncoderError: not cached and no such model, or the hub cannot be reached.
    """
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError
    from safetensors import SafetensorError

    try:
        cached = try_to_load_from_cache(name, "config.json", cache_dir=cache)
        if isinstance(cached, str):
            try:
                return load(local_files_only=True)
            except OSError:
                ask(name)  # a download that was cut short: go on with it
        else:
            ask(name)
        return load()
    except HFValidationError as error:
        raise EncoderError(f"model.base {name!r} is neither a folder nor a hub id; {INSTEAD}") from error
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise EncoderError(f"model.base {name!r}: cannot be loaded ({in_short(error)}); {INSTEAD}") from error


def in_short(error: Exception) -> str:
    """The first line of what a library said, else the kind of its error."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def ask(name: str, *, endpoint: str | None = None, seconds: float = SECONDS) -> None:
    """Ask the hub (or another `endpoint`) once whether it has `name`; nothing is retried.

    Raises:
        EncoderError: it has not, or no answer came within `seconds`.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import RepositoryNotFoundError

    failure = _within(seconds, lambda: HfApi(endpoint=endpoint).model_info(name, timeout=seconds))
    if failure is None:
        return
    if isinstance(failure, RepositoryNotFoundError):
        raise EncoderError(
            f"model.base {name!r}: the hub has no such model that is open to you; {INSTEAD}"
        ) from failure
    raise EncoderError(
        f"model.base {name!r} is not on this machine and the hub cannot be reached ({in_short(failure)}); {INSTEAD}"
    ) from failure


def _within(seconds: float, question: Callable[[], object]) -> Exception | None:
    """What `question` raised, a TimeoutError when it takes too long, None when it was answered.

    In a thread of its own because no library timeout covers name resolution.
    """
    raised: list[Exception | None] = []

    def put() -> None:
        try:
            question()
            raised.append(None)
        # The hub library's transport changes its exceptions between versions; each of them means no answer.
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=put, daemon=True)
    thread.start()
    thread.join(seconds)
    return raised[0] if raised else TimeoutError(f"no answer within {seconds:g} s")
