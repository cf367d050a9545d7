"""Importing the base corpus and the bundled samples."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from ecomintent import files, taxonomy
from ecomintent.adapters.system import System
from ecomintent.errors import InputError
from ecomintent.progress import Track, silently
from ecomintent.records import Refused, Sealed

SAMPLES: Final = "data/samples"


def import_corpus(
    system: System, file: Path, source_map: str | None, *, with_starter: bool, track: Track = silently
) -> tuple[Sealed, Sequence[Refused]]:
    """Make `file` the base corpus, beside the bundled starter corpus or alone.

    Returns:
        The sealed table, and the rows that were left out with their reasons.
    """
    from ecomintent.data.corpus import read_corpus, write_corpus
    from ecomintent.labels.texts import fit

    rows, refused = read_corpus(file, source_map=source_map)
    if with_starter:
        rows = [*rows, *read_corpus(sample(system, "starter"), source_map=None)[0]]
    fitted = [replace(row, text=text) for row in track(rows, "clean and redact") if (text := fit(row.text))]
    return system.corpus.replace(lambda path: write_corpus(fitted, path), file.name), refused


def place_corpus(system: System, target: Path) -> Sealed:
    """Put the base corpus at `target` under the names in force; rows that no rule can read stay out.

    Raises:
        InputError: as `SealedTables.intact`.
    """
    from ecomintent.data import corpus, parquet

    if len(taxonomy.chain().versions) == 1:
        return system.corpus.copy_to(target)
    rows = []
    for row in parquet.require(system.corpus.intact(), corpus.COLUMNS):
        intent = taxonomy.chain().today(row["intent"])
        if intent is not None:
            rows.append(corpus.CorpusRow(text=row["text"], intent=intent, source=row["source"]))
    sealed: list[Sealed] = []
    files.write(target, lambda path: sealed.append(corpus.write_corpus(rows, path)))
    return sealed[0]


def use_starter(system: System) -> tuple[Sealed, Sequence[Refused]]:
    """Make the bundled starter corpus, alone, the base corpus."""
    return import_corpus(system, sample(system, "starter"), None, with_starter=False)


def load_samples(system: System) -> str:
    """Fill an empty home with the bundled samples; says what was done."""
    if system.frozen.current() or system.corpus.current() or system.labels.corrections():
        return "this home already holds tickets: nothing loaded"
    from ecomintent.adapters import frozen_set
    from ecomintent.labels.reading import read_labels

    corpus, _ = use_starter(system)
    frozen, _ = frozen_set.import_frozen(system, sample(system, "frozen"), by="ecomintent samples")
    corrections, refused = read_labels(sample(system, "corrections-month1"))
    stored = system.labels.add(corrections, refused).stored
    return (
        f"loaded the invented samples: {corpus.rows} starter tickets, {frozen.rows} frozen tickets, "
        f"{stored} corrections of the first month"
    )


def sample(system: System, name: str) -> Path:
    """Path of one bundled sample file.

    Raises:
        InputError: the checkout lacks it.
    """
    path = system.settings.project / SAMPLES / f"{name}.jsonl"
    if not path.is_file():
        raise InputError("the bundled sample is not in this checkout", where=str(path))
    return path


def in_frozen_set(system: System) -> Callable[[str], bool]:
    """Says whether a text is the same ticket as a frozen one; no text is before a set was imported."""
    from ecomintent.data.frozen_reading import read_stored
    from ecomintent.data.leakage import text_key

    path = system.frozen.path()
    keys = frozenset(text_key(row.text) for row in read_stored(path)) if path else frozenset()
    return lambda text: text_key(text) in keys
