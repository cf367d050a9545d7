"""A release: a plain transformers folder plus `release.json` and, once exported, the graph that answers.

Equal weights give equal bytes, anywhere.
"""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ecomintent import files, taxonomy
from ecomintent.errors import ReleaseError
from ecomintent.model.quiet import quietly

NOTE: Final = "release.json"
GRAPH: Final = "model.onnx"
IDS: Final = "input_ids"
"""The graph's only input: (1, t) int64, the token ids of one ticket, not padded."""

OLD: Final = (
    "made before releases were exported, when torch answered; set ECOMINTENT_HOME to a new folder, import your labels "
    "and the frozen set there, and run ecomintent retrain"
)

FOREIGN: Final = ("_name_or_path", "name_or_path", "is_local", "local_files_only")
"""Keys the libraries write that say where the base was loaded from, not what the model is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseNote:
    """What must be known to use the weights."""

    taxonomy: str
    """Version of the taxonomy it was trained on."""
    base: str
    max_tokens: int
    intents: tuple[str, ...]
    """Column j of the output layer is intent j."""
    temperature: float = 1.0
    """Logits are divided by it before the softmax; 1 where nothing was calibrated."""
    thresholds: dict[str, float] = field(default_factory=dict)
    """Intent -> confidence above which its answer may be acted on; empty where none were chosen."""

    def to_json(self) -> dict[str, Any]:
        return {
            "taxonomy": self.taxonomy,
            "base": self.base,
            "max_tokens": self.max_tokens,
            "intents": list(self.intents),
            "temperature": self.temperature,
            "thresholds": self.thresholds,
        }


def write(folder: Path, *, model: Any, tokenizer: Any, base: str, max_tokens: int) -> None:
    """Put model, tokenizer and note at `folder`, whole or not at all."""
    note = ReleaseNote(taxonomy=taxonomy.version(), base=base, max_tokens=max_tokens, intents=tuple(taxonomy.NAMES))
    tokenizer.model_max_length = max_tokens

    def fill(into: Path) -> None:
        with quietly():
            model.save_pretrained(into)
            tokenizer.save_pretrained(into)
        for name in ("config.json", "tokenizer_config.json"):
            _without_foreign_keys(into / name)
        write_note(into, note)
        open_to_all(into)

    files.replace_folder(folder, fill)


def write_note(folder: Path, note: ReleaseNote) -> None:
    """Put the note into a folder that is being filled."""
    (folder / NOTE).write_text(_dump(note.to_json()), encoding="utf-8")


def open_to_all(folder: Path) -> None:
    """Let everybody read the files: the libraries keep weights to their owner."""
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def read_note(folder: Path) -> ReleaseNote:
    """The note of a release.

    Raises:
        ReleaseError: no folder, no note, an incomplete note, or intents that the taxonomy does not have.
    """
    path = folder / NOTE
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if "temperature" not in raw:
            raise ReleaseError(f"{folder}: {OLD}")
        note = ReleaseNote(
            taxonomy=str(raw["taxonomy"]),
            base=str(raw["base"]),
            max_tokens=int(raw["max_tokens"]),
            intents=tuple(raw["intents"]),
            temperature=float(raw["temperature"]),
            thresholds={str(intent): float(least) for intent, least in raw["thresholds"].items()},
        )
    except FileNotFoundError as error:
        raise ReleaseError(f"{folder}: not a release ({NOTE} is missing); train one, or name another") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReleaseError(f"{path}: damaged ({type(error).__name__}: {error}); fetch the release again") from error
    if not (math.isfinite(note.temperature) and note.temperature > 0):
        raise ReleaseError(f"{path}: temperature is {note.temperature}; it must be above 0; fetch the release again")
    version = taxonomy.chain().version(note.taxonomy)
    if version is None:
        known = ", ".join(one.number for one in taxonomy.chain().versions)
        raise ReleaseError(
            f"{path}: of taxonomy {note.taxonomy}, this process knows {known}; restart it, or train a release here"
        )
    # Within a version intents are only ever appended, so an older release knows a beginning of its list.
    if not note.intents or note.intents != version.names[: len(note.intents)]:
        raise ReleaseError(
            f"{path}: intents {', '.join(map(str, note.intents)) or 'none'} are not those of taxonomy "
            f"{version.number} ({', '.join(version.names)}); train a release on this taxonomy"
        )
    return note


def _without_foreign_keys(path: Path) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(_dump({key: content[key] for key in sorted(content) if key not in FOREIGN}), encoding="utf-8")


def _dump(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
