"""Handing tickets out for blind labelling, and remembering which were."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ecomintent import files, layout, params
from ecomintent.adapters import frozen_check, releases
from ecomintent.adapters.system import System
from ecomintent.data import frozen_reading, label_queue, parquet
from ecomintent.data.frozen_reading import FrozenRow
from ecomintent.data.label_queue import Classify, Draw
from ecomintent.data.leakage import text_key
from ecomintent.errors import InputError
from ecomintent.params import EvaluateParams, PrepareParams

ASKED = ("candidate", "champion")
"""Releases whose answers say which recent tickets may be of a wanted intent; the one or the other may be absent."""

ANSWERS = {"id": "string", "champion": "string", "candidate": "string"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """What was handed out."""

    tickets: int
    discordant: int
    """Tickets of the frozen set on which champion and candidate differ."""
    anew: int
    """Tickets that left it because their intent was split or retired."""
    wanted: dict[str, int]
    """Intent -> tickets that are needed."""
    draw: Draw | None
    """From recent tickets; None where no file of these was given."""
    skipped: str
    """Why there are no discordant tickets; empty where they could be looked for."""


def write(system: System, output: Path, *, source: Path | None, intents: Sequence[str], count: int | None) -> Queued:
    """Write a queue of tickets to label blind: the frozen set's discordant ones, and recent ones from `source`.

    Args:
        source: recent, unlabelled tickets with a text and perhaps an id.
        intents, count: as `label_queue.bill`; read only with a source.
    Raises:
        InputError: there is no frozen set, no release to ask, a file is at fault, or nothing is left to label.
    """
    rows = frozen_reading.read_stored(system.frozen.intact())
    path = system.frozen.path()
    seed = path.stem if path else ""
    differing, skipped = _discordant(system, rows)
    wanted: dict[str, int] = {}
    draw = None
    if source is not None:
        wanted = label_queue.bill(_verdict(system), intents, count)
        learned = [one.text for one in system.labels.corrections()]
        draw = label_queue.drawn(
            label_queue.read_recent(source),
            wanted=wanted,
            frozen={row.id: row.text for row in rows},
            learned=[*learned, *(one["text"] for one in frozen_check.corpus_rows(system))],
            models=_models(system),
            seed=seed,
            params=params.section(system.settings.params, "prepare", into=PrepareParams),
        )
    anew = frozen_check.left(system, rows)
    tickets = {row.id: row.text for row in [*anew, *differing]} | (draw.tickets if draw else {})
    if not tickets:
        told = skipped or "every discordant ticket is labelled blind already"
        raise InputError(f"nothing to label: {told}; recent tickets come with --from FILE", where="frozen queue")
    label_queue.refuse_labelled(output)
    _note(system, seed, output, tickets)
    label_queue.write(output, tickets, seed)
    return Queued(
        tickets=len(tickets), discordant=len(differing), anew=len(anew), wanted=wanted, draw=draw, skipped=skipped
    )


def handed_out(system: System) -> dict[str, str]:
    """id -> text key of every ticket that was ever queued for blind labelling."""
    path = _notes(system)
    if not path.is_file():
        return {}
    found: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        found.update(json.loads(line)["tickets"])
    return found


def _note(system: System, seed: str, output: Path, tickets: dict[str, str]) -> None:
    """Before the queue is written: one that was handed out without a note would come back as merely confirmed."""
    path = _notes(system)
    held = path.read_text(encoding="utf-8") if path.is_file() else ""
    keys = {name: text_key(text) for name, text in sorted(tickets.items())}
    line = {"at": system.clock.now(), "frozen_set": seed, "file": output.name, "tickets": keys}
    files.write_text(path, held + json.dumps(line) + "\n")


def _notes(system: System) -> Path:
    return system.settings.home / "frozen" / "queues.jsonl"


def _discordant(system: System, rows: Sequence[FrozenRow]) -> tuple[list[FrozenRow], str]:
    path = system.settings.workspace / layout.PREDICTIONS
    if not path.is_file():
        return [], "no candidate was scored in this workspace yet"
    table = parquet.read(path, ANSWERS)
    if table.schema.names != list(ANSWERS):
        return [], f"{path.name} lacks a column of {', '.join(ANSWERS)}"
    answers = table.to_pylist()
    if not any(one["champion"] for one in answers):
        return [], "there was no champion to differ from"
    return label_queue.discordant(answers, rows), ""


def _verdict(system: System) -> dict[str, object]:
    """Of the current candidate; empty where there is none."""
    version = system.registry.aliases().get("candidate")
    found = system.registry.version(version) if version else None
    return system.evidence.verdict(found.weights) if found else {}


def _models(system: System) -> list[Classify]:
    """What the present releases answer, each loaded once.

    Raises:
        InputError: there is no release yet.
        ReleaseError: a release's bytes are not the registered ones.
    """
    models = list(_loaded(system))
    if not models:
        raise InputError(
            "no candidate or champion can say which tickets may be of an intent; make one: ecomintent retrain",
            where="frozen queue",
        )
    return models


def _loaded(system: System) -> Iterator[Classify]:
    from ecomintent.model.inference import Classifier
    from ecomintent.progress import on_terminal

    settings = params.section(system.settings.params, "evaluate", into=EvaluateParams)
    present = system.registry.aliases()
    for version in dict.fromkeys(present[name] for name in ASKED if name in present):
        folder, weights = releases.resolve(system, version)
        classifier = Classifier.load(folder, expected_digest=weights, threads=settings.threads)

        def classify(texts: Sequence[str], asked: Classifier = classifier) -> list[str]:
            return [prediction.intent for prediction in asked.classify(texts, track=on_terminal)]

        yield classify
