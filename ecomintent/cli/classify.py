"""`ecomintent classify`: ask the champion."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecomintent.cli.output import as_json, print_json, warn
from ecomintent.errors import InputError

if TYPE_CHECKING:
    from ecomintent.records import Prediction

SHOWN = 3


@click.command()
@click.argument("text", required=False)
@click.option("--input", "source", type=click.Path(path_type=Path), help="JSONL file with id and text.")
@click.option("--output", "target", type=click.Path(path_type=Path), help="JSONL file to write.")
@click.option("--release", default="champion", show_default=True, help="champion, candidate, previous or a version.")
@click.option("--unreleased", is_flag=True, help="Ask a version that was never released, to try it; warns.")
@as_json
def classify(
    *, text: str | None, source: Path | None, target: Path | None, release: str, unreleased: bool, as_json: bool
) -> None:
    """Put an intent on TEXT, or on every ticket of a JSONL file.

    Weights without a passport that verifies are refused (`ecomintent release verify` says what is wrong).

    \b
    Examples:
      ecomintent classify "parcel says delivered but nothing here"
      ecomintent classify --input tickets.jsonl --output intents.jsonl
    """
    if (text is None) == (source is None) or (source is None) != (target is None):
        raise click.UsageError("give either TEXT, or --input FILE with --output FILE")
    if source is not None and target is not None:
        tickets = _read(source)
        predictions = _predict(release, [ticket["text"] for ticket in tickets], unreleased)
        _write(target, tickets, predictions)
        click.echo(f"{len(tickets)} tickets classified into {target}", err=True)
        return
    if text is None or not text.strip():
        raise InputError("the text is empty; give the customer's message", where="TEXT")
    prediction = _predict(release, [text], unreleased)[0]
    if as_json:
        print_json(_record(prediction))
        return
    best = sorted(prediction.scores.items(), key=lambda pair: -pair[1])[:SHOWN]
    click.echo("  ".join(f"{name} {score:.2f}" for name, score in best))


def _predict(release: str, texts: Sequence[str], unreleased: bool) -> "list[Prediction]":
    from ecomintent import params
    from ecomintent.adapters import passports, system
    from ecomintent.adapters.releases import resolve, version_of
    from ecomintent.labels.texts import fit
    from ecomintent.model.inference import Classifier
    from ecomintent.params import EvaluateParams
    from ecomintent.progress import on_terminal

    running = system.current()
    version = version_of(running, release)
    if unreleased:
        warn(f"version {version} is asked without a look at its passport: for a trial only")
    else:
        passports.require(running, version)
    folder, weights = resolve(running, version)
    settings = params.section(running.settings.params, "evaluate", into=EvaluateParams)
    classifier = Classifier.load(folder, expected_digest=weights, threads=settings.threads)
    # As the model was trained and judged: markup, quotations and personal data mean nothing to it.
    texts = [fit(text) or text for text in texts]
    return classifier.classify(texts, track=on_terminal)


def _read(source: Path) -> list[dict[str, str]]:
    from ecomintent.labels.tables import Fault, read_rows

    tickets = []
    for line, row in read_rows(source):
        where = f"{source}:{line}"
        if isinstance(row, Fault):
            raise InputError(f"{row.reason}; nothing was written", where=where)
        identity, text = row.get("id"), row.get("text")
        if not identity or not text or not text.strip():
            raise InputError("needs a non-empty id and text; nothing was written", where=where)
        tickets.append({"id": identity, "text": text})
    return tickets


def _write(target: Path, tickets: Sequence[dict[str, str]], predictions: "Sequence[Prediction]") -> None:
    from ecomintent import files

    lines = [
        json.dumps({"id": ticket["id"], **_record(prediction)}, ensure_ascii=False)
        for ticket, prediction in zip(tickets, predictions, strict=True)
    ]
    files.write_text(target, "".join(line + "\n" for line in lines))


def _record(prediction: "Prediction") -> dict[str, Any]:
    return {
        "intent": prediction.intent,
        "confidence": round(prediction.confidence, 6),
        "scores": {name: round(score, 6) for name, score in prediction.scores.items()},
    }


COMMANDS = (classify,)
