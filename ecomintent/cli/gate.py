"""`ecomintent gate judge`: the gate on anyone's predictions, whatever made them."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecomintent.cli.output import as_json, points, print_json, print_table, warn
from ecomintent.errors import InputError

if TYPE_CHECKING:
    from ecomintent.gate.label_map import LabelMap
    from ecomintent.gate.outcomes import Comparison, IntentVerdict
    from ecomintent.gate.verdict import FrozenTicket, Verdict

FILE = click.Path(path_type=Path)
HEADER = (
    "intent", "n", "F1 champion", "F1 candidate", "change", "interval", "lost/gained", "false new/gone", "verdict",
    "reason", "needed",
)  # fmt: skip


@click.group()
def gate() -> None:
    """The gate by itself: may this candidate replace that champion?

    \b
    Example:
      ecomintent gate judge --frozen frozen.csv --champion champion.csv --candidate candidate.csv
    """


@gate.command("judge")
@click.option("--frozen", required=True, type=FILE, help="Labelled tickets: id, label; optional group, provenance.")
@click.option("--candidate", required=True, type=FILE, help="The candidate's answers: id, intent.")
@click.option("--champion", type=FILE, help="Answers of the model that serves now: id, intent.")
@click.option("--first-release", is_flag=True, help="There is no champion: hold the candidate to the floor.")
@click.option("--anchor", type=FILE, help="Answers of the fixed reference that many small losses are held to.")
@click.option("--intents", help="Another label set: A,B,C, or 'frozen' for the labels of the frozen file.")
@click.option("--label-map", type=FILE, help="JSON of a label-set change: version, renamed, new.")
@click.option("--costly", multiple=True, metavar="INTENT", help="Guard its recall too; may be given several times.")
@click.option("--margin", type=float, help="F1 (0-1) that any intent may lose; beats --params.  [default: 0.03]")
@click.option("--params", type=FILE, help="A params.yaml; its section `gate` replaces the published settings.")
@as_json
def judge_files(
    *,
    frozen: Path,
    candidate: Path,
    champion: Path | None,
    first_release: bool,
    anchor: Path | None,
    intents: str | None,
    label_map: Path | None,
    costly: tuple[str, ...],
    margin: float | None,
    params: Path | None,
    as_json: bool,
) -> None:
    """Judge a candidate's answers against the champion's on the same labelled tickets (CSV, JSONL or Parquet).

    PROMOTE, REVIEW and BLOCK are answers, and all exit 0. An empty intent is no answer. Tickets of one group have
    one vote. Nothing is stored; no home, registry or model is needed.

    \b
    Examples:
      ecomintent gate judge --frozen frozen.csv --champion champion.csv --candidate candidate.csv
      ecomintent gate judge --frozen f.csv --champion a.csv --candidate b.csv --intents frozen --margin 0.05 --json
      ecomintent gate judge --frozen frozen.csv --first-release --candidate candidate.csv
    """
    from ecomintent.data import judged_files as read
    from ecomintent.gate.judge import judge

    if (champion is None) != first_release:
        raise InputError("give the champion's answers, or --first-release where there is none", where="--champion")
    tickets = read.read_frozen(frozen)
    known_as = read.read_label_map(label_map) if label_map else None
    names = _label_set(intents, tickets, known_as, where=str(frozen))
    verdict = judge(
        tickets,
        read.read_predictions(candidate),
        read.read_predictions(champion) if champion else None,
        read.read_predictions(anchor) if anchor else None,
        read.settings(params, margin=margin, costly=costly, intents=names),
        intents=names,
        label_map=known_as,
    )
    if as_json:
        print_json(verdict.to_json())
    else:
        _show(verdict)


def _label_set(
    given: str | None, tickets: "list[FrozenTicket]", known_as: "LabelMap | None", *, where: str
) -> tuple[str, ...]:
    from ecomintent.taxonomy import NAMES

    renamed: Mapping[str, str] = known_as.renamed if known_as else {}
    found = sorted({renamed.get(ticket.label, ticket.label) for ticket in tickets})
    if given == "frozen":
        return tuple(found)
    if given is not None:
        return tuple(name.strip() for name in given.split(",") if name.strip())
    if found and not set(found) & set(NAMES):
        told = f"none of its labels ({', '.join(found[:3])} ...) is one of the intents"
        raise InputError(f"{told}; for another label set add --intents frozen", where=where)
    return tuple(NAMES)


def _show(verdict: "Verdict") -> None:
    click.echo(f"{verdict.overall.value}: {verdict.cause}")
    churn = "" if verdict.churn is None else f", {points(verdict.churn)} % answered differently"
    click.echo(f"{verdict.n} tickets, {verdict.n_independent} independent{churn}")
    if verdict.intents:
        from ecomintent.gate.outcomes import worst_first

        rows = [_row(name, verdict.intents[name]) for name in worst_first(verdict.intents)]
        print_table(rows, HEADER)
    if verdict.against_anchor:
        click.echo(_anchor_line(verdict.against_anchor))
    for warning in verdict.warnings:
        warn(f"warning: {warning}")


def _row(name: str, intent: "IntentVerdict") -> tuple[str, ...]:
    from ecomintent.gate import cause

    return (
        name,
        str(intent.n),
        points(intent.f1_champion),
        points(intent.f1_candidate),
        "-" if intent.delta is None else cause.points(intent.delta),
        cause.span(intent.low, intent.high) or "-",
        f"{intent.lost}/{intent.gained}",
        f"{intent.new_false}/{intent.removed_false}",
        intent.verdict.value,
        intent.reason.value.replace("_", " "),
        "-" if intent.tickets_needed is None else str(intent.tickets_needed),
    )


def _anchor_line(found: "Comparison") -> str:
    from ecomintent.gate import cause
    from ecomintent.gate.outcomes import decide, worst_first

    worst = worst_first(found.intents)[0]
    intent, accuracy = found.intents[worst], found.accuracy
    change = "" if intent.delta is None else f" {cause.points(intent.delta)} {cause.span(intent.low, intent.high)}"
    return (
        f"against the anchor: {decide(found.outcomes(), capped=False).value}; accuracy "
        f"{cause.points(accuracy.delta or 0.0)} {cause.span(accuracy.low, accuracy.high)}; "
        f"worst intent {worst}{change} {intent.verdict.value}"
    )


COMMANDS = (gate,)
