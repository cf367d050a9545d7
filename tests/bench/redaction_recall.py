"""How much of what is planted redaction takes out, what else it takes,
how fast; Markdown for docs/decisions/0009.

    python -m tests.bench.redaction_recall [--per-kind 1000] [--seed 7] [--texts FILE.parquet ...]

--texts names files with a column `text`: of those only counts are printed, never a text. Time is processor time.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from ecomintent.labels.redaction import redact
from tests.bench.planted import Planted, tickets

CHARS: Final = (1_000, 4_000)
HOSTILE: Final = (
    "a", "1", "a-", "a.", "@", "a@", "a.a@", "1 ", "411 ", "4111 ", "gb29 ", "GB29A1B2", "1:", "a:", "1.1.1.1.", "(1",
    "+44 ",
    "07700 ", "www.", "http://", "Aa ", "Aa, ", "Aa\n", "1 a ", "flat 1 ", "Flat 2, ", "#12345 ", "order no ",
    "order 12345 and ",
    "my name is ", "Hi Aa ", "A. ", "thanks, ", "<EMAIL>", "12345678 ", "a1", "LS1 1AA ", "address a ", "1 a road ",
    "1 Aa St, ",
    "0201234567/", "a at b dot ", "a_at_b.", "4111 1111 1111 1111 ",
)  # fmt: skip


def recall(planted: Iterable[Planted]) -> None:
    """A line for each kind, and one for the decoys."""
    hidden: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    named: Counter[str] = Counter()
    more = lost = 0
    for ticket in planted:
        redacted = redact(ticket.text)
        hidden[ticket.kind] += 1
        gone[ticket.kind] += not ticket.left_in(redacted.text)
        named[ticket.kind] += ticket.kind in redacted.counts
        more += sum(redacted.counts.values()) > 1
        lost += ticket.decoy_lost(redacted.text)
    sys.stdout.write("| kind | planted | gone | recall | under its own kind |\n| --- | --- | --- | --- | --- |\n")
    for kind, count in hidden.items():
        share = 100 * gone[kind] / count
        sys.stdout.write(f"| {kind} | {count} | {gone[kind]} | {share:.1f} % | {100 * named[kind] / count:.1f} % |\n")
    total = hidden.total()
    sys.stdout.write(f"\nOf {total:,} tickets {more} held more placeholders than values, and {lost} lost a decoy.\n\n")


def growth() -> None:
    """The slowest of the hostile texts, and the one whose time grows fastest with its length."""
    measured = []
    for unit in HOSTILE:
        spent = [min(_seconds([(unit * chars)[:chars]]) for _ in range(3)) for chars in CHARS]
        measured.append((spent[1], max(b / max(a, 0.002) for a, b in pairwise(spent)), unit))
    slowest, steepest = max(measured), max(measured, key=lambda row: row[1])
    sys.stdout.write(f"{len(measured)} hostile texts of {CHARS[1]:,} characters: at most {1000 * slowest[0]:.0f} ms ")
    sys.stdout.write(f"({slowest[2]!r}); at most {steepest[1]:.1f} times the time for 4 times the text.\n")


def changed(texts: Sequence[str]) -> None:
    """Which share of texts changes, by kind."""
    kinds: Counter[str] = Counter()
    for text in texts:
        kinds.update(set(redact(text).counts) or {"nothing"})
    told = ", ".join(f"{kind} {100 * count / len(texts):.1f} %" for kind, count in kinds.most_common())
    sys.stdout.write(f"{len(texts):,} given texts, {len(texts) / _seconds(texts):,.0f}/s; with {told}.\n")


def _seconds(texts: Sequence[str]) -> float:
    started = time.process_time()
    for text in texts:
        redact(text)
    return time.process_time() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--per-kind", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--texts", type=Path, nargs="*", default=[])
    asked = parser.parse_args()
    for later in (False, True):
        sys.stdout.write("**Forms written " + ("after" if later else "before") + " the patterns**\n\n")
        recall(tickets(asked.seed, asked.per_kind, later=later))
    planted = [ticket.text for ticket in tickets(asked.seed, asked.per_kind)]
    sys.stdout.write(f"{len(planted):,} planted tickets: {len(planted) / _seconds(planted):,.0f}/s on one core.\n")
    growth()
    if asked.texts:
        import pandas as pd

        changed([text for path in asked.texts for text in pd.read_parquet(path, columns=["text"])["text"]])


if __name__ == "__main__":
    main()
