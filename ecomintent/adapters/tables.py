"""Importing the sealed tables: frozen set, base corpus, and the bundled samples."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from ecomintent import params
from ecomintent.adapters.system import System
from ecomintent.errors import InputError
from ecomintent.params import GateParams, PrepareParams
from ecomintent.records import Refused, Sealed

SAMPLES: Final = "data/samples"


def import_frozen(system: System, file: Path) -> tuple[Sealed, Sequence[str]]:
    """Seal `file` as the frozen set.

    Returns:
        The sealed table, and one warning for each intent with too few tickets to PASS.
    Raises:
        InputError: any row is at fault; nothing changes.
    """
    from ecomintent.data.frozen_reading import read_frozen, write_frozen

    prepare = params.section(system.settings.params, "prepare", into=PrepareParams)
    gate = params.section(system.settings.params, "gate", into=GateParams)
    rows, warnings = read_frozen(file, params=prepare, min_tickets=gate.min_n_pass)
    return system.frozen.replace(lambda path: write_frozen(rows, path), file.name), warnings


def import_corpus(
    system: System, file: Path, source_map: str | None, *, with_starter: bool
) -> tuple[Sealed, Sequence[Refused]]:
    """Make `file` the base corpus, beside the bundled starter corpus or alone.

    Returns:
        The sealed table, and the rows that were left out with their reasons.
    """
    from ecomintent.data.corpus import read_corpus, write_corpus

    rows, refused = read_corpus(file, source_map=source_map)
    if with_starter:
        rows = [*rows, *read_corpus(sample(system, "starter"), source_map=None)[0]]
    return system.corpus.replace(lambda path: write_corpus(rows, path), file.name), refused


def use_starter(system: System) -> tuple[Sealed, Sequence[Refused]]:
    """Make the bundled starter corpus, alone, the base corpus."""
    return import_corpus(system, sample(system, "starter"), None, with_starter=False)


def load_samples(system: System) -> str:
    """Fill an empty home with the bundled samples; says what was done."""
    if system.frozen.current() or system.corpus.current() or system.labels.corrections():
        return "this home already holds tickets: nothing loaded"
    from ecomintent.labels.reading import read_labels

    corpus, _ = use_starter(system)
    frozen, _ = import_frozen(system, sample(system, "frozen"))
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
    from ecomintent.data.leakage import text_key

    keys = frozenset(text_key(text) for text in _frozen_column(system, "text"))
    return lambda text: text_key(text) in keys


def frozen_counts(system: System) -> dict[str, int]:
    """Tickets of the frozen set by intent, most first."""
    return dict(Counter(_frozen_column(system, "label")).most_common())


def _frozen_column(system: System, name: str) -> list[str]:
    import pyarrow.parquet as pq

    path = system.frozen.path()
    if path is None:
        return []
    column: list[str] = pq.read_table(path, columns=[name])[name].to_pylist()
    return column
