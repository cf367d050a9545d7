"""`bench llm`: which tickets are asked about and how, put together before anything is sent."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ecomintent import params
from ecomintent.adapters import frozen_set, tables
from ecomintent.adapters.answers_file import opened
from ecomintent.adapters.asking import Patience, ask_all
from ecomintent.adapters.chat import ChatEndpoint, checked
from ecomintent.adapters.system import System
from ecomintent.adapters.web import Secret
from ecomintent.data import frozen_reading
from ecomintent.data.corpus import read_corpus
from ecomintent.data.frozen_reading import FrozenRow
from ecomintent.data.leakage import leaked
from ecomintent.errors import InputError
from ecomintent.labels.texts import fit
from ecomintent.llm import prompt
from ecomintent.llm.prompt import Example
from ecomintent.llm.tally import Tally, tally
from ecomintent.params import GateParams, PrepareParams, TrainParams
from ecomintent.progress import Track, silently
from ecomintent.records import Sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that decides the answers, but the model's own mind."""

    endpoint: str
    model: str
    rows: tuple[FrozenRow, ...]
    """The tickets, with their texts as they go out: redacted."""
    sealed: Sealed
    """Names the tickets as the gate would: equal digests are the same tickets."""
    origin: str
    """Where they come from, for people."""
    examples: tuple[Example, ...]
    seed: int
    extra: Mapping[str, Any]
    """Members of every request beside model and messages."""
    key: Secret | None

    def messages(self, text: str) -> list[prompt.Message]:
        """The conversation that asks about `text`."""
        return prompt.messages(text, self.examples)

    def run(self) -> dict[str, str | int]:
        """What tells the answers of one run from those of another."""
        return {
            "endpoint": self.endpoint,
            "model": self.model,
            "shots": len(self.examples),
            "prompt": prompt.digest(self.examples, self.extra),
            "frozen_set": self.sealed.digest,
        }


def plan(
    system: System,
    *,
    endpoint: str,
    model: str,
    shots: int,
    seed: int | None,
    frozen: Path | None,
    extra: Mapping[str, Any],
) -> Plan:
    """Read the tickets and draw the examples; nothing is sent.

    Args:
        frozen: a file of labelled tickets; None: the home's frozen set, or the bundled invented one where it has none.
        seed: draws the examples, from the bundled starter corpus, never from the tickets; None: that of training.
    Raises:
        InputError: the address, a file or the stored set is at fault, or the model has no name.
    """
    if not model.strip():
        raise InputError("name the model as the endpoint calls it", where="--model")
    settings = system.settings
    root = checked(endpoint, with_key=settings.llm_key is not None)
    if seed is None:
        seed = params.section(settings.params, "train", into=TrainParams).seed
    rows, sealed, origin = _tickets(system, frozen)
    return Plan(
        endpoint=root,
        model=model,
        rows=tuple(rows),
        sealed=sealed,
        origin=origin,
        examples=prompt.draw(_corpus(system, rows), shots, seed=seed) if shots else (),
        seed=seed,
        extra=extra,
        key=Secret(settings.llm_key) if settings.llm_key else None,
    )


def measure(
    planned: Plan,
    out: Path,
    *,
    concurrency: int,
    timeout: float,
    patience: Patience | None = None,
    track: Track = silently,
) -> Tally:
    """Ask about every ticket that `out` has no answer to yet, and score all of them.

    Raises:
        SourceError: the endpoint fails; what was answered is kept.
        InputError, AlreadyRunning: as `answers_file.opened`.
    """
    patience = patience or Patience()
    chat = ChatEndpoint(
        planned.endpoint, model=planned.model, key=planned.key, extra=planned.extra, timeout=timeout, sleep=patience
    )
    try:
        with opened(out, planned.run()) as answers:
            ask_all(
                planned.rows,
                lambda text: chat.complete(planned.messages(text)),
                answers,
                patience,
                concurrency=concurrency,
                track=track,
            )
            return tally({row.id: row.label for row in planned.rows}, answers.known, planned.sealed)
    finally:
        chat.close()


def _tickets(system: System, frozen: Path | None) -> tuple[list[FrozenRow], Sealed, str]:
    if frozen is None and system.frozen.current():
        sealed = frozen_set.require_sealed(system)
        rows = frozen_reading.read_stored(system.frozen.file(sealed.digest))
        return [replace(row, text=fit(row.text)) for row in rows], sealed, "this home's frozen set"
    path = frozen or tables.sample(system, "frozen")
    prepare = _prepare(system)
    gate = params.section(system.settings.params, "gate", into=GateParams)
    rows, _ = frozen_reading.read_frozen(path, params=prepare, min_tickets=gate.min_n_pass)
    with tempfile.TemporaryDirectory() as folder:
        sealed = frozen_reading.write_frozen(rows, Path(folder) / "frozen.parquet")
    return rows, sealed, str(frozen) if frozen else "the bundled frozen tickets (invented)"


def _corpus(system: System, asked: Sequence[FrozenRow]) -> list[Example]:
    """The bundled starter corpus without what is a copy of a ticket that is asked about."""
    found, _ = read_corpus(tables.sample(system, "starter"), source_map=None)
    rows = [Example(text=text, intent=row.intent) for row in found if (text := fit(row.text))]
    prepare = _prepare(system)
    copies = leaked(
        [row.text for row in rows],
        [row.text for row in asked],
        jaccard=prepare.near_duplicate_jaccard,
        permutations=prepare.minhash_permutations,
        shingle_chars=prepare.shingle_chars,
    )
    known = {copy.row for copy in copies}
    return [row for at, row in enumerate(rows) if at not in known]


def _prepare(system: System) -> PrepareParams:
    return params.section(system.settings.params, "prepare", into=PrepareParams)
